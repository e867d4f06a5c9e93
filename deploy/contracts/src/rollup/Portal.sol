// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DepositMarket} from "./DepositMarket.sol";
import {Inbox} from "./Inbox.sol";

/// @title Portal
/// @notice Where ETH and calls enter L2. Functions, event and errors are those of the OP Stack's portal, so that
///         bridges and libraries which know that one work with this one.
///
///         One thing can't be the same: the hash that a deposit has on L2. Theirs is made from the L1 block's hash and
///         the log's index, which no contract can know; ours from the message's link and index in the inbox.
///
///         The ETH of deposits stays here, and is what withdrawals are paid from.
contract Portal is DepositMarket {
    /// @notice A deposit was queued.
    /// @param from       The sender on L2: the caller, or the caller's alias if it is a contract.
    /// @param to         The receiver on L2, zero for a creation.
    /// @param version    0: the layout of `opaqueData`.
    /// @param opaqueData mint 32 | value 32 | gasLimit 8 | isCreation 1 | data.
    event TransactionDeposited(address indexed from, address indexed to, uint256 indexed version, bytes opaqueData);

    /// @notice A creation has no receiver.
    error OptimismPortal_BadTarget();
    error OptimismPortal_CalldataTooLarge();
    error OptimismPortal_GasLimitTooLow();
    error GasLimitTooHigh(uint64 gasLimit, uint64 max);
    /// @notice The inbox was deployed for another portal.
    error WrongInbox(address inbox);

    uint256 private constant DEPOSIT_VERSION = 0;
    uint256 private constant MAX_DATA = 120_000;
    uint64 private constant RECEIVE_GAS_LIMIT = 100_000;
    /// @dev EIP-7825: "Transaction Gas Limit Cap", 2^24. L2 has Osaka's rules.
    uint64 private constant MAX_GAS_LIMIT = 16_777_216;
    uint160 private constant ALIAS_OFFSET = uint160(0x1111000000000000000000000000000000001111);

    Inbox public immutable inbox;

    /// @param inbox_ The inbox, already deployed for this contract's predicted address.
    constructor(Inbox inbox_) {
        if (inbox_.portal() != address(this)) revert WrongInbox(address(inbox_));
        inbox = inbox_;
    }

    /// @notice The major version tells libraries which portal's functions to expect.
    function version() external pure returns (string memory) {
        return "3.0.0";
    }

    /// @notice The least gas limit of a deposit with so many bytes of data: what its data costs at EIP-7623's floor.
    function minimumGasLimit(uint64 byteCount) public pure returns (uint64) {
        return byteCount * 40 + 21_000;
    }

    /// @notice A transfer of ETH is a deposit to the sender's own address.
    receive() external payable {
        _deposit(msg.sender, msg.value, RECEIVE_GAS_LIMIT, false, "");
    }

    /// @notice Queues a transaction for L2, from the caller. It will be executed there, with the ETH sent along
    ///         minted to the sender first; if it fails, the mint stays.
    /// @param to         The receiver, or zero for a creation.
    /// @param value      What the transaction transfers on L2. If the sender hasn't as much, it fails there.
    /// @param gasLimit   Its gas on L2, paid for here by burning L1 gas.
    /// @param isCreation Whether `data` is init code.
    /// @param data       Its call data.
    function depositTransaction(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes calldata data)
        external
        payable
    {
        _deposit(to, value, gasLimit, isCreation, data);
    }

    function _deposit(address to, uint256 value, uint64 gasLimit, bool isCreation, bytes memory data) private {
        uint256 gasBefore = gasleft();
        if (isCreation && to != address(0)) revert OptimismPortal_BadTarget();
        if (data.length > MAX_DATA) revert OptimismPortal_CalldataTooLarge();
        if (gasLimit < minimumGasLimit(uint64(data.length))) revert OptimismPortal_GasLimitTooLow();
        if (gasLimit > MAX_GAS_LIMIT) revert GasLimitTooHigh(gasLimit, MAX_GAS_LIMIT);

        address from = _senderOnL2();
        bytes memory opaque = abi.encodePacked(msg.value, value, gasLimit, isCreation, data);
        emit TransactionDeposited(from, to, DEPOSIT_VERSION, opaque);
        inbox.enqueueDeposit(from, to, opaque);

        _buyGas(gasLimit, gasBefore);
    }

    /// @dev A contract's address on L1 may be anyone's on L2, so it acts there under an alias. An account with a key
    ///      is the same on both sides, with an EIP-7702 delegation or without.
    function _senderOnL2() private view returns (address) {
        if (msg.sender == tx.origin || _isDelegated(msg.sender)) return msg.sender;
        unchecked {
            return address(uint160(msg.sender) + ALIAS_OFFSET);
        }
    }

    /// @dev EIP-7702: the code of a delegated account is 0xef0100 and an address.
    function _isDelegated(address account) private view returns (bool) {
        return account.code.length == 23 && bytes3(account.code) == 0xef0100;
    }
}
