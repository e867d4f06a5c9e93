// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title DepositMarket
/// @notice Sells the L2 gas of deposits, in the way of EIP-1559: so much per L1 block at most, at a price that rises
///         when a block sold more than the target and falls when it sold less. Deposits pay nothing on L2; this is
///         what stands between the chain and whoever would fill it for free.
///
///         The price is paid by burning L1 gas of the same worth. That bounds what an attacker who outbids everyone
///         can do: the dearer L2 gas gets, the less of it fits into an L1 block, and the price falls again.
abstract contract DepositMarket {
    /// @notice The block's gas for deposits is sold out. Try the next block.
    error OutOfGas(uint64 bought, uint64 asked);

    /// @dev The state of the market after the last deposit, in one slot.
    struct ResourceParams {
        uint128 prevBaseFee;
        uint64 prevBoughtGas;
        uint64 prevBlockNum;
    }

    /// @notice L2 gas for deposits per L1 block. Below an L2 block's bound of 30M, so all of it fits into one.
    uint64 public constant maxGasPerBlock = 20_000_000;
    uint256 internal constant TARGET = uint256(maxGasPerBlock) / 3;
    /// @dev The price moves by at most 2/8 up and 1/8 down per L1 block.
    uint256 internal constant DENOMINATOR = 8;
    uint256 internal constant MIN_BASE_FEE = 1 gwei;
    /// @dev Room to grow by a factor of 10^9; more could never be paid in an L1 block.
    uint256 internal constant MAX_BASE_FEE = 1e9 gwei;
    /// @dev L1 gas is taken to be worth no less than this, or a quiet L1 would make every deposit huge.
    uint256 internal constant MIN_L1_BASE_FEE = 1 gwei;

    /// @notice Price in wei per L2 gas and gas sold, at the last block with a deposit.
    ResourceParams public params;

    constructor() {
        params = ResourceParams(uint128(MIN_BASE_FEE), 0, uint64(block.number));
    }

    /// @dev Buys `gasLimit` of L2 gas. The transaction's gas since `gasBefore` counts towards the price.
    function _buyGas(uint64 gasLimit, uint256 gasBefore) internal {
        ResourceParams memory p = params;
        if (p.prevBlockNum != block.number) {
            p.prevBaseFee = uint128(_nextBaseFee(p, block.number - p.prevBlockNum));
            p.prevBoughtGas = 0;
            p.prevBlockNum = uint64(block.number);
        }
        if (gasLimit > maxGasPerBlock - p.prevBoughtGas) revert OutOfGas(p.prevBoughtGas, gasLimit);
        p.prevBoughtGas += gasLimit;
        params = p;

        uint256 price = uint256(gasLimit) * p.prevBaseFee;
        uint256 l1BaseFee = block.basefee > MIN_L1_BASE_FEE ? block.basefee : MIN_L1_BASE_FEE;
        uint256 owed = price / l1BaseFee;
        // Bounds no more than the work already done, when that was worth more than the price.
        while (gasBefore - gasleft() < owed) {}
    }

    /// @dev The price `blocks` > 0 L1 blocks after the last deposit: one step by what that block sold, then one step
    ///      of 7/8 for each block that sold nothing.
    function _nextBaseFee(ResourceParams memory p, uint256 blocks) private pure returns (uint256 fee) {
        fee = p.prevBaseFee;
        if (p.prevBoughtGas > TARGET) {
            fee += fee * (p.prevBoughtGas - TARGET) / TARGET / DENOMINATOR;
        } else {
            fee -= fee * (TARGET - p.prevBoughtGas) / TARGET / DENOMINATOR;
        }
        for (uint256 left = blocks - 1; left != 0 && fee > MIN_BASE_FEE;) {
            // 7^40 has 113 bits and the fee at most 60.
            uint256 n = left < 40 ? left : 40;
            fee = (fee * 7 ** n) >> (3 * n);
            left -= n;
        }
        if (fee < MIN_BASE_FEE) return MIN_BASE_FEE;
        if (fee > MAX_BASE_FEE) return MAX_BASE_FEE;
    }
}
