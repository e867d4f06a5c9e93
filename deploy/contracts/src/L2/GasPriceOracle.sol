// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {L1Block} from "./L1Block.sol";

/// @title GasPriceOracle
/// @notice Answers wallets that ask what a transaction costs beside its L2 gas (predeploy
///         0x420000000000000000000000000000000000000F, the OP Stack's ABI): nothing. There is no fee for L1 data and
///         none for the operator.
contract GasPriceOracle {
    L1Block private constant L1_BLOCK = L1Block(0x4200000000000000000000000000000000000015);

    /// @notice Of the scalars, which are zero.
    uint256 public constant DECIMALS = 6;

    /// @notice The rules that libraries tell by these flags are all in force, and come to zero.
    bool public constant isEcotone = true;
    bool public constant isFjord = true;
    bool public constant isIsthmus = true;
    bool public constant isJovian = true;

    function version() external pure returns (string memory) {
        return "1.0.0";
    }

    /// @notice The fee for a transaction's L1 data: none.
    function getL1Fee(bytes memory) external pure returns (uint256) {
        return 0;
    }

    function getL1FeeUpperBound(uint256) external pure returns (uint256) {
        return 0;
    }

    function getL1GasUsed(bytes memory) external pure returns (uint256) {
        return 0;
    }

    /// @notice The operator's fee for so much gas: none.
    function getOperatorFee(uint256) external pure returns (uint256) {
        return 0;
    }

    function gasPrice() external view returns (uint256) {
        return block.basefee;
    }

    function baseFee() external view returns (uint256) {
        return block.basefee;
    }

    function l1BaseFee() external view returns (uint256) {
        return L1_BLOCK.basefee();
    }

    function blobBaseFee() external view returns (uint256) {
        return L1_BLOCK.blobBaseFee();
    }

    function baseFeeScalar() external pure returns (uint32) {
        return 0;
    }

    function blobBaseFeeScalar() external pure returns (uint32) {
        return 0;
    }

    function overhead() external pure returns (uint256) {
        return 0;
    }

    function scalar() external pure returns (uint256) {
        return 0;
    }

    function decimals() external pure returns (uint256) {
        return DECIMALS;
    }
}
