// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IPreimageOracle
/// @notice What the fault-proof machine knows of the world, part by part.
///
///         Keys, by their first byte:
///           0x01 local: the other 31 bytes are an index, big-endian. A machine's own keys; the oracle knows them by
///                their scoped key, see `scopeLocalKey`.
///           0x02 keccak256 of the preimage, with the first byte replaced by 0x02.
///           0x03 the inbox's entryLink(index): the other 31 bytes are the index, big-endian. 32 bytes of preimage.
///           0x04 result of a precompile: the last 31 bytes of keccak256(address 20 | required gas 8 | input).
///                The preimage is a status byte (1 success, 0 failure) and the output.
interface IPreimageOracle {
    /// @notice Reads up to 32 bytes of (length of the preimage, 8 bytes big-endian | preimage).
    /// @param key    As above; a local key in its scoped form.
    /// @param offset Where to start reading.
    /// @return data   The bytes, from the most significant on, zeros behind the last.
    /// @return length How many of them are valid: 32, or less where the end comes sooner, 0 from the end on.
    /// @dev Reverts if that part has not been brought yet.
    function readPreimage(bytes32 key, uint256 offset) external view returns (bytes32 data, uint256 length);
}

/// @notice Under which key the oracle holds a local preimage: keys are local to the contract that steps the machine
///         (the game) and to a context of its choice, so that no game sees another's.
/// @param key          The machine's: first byte 0x01.
/// @param game         Who loads the preimage into the oracle, and who calls `IStep.step`.
/// @param localContext What the game passes to both.
/// @return The scoped key, first byte 0x01.
function scopeLocalKey(bytes32 key, address game, bytes32 localContext) pure returns (bytes32) {
    uint256 digest = uint256(keccak256(abi.encode(key, game, localContext)));
    return bytes32((digest & (type(uint256).max >> 8)) | (1 << 248));
}
