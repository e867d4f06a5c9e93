#include "prover/attention.h"

#include <stdlib.h>

#include "base/hex.h"
#include "base/native/log.h"
#include "prover/games_report.h"
#include "prover/losses.h"

struct attention *attention_to(struct game_entry *e)
{
	if (!e->owner)
		e->owner = calloc(1, sizeof(struct attention));
	if (!e->owner)
		abort();
	return e->owner;
}

static void note_unknown(struct game_entry *e, size_t count, const char *reason)
{
	struct attention *attention = attention_to(e);
	char game[41];

	if (count > attention->not_known)
		log_error("challenger", "game 0x%s: %zu claims can't be judged: %s",
			  hex_encode(game, bytes_of_address(&e->address)), count, reason);
	attention->not_known = count;
}

void attention_verdict(struct game_entry *e, const struct truth *truth, bool is_played)
{
	struct attention *attention = attention_to(e);
	struct play_verdict verdict;
	char game[41];

	play_verdict(&e->game, 0, truth, &verdict);
	attention->not_yet = verdict.not_yet;
	if (!is_played)
		note_unknown(e, verdict.judgement == GAME_UNJUDGED && !verdict.not_yet,
			     verdict.reason);
	if (verdict.judgement == attention->said || verdict.judgement == GAME_UNJUDGED)
		return;
	attention->said = verdict.judgement;
	hex_encode(game, bytes_of_address(&e->address));
	if (verdict.judgement == GAME_AGREE)
		log_info("challenger", "game 0x%s claims block %llu: right", game,
			 (unsigned long long)e->game.rules.block);
	else
		log_error("challenger", "WRONG CLAIM in game 0x%s for block %llu: %s", game,
			  (unsigned long long)e->game.rules.block, verdict.reason);
}

static void lose(const struct game_entry *e, const char *what, struct database *db)
{
	char game[41];

	if (losses_add(db, &e->address, what, e->game.applied_block))
		log_error("challenger", "LOST in game 0x%s: %s",
			  hex_encode(game, bytes_of_address(&e->address)), what);
}

void attention_end(struct game_entry *e, const struct address *self, struct database *db)
{
	struct attention *attention = attention_to(e);
	const struct game *g = &e->game;
	char game[41];

	if (attention->was_resolved || attention->not_yet || g->status == GAME_IN_PROGRESS)
		return;
	attention->was_resolved = true;
	log_info("challenger", "game 0x%s is over: %s",
		 hex_encode(game, bytes_of_address(&e->address)), game_status_name(g->status));
	if (g->claims[0].judgement == GAME_DISAGREE && g->status == GAME_DEFENDER_WINS)
		lose(e, "a wrong claim has won", db);
	if (g->claims[0].judgement == GAME_AGREE && g->status == GAME_CHALLENGER_WINS)
		lose(e, "a right claim has lost", db);
	for (size_t i = 0; i < g->claim_count; i++)
		if (self && address_eq(&g->claims[i].claimant, self) && g->claims[i].resolved &&
		    !g->claims[i].stands)
			lose(e, "a bond of ours is gone", db);
}

void attention_troubles(struct game_entry *e, const struct play_moves *next)
{
	struct attention *attention = attention_to(e);
	char game[41];

	note_unknown(e, next->unknown, next->reason);
	if (next->too_late > attention->too_late)
		log_error("challenger",
			  "game 0x%s: %zu wrong claims were not answered in time, by anybody",
			  hex_encode(game, bytes_of_address(&e->address)), next->too_late);
	attention->too_late = next->too_late;
}
