// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeGame} from "./DisputeGame.sol";
import {IAnchorStateRegistry} from "./interfaces/IAnchorStateRegistry.sol";
import {IDisputeGameFactory} from "./interfaces/IDisputeGameFactory.sol";
import {GameClone} from "./lib/GameClone.sol";
import {
    BlockOutOfRange,
    GameExists,
    InboxDiffers,
    NonStandardCalldata,
    UnknownGameType,
    WrongBond,
    ZeroRoot
} from "./lib/Errors.sol";

/// @dev What the factory reads of the inbox.
interface IInboxEntries {
    function entryCount() external view returns (uint256);
    function entryLink(uint256 index) external view returns (bytes32);
}

/// @title DisputeGameFactory
/// @notice Where claims about L2 are made. Each is a game of its own: a small proxy to one implementation, with the
///         claim in its code, at an address that follows from the claim.
///
///         A claim is (block N, output root, horizon): the horizon is the number of entries that the inbox had when
///         the claim was made, frozen. The claim says that with these entries L2 has block N, and this is its root.
///         So what is right stays right, a claim made before its batch is on L1 loses, and doing that on purpose does
///         not keep anyone from making the same claim later: that one has another horizon.
///
///         There is one type of game and one implementation, for good, with its bonds in it. Nobody owns this.
///
///         Claims about blocks that can't exist yet can't be refused here: L1 does not know how many blocks a payload
///         holds, nor their times, and whoever lies about a root would lie about those. They cost the bond, and reach
///         at most `maxSpan` behind the anchor.
contract DisputeGameFactory is IDisputeGameFactory {
    event DisputeGameCreated(address indexed disputeProxy, uint32 indexed gameType, bytes32 indexed rootClaim);

    /// @dev As libraries decode it. `metadata` is gameType 4 | createdAt 8 | address 20.
    struct GameSearchResult {
        uint256 index;
        bytes32 metadata;
        uint64 timestamp;
        bytes32 rootClaim;
        bytes extraData;
    }

    /// @dev Selector, four words of head (the offset among them), the length, and three words of data.
    uint256 private constant CREATE_CALLDATA = 4 + 3 * 32 + 32 + 3 * 32;

    DisputeGame public immutable implementation;
    address public immutable anchorStateRegistry;
    IInboxEntries public immutable inbox;
    /// @notice 71, for G. Libraries take it for an ordinary type.
    uint32 public immutable gameType;
    string public constant version = "1.0.0";

    /// @dev gameType 4 | createdAt 8 | address 20
    bytes32[] private list;
    mapping(bytes32 uuid => bytes32 metadata) private byUuid;
    /// @notice Whether this factory made it.
    mapping(address game => bool) public isGame;

    /// @param registry May not exist yet (its address is predicted), but must know this contract.
    constructor(DisputeGame implementation_, address registry, IInboxEntries inbox_) {
        implementation = implementation_;
        gameType = implementation_.gameType();
        anchorStateRegistry = registry;
        inbox = inbox_;
    }

    // ---------------------------------------------------------------- claims

    /// @notice Makes a claim, with the root's bond.
    /// @param gameType_ The one type.
    /// @param rootClaim The output root.
    /// @param extraData Three words: the block's number; how many entries of the inbox the claimant has looked at (not
    ///                  less than the block needs; at least one); the link of the last of them. If the inbox has
    ///                  another one there, or none, then L1 was reorganised: the claim reverts instead of losing.
    function create(uint32 gameType_, bytes32 rootClaim, bytes calldata extraData)
        external
        payable
        returns (address proxy)
    {
        if (gameType_ != gameType) revert UnknownGameType(gameType_);
        if (rootClaim == 0) revert ZeroRoot();
        _checkCalldata(extraData);
        (uint256 blockNumber, uint256 entries, bytes32 link) = abi.decode(extraData, (uint256, uint256, bytes32));
        uint256 horizon = _checkInbox(entries, link);
        (bytes32 anchorRoot, uint256 anchorBlock) = IAnchorStateRegistry(anchorStateRegistry).getAnchorRoot();
        _checkRange(blockNumber, anchorBlock);
        uint256 bond = implementation.rootBond();
        if (msg.value != bond) revert WrongBond(bond, msg.value);

        bytes32 uuid = _uuid(gameType_, rootClaim, blockNumber, horizon);
        if (byUuid[uuid] != 0) revert GameExists(_address(byUuid[uuid]));
        bytes memory claim = abi.encode(rootClaim, anchorRoot, anchorBlock, blockNumber, horizon);
        proxy = GameClone.create(address(implementation), uuid, claim);
        _register(uuid, proxy);
        emit DisputeGameCreated(proxy, gameType_, rootClaim);
        DisputeGame(proxy).initialize{value: msg.value}(msg.sender);
    }

    function _checkCalldata(bytes calldata extraData) private pure {
        uint256 start;
        assembly {
            start := extraData.offset
        }
        bool standard = start == 4 + 4 * 32 && extraData.length == 3 * 32;
        if (!standard || msg.data.length != CREATE_CALLDATA) revert NonStandardCalldata();
    }

    function _checkInbox(uint256 entries, bytes32 link) private view returns (uint256 horizon) {
        horizon = inbox.entryCount();
        bool same = entries != 0 && entries <= horizon && inbox.entryLink(entries - 1) == link;
        if (!same) revert InboxDiffers(entries, link);
    }

    function _checkRange(uint256 blockNumber, uint256 anchorBlock) private view {
        uint256 maxSpan = implementation.maxSpan();
        if (blockNumber <= anchorBlock || blockNumber - anchorBlock > maxSpan) {
            revert BlockOutOfRange(blockNumber, anchorBlock, maxSpan);
        }
    }

    function _register(bytes32 uuid, address proxy) private {
        bytes32 metadata = bytes32((uint256(gameType) << 224) | (block.timestamp << 160) | uint160(proxy));
        list.push(metadata);
        byUuid[uuid] = metadata;
        isGame[proxy] = true;
    }

    function _uuid(uint32 gameType_, bytes32 rootClaim, uint256 blockNumber, uint256 horizon)
        private
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(gameType_, rootClaim, blockNumber, horizon));
    }

    // ---------------------------------------------------------------- reading

    /// @notice What a claim costs.
    function initBonds(uint32 gameType_) external view returns (uint256) {
        return gameType_ == gameType ? implementation.rootBond() : 0;
    }

    function gameImpls(uint32 gameType_) external view returns (address) {
        return gameType_ == gameType ? address(implementation) : address(0);
    }

    function gameCount() external view returns (uint256) {
        return list.length;
    }

    function gameAtIndex(uint256 index) external view returns (uint32, uint64 timestamp, address proxy) {
        bytes32 metadata = list[index];
        return (uint32(uint256(metadata) >> 224), _timestamp(metadata), _address(metadata));
    }

    /// @notice The game of a claim, or zero.
    /// @param extraData As the game's `extraData`: block and horizon, a word each.
    function games(uint32 gameType_, bytes32 rootClaim, bytes calldata extraData)
        external
        view
        returns (address proxy, uint64 timestamp)
    {
        if (extraData.length != 64) return (address(0), 0);
        (uint256 blockNumber, uint256 horizon) = abi.decode(extraData, (uint256, uint256));
        bytes32 metadata = byUuid[_uuid(gameType_, rootClaim, blockNumber, horizon)];
        return (_address(metadata), _timestamp(metadata));
    }

    /// @notice The last `n` games from index `start` downwards, newest first; nothing if there is no game `start`.
    function findLatestGames(uint32 gameType_, uint256 start, uint256 n)
        external
        view
        returns (GameSearchResult[] memory found)
    {
        if (gameType_ != gameType || start >= list.length) return found;
        if (n > start + 1) n = start + 1;
        found = new GameSearchResult[](n);
        for (uint256 i = 0; i < n; i++) {
            bytes32 metadata = list[start - i];
            DisputeGame game = DisputeGame(_address(metadata));
            found[i] = GameSearchResult(start - i, metadata, _timestamp(metadata), game.rootClaim(), game.extraData());
        }
    }

    function _timestamp(bytes32 metadata) private pure returns (uint64) {
        return uint64(uint256(metadata) >> 160);
    }

    function _address(bytes32 metadata) private pure returns (address) {
        return address(uint160(uint256(metadata)));
    }
}
