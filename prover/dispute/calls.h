/* calls: call data for the dispute game, the preimage oracle and the questions
 * that a game's parameters are read with (Solidity ABI).  All of it lies in the
 * arena that is given. */
#ifndef GAVEL_PROVER_DISPUTE_CALLS_H
#define GAVEL_PROVER_DISPUTE_CALLS_H

#include "base/arena.h"
#include "prover/dispute/claim.h"

/* ---- to the game ---- */

struct bytes call_attack(struct arena *a, const struct claim *target, unsigned index,
			 const struct claim_list *theirs, const struct claim_list *ours);
/* `root`: the output root of the block that the target says is not there. */
struct bytes call_attack_absence(struct arena *a, const struct claim *target, unsigned index,
				 const struct claim_list *theirs, const struct claim_list *ours,
				 const struct hash32 *root);
struct bytes call_step(struct arena *a, const struct claim *c, unsigned index,
		       const struct claim_list *list, struct bytes witness);
/* What binds a step to who makes it, and its call.  `witness`: its keccak256. */
struct hash32 call_commitment(const struct address *self, const struct hash32 *claim,
			      unsigned index, const struct hash32 *witness);
struct bytes call_commit_step(struct arena *a, const struct hash32 *commitment);
/* `index`: enum machine_local, 1 to 5. */
struct bytes call_load_local(struct arena *a, const struct claim_trace *t, unsigned index,
			     uint64_t offset);
/* Answers before what they answer. */
struct bytes call_resolve_claims(struct arena *a, const struct claim *const *claims, size_t count);
struct bytes call_resolve(struct arena *a);
struct bytes call_claim_credit(struct arena *a, const struct address *recipient);

/* ---- to the oracle ---- */

struct bytes call_load_keccak(struct arena *a, uint64_t offset, struct bytes preimage);
/* `asked`: address 20 | required gas 8 | input, as hints have it. */
struct bytes call_load_precompile(struct arena *a, uint64_t offset, struct bytes asked);
/* readPreimage(key, offset): reverts where the part is not loaded. */
struct bytes call_read_preimage(struct arena *a, const struct hash32 *key, uint64_t offset);
/* The key under which the oracle has a game's local preimage. */
struct hash32 call_local_key(const struct address *game, unsigned index,
			     const struct hash32 *context);

/* ---- to the factory ---- */

/* create(): `entries` of the inbox that the claimant has looked at, and the link
 * of the last of them.  Sent with the root bond. */
struct bytes call_create(struct arena *a, const struct hash32 *root, uint64_t block,
			 uint64_t entries, const struct hash32 *link);

/* ---- to the inbox ---- */

/* entryLink(index) */
#define CALL_ENTRY_LINK_SIZE 36
void call_entry_link(uint8_t calldata[CALL_ENTRY_LINK_SIZE], uint64_t index);

/* ---- reading a game ---- */

/* One eth_call to the game for each.  `game` is known before. */
enum game_view {
	GAME_VIEW_ORACLE,
	GAME_VIEW_ABSOLUTE_PRESTATE,
	GAME_VIEW_CHAIN_CONFIG_HASH,
	GAME_VIEW_OUTPUT_LEVELS,
	GAME_VIEW_TRACE_LEVELS,
	GAME_VIEW_MAX_CLOCK,
	GAME_VIEW_CLOCK_EXTENSION,
	GAME_VIEW_ROOT_BOND,
	GAME_VIEW_MOVE_BOND,
	GAME_VIEW_LAST_BOND,
	GAME_VIEW_ROOT,
	GAME_VIEW_ANCHOR_ROOT,
	GAME_VIEW_ANCHOR_BLOCK,
	GAME_VIEW_BLOCK,
	GAME_VIEW_HORIZON,
	GAME_VIEW_CREATED_AT,
	GAME_VIEW_COUNT,
};
void game_view_call(enum game_view view, uint8_t calldata[4]);
/* False: no answer to that question; the field is then untouched. */
bool game_view_answer(struct game_rules *r, enum game_view view, struct bytes answer);

#endif
