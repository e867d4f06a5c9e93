// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameStatus, IDisputeGame} from "./interfaces/IDisputeGame.sol";
import {IAnchorStateRegistry} from "./interfaces/IAnchorStateRegistry.sol";
import {IDisputeGameFactory} from "./interfaces/IDisputeGameFactory.sol";
import {
    AnchorNotNewer,
    BadParameter,
    GameNotValid,
    NotGuardian,
    NotPaused,
    NotRegistered,
    RegistryPaused,
    WrongFactory,
    ZeroRoot
} from "./lib/Errors.sol";

/// @title AnchorStateRegistry
/// @notice Says which games may be relied on, and holds the anchor: the last block and output root that games start
///         from. Questions have the OP Stack's names.
///
///         A game's claim is valid when the factory made the game, it was respected, neither blacklisted nor retired,
///         nothing is paused, it was resolved for the defender, and the finality delay has passed since. That delay is
///         the guardian's time to look.
///
///         The guardian may pause, blacklist a game and retire all games up to now: it can delay, and make people
///         claim again, but can't make a false claim pass. It may name another guardian, or none, which holds for good.
///         Games are played on regardless of it: bonds follow the verdict.
///
///         An anchor that was taken stays, even where its game is blacklisted later: games are to be blacklisted
///         within the finality delay, or everything be deployed anew.
contract AnchorStateRegistry is IAnchorStateRegistry {
    event AnchorUpdated(address indexed game, bytes32 indexed root, uint256 indexed blockNumber);
    event GuardianChanged(address indexed from, address indexed to);
    event Paused();
    event Unpaused();
    event GameBlacklisted(address indexed game);
    /// @notice All games up to this time are retired.
    event GamesRetired(uint64 timestamp);

    uint256 private constant MAX_FINALITY_DELAY = 30 days;

    IDisputeGameFactory public immutable disputeGameFactory;
    /// @notice The one type of game, as long as these contracts live.
    uint32 public immutable respectedGameType;
    /// @notice Seconds from a game's resolution until its claim is valid.
    uint256 public immutable disputeGameFinalityDelaySeconds;
    string public constant version = "1.0.0";

    bytes32 private anchorRoot;
    uint256 private anchorBlock;
    /// @notice The game that brought the anchor. Zero: it is the one from the start.
    address public anchorGame;

    /// @notice Zero: nobody, for good.
    address public guardian;
    bool public paused;
    /// @notice Games created up to this time are retired.
    uint64 public retirementTimestamp;
    mapping(address game => bool) public disputeGameBlacklist;

    /// @param factory       Deployed before, for this contract's predicted address.
    /// @param guardian_     Zero: there is none, for good.
    /// @param startRoot     The output root of `startBlock`, usually of genesis. Nobody disputes it: look at it.
    /// @param finalityDelay In seconds, at most 30 days.
    constructor(
        IDisputeGameFactory factory,
        address guardian_,
        bytes32 startRoot,
        uint64 startBlock,
        uint256 finalityDelay
    ) {
        if (factory.anchorStateRegistry() != address(this)) revert WrongFactory(address(factory));
        if (startRoot == 0) revert ZeroRoot();
        if (finalityDelay > MAX_FINALITY_DELAY) revert BadParameter("finalityDelay");
        disputeGameFactory = factory;
        respectedGameType = factory.gameType();
        disputeGameFinalityDelaySeconds = finalityDelay;
        guardian = guardian_;
        anchorRoot = startRoot;
        anchorBlock = startBlock;
        emit GuardianChanged(address(0), guardian_);
        emit AnchorUpdated(address(0), startRoot, startBlock);
    }

    // ---------------------------------------------------------------- the anchor

    /// @inheritdoc IAnchorStateRegistry
    function getAnchorRoot() external view returns (bytes32 root, uint256 blockNumber) {
        return (anchorRoot, anchorBlock);
    }

    /// @notice Moves the anchor to a valid claim's block. Anyone's.
    function setAnchorState(IDisputeGame game) external {
        if (!isGameClaimValid(game)) revert GameNotValid(address(game));
        uint256 blockNumber = game.l2SequenceNumber();
        if (blockNumber <= anchorBlock) revert AnchorNotNewer(blockNumber, anchorBlock);
        bytes32 root = game.rootClaim();
        anchorRoot = root;
        anchorBlock = blockNumber;
        anchorGame = address(game);
        emit AnchorUpdated(address(game), root, blockNumber);
    }

    // ---------------------------------------------------------------- questions

    function isGameRegistered(IDisputeGame game) public view returns (bool) {
        return disputeGameFactory.isGame(address(game));
    }

    function isGameBlacklisted(IDisputeGame game) public view returns (bool) {
        return disputeGameBlacklist[address(game)];
    }

    function isGameRetired(IDisputeGame game) public view returns (bool) {
        return isGameRegistered(game) && game.createdAt() <= retirementTimestamp;
    }

    /// @notice Whether a game of the factory's is of the respected type, in full width.
    function isGameRespected(IDisputeGame game) public view returns (bool) {
        return isGameRegistered(game) && game.gameType() == respectedGameType;
    }

    /// @notice Whether nothing speaks against relying on the game, whatever its verdict is.
    function isGameProper(IDisputeGame game) public view returns (bool) {
        return isGameRegistered(game) && !isGameBlacklisted(game) && !isGameRetired(game) && !paused;
    }

    function isGameResolved(IDisputeGame game) public view returns (bool) {
        return isGameRegistered(game) && game.resolvedAt() != 0 && game.status() != GameStatus.IN_PROGRESS;
    }

    /// @notice Whether the game was resolved longer ago than the finality delay.
    function isGameFinalized(IDisputeGame game) public view returns (bool) {
        return isGameResolved(game) && block.timestamp - game.resolvedAt() > disputeGameFinalityDelaySeconds;
    }

    /// @notice Whether the game's root claim is true, as far as anyone can know.
    function isGameClaimValid(IDisputeGame game) public view returns (bool) {
        return isGameProper(game) && isGameRespected(game) && isGameFinalized(game)
            && game.status() == GameStatus.DEFENDER_WINS;
    }

    // ---------------------------------------------------------------- the guardian

    function pause() external {
        _checkGuardian();
        if (paused) revert RegistryPaused();
        paused = true;
        emit Paused();
    }

    function unpause() external {
        _checkGuardian();
        if (!paused) revert NotPaused();
        paused = false;
        emit Unpaused();
    }

    /// @notice Makes a game never count. There is no way back; the same claim can be made in another game.
    function blacklistDisputeGame(IDisputeGame game) external {
        _checkGuardian();
        if (!isGameRegistered(game)) revert NotRegistered(address(game));
        disputeGameBlacklist[address(game)] = true;
        emit GameBlacklisted(address(game));
    }

    /// @notice Makes all games up to now never count.
    function retireGames() external {
        _checkGuardian();
        retirementTimestamp = uint64(block.timestamp);
        emit GamesRetired(uint64(block.timestamp));
    }

    /// @notice Hands the office on. To zero: for good, and not in a pause that nobody could end.
    function setGuardian(address guardian_) external {
        _checkGuardian();
        if (guardian_ == address(0) && paused) revert RegistryPaused();
        emit GuardianChanged(guardian, guardian_);
        guardian = guardian_;
    }

    function _checkGuardian() private view {
        if (msg.sender != guardian) revert NotGuardian(msg.sender);
    }
}
