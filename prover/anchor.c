#include "prover/anchor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "crypto/keccak.h"

#define LOOK_SECONDS 60
/* Those that are not final yet are usually the newest: the rest waits. */
#define OFFERS_MAX  64
#define PURPOSE     "anchor/"
#define VALID       "isGameClaimValid(address)"
#define SET         "setAnchorState(address)"
#define CALL_LENGTH ((size_t)36)

struct offer {
	struct address game;
	uint64_t block;
};

struct anchor {
	struct anchor_config config;
	bool is_ready;           /* the next two are read */
	struct address registry; /* of the factory */
	uint64_t interval;
	uint64_t known; /* the anchor's block; it only goes up */
	uint64_t looked_at;
	struct offer offers[OFFERS_MAX]; /* newest first */
	size_t offer_count;
};

struct anchor *anchor_new(const struct anchor_config *config)
{
	struct anchor *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->config = *config;
	return a;
}

void anchor_free(struct anchor *a)
{
	free(a);
}

/* ---- asking L1 ---- */

/* `function` of the contract with an address, which may be NULL: there is none. */
static struct bytes call_data(uint8_t out[CALL_LENGTH], const char *function,
			      const struct address *argument)
{
	struct hash32 selector = keccak256(bytes_of(function, strlen(function)));

	memset(out, 0, CALL_LENGTH);
	memcpy(out, selector.b, 4);
	if (argument)
		memcpy(out + 16, argument->b, sizeof(argument->b));
	return bytes_of(out, argument ? CALL_LENGTH : 4);
}

static bool ask(struct anchor *a, const struct address *contract, const char *function,
		const struct address *argument, struct hash32 *words, size_t count)
{
	uint8_t call[CALL_LENGTH];
	struct l1_message message = { .to = *contract,
				      .data = call_data(call, function, argument) };
	struct bytes answer;
	struct arena arena;
	bool good;

	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	good = l1_call(a->config.client, &arena, &answer, &message, L1_LATEST) == L1_OK &&
	       answer.len == count * sizeof(*words);
	if (good)
		memcpy(words, answer.data, answer.len);
	arena_free(&arena);
	return good;
}

static uint64_t word_u64(const struct hash32 *word)
{
	return be64_load(word->b + 24);
}

static bool make_ready(struct anchor *a)
{
	struct hash32 registry, game, span;
	struct address implementation;

	if (a->is_ready)
		return true;
	if (!ask(a, &a->config.factory, "anchorStateRegistry()", NULL, &registry, 1) ||
	    !ask(a, &a->config.factory, "implementation()", NULL, &game, 1))
		return false;
	memcpy(a->registry.b, registry.b + 12, sizeof(a->registry.b));
	memcpy(implementation.b, game.b + 12, sizeof(implementation.b));
	if (!ask(a, &implementation, "maxSpan()", NULL, &span, 1))
		return false;
	a->interval = word_u64(&span) / 4;
	if (a->config.interval < a->interval)
		a->interval = a->config.interval;
	a->is_ready = true;
	return true;
}

/* ---- moving it ---- */

bool anchor_begin(struct anchor *a, uint64_t l1_time)
{
	if (a->config.interval == 0 || l1_time < a->looked_at + LOOK_SECONDS || !make_ready(a))
		return false;
	a->looked_at = l1_time;
	a->offer_count = 0;
	return true;
}

static bool gains(const struct anchor *a, uint64_t block)
{
	return block > a->known && block - a->known >= a->interval;
}

void anchor_offer(struct anchor *a, const struct address *game, uint64_t block)
{
	size_t at = a->offer_count;

	if (!gains(a, block))
		return;
	if (at == OFFERS_MAX)
		at--;
	else
		a->offer_count++;
	for (; at > 0 && a->offers[at - 1].block < block; at--)
		a->offers[at] = a->offers[at - 1];
	if (at < OFFERS_MAX)
		a->offers[at] = (struct offer){ *game, block };
}

/* Once for each game and anchor: what failed then will do so again. */
static void submit(struct anchor *a, const struct offer *offer)
{
	char game[41], key[80], purpose[64];
	uint8_t call[CALL_LENGTH];
	struct l1_work work = {
		.purpose = purpose,
		.purpose_key = key,
		.to = a->registry,
		.data = call_data(call, SET, &offer->game),
	};
	bool known;

	hex_encode(game, bytes_of_address(&offer->game));
	snprintf(key, sizeof(key), PURPOSE "%s/%" PRIu64, game, a->known);
	snprintf(purpose, sizeof(purpose), "the anchor to block %" PRIu64, offer->block);
	(void)l1_transactions_submit(a->config.l1, &work, &known);
	if (!known)
		log_info("anchor", "it goes from block %" PRIu64 " to %" PRIu64 ", by game 0x%s",
			 a->known, offer->block, game);
}

void anchor_move(struct anchor *a)
{
	struct hash32 words[2], valid;

	if (a->offer_count == 0 || !ask(a, &a->registry, "getAnchorRoot()", NULL, words, 2))
		return;
	a->known = word_u64(&words[1]);
	for (size_t i = 0; i < a->offer_count && gains(a, a->offers[i].block); i++) {
		if (!ask(a, &a->registry, VALID, &a->offers[i].game, &valid, 1))
			return;
		if (word_u64(&valid) == 1) {
			submit(a, &a->offers[i]);
			return;
		}
	}
}

bool anchor_is_purpose(const char *purpose_key)
{
	return strncmp(purpose_key, PURPOSE, strlen(PURPOSE)) == 0;
}
