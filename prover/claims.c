#include "prover/claims.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/hex.h"
#include "base/native/log.h"
#include "net/json_values.h"
#include "net/l1_client.h"

#define POLL_MS 1000
#define STEP_MS 20

struct claims {
	struct claims_config config;
	struct l1_client *client; /* a JSON-RPC client; here it asks an L2 node */
	pthread_t thread;
	atomic_bool stop;
	_Atomic uint64_t next;
	_Atomic uint64_t wrong;
	_Atomic uint64_t first_wrong;
};

/* Our own output root of a safe block.  False: not derived yet. */
static bool own_output(struct claims *c, uint64_t number, struct hash32 *root)
{
	struct reader_pair *readers = reader_take(c->config.readers);
	struct stored_block block;
	bool found;

	if (!readers)
		return false;
	found = number <= chain_reader_heads(readers->chain).safe &&
		chain_reader_block(readers->chain, &readers->arena, number, false, &block);
	if (found)
		*root = block.output_root;
	reader_give(c->config.readers, readers);
	return found;
}

enum claim {
	CLAIM_NONE, /* nothing (usable) is claimed; asked again later */
	CLAIM_RIGHT,
	CLAIM_WRONG,
};

static enum claim ask(struct claims *c, uint64_t number, const struct hash32 *own,
		      struct hash32 *claimed)
{
	json_t *answer;
	enum l1_err err = l1_request(c->client, &answer, "optimism_outputAtBlock",
				     json_pack("[o]", json_of_u64(number)));
	bool is_root;

	if (err != L1_OK)
		return CLAIM_NONE;
	is_root = json_to_hash(claimed, json_object_get(answer, "outputRoot"));
	json_decref(answer);
	if (!is_root)
		return CLAIM_NONE;
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

/* Compares the next block.  False: nothing to compare now. */
static bool compare_next(struct claims *c)
{
	uint64_t number = atomic_load(&c->next);
	struct hash32 own, claimed;

	if (!own_output(c, number, &own))
		return false;
	switch (ask(c, number, &own, &claimed)) {
	case CLAIM_NONE:
		return false;
	case CLAIM_WRONG:
		report_wrong(c, number, &own, &claimed);
		break;
	case CLAIM_RIGHT:
		break;
	}
	atomic_store(&c->next, number + 1);
	return true;
}

static void *run(void *argument)
{
	struct claims *c = argument;

	while (!atomic_load(&c->stop)) {
		if (compare_next(c))
			continue;
		for (unsigned waited = 0; waited < POLL_MS && !atomic_load(&c->stop);
		     waited += STEP_MS) {
			struct timespec pause = { 0, STEP_MS * 1000000 };

			nanosleep(&pause, NULL);
		}
	}
	return NULL;
}

struct claims *claims_start(const struct claims_config *config)
{
	struct claims *c = calloc(1, sizeof(*c));
	struct l1_client_config client = { .http = { .url = config->url } };

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
	};
}
