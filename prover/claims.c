#include "prover/claims.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/hex.h"
#include "base/native/clock.h"
#include "base/native/log.h"
#include "base/native/pause.h"
#include "net/json_values.h"
#include "net/l1_client.h"
#include "prover/silence.h"

#define POLL_MS 1000

/* It is asked again anyway, so the client need not try for long, nor wait. */
#define ANSWER_MS 10000
#define RETRY_MS  5000

/* After an L1 reorg the two sides change over at different moments: a claim
 * about a block that is not final yet is wrong when it still differs after so
 * many looks, POLL_MS apart. */
#define WRONG_LOOKS 10

struct claims {
	struct claims_config config;
	struct l1_client *client; /* a JSON-RPC client; here it asks an L2 node */
	pthread_t thread;
	atomic_bool stop;
	struct hash32 compared; /* our own output root of block next - 1 */
	struct hash32 doubted;  /* the claim for block `next`, when it differs */
	unsigned doubts;        /* how often it was seen */
	struct silence silence;
	_Atomic uint64_t next;
	_Atomic uint64_t wrong;
	_Atomic uint64_t first_wrong;
};

/* What we know of a block. */
struct own {
	bool is_known; /* it is safe: derived from L1 */
	bool is_final;
	struct hash32 root;
};

static bool root_of(struct reader_pair *readers, uint64_t number, struct hash32 *root)
{
	struct stored_block block;

	if (!chain_reader_block(readers->chain, &readers->arena, number, false, &block))
		return false;
	*root = block.output_root;
	return true;
}

/* When an L1 reorg has changed the block before the next one, what was compared
 * since the final block is compared again. */
static void follow_reorg(struct claims *c, struct reader_pair *readers,
			 const struct chain_heads *heads)
{
	uint64_t next = atomic_load(&c->next);
	struct hash32 root;

	if (next == 0 || (next - 1 <= heads->safe && root_of(readers, next - 1, &root) &&
			  hash32_eq(&root, &c->compared)))
		return;
	if (heads->finalized < next)
		next = heads->finalized;
	if (next > 0 && !root_of(readers, next - 1, &c->compared))
		return;
	c->doubts = 0;
	atomic_store(&c->next, next);
}

/* Looks at block `next`. */
static bool look_at_own(struct claims *c, struct own *own)
{
	struct reader_pair *readers = reader_take(c->config.readers);
	struct chain_heads heads;
	uint64_t next;

	if (!readers)
		return false;
	heads = chain_reader_heads(readers->chain);
	follow_reorg(c, readers, &heads);
	next = atomic_load(&c->next);
	own->is_final = next <= heads.finalized;
	own->is_known = next <= heads.safe && root_of(readers, next, &own->root);
	reader_give(c->config.readers, readers);
	return own->is_known;
}

enum claim {
	CLAIM_NONE, /* nothing (usable) is claimed; asked again later */
	CLAIM_RIGHT,
	CLAIM_WRONG,
};

static void note_usable(struct claims *c)
{
	char over[120];

	snprintf(over, sizeof(over), "%s gives output roots again", l1_client_name(c->client));
	silence_note(&c->silence, "claims", NULL, over, clock_ms());
}

static void note_unusable(struct claims *c, uint64_t number, const char *reason)
{
	char wrong[COMPLAINT_TEXT_SIZE];

	snprintf(wrong, sizeof(wrong), "%s gives no output root of block %" PRIu64 ": %s",
		 l1_client_name(c->client), number, reason);
	silence_note(&c->silence, "claims", wrong, NULL, clock_ms());
}

static const char *reason_of(struct claims *c, enum l1_err err)
{
	return err == L1_ABSENT ? "it has none" : l1_error(c->client)->message;
}

static enum claim ask(struct claims *c, uint64_t number, const struct hash32 *own,
		      struct hash32 *claimed)
{
	json_t *answer;
	enum l1_err err = l1_request(c->client, &answer, "optimism_outputAtBlock",
				     json_pack("[o]", json_of_u64(number)));
	bool is_root;

	if (err != L1_OK) {
		if (err != L1_STOPPED)
			note_unusable(c, number, reason_of(c, err));
		return CLAIM_NONE;
	}
	is_root = json_to_hash(claimed, json_object_get(answer, "outputRoot"));
	json_decref(answer);
	if (!is_root) {
		note_unusable(c, number, "there is no outputRoot in its answer");
		return CLAIM_NONE;
	}
	note_usable(c);
	return hash32_eq(own, claimed) ? CLAIM_RIGHT : CLAIM_WRONG;
}

static void report_wrong(struct claims *c, uint64_t number, const struct hash32 *own,
			 const struct hash32 *claimed)
{
	char ours[65], theirs[65];

	hex_encode(ours, bytes_of_hash(own));
	hex_encode(theirs, bytes_of_hash(claimed));
	log_error("claims", "WRONG CLAIM for block %llu by %s: output root 0x%s, but L1 gives 0x%s",
		  (unsigned long long)number, l1_client_name(c->client), theirs, ours);
	if (atomic_fetch_add(&c->wrong, 1) == 0)
		atomic_store(&c->first_wrong, number);
	c->config.wrong(c->config.context);
}

/* Whether it is certain that the claim is wrong. */
static bool is_certain(struct claims *c, const struct own *own, const struct hash32 *claimed)
{
	if (c->doubts == 0 || !hash32_eq(&c->doubted, claimed))
		c->doubts = 0;
	c->doubted = *claimed;
	return ++c->doubts >= WRONG_LOOKS || own->is_final;
}

/* Compares the next block.  False: nothing to compare now. */
static bool compare_next(struct claims *c)
{
	struct hash32 claimed;
	struct own own;
	uint64_t number;

	if (!look_at_own(c, &own))
		return false;
	number = atomic_load(&c->next);
	switch (ask(c, number, &own.root, &claimed)) {
	case CLAIM_NONE:
		return false;
	case CLAIM_WRONG:
		if (!is_certain(c, &own, &claimed))
			return false;
		report_wrong(c, number, &own.root, &claimed);
		break;
	case CLAIM_RIGHT:
		break;
	}
	c->doubts = 0;
	c->compared = own.root;
	atomic_store(&c->next, number + 1);
	return true;
}

static void *run(void *argument)
{
	struct claims *c = argument;

	while (!atomic_load(&c->stop)) {
		if (!compare_next(c))
			pause_ms(POLL_MS, &c->stop);
	}
	return NULL;
}

struct claims *claims_start(const struct claims_config *config)
{
	struct claims *c = calloc(1, sizeof(*c));
	struct l1_client_config client = {
		.http = { .url = config->url, .total_timeout_ms = ANSWER_MS },
		.retry_budget_ms = RETRY_MS,
	};

	if (!c)
		abort();
	c->config = *config;
	client.http.stop = &c->stop;
	c->client = l1_client_new(&client);
	if (!c->client) {
		free(c);
		return NULL;
	}
	if (pthread_create(&c->thread, NULL, run, c) != 0)
		abort();
	return c;
}

void claims_stop(struct claims *c)
{
	if (!c)
		return;
	atomic_store(&c->stop, true);
	pthread_join(c->thread, NULL);
	l1_client_free(c->client);
	free(c);
}

struct claims_status claims_status(const struct claims *c)
{
	return (struct claims_status){
		.next = atomic_load(&c->next),
		.wrong = atomic_load(&c->wrong),
		.first_wrong = atomic_load(&c->first_wrong),
		.silent_s = silence_seconds(&c->silence, clock_ms()),
	};
}
