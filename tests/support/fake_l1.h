/* fake_l1: a JSON-RPC node whose chain is a world_l1, with the faults that real
 * nodes have.  Between two questions of the client it may be changed freely. */
#ifndef GAVEL_TESTS_SUPPORT_FAKE_L1_H
#define GAVEL_TESTS_SUPPORT_FAKE_L1_H

#include "net/http_server.h"
#include "tests/support/test_world.h"

#define FAKE_L1_CHAIN_ID 31337
#define FAKE_L1_FIRST    100 /* number of the first block */

extern const struct address fake_l1_inbox;
extern const struct address fake_l1_portal;

struct fake_l1 {
	struct world_l1 *world; /* never finalized itself, so that no block is forgotten */
	struct http_server *server;
	char url[64];
	uint64_t chain_id;
	bool has_no_code;
	bool is_other;        /* contracts with code, but none of ours */
	uint64_t finalized;   /* below FAKE_L1_FIRST: it has no final block */
	uint64_t behind;      /* the head is so many blocks further than this node knows */
	uint64_t logs_behind; /* the same, when asked for logs: another machine of theirs */
	bool lies;            /* payloads and messages are not what was hashed */
	/* Before each answer; may change anything. */
	void (*hook)(struct fake_l1 *fake, const char *method);
	unsigned log_calls;
};

void fake_l1_start(struct fake_l1 *fake, struct world_l1 *world);
void fake_l1_stop(struct fake_l1 *fake);

/* The hash of block `number`; zero if there is none. */
struct hash32 fake_l1_hash(const struct fake_l1 *fake, uint64_t number);
/* Where the portal logs the deposit of message `index`, in its block. */
uint64_t fake_l1_deposit_log(const struct fake_l1 *fake, uint64_t index);

#endif
