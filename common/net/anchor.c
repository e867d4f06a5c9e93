#include "net/anchor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/log.h"
#include "net/l1_view.h"

#define LOOK_SECONDS 60
/* Those that are not final yet are usually the newest: the rest waits. */
#define OFFERS_MAX 64
#define PURPOSE    "anchor/"
#define VALID      "isGameClaimValid(address)"
#define SET        "setAnchorState(address)"

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

static bool make_ready(struct anchor *a)
{
	struct l1_client *client = a->config.client;
	struct address implementation;
	struct hash32 span;

	if (a->is_ready)
		return true;
	if (!l1_view_address(client, &a->config.factory, "anchorStateRegistry()", &a->registry) ||
	    !l1_view_address(client, &a->config.factory, "implementation()", &implementation) ||
	    !l1_view(client, &(struct l1_view){ implementation, "maxSpan()", NULL, L1_LATEST },
		     &span, 1))
		return false;
	a->interval = l1_word_u64(&span) / 4;
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
	uint8_t call[L1_VIEW_CALL_SIZE];
	struct hash32 argument = l1_word_of_address(&offer->game);
	struct l1_work work = {
		.purpose = purpose,
		.purpose_key = key,
		.to = a->registry,
		.data = l1_view_call(call, SET, &argument),
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

static bool is_valid(const struct anchor *a, const struct address *game, bool *valid)
{
	struct hash32 argument = l1_word_of_address(game), word;
	struct l1_view view = { a->registry, VALID, &argument, L1_LATEST };

	if (!l1_view(a->config.client, &view, &word, 1))
		return false;
	*valid = l1_word_u64(&word) == 1;
	return true;
}

void anchor_move(struct anchor *a)
{
	struct l1_view view = { a->registry, "getAnchorRoot()", NULL, L1_LATEST };
	struct hash32 words[2];
	bool valid;

	if (a->offer_count == 0 || !l1_view(a->config.client, &view, words, 2))
		return;
	a->known = l1_word_u64(&words[1]);
	for (size_t i = 0; i < a->offer_count && gains(a, a->offers[i].block); i++) {
		if (!is_valid(a, &a->offers[i].game, &valid))
			return;
		if (valid) {
			submit(a, &a->offers[i]);
			return;
		}
	}
}

bool anchor_is_purpose(const char *purpose_key)
{
	return strncmp(purpose_key, PURPOSE, strlen(PURPOSE)) == 0;
}
