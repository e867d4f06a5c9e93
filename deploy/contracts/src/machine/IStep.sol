// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IStep
/// @notice One step of the fault-proof machine. See Step for the machine and the witness's layout.
interface IStep {
    /// @notice Executes one step of the machine that the witness begins with.
    /// @param witness      The state, and what the step touches of the memory with its Merkle proofs.
    /// @param localContext Where local preimages are looked up: with the caller's address, see `scopeLocalKey`.
    /// @return postStateHash The hash of the state behind the step, its first byte the status.
    /// @dev Reverts on a witness that is not exactly the one that this step needs.
    function step(bytes calldata witness, bytes32 localContext) external view returns (bytes32 postStateHash);

    /// @notice The hash of the state that the witness begins with, which is what a claim commits to.
    /// @dev Reverts on a state that no machine can be in. The rest of the witness is not looked at.
    function preStateHash(bytes calldata witness) external pure returns (bytes32);
}
