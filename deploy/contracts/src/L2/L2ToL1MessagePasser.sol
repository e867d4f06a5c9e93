// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title L2ToL1MessagePasser
/// @notice Where messages and ETH leave L2 (predeploy 0x4200000000000000000000000000000000000016). Its storage root is
///         part of every output root, so L1 can verify with a Merkle proof that a message was sent. ABI and storage
///         layout are the OP Stack's: withdrawal proofs name the slot of `sentMessages`.
contract L2ToL1MessagePasser {
    /// @notice A message was sent.
    /// @param nonce          Unique, with the version in the two highest bytes.
    /// @param sender         Who sent it.
    /// @param target         Who is called on L1.
    /// @param value          The ETH that leaves with it.
    /// @param gasLimit       The least gas that the call on L1 must have.
    /// @param data           The call's data.
    /// @param withdrawalHash keccak256 of the ABI encoding of the six values above: the key in `sentMessages`.
    event MessagePassed(
        uint256 indexed nonce,
        address indexed sender,
        address indexed target,
        uint256 value,
        uint256 gasLimit,
        bytes data,
        bytes32 withdrawalHash
    );

    /// @notice ETH that had left L2 was taken out of L2's supply.
    event WithdrawerBalanceBurnt(uint256 indexed amount);

    uint16 public constant MESSAGE_VERSION = 1;
    uint256 private constant RECEIVE_GAS_LIMIT = 100_000;

    /// @notice Whether a message was sent, by its hash. Slot 0, which withdrawal proofs rely on.
    mapping(bytes32 withdrawalHash => bool sent) public sentMessages;
    /// @dev Slot 1. How many were sent.
    uint240 private msgNonce;

    function version() external pure returns (string memory) {
        return "1.2.0";
    }

    /// @notice The nonce of the next message, with the version in the two highest bytes.
    function messageNonce() public view returns (uint256) {
        return (uint256(MESSAGE_VERSION) << 240) | msgNonce;
    }

    /// @notice A transfer of ETH is a withdrawal to the sender's own address.
    receive() external payable {
        initiateWithdrawal(msg.sender, RECEIVE_GAS_LIMIT, "");
    }

    /// @notice Sends a message, and the ETH that comes with the call, to L1.
    /// @param target   Who is called on L1.
    /// @param gasLimit The least gas that the call must have there.
    /// @param data     The call's data.
    function initiateWithdrawal(address target, uint256 gasLimit, bytes memory data) public payable {
        uint256 nonce = messageNonce();
        bytes32 withdrawalHash = keccak256(abi.encode(nonce, msg.sender, target, msg.value, gasLimit, data));
        sentMessages[withdrawalHash] = true;
        unchecked {
            msgNonce++;
        }
        emit MessagePassed(nonce, msg.sender, target, msg.value, gasLimit, data, withdrawalHash);
    }

    /// @notice Destroys the ETH that has left L2. It is out of reach either way; this makes the supply say so.
    function burn() external {
        uint256 amount = address(this).balance;
        new Burner{value: amount}();
        emit WithdrawerBalanceBurnt(amount);
    }
}

/// @dev EIP-6780: a contract that destroys itself in the transaction which made it, in favour of itself, takes its
///      balance with it.
contract Burner {
    constructor() payable {
        selfdestruct(payable(address(this)));
    }
}
