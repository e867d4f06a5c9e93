/* claim: what a dispute game is about and what is claimed in it, as
 * deploy/contracts/src/dispute/DisputeGame.sol has it; the rules are at the top of
 * that file. */
#ifndef GAVEL_PROVER_DISPUTE_CLAIM_H
#define GAVEL_PROVER_DISPUTE_CLAIM_H

#include "base/bytes.h"
#include "eth/u256.h"

#define CLAIM_K      32u            /* intervals of a claim */
#define CLAIM_STATES (CLAIM_K + 1u) /* and the states around them */

/* No such block, in a list of output roots. */
extern const struct hash32 claim_absent;

/* The game's parameters, and what it was created about. */
struct game_rules {
	struct address game;
	struct address oracle; /* PreimageOracle */
	struct hash32 absolute_prestate;
	struct hash32 chain_config_hash;
	uint64_t output_levels; /* 1 to 6 */
	uint64_t trace_levels;  /* 1 to 12 */
	uint64_t max_clock;     /* seconds */
	uint64_t clock_extension;
	struct u256 root_bond, move_bond, last_bond; /* wei */
	/* The claim: with the inbox's first `horizon` entries, block `block` has
	 * the output root `root`; given that block `anchor_block` has anchor_root. */
	struct hash32 root;
	struct hash32 anchor_root;
	uint64_t anchor_block;
	uint64_t block;
	uint64_t horizon;
	/* entryLink(horizon - 1) of the inbox on the L1 that the game is on: which entries
	 * these are.  An L1 reorg may put others in their place.  Zero for horizon 0. */
	struct hash32 link;
	uint64_t created_at; /* L1 time, seconds */
};

/* Whether they are within the contract's bounds, so that nothing below
 * overflows. */
bool game_rules_are_good(const struct game_rules *r);

/* The contract's struct Claim. */
struct claim {
	struct hash32 parent;    /* hash; the root claim: the game's address */
	struct hash32 list_hash; /* claim_list_hash() of the 33 states */
	struct hash32 context;   /* of a trace; else zero */
	uint64_t start;          /* block */
	uint8_t depth;
	uint8_t index; /* the parent's state that is attacked, 1 to 32; the root claim: 0 */
};

struct claim_list {
	struct hash32 states[CLAIM_STATES];
};

struct hash32 claim_hash(const struct claim *c);
/* keccak256(keccak256(states 0 to 16) | keccak256(states 16 to 32)) */
struct hash32 claim_list_hash(const struct claim_list *list);

/* Which trace of the proof program: what its local preimages say (and the chain
 * config, which the game knows). */
struct claim_trace {
	struct hash32 agreed;  /* output root of block - 1 */
	struct hash32 claimed; /* output root of block */
	uint64_t block;
	uint64_t horizon;
	struct hash32 link; /* the game's: the context has no part in it */
};
struct hash32 claim_trace_context(const struct claim_trace *t,
				  const struct hash32 *chain_config_hash);

/* The depth at which claims are stepped. */
unsigned claim_bottom(const struct game_rules *r);
/* Between the states of a claim at `depth`, blocks or steps.  1 at the bottom. */
uint64_t claim_spacing(const struct game_rules *r, unsigned depth);
bool claim_is_trace(const struct game_rules *r, unsigned depth);
/* What is to be sent with it. */
struct u256 claim_bond(const struct game_rules *r, unsigned depth);
/* The root claim and its list. */
void claim_root(const struct game_rules *r, struct claim *c, struct claim_list *list);

#endif
