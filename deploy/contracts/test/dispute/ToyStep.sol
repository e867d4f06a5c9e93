// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPreimageOracle, scopeLocalKey} from "../machine/IPreimageOracle.sol";
import {IStep} from "../machine/IStep.sol";

/// @title ToyStep
/// @notice A machine for tests of the game, small enough to be computed by hand. It "proves" blocks of a toy chain:
///         block b's root is keccak256(root of b-1 | b), and an inbox entry holds 40 blocks.
///
///         State: acc 32 | n 8 | exited 1 | code 1; its hash as the real machine's. Step n:
///           0    acc = agreed root
///           1    acc = keccak256(acc | b); exits with 1 if b is behind the horizon
///           last exits with 0 if acc is the claimed root, else with 1
///           else nothing
contract ToyStep is IStep {
    error BadWitness();

    uint256 private constant BLOCKS_PER_ENTRY = 40;

    IPreimageOracle public immutable oracle;
    uint64 public immutable last;

    struct State {
        bytes32 acc;
        uint64 n;
        uint8 exited;
        uint8 code;
    }

    constructor(IPreimageOracle oracle_, uint64 last_) {
        oracle = oracle_;
        last = last_;
    }

    function preStateHash(bytes calldata witness) external pure returns (bytes32) {
        return _hash(_decode(witness));
    }

    function step(bytes calldata witness, bytes32 context) external view returns (bytes32) {
        State memory s = _decode(witness);
        if (s.exited == 1) return _hash(s);
        if (s.n == 0) {
            s.acc = _local(1, context);
        } else if (s.n == 1) {
            uint256 number = uint256(_local(3, context)) >> 192;
            s.acc = keccak256(abi.encode(s.acc, number));
            if (number > (uint256(_local(4, context)) >> 192) * BLOCKS_PER_ENTRY) (s.exited, s.code) = (1, 1);
        } else if (s.n == last) {
            (s.exited, s.code) = (1, s.acc == _local(2, context) ? 0 : 1);
        }
        s.n++;
        return _hash(s);
    }

    /// @dev Up to 32 bytes of a local preimage, as a word.
    function _local(uint256 index, bytes32 context) private view returns (bytes32) {
        bytes32 key = scopeLocalKey(bytes32((1 << 248) | index), msg.sender, context);
        (bytes32 data, uint256 length) = oracle.readPreimage(key, 0);
        if (length < 32) return data << 64;
        (bytes32 more,) = oracle.readPreimage(key, 32);
        return (data << 64) | (more >> 192);
    }

    function _decode(bytes calldata w) private pure returns (State memory s) {
        if (w.length != 42) revert BadWitness();
        s = State(bytes32(w), uint64(bytes8(w[32:])), uint8(w[40]), uint8(w[41]));
    }

    function _hash(State memory s) private pure returns (bytes32) {
        uint256 hash = uint256(keccak256(abi.encodePacked(s.acc, s.n, s.exited, s.code)));
        uint256 status = s.exited == 0 ? 3 : s.code < 2 ? s.code : 2;
        return bytes32((hash & (type(uint256).max >> 8)) | (status << 248));
    }
}
