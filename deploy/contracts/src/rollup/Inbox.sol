// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Inbox
/// @notice Orders everything. The L2 chain is a pure function of what this contract has accepted: a queue of messages
///         (deposits and L1 attributes) and a list of entries, each of which commits to a batch payload and consumes
///         a range of the queue. Both are hash chains whose every link can be read by index.
///
///         Whatever the batcher does, a message older than `forcedInclusionWindow` can be put into the chain by
///         anyone, and the batcher can append nothing that leaves it out.
///
///         Message bytes (packed, big-endian):
///           deposit    0x00 | from 20 | to 20 | mint 32 | value 32 | gasLimit 8 | isCreation 1 | data
///           attributes 0x01 | number 8 | timestamp 8 | baseFee 32 | blobBaseFee 32 | prevRandao 32 | parentHash 32
///         link(i) = keccak256(link(i-1) | keccak256(message i)), and link(-1) = 0.
///
///         Entry bytes (packed, big-endian, 96 of them):
///           payloadHash 32 | queueFrom 8 | queueTo 8 | queueLink 32 | l1BlockNumber 8 | l1Timestamp 8
///         entryLink(i) = keccak256(entryLink(i-1) | entry i), and entryLink(-1) = 0.
///         queueLink is the link of message queueTo - 1, or 0 if queueTo is 0.
contract Inbox {
    /// @notice A message was appended to the queue.
    /// @param index   Its place in the queue.
    /// @param link    The queue's hash chain up to and including it.
    /// @param message Its bytes, as described at the top.
    event MessageQueued(uint256 indexed index, bytes32 indexed link, bytes message);

    /// @notice An entry was appended. Its payload is the last argument of the `appendBatch` transaction that logs
    ///         this, or empty if `payloadHash` is keccak256 of nothing.
    event EntryAppended(
        uint256 indexed index,
        bytes32 indexed payloadHash,
        bytes32 link,
        uint64 queueFrom,
        uint64 queueTo,
        bytes32 queueLink,
        uint64 l1BlockNumber,
        uint64 l1Timestamp
    );

    event BatcherChanged(address indexed from, address indexed to);
    event OwnerChanged(address indexed from, address indexed to);

    error NotOwner(address caller);
    error NotBatcher(address caller);
    error NotPortal(address caller);
    /// @notice The batcher is a contract, a delegated account, or was called through one.
    error BatcherNotPlainAccount(address caller, address origin);
    error BadWindow(uint256 window);
    error ZeroPortal();
    /// @notice The next entry is another: an earlier batch is missing, or this one is in already.
    error WrongIndex(uint256 expected, uint256 actual);
    error QueueGoesBack(uint64 queueTo, uint64 consumed);
    error QueueTooShort(uint64 queueTo, uint64 messageCount);
    error TooManyMessages(uint64 queueFrom, uint64 queueTo);
    error PayloadTooLong(uint256 length);
    /// @notice The call data is not the one standard ABI encoding of its arguments.
    error NonStandardCalldata();
    /// @notice The entry would leave out a message that is older than the window.
    error MessageOverdue(uint64 index, uint64 timestamp);
    /// @notice The message is not old enough to be forced.
    error NotOverdue(uint64 index, uint64 timestamp);
    error NothingToForce();

    /// @dev Everything that most calls read and write, in one slot. The counts can't overflow: each step costs gas.
    struct Counts {
        uint64 entries;
        uint64 consumed;
        uint64 messages;
        uint64 lastAttributesBlock;
    }

    uint256 private constant MAX_WINDOW = 7 days;
    uint8 private constant KIND_DEPOSIT = 0;
    uint8 private constant KIND_ATTRIBUTES = 1;
    /// @dev Selector, three words of head, and the payload's length.
    uint256 private constant PAYLOAD_START = 4 + 4 * 32;

    /// @notice The only contract that may queue deposits.
    address public immutable portal;
    /// @notice Seconds after which a message is overdue.
    uint256 public immutable forcedInclusionWindow;
    /// @notice The longest payload, in bytes: one that can be replayed to L1 in one transaction.
    uint256 public constant maxPayload = 120_000;
    /// @notice The most messages that one entry consumes.
    uint256 public constant maxMessagesPerEntry = 512;
    string public constant version = "1.0.0";

    Counts private counts;
    /// @notice The queue's hash chain at each index.
    mapping(uint256 index => bytes32 link) public messageLink;
    /// @notice The entries' hash chain at each index.
    mapping(uint256 index => bytes32 link) public entryLink;
    /// @dev Four to a slot, the lowest index in the lowest bits.
    mapping(uint256 slot => uint256 packed) private timestamps;
    /// @notice Who may append batches.
    address public batcher;
    /// @notice Who may change the batcher. Zero: nobody, for good.
    address public owner;

    /// @param portal_  The portal, which may not exist yet (its address is predicted) but must know this contract.
    /// @param owner_   Zero to freeze the batcher.
    /// @param batcher_ A plain account.
    /// @param window   The forced-inclusion window in seconds.
    constructor(address portal_, address owner_, address batcher_, uint256 window) {
        if (portal_ == address(0)) revert ZeroPortal();
        if (window == 0 || window > MAX_WINDOW) revert BadWindow(window);
        portal = portal_;
        forcedInclusionWindow = window;
        owner = owner_;
        batcher = batcher_;
        emit OwnerChanged(address(0), owner_);
        emit BatcherChanged(address(0), batcher_);
    }

    // ---------------------------------------------------------------- messages

    /// @notice Queues a deposit, after the L1 block's attributes if they are not queued yet.
    /// @param from   The sender on L2.
    /// @param to     The receiver on L2, zero for a creation.
    /// @param opaque mint 32 | value 32 | gasLimit 8 | isCreation 1 | data, as the portal's event has it.
    function enqueueDeposit(address from, address to, bytes calldata opaque) external {
        if (msg.sender != portal) revert NotPortal(msg.sender);
        Counts memory c = counts;
        _enqueueAttributes(c);
        _enqueue(c, abi.encodePacked(KIND_DEPOSIT, from, to, opaque));
        counts = c;
    }

    /// @notice Queues this L1 block's attributes, once per block; does nothing if they are queued already.
    function queueAttributes() external {
        Counts memory c = counts;
        _enqueueAttributes(c);
        counts = c;
    }

    function _enqueueAttributes(Counts memory c) private {
        if (c.lastAttributesBlock == block.number) return;
        c.lastAttributesBlock = uint64(block.number);
        _enqueue(
            c,
            abi.encodePacked(
                KIND_ATTRIBUTES,
                uint64(block.number),
                uint64(block.timestamp),
                block.basefee,
                block.blobbasefee,
                block.prevrandao,
                blockhash(block.number - 1)
            )
        );
    }

    function _enqueue(Counts memory c, bytes memory message) private {
        uint256 index = c.messages++;
        bytes32 link = _hashPair(_linkBefore(index), keccak256(message));
        messageLink[index] = link;
        uint256 shift = (index % 4) * 64;
        timestamps[index / 4] |= block.timestamp << shift;
        emit MessageQueued(index, link, message);
    }

    /// @dev The queue's hash chain before message `index`.
    function _linkBefore(uint256 index) private view returns (bytes32) {
        return index == 0 ? bytes32(0) : messageLink[index - 1];
    }

    function _hashPair(bytes32 a, bytes32 b) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            mstore(0, a)
            mstore(32, b)
            hash := keccak256(0, 64)
        }
    }

    // ---------------------------------------------------------------- entries

    /// @notice Appends an entry with a payload. The batcher's alone, and from a plain account directly, so that the
    ///         payload is always found in the call data of an L1 transaction to this contract, from byte 132 on.
    /// @param expectedIndex The index that the entry will have: a repeated or outrun batch reverts.
    /// @param payload       At most `maxPayload` bytes, and may be empty. Nothing about it is checked here.
    /// @param queueTo       The entry consumes the queue's messages up to this index, exclusive.
    function appendBatch(uint256 expectedIndex, bytes calldata payload, uint64 queueTo) external {
        _checkBatcher();
        _checkCalldata(payload);
        Counts memory c = counts;
        if (expectedIndex != c.entries) revert WrongIndex(expectedIndex, c.entries);
        if (queueTo < c.consumed) revert QueueGoesBack(queueTo, c.consumed);
        if (queueTo > c.messages) revert QueueTooShort(queueTo, c.messages);
        uint256 taken = queueTo - c.consumed;
        if (taken > maxMessagesPerEntry) revert TooManyMessages(c.consumed, queueTo);
        // A full entry may leave overdue messages: the next ones will take them.
        if (queueTo < c.messages && taken < maxMessagesPerEntry) {
            uint64 queued = messageTimestamp(queueTo);
            if (_isOverdue(queued)) revert MessageOverdue(queueTo, queued);
        }
        _append(c, keccak256(payload), queueTo);
    }

    /// @notice Appends an entry without a payload that consumes overdue messages, and only such. Anyone's.
    ///         Also the way for a batcher to catch up after a long silence: it expects no index, so nobody can get in
    ///         its way by forcing a part of the messages first.
    /// @param queueTo The entry consumes the queue's messages up to this index, exclusive.
    function forceInclude(uint64 queueTo) external {
        Counts memory c = counts;
        if (queueTo <= c.consumed) revert NothingToForce();
        if (queueTo > c.messages) revert QueueTooShort(queueTo, c.messages);
        if (queueTo - c.consumed > maxMessagesPerEntry) revert TooManyMessages(c.consumed, queueTo);
        // Timestamps never fall along the queue: if the last one is overdue, all are.
        uint64 queued = messageTimestamp(queueTo - 1);
        if (!_isOverdue(queued)) revert NotOverdue(queueTo - 1, queued);
        _append(c, keccak256(""), queueTo);
    }

    function _checkBatcher() private view {
        if (msg.sender != batcher) revert NotBatcher(msg.sender);
        if (msg.sender != tx.origin || msg.sender.code.length != 0) {
            revert BatcherNotPlainAccount(msg.sender, tx.origin);
        }
    }

    /// @dev ABI decoders accept an offset that leads anywhere. With one accepted encoding, whoever reads payloads
    ///      from L1 transactions needs no decoder, and none can disagree.
    function _checkCalldata(bytes calldata payload) private pure {
        if (payload.length > maxPayload) revert PayloadTooLong(payload.length);
        uint256 start;
        assembly {
            start := payload.offset
        }
        uint256 padded = (payload.length + 31) & ~uint256(31);
        if (start != PAYLOAD_START || msg.data.length != PAYLOAD_START + padded) revert NonStandardCalldata();
    }

    function _isOverdue(uint64 queued) private view returns (bool) {
        return block.timestamp > uint256(queued) + forcedInclusionWindow;
    }

    function _append(Counts memory c, bytes32 payloadHash, uint64 queueTo) private {
        uint256 index = c.entries++;
        uint64 queueFrom = c.consumed;
        c.consumed = queueTo;
        counts = c;

        bytes32 previous = index == 0 ? bytes32(0) : entryLink[index - 1];
        bytes32 queueLink = _linkBefore(queueTo);
        bytes32 link = keccak256(
            abi.encodePacked(
                previous, payloadHash, queueFrom, queueTo, queueLink, uint64(block.number), uint64(block.timestamp)
            )
        );
        entryLink[index] = link;
        emit EntryAppended(
            index, payloadHash, link, queueFrom, queueTo, queueLink, uint64(block.number), uint64(block.timestamp)
        );
    }

    // ---------------------------------------------------------------- reading

    /// @notice How many entries there are.
    function entryCount() external view returns (uint256) {
        return counts.entries;
    }

    /// @notice How many messages the entries have consumed: queueTo of the last one.
    function queueConsumed() external view returns (uint256) {
        return counts.consumed;
    }

    /// @notice How many messages have been queued.
    function messageCount() external view returns (uint256) {
        return counts.messages;
    }

    /// @notice The last L1 block whose attributes were queued.
    function lastAttributesBlock() external view returns (uint256) {
        return counts.lastAttributesBlock;
    }

    /// @notice The L1 time at which a message was queued, or 0 if there is no such message.
    function messageTimestamp(uint256 index) public view returns (uint64) {
        return uint64(timestamps[index / 4] >> ((index % 4) * 64));
    }

    // ---------------------------------------------------------------- roles

    /// @notice Names another batcher (zero: none, so that only `forceInclude` appends).
    function setBatcher(address batcher_) external {
        _checkOwner();
        emit BatcherChanged(batcher, batcher_);
        batcher = batcher_;
    }

    /// @notice Hands the ownership on. To zero: the batcher is frozen for good.
    function setOwner(address owner_) external {
        _checkOwner();
        emit OwnerChanged(owner, owner_);
        owner = owner_;
    }

    function _checkOwner() private view {
        if (msg.sender != owner) revert NotOwner(msg.sender);
    }
}
