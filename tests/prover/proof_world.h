/* proof_world: a chain in memory whose blocks are to be proven: what a verifier's
 * databases are to the host of the proof program.  Running out of anything aborts. */
#ifndef GAVEL_TESTS_PROVER_PROOF_WORLD_H
#define GAVEL_TESTS_PROVER_PROOF_WORLD_H

#include "prover/host/host.h"
#include "tests/support/memory_chain.h"

#define PROOF_T0       1700000000
#define PROOF_SENDERS  20
#define PROOF_CHAIN_ID 845300
#define PROOF_BLOCKS   1024

/* Calls the address in call data's first word with the rest; the slot of that
 * number gets the hash of what came back, plus 1 for success, and a log has it. */
extern const struct address proof_caller;
/* Stores BLOCKHASH of call data's word under it. */
extern const struct address proof_block_hash;
/* Stores the second word of call data in the slot of the first, and logs. */
extern const struct address proof_keeper;

/* What was derived. */
struct proof_block {
	struct block_input input; /* messages and transactions */
	struct hash32 passer_root;
	struct hash32 output_root;
	uint64_t gas_used;
	size_t transaction_count;
};

struct proof_world {
	struct arena arena;
	struct rollup_config config;
	struct memory_inbox inbox;
	struct memory_chain chain;
	struct proof_block blocks[PROOF_BLOCKS]; /* by number */
	uint64_t nonces[PROOF_SENDERS];
	uint64_t random;
	/* Block number - 1 of the evidence given last. */
	uint64_t agreed;
};

/* A genesis of senders, predeploys and the contracts above, and `extra`. */
struct proof_world *proof_world_new(const struct genesis_account *extra, size_t extra_count);
/* One with exactly these accounts and this chain id. */
struct proof_world *proof_world_of(uint64_t chain_id, const struct genesis_account *alloc,
				   size_t count, uint64_t base_fee);
void proof_world_free(struct proof_world *w);

uint64_t proof_random(struct proof_world *w, uint64_t bound);
struct address proof_sender(unsigned index);

/* `tx` with the sender's next nonce, fees, chain id and signature: what is left
 * of it is as it was given. */
struct transaction proof_sign(struct proof_world *w, unsigned sender, struct transaction tx);
struct transaction proof_call(struct proof_world *w, unsigned sender, const struct address *to,
			      struct bytes data, uint64_t gas);

/* An entry with these blocks (transactions as given, timestamps chosen where 0),
 * consuming the whole queue; then derives all that is to be derived. */
void proof_append(struct proof_world *w, struct payload_block *blocks, size_t count);
/* The same with a payload as it is. */
void proof_append_raw(struct proof_world *w, struct bytes payload);

/* The newest block's number. */
uint64_t proof_head(const struct proof_world *w);

/* The honest dispute about block `number`, and what speaks about it. */
void proof_evidence(struct proof_world *w, uint64_t number, struct evidence *evidence,
		    struct dispute *dispute);

/* Runs the program natively. */
enum program_verdict proof_native(const struct evidence *evidence, const struct dispute *dispute,
				  struct preimages *known);

/* Runs it in the machine.  Returns its status; `*steps` may be NULL. */
enum machine_status proof_machine(struct preimages *known, uint64_t *steps, size_t *footprint);

#endif
