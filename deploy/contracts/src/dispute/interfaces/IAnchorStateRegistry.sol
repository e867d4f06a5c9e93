// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IAnchorStateRegistry
/// @notice Where games start from.
interface IAnchorStateRegistry {
    function getAnchorRoot() external view returns (bytes32 root, uint256 blockNumber);
}
