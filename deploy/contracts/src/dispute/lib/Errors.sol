// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Every way in which a dispute refuses something, one per rule.

// ---------------------------------------------------------------- anything

/// @notice The call data is not the one standard ABI encoding of the arguments.
error NonStandardCalldata();
/// @notice Not exactly this amount was sent along.
error WrongBond(uint256 expected, uint256 sent);

// ---------------------------------------------------------------- parameters

/// @notice A parameter of the game is outside the bounds that its rules need.
error BadParameter(string name);
/// @notice The registry and the factory were not made for each other.
error WrongFactory(address factory);

// ---------------------------------------------------------------- creation

/// @notice No game of this type is played here.
error UnknownGameType(uint32 gameType);
/// @notice Zero stands for "there is no such block", which nobody needs to claim.
error ZeroRoot();
/// @notice The block is not behind the anchor, or so far behind it that the lists don't reach it.
error BlockOutOfRange(uint256 blockNumber, uint256 anchorBlock, uint256 maxSpan);
/// @notice The inbox is not the one that the claim was made from: L1 was reorganised.
error InboxDiffers(uint256 entries, bytes32 link);
/// @notice This claim was made already, with the same entries in the inbox.
error GameExists(address game);
error AlreadyInitialized();
/// @notice The implementation itself is no game.
error NotAGame();

// ---------------------------------------------------------------- moves

/// @notice There is no such claim in this game.
error UnknownClaim(bytes32 claimHash);
/// @notice The list is not the one that the claim committed to.
error WrongList();
/// @notice States 1 to 32 can be attacked.
error BadIndex(uint256 index);
/// @notice The time to answer the claim is over.
error TooLate(uint256 deadline);
/// @notice The very same claim was made already.
error ClaimExists(bytes32 claimHash);
/// @notice The spacing is one instruction: step.
error AtBottom();
/// @notice The spacing is more than one instruction: attack.
error NotAtBottom();
/// @notice The own list does not start with what both sides hold to be right.
error WrongStart();
/// @notice The own list ends as the attacked one does.
error SameEnd();
/// @notice The list changes behind the block that the game is about, at this state.
error PastEnd(uint256 state);
/// @notice The list has a block behind one that it says does not exist, at this state.
error BlockAfterAbsence(uint256 state);
/// @notice The trace of an attack on a root must end in a status other than VALID.
error TraceEndsValid();
/// @notice The trace that proves that a block exists must end in VALID.
error TraceEndsNotValid();
/// @notice The state says that there is no such block: `attackAbsence` it.
error StateIsAbsence();
/// @notice The state is not the word for "there is no such block", at the spacing of one block.
error StateIsNotAbsence();
/// @notice The witness is not of the state that the claim has before the instruction.
error WrongPreState(bytes32 actual);
/// @notice The instruction leads to the very state that the claim has: it is right there.
error StepIsRight();
/// @notice The claim has fallen to a step that was made, or committed to, no later than this one.
error AlreadyFallen();
/// @notice Local data are numbered 1 to 5.
error BadLocalIndex(uint256 index);

// ---------------------------------------------------------------- resolution

/// @notice The claim can still be answered.
error TooEarly(uint256 deadline);
/// @notice So many claims below this one are not resolved yet.
error OpenAnswers(uint256 count);
error AlreadyResolved(bytes32 claimHash);
error NoCredit(address recipient);
/// @notice The recipient did not take the money. It stays credited.
error TransferFailed(address recipient);

// ---------------------------------------------------------------- the anchor's registry

error NotGuardian(address caller);
error RegistryPaused();
error NotPaused();
/// @notice The game is not one of the factory's.
error NotRegistered(address game);
/// @notice The game's claim can't be relied on: see `isGameClaimValid`.
error GameNotValid(address game);
/// @notice The anchor only moves forward.
error AnchorNotNewer(uint256 blockNumber, uint256 anchorBlock);
