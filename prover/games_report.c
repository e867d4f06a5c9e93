#include "prover/games_report.h"

#include "net/json_values.h"

const char *game_status_name(enum game_status status)
{
	switch (status) {
	case GAME_IN_PROGRESS:
		return "in progress";
	case GAME_CHALLENGER_WINS:
		return "challenger wins";
	case GAME_DEFENDER_WINS:
		return "defender wins";
	}
	return "?";
}

const char *game_judgement_name(enum game_judgement judgement)
{
	switch (judgement) {
	case GAME_UNJUDGED:
		return "unknown";
	case GAME_AGREE:
		return "agree";
	case GAME_DISAGREE:
		return "disagree";
	case GAME_POISONED_START:
		return "poisoned start";
	}
	return "?";
}

static void set_verdict(json_t *to, struct game *g, size_t claim, const struct truth *truth)
{
	struct play_verdict verdict;

	play_verdict(g, claim, truth, &verdict);
	json_object_set_new(to, "verdict", json_string(game_judgement_name(verdict.judgement)));
	json_object_set_new(to, "reason", json_string(verdict.reason));
}

static size_t count_resolved(const struct game *g)
{
	size_t count = 0;

	for (size_t i = 0; i < g->claim_count; i++)
		count += g->claims[i].resolved;
	return count;
}

json_t *games_report(struct game_entry *e, const struct truth *truth)
{
	struct game *g = &e->game;
	json_t *out = json_object();

	json_object_set_new(out, "address", json_of_address(&e->address));
	json_object_set_new(out, "l1Block", json_of_u64(e->created_in));
	json_object_set_new(out, "trouble", e->trouble ? json_string(e->trouble) : json_null());
	if (!e->is_ready)
		return out;
	json_object_set_new(out, "block", json_of_u64(g->rules.block));
	json_object_set_new(out, "outputRoot", json_of_hash(&g->rules.root));
	json_object_set_new(out, "anchorBlock", json_of_u64(g->rules.anchor_block));
	json_object_set_new(out, "horizon", json_of_u64(g->rules.horizon));
	json_object_set_new(out, "createdAt", json_of_u64(g->rules.created_at));
	json_object_set_new(out, "status", json_string(game_status_name(g->status)));
	json_object_set_new(out, "claims", json_of_u64(g->claim_count));
	json_object_set_new(out, "resolvedClaims", json_of_u64(count_resolved(g)));
	if (g->claim_count > 0)
		set_verdict(out, g, 0, truth);
	return out;
}

static json_t *report_claim(struct game *g, size_t claim, const struct truth *truth)
{
	const struct game_claim *c = &g->claims[claim];
	json_t *out = json_object();

	json_object_set_new(out, "hash", json_of_hash(&c->hash));
	json_object_set_new(out, "parent",
			    c->parent == GAME_NONE ? json_null()
						   : json_of_hash(&g->claims[c->parent].hash));
	json_object_set_new(out, "depth", json_of_u64(c->claim.depth));
	json_object_set_new(out, "index", json_of_u64(c->claim.index));
	json_object_set_new(out, "claimant", json_of_address(&c->claimant));
	json_object_set_new(out, "deadline", json_of_u64(c->deadline));
	json_object_set_new(out, "fell", json_boolean(c->fell));
	json_object_set_new(out, "resolved", json_boolean(c->resolved));
	json_object_set_new(out, "stands", c->resolved ? json_boolean(c->stands) : json_null());
	set_verdict(out, g, claim, truth);
	return out;
}

json_t *games_report_claims(struct game_entry *e, const struct truth *truth,
			    const struct patience *patience, size_t *waiting)
{
	json_t *list = json_array();

	*waiting = 0;
	for (size_t i = 0; e->is_ready && i < e->game.claim_count; i++) {
		bool is_over = patience->is_over && patience->is_over(patience->context);

		json_array_append_new(list, report_claim(&e->game, i, is_over ? NULL : truth));
		*waiting += is_over && e->game.claims[i].judgement == GAME_UNJUDGED;
	}
	return list;
}
