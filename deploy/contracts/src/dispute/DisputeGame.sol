// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GameParameters} from "./GameParameters.sol";
import {Claim, Claims, Half, K, LocalData} from "./lib/Claims.sol";
import {GameClone} from "./lib/GameClone.sol";
import {GameStatus, IDisputeGame} from "./interfaces/IDisputeGame.sol";
import {
    AlreadyFallen,
    AlreadyInitialized,
    AlreadyResolved,
    AtBottom,
    BadLocalIndex,
    BlockAfterAbsence,
    ClaimExists,
    NoCredit,
    NonStandardCalldata,
    NotAGame,
    NotAtBottom,
    OpenAnswers,
    PastEnd,
    SameEnd,
    StateIsAbsence,
    StateIsNotAbsence,
    StepIsRight,
    TooEarly,
    TooLate,
    TraceEndsNotValid,
    TraceEndsValid,
    TransferFailed,
    UnknownClaim,
    WrongBond,
    WrongPreState,
    WrongStart
} from "./lib/Errors.sol";

/// @title DisputeGame
/// @notice One claim about L2, and the dispute over it. What follows is the contract with whoever plays.
///
///         WHAT IS CLAIMED. A game is about (block N, output root R, horizon H) and starts from the anchor, block M
///         with root A. For each position b, from M up, there is one right state:
///           - M: A;
///           - M < b <= N: the output root of block b as derived from the inbox's first H entries, or ABSENT = 0 if
///             they end before b;
///           - b > N: N's.
///         And for each (agreed root, claimed root, block, H, chain config) there is one right trace of the proof
///         program, which begins with `absolutePrestate`. Its end has status VALID if and only if the block after the
///         one with the agreed root has the claimed root.
///
///         CLAIMS. A claim commits to 33 states at equal spacing, by listHash = keccak256(keccak256(states 0 to 16) |
///         keccak256(states 16 to 32)), so that two neighbours can be shown with one half of the list. A claim is known
///         by its hash, keccak256(abi.encode(Claim)), which reaches back to the root claim through `parent`, and for
///         the root claim to this game's address, which follows from the claim: a move can't be turned against
///         anything else than what it was made for. Let k = 32, L = outputLevels, T = traceLevels:
///           depth      states            spacing                start
///           0          output roots      k^L blocks             M     the root claim: A, then 32 times R
///           d <= L     output roots      k^(L-d) blocks         where the parent's attacked interval begins
///           d > L      machine states    k^(L+T-d) steps        block b (the trace's number of steps: k^T)
///         `index` is the attacked state of the parent (0 for the root claim). `context` is 0 for output roots;
///         for machine states keccak256(abi.encode(agreed root, claimed root, b, H, chain config hash)), five words.
///         At depth L + T, called the bottom, the spacing is one step.
///
///         MOVES. Everyone may make every move; the claimant is the caller.
///         attack(target, i, theirs, ours), 1 <= i <= 32: "your state i-1 is right, your state i is wrong".
///           - `theirs` shows the target's states i-1 and i: the half of its list that has both (states 0 to 16 for
///             i <= 16, else 16 to 32) and the hash of the other half. The list is found in its ClaimMade event.
///           - Ours starts with their state i-1 and ends with something else than their state i.
///           - In lists of output roots, all states at positions from N on are equal, and after ABSENT comes ABSENT.
///             So no difference can be found behind N, nor behind the first absent block.
///           - Where the target's spacing is one block, b = target.start + i is in dispute, b <= N, and ours is a trace
///             for (their state i-1, their state i, b): it starts with absolutePrestate and ends in a status other
///             than VALID. If it panics or does not end, that is no proof of validity.
///         attackAbsence(target, i, theirs, ours, root): the same where the target's spacing is one block and its state
///           i is ABSENT and i-1 is not. Ours is the trace for (their state i-1, root, b), and ends in VALID: there is
///           a block, because this is its root.
///         step(claim, i, half, witness), at the bottom: the instruction does not lead from state i-1 to state i.
///           L1 executes it, and the claim falls for good. A step is a proof, so it is in time until the claim is
///           resolved. What it reads must be in the oracle before: `loadLocal` for local data.
///           The reward goes to the caller, and since a step can be copied from the mempool: who has called
///           commitStep(keccak256(abi.encode(self, claimHash, i, keccak256(witness)))) in an earlier block keeps it,
///           by its own step even after the copy. Of several, the earliest commitment wins.
///
///         HONEST PLAY. Attack every claim whose first state is right at its first wrong state, by a list with only
///         right states; at the bottom, step there. Then no honest claim falls and every wrong claim with a right start
///         does. A claim with a wrong start needs no answer: it hangs below a wrong claim, to the right of a claim of
///         ours. If somebody else has made the very same claim, ours reverts (ClaimExists) and is not needed.
///
///         CLOCKS. A claim made at time t by attacking P has
///           left     = max(P.deadline - t, e)    what its side has left for later moves
///           deadline = t + P.left                until when it can be answered: the other side's time
///         The root claim has left = maxClockDuration and deadline = createdAt + maxClockDuration. So each side's clock
///         runs only while it's its turn, along each path, and the answer to any claim has at least e:
///         e = clockExtension, but twice that if the next move of the claim's side, two levels down, is the first
///         trace or a step. Moves at the last moment prolong a game to three times maxClockDuration at most.
///         A claim can be answered strictly before its deadline, and resolved from then on.
///
///         BONDS. Depth 0: rootBond; to the bottom: moveBond; at the bottom: lastBond. Exactly that is to be sent.
///         Each is meant to cover what answering and resolving costs: an attack takes up to 150,000 gas and a
///         resolution 100,000; a step with its preimages may take a whole L1 transaction, 2^24 gas (a payload of
///         120,000 bytes, or 10M gas of a precompiled contract), so it's for the last bond that gas must not be dear.
///         A claim's bond is no less than the one of its answer: whoever makes wrong claims, however many and
///         wherever, has to stake at least what the honest side has to, and loses it. `pathBonds` says what a side
///         needs at hand to play one path to its end; the root bond is no less.
///
///         RESOLUTION. resolveClaims(claims), any number at once, answers before what they answer. A claim stands if
///         it was not stepped and none of its attackers stands. If it stands, its bond goes back to its claimant. If
///         not, 7/8 go to the stepper, or to the standing attacker at the lowest index (of several there to the one
///         that came first, or within an L1 block was resolved first), and 1/8 is burnt, by staying here: attacking
///         oneself is not free. The verdict on the root claim is the game's. Bonds are credited, and paid out by
///         `claimCredit`.
///
///         EVENTS. ClaimMade for every claim, the root claim included: the Claim, its list, claimant and clocks.
///         TraceBegun, before the first claim of a trace: what its context stands for. ClaimFell for a step;
///         ClaimResolved with who got what; Resolved for the verdict.
///
///         L1 REORGS. A move is bound to what it answers and reverts without it. But if the game itself vanishes, there
///         is no code at its address to refuse the bond: play when the creation is as deep as a reorg gets.
contract DisputeGame is GameParameters, IDisputeGame {
    // ---------------------------------------------------------------- shapes

    /// @dev A claim's standing, in one slot. Times in seconds.
    struct Standing {
        address claimant;
        uint40 deadline;
        uint40 left;
        bool resolved;
    }

    /// @dev What has come of the answers to a claim, in one slot: who is to have its bond if it fell (zero: it
    ///      stands), and how many answers are open.
    ///      by an attack: the index that was attacked, and the answer's deadline, which tells what came first;
    ///      by a step: the L1 block of its commitment.
    struct Answers {
        address by;
        uint40 time;
        uint8 index;
        uint40 open;
    }

    /// @dev The game's own state, in one slot.
    struct Game {
        uint64 createdAt;
        uint64 resolvedAt;
        uint64 lastDeadline;
        GameStatus status;
    }

    // ---------------------------------------------------------------- events

    event ClaimMade(
        bytes32 indexed claimHash,
        bytes32 indexed parent,
        address indexed claimant,
        Claim claim,
        uint256 deadline,
        uint256 left,
        bytes32[33] list
    );
    /// @notice A claim of machine states follows that is about this.
    event TraceBegun(bytes32 indexed context, bytes32 agreedRoot, bytes32 claimedRoot, uint64 blockNumber);
    event StepCommitted(bytes32 indexed commitment);
    event ClaimFell(bytes32 indexed claimHash, address indexed by, uint256 index, bytes32 rightState);
    event ClaimResolved(bytes32 indexed claimHash, bool stands, address indexed recipient, uint256 amount);
    event Resolved(GameStatus indexed status);
    event CreditClaimed(address indexed recipient, uint256 amount);

    // ---------------------------------------------------------------- constants

    uint32 public constant gameType = 71;
    string public constant version = "1.0.0";
    uint256 public constant burnDivisor = 8;

    bytes32 private constant ABSENT = 0;
    uint256 private constant STATUS_VALID = 0;
    uint256 private constant LIST_BYTES = (K + 1) * 32;
    uint256 private constant HALF_BYTES = (K / 2 + 1) * 32 + 32;
    uint256 private constant CLAIM_BYTES = 6 * 32;
    uint256 private constant ATTACK_CALLDATA = 4 + CLAIM_BYTES + 32 + HALF_BYTES + LIST_BYTES;
    uint256 private constant STEP_HEAD = CLAIM_BYTES + 32 + HALF_BYTES + 32;

    DisputeGame private immutable self = this;

    // ---------------------------------------------------------------- state

    Game private game;
    mapping(bytes32 claimHash => Standing) private standings;
    mapping(bytes32 claimHash => Answers) private answersTo;
    /// @notice The L1 block in which a step was committed to, or 0.
    mapping(bytes32 commitment => uint256 blockNumber) public commitments;
    /// @notice Wei that `claimCredit` would pay.
    mapping(address recipient => uint256) public credit;

    /// @dev Of the implementation. Games have what is common to all in its code, and what is theirs in their own.
    constructor(Config memory c) GameParameters(c) {}

    /// @notice Begins the game: called by the factory as it creates it, and never again.
    function initialize(address creator) external payable {
        if (address(this) == address(self)) revert NotAGame();
        if (game.createdAt != 0) revert AlreadyInitialized();
        if (msg.value != rootBond) revert WrongBond(rootBond, msg.value);
        game.createdAt = uint64(block.timestamp);
        (Claim memory root, bytes32[33] memory list) = _rootClaim();
        _make(root, list, creator, block.timestamp + maxClockDuration, maxClockDuration);
    }

    // ---------------------------------------------------------------- what the game is about

    function rootClaim() public view returns (bytes32) {
        return GameClone.word(0);
    }

    /// @notice The output root that the game starts from, the registry's when it was created.
    function anchorRoot() public view returns (bytes32) {
        return GameClone.word(32);
    }

    function anchorBlock() public view returns (uint256) {
        return uint256(GameClone.word(64));
    }

    /// @inheritdoc IDisputeGame
    function l2SequenceNumber() public view returns (uint256) {
        return uint256(GameClone.word(96));
    }

    function l2BlockNumber() external view returns (uint256) {
        return l2SequenceNumber();
    }

    /// @notice How many entries the inbox had when the claim was made.
    function horizon() public view returns (uint256) {
        return uint256(GameClone.word(128));
    }

    /// @inheritdoc IDisputeGame
    function extraData() external view returns (bytes memory) {
        return abi.encode(l2SequenceNumber(), horizon());
    }

    /// @dev The root claim as one like all others. Behind N, everything is as at N.
    function _rootClaim() private view returns (Claim memory claim, bytes32[33] memory list) {
        list[0] = anchorRoot();
        bytes32 root = rootClaim();
        for (uint256 j = 1; j <= K; j++) {
            list[j] = root;
        }
        claim.parent = bytes32(uint256(uint160(address(this))));
        claim.listHash = Claims.listHash(list);
        claim.start = uint64(anchorBlock());
    }

    // ---------------------------------------------------------------- attacks

    /// @notice Claims that the target's state `index` is wrong, and the one before it right. See MOVES.
    function attack(Claim calldata target, uint256 index, Half calldata theirs, bytes32[33] calldata ours)
        external
        payable
        returns (bytes32 claimHash)
    {
        if (msg.data.length != ATTACK_CALLDATA) revert NonStandardCalldata();
        (bytes32 agreed, bytes32 attacked) = Claims.open(target, index, theirs);
        Claim memory own = _place(target, index);
        if (own.depth == outputLevels + 1) {
            if (attacked == ABSENT) revert StateIsAbsence();
            _beginTrace(own, agreed, attacked, ours);
            if (_status(ours[K]) == STATUS_VALID) revert TraceEndsValid();
        } else {
            if (ours[0] != agreed) revert WrongStart();
            if (ours[K] == attacked) revert SameEnd();
            if (own.depth <= outputLevels) _checkOutputRoots(own, ours);
            else own.context = target.context;
        }
        return _answer(own, ours);
    }

    /// @notice Claims that there is a block where the target says there is none. See MOVES.
    /// @param root Its output root.
    function attackAbsence(
        Claim calldata target,
        uint256 index,
        Half calldata theirs,
        bytes32[33] calldata ours,
        bytes32 root
    ) external payable returns (bytes32 claimHash) {
        if (msg.data.length != ATTACK_CALLDATA + 32) revert NonStandardCalldata();
        (bytes32 agreed, bytes32 attacked) = Claims.open(target, index, theirs);
        Claim memory own = _place(target, index);
        bool absent = own.depth == outputLevels + 1 && attacked == ABSENT && root != ABSENT;
        if (!absent) revert StateIsNotAbsence();
        // Where the block before is absent too, it's there that they can be attacked.
        if (agreed == ABSENT) revert BlockAfterAbsence(index);
        _beginTrace(own, agreed, root, ours);
        if (_status(ours[K]) != STATUS_VALID) revert TraceEndsNotValid();
        return _answer(own, ours);
    }

    /// @dev The attacking claim's place. Context and list are still open.
    function _place(Claim calldata target, uint256 index) private view returns (Claim memory own) {
        if (target.depth == _bottom()) revert AtBottom();
        own.parent = hashOf(target);
        own.depth = target.depth + 1;
        own.index = uint8(index);
        own.start = target.start;
        if (target.depth <= outputLevels) own.start += uint64((index - 1) * _spacing(target.depth));
    }

    /// @dev Nothing changes behind the end, and nothing comes after an absent block.
    function _checkOutputRoots(Claim memory own, bytes32[33] calldata ours) private view {
        uint256 spacing = _spacing(own.depth);
        uint256 end = l2SequenceNumber();
        // The first of our states whose position is not before the end.
        uint256 last = own.start >= end ? 0 : (end - own.start + spacing - 1) / spacing;
        bytes32 previous = ours[0];
        for (uint256 j = 1; j <= K; j++) {
            bytes32 state = ours[j];
            if (state != previous) {
                if (j > last) revert PastEnd(j);
                if (previous == ABSENT) revert BlockAfterAbsence(j);
            }
            previous = state;
        }
    }

    /// @dev The first claim of a trace: the program for the block between the agreed and the claimed root.
    function _beginTrace(Claim memory own, bytes32 agreedRoot, bytes32 claimedRoot, bytes32[33] calldata ours)
        private
    {
        own.start += 1;
        if (own.start > l2SequenceNumber()) revert PastEnd(own.index);
        own.context = contextOf(LocalData(agreedRoot, claimedRoot, own.start));
        if (ours[0] != absolutePrestate) revert WrongStart();
        emit TraceBegun(own.context, agreedRoot, claimedRoot, own.start);
    }

    function _status(bytes32 state) private pure returns (uint256) {
        return uint8(state[0]);
    }

    /// @dev Enters an attack whose list is in order.
    function _answer(Claim memory own, bytes32[33] calldata ours) private returns (bytes32 claimHash) {
        Standing memory target = standings[own.parent];
        if (target.claimant == address(0)) revert UnknownClaim(own.parent);
        if (block.timestamp >= target.deadline) revert TooLate(target.deadline);
        uint256 bond = bondAt(own.depth);
        if (msg.value != bond) revert WrongBond(bond, msg.value);
        own.listHash = Claims.listHash(ours);
        uint256 left = target.deadline - block.timestamp;
        uint256 least = _extension(own.depth);
        answersTo[own.parent].open++;
        return _make(own, ours, msg.sender, block.timestamp + target.left, left < least ? least : left);
    }

    function _make(Claim memory claim, bytes32[33] memory list, address claimant, uint256 deadline, uint256 left)
        private
        returns (bytes32 claimHash)
    {
        claimHash = Claims.hash(claim);
        if (standings[claimHash].claimant != address(0)) revert ClaimExists(claimHash);
        standings[claimHash] = Standing(claimant, uint40(deadline), uint40(left), false);
        if (deadline > game.lastDeadline) game.lastDeadline = uint64(deadline);
        emit ClaimMade(claimHash, claim.parent, claimant, claim, deadline, left, list);
    }

    // ---------------------------------------------------------------- steps

    /// @notice Commits to a step, so that its reward can't be stolen. See MOVES.
    function commitStep(bytes32 commitment) external {
        if (commitments[commitment] != 0) return;
        commitments[commitment] = block.number;
        emit StepCommitted(commitment);
    }

    /// @notice Loads local data into the oracle, for steps under the context that they make up.
    /// @param data  Any. The horizon and the chain config are the game's.
    /// @param index 1 agreed root, 2 claimed root, 3 block number, 4 horizon, 5 chain config hash.
    function loadLocal(LocalData calldata data, uint256 index, uint256 offset) external returns (bytes32 key) {
        (bytes32 word, uint256 size) = _localWord(data, index);
        return oracle.loadLocal(index, contextOf(data), word, size, offset);
    }

    function _localWord(LocalData calldata data, uint256 index) private view returns (bytes32 word, uint256 size) {
        if (index == 1) return (data.agreedRoot, 32);
        if (index == 2) return (data.claimedRoot, 32);
        if (index == 3) return (bytes32(uint256(data.blockNumber) << 192), 8);
        if (index == 4) return (bytes32(horizon() << 192), 8);
        if (index == 5) return (chainConfigHash, 32);
        revert BadLocalIndex(index);
    }

    /// @notice Proves that the claim's state `index` is wrong. See MOVES.
    /// @param witness As Step wants it.
    function step(Claim calldata claim, uint256 index, Half calldata half, bytes calldata witness) external {
        _checkStepCalldata(witness);
        (bytes32 before, bytes32 state) = Claims.open(claim, index, half);
        if (claim.depth != _bottom()) revert NotAtBottom();
        bytes32 claimHash = hashOf(claim);
        Standing memory standing = standings[claimHash];
        if (standing.claimant == address(0)) revert UnknownClaim(claimHash);
        if (standing.resolved) revert AlreadyResolved(claimHash);

        Answers memory answers = answersTo[claimHash];
        uint256 time = commitments[keccak256(abi.encode(msg.sender, claimHash, index, keccak256(witness)))];
        if (time == 0) time = block.number;
        if (answers.by != address(0) && time >= answers.time) revert AlreadyFallen();

        bytes32 pre = stepper.preStateHash(witness);
        if (pre != before) revert WrongPreState(pre);
        bytes32 post = stepper.step(witness, claim.context);
        if (post == state) revert StepIsRight();
        answersTo[claimHash] = Answers(msg.sender, uint40(time), uint8(index), 0);
        emit ClaimFell(claimHash, msg.sender, index, post);
    }

    function _checkStepCalldata(bytes calldata witness) private pure {
        uint256 start;
        assembly {
            start := witness.offset
        }
        uint256 padded = (witness.length + 31) & ~uint256(31);
        bool standard = start == 4 + STEP_HEAD + 32 && msg.data.length == start + padded;
        if (!standard) revert NonStandardCalldata();
    }

    // ---------------------------------------------------------------- resolution

    /// @notice Resolves claims, in this order, as many as fit into a transaction. Those that are resolved already are
    ///         passed over, so that nobody can make the others fail.
    function resolveClaims(Claim[] calldata claims) external {
        for (uint256 i = 0; i < claims.length; i++) {
            _resolve(claims[i]);
        }
    }

    /// @notice Resolves the root claim, and thereby the game, once all its answers are resolved.
    function resolve() external returns (GameStatus) {
        (Claim memory root,) = _rootClaim();
        if (game.status != GameStatus.IN_PROGRESS) revert AlreadyResolved(Claims.hash(root));
        _resolve(root);
        return game.status;
    }

    function _resolve(Claim memory claim) private {
        bytes32 claimHash = Claims.hash(claim);
        Standing memory standing = standings[claimHash];
        if (standing.claimant == address(0)) revert UnknownClaim(claimHash);
        if (standing.resolved) return;
        if (block.timestamp < standing.deadline) revert TooEarly(standing.deadline);
        Answers memory answers = answersTo[claimHash];
        if (answers.open != 0) revert OpenAnswers(answers.open);

        standings[claimHash].resolved = true;
        bool stands = answers.by == address(0);
        uint256 bond = bondAt(claim.depth);
        address recipient = stands ? standing.claimant : answers.by;
        uint256 amount = stands ? bond : bond - bond / burnDivisor;
        credit[recipient] += amount;
        emit ClaimResolved(claimHash, stands, recipient, amount);
        if (claim.depth == 0) _end(stands);
        else _report(claim, standing, stands);
    }

    /// @dev Tells the parent that an answer is settled: it falls if the answer stands.
    function _report(Claim memory claim, Standing memory standing, bool stands) private {
        Answers memory parent = answersTo[claim.parent];
        parent.open--;
        bool first = parent.by == address(0) || claim.index < parent.index
            || (claim.index == parent.index && standing.deadline < parent.time);
        if (stands && first) {
            parent.by = standing.claimant;
            parent.index = claim.index;
            parent.time = standing.deadline;
        }
        answersTo[claim.parent] = parent;
    }

    function _end(bool stands) private {
        game.resolvedAt = uint64(block.timestamp);
        game.status = stands ? GameStatus.DEFENDER_WINS : GameStatus.CHALLENGER_WINS;
        emit Resolved(game.status);
    }

    /// @notice Pays out what is credited. Anyone may see to it.
    function claimCredit(address recipient) external {
        uint256 amount = credit[recipient];
        if (amount == 0) revert NoCredit(recipient);
        credit[recipient] = 0;
        emit CreditClaimed(recipient, amount);
        (bool success,) = recipient.call{value: amount}("");
        if (!success) revert TransferFailed(recipient);
    }

    // ---------------------------------------------------------------- reading

    function createdAt() external view returns (uint64) {
        return game.createdAt;
    }

    /// @inheritdoc IDisputeGame
    function resolvedAt() external view returns (uint64) {
        return game.resolvedAt;
    }

    function status() external view returns (GameStatus) {
        return game.status;
    }

    function gameCreator() external view returns (address) {
        return standings[rootClaimHash()].claimant;
    }

    /// @inheritdoc IDisputeGame
    function expectedResolution() external view returns (uint64) {
        return game.resolvedAt != 0 ? game.resolvedAt : game.lastDeadline;
    }

    function rootClaimHash() public view returns (bytes32) {
        (Claim memory root,) = _rootClaim();
        return Claims.hash(root);
    }

    function hashOf(Claim calldata claim) public pure returns (bytes32) {
        return Claims.hash(claim);
    }

    /// @notice The context of the trace for a block.
    function contextOf(LocalData memory data) public view returns (bytes32) {
        return keccak256(abi.encode(data.agreedRoot, data.claimedRoot, data.blockNumber, horizon(), chainConfigHash));
    }

    /// @notice A claim's standing: all zero if there is no such claim.
    function claimStanding(bytes32 claimHash) external view returns (Standing memory) {
        return standings[claimHash];
    }

    /// @notice What has come of the answers to a claim so far.
    function claimAnswers(bytes32 claimHash) external view returns (Answers memory) {
        return answersTo[claimHash];
    }

}
