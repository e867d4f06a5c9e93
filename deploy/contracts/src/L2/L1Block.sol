// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title L1Block
/// @notice What L2 knows of L1 (predeploy 0x4200000000000000000000000000000000000015): the values of the last
///         attributes message that the chain has consumed. The getters are the OP Stack's.
///
///         One of them differs: an L1 contract can't know the hash of the block it runs in, so `hash()` is that of the
///         block before, number() - 1.
contract L1Block {
    error NotDepositor();

    /// @notice Who the chain itself acts as. Nobody has its key.
    address public constant DEPOSITOR_ACCOUNT = 0xDeaDDEaDDeAdDeAdDEAdDEaddeAddEAdDEAd0001;

    /// @notice The L1 block's number.
    uint64 public number;
    /// @notice The L1 block's timestamp.
    uint64 public timestamp;
    /// @dev The L2 block in which the values were set.
    uint64 private setInBlock;
    /// @notice The L1 block's base fee per gas.
    uint256 public basefee;
    /// @notice The L1 block's base fee per blob gas.
    uint256 public blobBaseFee;
    /// @notice The L1 block's randomness, which is also this L2 block's.
    bytes32 public prevRandao;
    /// @notice The hash of L1 block number() - 1.
    bytes32 public hash;

    /// @notice Sets everything. Called by the chain when it executes an attributes message.
    function setL1Attributes(
        uint64 number_,
        uint64 timestamp_,
        uint256 baseFee_,
        uint256 blobBaseFee_,
        bytes32 prevRandao_,
        bytes32 parentHash_
    ) external {
        if (msg.sender != DEPOSITOR_ACCOUNT) revert NotDepositor();
        number = number_;
        timestamp = timestamp_;
        setInBlock = uint64(block.number);
        basefee = baseFee_;
        blobBaseFee = blobBaseFee_;
        prevRandao = prevRandao_;
        hash = parentHash_;
    }

    function version() external pure returns (string memory) {
        return "1.0.0";
    }

    /// @notice How many L2 blocks came after the one in which the values were set.
    function sequenceNumber() external view returns (uint64) {
        return uint64(block.number) - setInBlock;
    }

    /// @notice Zero: who may post batches is the inbox's affair, and no part of the chain.
    function batcherHash() external pure returns (bytes32) {
        return 0;
    }

    /// @notice Zero, like all the scalars: a transaction pays for L2 gas and nothing else.
    function baseFeeScalar() external pure returns (uint32) {
        return 0;
    }

    function blobBaseFeeScalar() external pure returns (uint32) {
        return 0;
    }

    function operatorFeeScalar() external pure returns (uint32) {
        return 0;
    }

    function operatorFeeConstant() external pure returns (uint64) {
        return 0;
    }

    function l1FeeOverhead() external pure returns (uint256) {
        return 0;
    }

    function l1FeeScalar() external pure returns (uint256) {
        return 0;
    }

    /// @notice Gas is paid in ETH.
    function isCustomGasToken() external pure returns (bool) {
        return false;
    }

    function gasPayingToken() external pure returns (address token, uint8 decimals) {
        return (0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE, 18);
    }

    function gasPayingTokenName() external pure returns (string memory) {
        return "Ether";
    }

    function gasPayingTokenSymbol() external pure returns (string memory) {
        return "ETH";
    }
}
