/* test_chain: what tests do with a chain in its database: blocks as a sequencer
 * makes them, and comparing. */
#ifndef GAVEL_TESTS_SUPPORT_TEST_CHAIN_H
#define GAVEL_TESTS_SUPPORT_TEST_CHAIN_H

#include "store/chain_reader.h"
#include "tests/support/test_world.h"

/* `state_memory` in bytes; old states are kept for `history` seconds. */
struct chain *test_chain_open(const char *path, const struct rollup_config *config,
			      size_t state_memory, uint64_t history);
/* As the verifier does: with headers_only. */
struct chain *test_verifier_open(const char *path, const struct rollup_config *config,
				 size_t state_memory);
struct chain_reader *test_chain_reader(const char *path, const struct rollup_config *config);

/* Appends a block to the head: position and queue link follow from `input`
 * (whose number is set) and from `entry`, which it joins.  Transactions that
 * are not valid are left out.  The block lies in `a`. */
struct block test_chain_build(struct chain *chain, struct arena *a, struct block_input *input,
			      uint64_t entry);

/* The payload of the blocks first to last of the reader's chain; empty when it
 * would be too large. */
struct bytes test_chain_payload(struct arena *a, struct chain_reader *reader,
				const struct rollup_config *config, uint64_t first, uint64_t last);

/* Everything of the block that is stored, against what it was made as. */
bool test_chain_has(struct chain_reader *reader, const struct block *block);

/* Whether every node below the state of `number` that leads to the world's
 * accounts, and to `slots` slots of the keeper, is there and proves itself; the
 * values as text, in `a`, to be compared.  NULL: the state is refused. */
const char *test_chain_state(struct arena *a, struct chain_reader *reader, uint64_t number,
			     uint64_t slots);

#endif
