// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BadIndex, WrongList} from "./Errors.sol";

/// @dev A claim has states 0 to K.
uint256 constant K = 32;

/// @notice What identifies a claim. See DisputeGame, CLAIMS.
struct Claim {
    bytes32 parent;
    bytes32 listHash;
    bytes32 context;
    uint64 start;
    uint8 depth;
    uint8 index;
}

/// @notice Two neighbouring states of a list, shown: see `theirs` in MOVES.
struct Half {
    bytes32[17] states;
    bytes32 otherHash;
}

/// @dev What the program is told, in the order of its local keys.
struct LocalData {
    bytes32 agreedRoot;
    bytes32 claimedRoot;
    uint64 blockNumber;
}

/// @title Claims
/// @notice How claims and their lists are hashed, and two neighbours of a list shown.
library Claims {
    uint256 private constant HALF_STATES = 544; // 17 words

    /// @notice What a claim is known by.
    function hash(Claim memory claim) internal pure returns (bytes32) {
        return keccak256(abi.encode(claim));
    }

    /// @dev States `index` - 1 and `index` of a claim's list.
    function open(Claim calldata claim, uint256 index, Half calldata half)
        internal
        pure
        returns (bytes32 before, bytes32 state)
    {
        if (index == 0 || index > K) revert BadIndex(index);
        bool lower = index <= K / 2;
        bytes32 shown = keccak256(abi.encode(half.states));
        bytes32 whole = lower ? _hashPair(shown, half.otherHash) : _hashPair(half.otherHash, shown);
        if (whole != claim.listHash) revert WrongList();
        uint256 j = lower ? index : index - K / 2;
        return (half.states[j - 1], half.states[j]);
    }

    /// @notice What a claim commits to its list with.
    function listHash(bytes32[33] memory list) internal pure returns (bytes32) {
        bytes32 lower;
        bytes32 upper;
        assembly ("memory-safe") {
            lower := keccak256(list, HALF_STATES)
            upper := keccak256(add(list, 512), HALF_STATES)
        }
        return _hashPair(lower, upper);
    }

    function _hashPair(bytes32 a, bytes32 b) private pure returns (bytes32 pair) {
        assembly ("memory-safe") {
            mstore(0, a)
            mstore(32, b)
            pair := keccak256(0, 64)
        }
    }
}
