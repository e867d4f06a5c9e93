// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IDisputeGameFactory
/// @notice What the registry asks of the factory.
interface IDisputeGameFactory {
    function isGame(address game) external view returns (bool);
    function gameType() external view returns (uint32);
    function anchorStateRegistry() external view returns (address);
}
