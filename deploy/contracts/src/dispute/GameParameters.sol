// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStep} from "../machine/IStep.sol";
import {PreimageOracle} from "../machine/PreimageOracle.sol";
import {BadParameter} from "./lib/Errors.sol";

/// @title GameParameters
/// @notice What all games of an implementation have in common, and what follows from a claim's depth alone.
abstract contract GameParameters {
    struct Config {
        IStep step;
        PreimageOracle oracle;
        bytes32 absolutePrestate;
        bytes32 chainConfigHash;
        uint256 outputLevels;
        uint256 traceLevels;
        uint64 maxClockDuration;
        uint64 clockExtension;
        uint256 rootBond;
        uint256 moveBond;
        uint256 lastBond;
    }

    uint256 private constant LOG_K = 5;
    uint256 private constant STATUS_UNFINISHED = 3;
    uint256 private constant MAX_OUTPUT_LEVELS = 6;
    /// @dev The machine's step counter has 64 bits.
    uint256 private constant MAX_TRACE_LEVELS = 12;
    uint256 private constant MAX_CLOCK = 30 days;
    uint256 private constant MAX_BOND = 1000 ether;

    IStep public immutable stepper;
    PreimageOracle public immutable oracle;
    /// @notice The state hash of the proof program before its first instruction.
    bytes32 public immutable absolutePrestate;
    bytes32 public immutable chainConfigHash;
    uint256 public immutable outputLevels;
    uint256 public immutable traceLevels;
    /// @notice Seconds of thought that each side has.
    uint64 public immutable maxClockDuration;
    uint64 public immutable clockExtension;
    uint256 public immutable rootBond;
    uint256 public immutable moveBond;
    uint256 public immutable lastBond;

    /// @dev The bounds: no position or depth overflows, a trace can be as long as its levels reach, extensions can't
    ///      prolong a game by more than one clock, bonds can be paid for, no claim's bond is less than its answer's, and
    ///      the root's covers the longest path.
    constructor(Config memory c) {
        if (uint8(c.absolutePrestate[0]) != STATUS_UNFINISHED) revert BadParameter("absolutePrestate");
        if (c.outputLevels == 0 || c.outputLevels > MAX_OUTPUT_LEVELS) revert BadParameter("outputLevels");
        if (c.traceLevels == 0 || c.traceLevels > MAX_TRACE_LEVELS) revert BadParameter("traceLevels");
        uint256 bottom = c.outputLevels + c.traceLevels;
        if (c.maxClockDuration > MAX_CLOCK) revert BadParameter("maxClockDuration");
        if (c.clockExtension == 0 || c.clockExtension * (bottom + 2) > c.maxClockDuration) {
            revert BadParameter("clockExtension");
        }
        if (c.lastBond == 0 || c.lastBond > c.moveBond) revert BadParameter("lastBond");
        if (c.moveBond > c.rootBond) revert BadParameter("moveBond");
        if (c.rootBond > MAX_BOND || c.rootBond < _pathBonds(bottom, 1, 0, c.moveBond, c.lastBond)) {
            revert BadParameter("rootBond");
        }
        stepper = c.step;
        oracle = c.oracle;
        absolutePrestate = c.absolutePrestate;
        chainConfigHash = c.chainConfigHash;
        outputLevels = c.outputLevels;
        traceLevels = c.traceLevels;
        maxClockDuration = c.maxClockDuration;
        clockExtension = c.clockExtension;
        rootBond = c.rootBond;
        moveBond = c.moveBond;
        lastBond = c.lastBond;
    }

    /// @notice The depth at which claims are stepped and not attacked.
    function maxDepth() external view returns (uint256) {
        return _bottom();
    }

    /// @notice How far behind the anchor a claim's block can be.
    function maxSpan() external view returns (uint256) {
        return 1 << (LOG_K * outputLevels);
    }

    /// @notice What is to be sent with a claim at `depth`.
    function bondAt(uint256 depth) public view returns (uint256) {
        if (depth == 0) return rootBond;
        return depth == _bottom() ? lastBond : moveBond;
    }

    /// @notice What a side needs to play one path to its end: the one of the root claim (with its bond), or the other.
    function pathBonds(bool asDefender) external view returns (uint256) {
        return _pathBonds(_bottom(), asDefender ? 0 : 1, rootBond, moveBond, lastBond);
    }

    /// @dev The bonds at each other depth from `first` (0 or 1) to the bottom.
    function _pathBonds(uint256 bottom, uint256 first, uint256 root, uint256 move, uint256 last)
        private
        pure
        returns (uint256 sum)
    {
        if (first == 0) sum = root;
        for (uint256 depth = first == 0 ? 2 : 1; depth <= bottom; depth += 2) {
            sum += depth == bottom ? last : move;
        }
    }

    function _bottom() internal view returns (uint256) {
        return outputLevels + traceLevels;
    }

    /// @dev Blocks between the states of a claim of output roots.
    function _spacing(uint256 depth) internal view returns (uint256) {
        return 1 << (LOG_K * (outputLevels - depth));
    }

    /// @dev What the side of a claim at `depth` has at least for its next move, two levels further down.
    function _extension(uint256 depth) internal view returns (uint256) {
        bool slow = depth + 2 == outputLevels + 1 || depth + 2 == _bottom() + 1;
        return slow ? 2 * uint256(clockExtension) : clockExtension;
    }
}
