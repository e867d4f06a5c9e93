// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev As in the OP Stack.
enum GameStatus {
    IN_PROGRESS,
    CHALLENGER_WINS,
    DEFENDER_WINS
}

/// @title IDisputeGame
/// @notice What the registry, the portal and libraries read of a game. Names are the OP Stack's.
interface IDisputeGame {
    function gameType() external view returns (uint32);
    function rootClaim() external view returns (bytes32);
    /// @notice The block that the root claim is about.
    function l2SequenceNumber() external view returns (uint256);
    function l2BlockNumber() external view returns (uint256);
    /// @notice Block and horizon, a word each.
    function extraData() external view returns (bytes memory);
    function gameCreator() external view returns (address);
    function createdAt() external view returns (uint64);
    /// @notice Zero as long as the game is in progress.
    function resolvedAt() external view returns (uint64);
    function status() external view returns (GameStatus);
    /// @notice When the game can be resolved if nobody moves any more, or was resolved.
    function expectedResolution() external view returns (uint64);
}
