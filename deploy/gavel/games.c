/* gavel games, gavel game: the disputes on L1, for people. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/command_line.h"
#include "deploy/gavel/command.h"
#include "net/json_values.h"
#include "net/l1_span.h"
#include "prover/games_read.h"
#include "rollup/native/config_file.h"

#define SCAN_BLOCKS 500

struct session {
	const char *config_file;
	const char *l1_url;
	const char *challenger_url; /* or NULL */
	struct rollup_config config;
	struct l1_client *l1;
	struct l1_client *challenger; /* a JSON-RPC client; or NULL */
	struct arena arena;
	struct l1_block head;
};

/* ---- reading ---- */

static bool fail(struct session *s, const char *what)
{
	fprintf(stderr, "gavel games: %s: %s\n", what, l1_error(s->l1)->message);
	return false;
}

typedef bool visit_log(void *context, const struct l1_log *log);

/* All logs of an address, in order. */
static bool each_log(struct session *s, const struct address *address, const struct hash32 *topic,
		     visit_log *visit, void *context)
{
	struct l1_log_filter filter = { .addresses = address,
					.address_count = 1,
					.topic0 = topic,
					.topic0_count = topic ? 1 : 0 };
	struct l1_span span = l1_span_of(SCAN_BLOCKS);

	filter.from = s->config.l1_start_block;
	while (filter.from <= s->head.number) {
		const struct l1_log *logs;
		size_t count;
		enum l1_err err;

		filter.to = l1_span_end(&span, filter.from, s->head.number);
		err = l1_logs(s->l1, &s->arena, &logs, &count, &filter);
		if (l1_span_note(&span, err))
			continue;
		if (err != L1_OK)
			return fail(s, "can't read L1's logs");
		for (size_t i = 0; i < count; i++)
			if (!visit(context, &logs[i]))
				return false;
		filter.from = filter.to + 1;
	}
	return true;
}

static bool apply_log(void *context, const struct l1_log *log)
{
	struct game *g = context;
	enum game_err err = game_apply(g, log->topics, log->topic_count, log->data,
				       log->block_number, log->log_index);

	if (err != GAME_OK)
		fprintf(stderr, "gavel games: %s\n", game_err_text(err));
	return err == GAME_OK;
}

static bool read_game(struct session *s, const struct address *address, struct game *g)
{
	struct game_rules rules;

	*g = (struct game){ 0 };
	if (games_read_rules(s->l1, address, &s->config.inbox, &rules) != L1_OK)
		return fail(s, "there is no game at that address");
	if (!game_init(g, &rules)) {
		fprintf(stderr, "gavel games: its parameters are out of bounds\n");
		return false;
	}
	return each_log(s, address, NULL, apply_log, g);
}

/* What a challenger says of a game: a new reference, or NULL. */
static json_t *ask_challenger(struct session *s, const struct address *address)
{
	json_t *answer = NULL;

	if (!s->challenger || l1_request(s->challenger, &answer, "gavel_game",
					 json_pack("[o]", json_of_address(address))) != L1_OK)
		return NULL;
	return answer;
}

static const char *text_of(const json_t *object, const char *member)
{
	const char *text = json_string_value(json_object_get(object, member));

	return text ? text : "unknown";
}

/* ---- words ---- */

static const char *status_text(const struct game *g)
{
	switch (g->status) {
	case GAME_IN_PROGRESS:
		return "in progress";
	case GAME_CHALLENGER_WINS:
		return "challenger wins: the claim is rejected";
	case GAME_DEFENDER_WINS:
		return "defender wins: the claim stands";
	}
	return "?";
}

static void print_ether(const struct u256 *wei)
{
	char digits[U256_DECIMAL_SIZE + 19];
	char decimal[U256_DECIMAL_SIZE];
	size_t len = strlen(u256_to_decimal(decimal, wei)), end;

	snprintf(digits, sizeof(digits), "%0*d%s", len < 19 ? (int)(19 - len) : 0, 0, decimal);
	if (len >= 19)
		snprintf(digits, sizeof(digits), "%s", decimal);
	end = strlen(digits);
	printf("%.*s.", (int)(end - 18), digits);
	for (len = end; len > end - 17 && digits[len - 1] == '0'; len--)
		;
	printf("%.*s ETH", (int)(len - (end - 18)), digits + end - 18);
}

/* Whose turn it is, or how it ended. */
static void print_state(const struct session *s, const struct game_claim *c)
{
	uint64_t now = s->head.timestamp;

	if (c->resolved)
		printf("%s", c->stands ? "stands" : "lost");
	else if (c->fell)
		printf("fell to a step at state %u", c->fell_index);
	else if (now < c->deadline)
		printf("%s for %" PRIu64 " s",
		       c->first_child != GAME_NONE ? "answered, open to more"
						   : "the other side's turn",
		       c->deadline - now);
	else
		printf("time is up: to be resolved");
}

static void print_place(const struct game *g, const struct game_claim *c)
{
	uint64_t spacing = claim_spacing(&g->rules, c->claim.depth);

	if (c->trace == GAME_NONE)
		printf("blocks from %" PRIu64 " by %" PRIu64, c->claim.start, spacing);
	else
		printf("block %" PRIu64 ", steps from %" PRIu64 " by %" PRIu64, c->claim.start,
		       c->first_step, spacing);
}

static void print_verdict(const json_t *tree, const struct game_claim *c)
{
	const json_t *entry;
	struct hash32 hash;
	size_t i;

	json_array_foreach(tree, i, entry)
	{
		if (!json_to_hash(&hash, json_object_get(entry, "hash")) ||
		    !hash32_eq(&hash, &c->hash))
			continue;
		printf("\n%*s  %s: %s", 2 * c->claim.depth, "", text_of(entry, "verdict"),
		       text_of(entry, "reason"));
	}
}

static void print_claim(const struct session *s, const struct game *g, size_t claim,
			const json_t *tree)
{
	const struct game_claim *c = &g->claims[claim];
	struct u256 bond = claim_bond(&g->rules, c->claim.depth);
	char claimant[41];

	printf("%*s", 2 * c->claim.depth, "");
	if (c->parent == GAME_NONE)
		printf("root claim");
	else
		printf("attack on state %u", c->claim.index);
	printf(" by 0x%s, ", hex_encode(claimant, bytes_of_address(&c->claimant)));
	print_place(g, c);
	printf(", ");
	print_ether(&bond);
	printf(": ");
	print_state(s, c);
	print_verdict(tree, c);
	printf("\n");
}

/* Depth first, answers in the order in which they came.  At most 18 deep. */
static void print_tree(const struct session *s, const struct game *g, size_t claim,
		       const json_t *tree)
{
	print_claim(s, g, claim, tree);
	for (size_t i = claim + 1; i < g->claim_count; i++)
		if (g->claims[i].parent == claim)
			print_tree(s, g, i, tree);
}

static void print_head(const struct game *g)
{
	char address[41], root[65];

	printf("game 0x%s\n", hex_encode(address, bytes_of_address(&g->rules.game)));
	printf("  claims that block %" PRIu64 " has the output root 0x%s,\n", g->rules.block,
	       hex_encode(root, bytes_of_hash(&g->rules.root)));
	printf("  from block %" PRIu64 ", with %" PRIu64 " entries of the inbox\n",
	       g->rules.anchor_block, g->rules.horizon);
	printf("  %s; %zu claims\n", status_text(g), g->claim_count);
}

static int show_game(struct session *s, const struct address *address)
{
	struct game g;
	json_t *known;
	bool good = read_game(s, address, &g);

	if (good) {
		known = ask_challenger(s, address);
		if (s->challenger && !known)
			fprintf(stderr, "gavel game: the challenger does not know it (yet)\n");
		print_head(&g);
		if (g.claim_count > 0)
			print_tree(s, &g, 0, json_object_get(known, "tree"));
		json_decref(known);
	}
	game_free(&g);
	return good ? 0 : 1;
}

/* ---- all games ---- */

struct listing {
	struct session *session;
	size_t count;
};

static bool list_game(void *context, const struct l1_log *log)
{
	struct listing *listing = context;
	struct session *s = listing->session;
	char text[41];
	struct address address;
	struct hash32 root;
	struct game g;
	json_t *known;
	bool good;

	if (!game_created_decode(log->topics, log->topic_count, &address, &root))
		return fail(s, "the factory's log is malformed");
	good = read_game(s, &address, &g);
	if (good) {
		listing->count++;
		known = ask_challenger(s, &address);
		printf("0x%s  block %" PRIu64 "  %zu claims  %s",
		       hex_encode(text, bytes_of_address(&address)), g.rules.block, g.claim_count,
		       status_text(&g));
		if (known)
			printf("  (%s: %s)", text_of(known, "verdict"), text_of(known, "reason"));
		printf("\n");
		json_decref(known);
	}
	game_free(&g);
	return good;
}

static int list_games(struct session *s)
{
	struct hash32 topic = game_created_topic();
	struct listing listing = { s, 0 };

	if (!each_log(s, &s->config.dispute_game_factory, &topic, list_game, &listing))
		return 1;
	if (listing.count == 0)
		printf("no games\n");
	return 0;
}

/* ---- the command line ---- */

static bool read_options(struct session *s, int argc, char **argv, const char **words,
			 size_t max_words, size_t *count)
{
	const struct option_spec specs[] = {
		{ "--config", OPTION_TEXT, &s->config_file, 0, 0, "FILE", "rollup.json" },
		{ "--l1", OPTION_TEXT, &s->l1_url, 0, 0, "URL",
		  "JSON-RPC of an L1 node (or GAVEL_L1_URL)" },
		{ "--challenger", OPTION_TEXT, &s->challenger_url, 0, 0, "URL",
		  "of a running gavel-challenger, for its verdicts" },
	};
	char error[COMMAND_LINE_ERROR_SIZE];

	s->l1_url = getenv("GAVEL_L1_URL");
	if (!command_line_read(specs, sizeof(specs) / sizeof(specs[0]), argc, argv, words,
			       max_words, count, error)) {
		if (error[0])
			fprintf(stderr, "gavel games: %s\n", error);
		return false;
	}
	return s->config_file && s->l1_url;
}

static bool open_session(struct session *s)
{
	static const struct address none;
	struct l1_client_config l1 = { .http = { .url = s->l1_url } };
	struct l1_client_config challenger = { .http = { .url = s->challenger_url },
					       .retry_budget_ms = 2000 };
	char error[CONFIG_ERROR_SIZE];

	if (!config_file_read(&s->arena, &s->config, s->config_file, false, error)) {
		fprintf(stderr, "gavel games: %s: %s\n", s->config_file, error);
		return false;
	}
	if (address_eq(&s->config.dispute_game_factory, &none)) {
		fprintf(stderr, "gavel games: %s names no dispute game factory\n", s->config_file);
		return false;
	}
	s->l1 = l1_client_new(&l1);
	if (s->challenger_url)
		s->challenger = l1_client_new(&challenger);
	if (!s->l1 || (s->challenger_url && !s->challenger)) {
		fprintf(stderr, "gavel games: not an http or https URL\n");
		return false;
	}
	return l1_block(s->l1, &s->head, L1_LATEST) == L1_OK || fail(s, "can't read L1");
}

static void close_session(struct session *s)
{
	l1_client_free(s->l1);
	l1_client_free(s->challenger);
	arena_free(&s->arena);
}

static int run_games(int argc, char **argv)
{
	struct session s = { 0 };
	size_t count = 0;
	int status;

	if (!read_options(&s, argc, argv, NULL, 0, &count))
		return COMMAND_BAD_USAGE;
	arena_init(&s.arena, &arena_heap, ARENA_HEAP_BLOCK);
	status = open_session(&s) ? list_games(&s) : 1;
	close_session(&s);
	return status;
}

static int run_game(int argc, char **argv)
{
	struct session s = { 0 };
	const char *word = NULL;
	struct address address;
	size_t count = 0;
	int status;

	if (!read_options(&s, argc, argv, &word, 1, &count) || count != 1 ||
	    !hex_decode_fixed(address.b, sizeof(address.b), word))
		return COMMAND_BAD_USAGE;
	arena_init(&s.arena, &arena_heap, ARENA_HEAP_BLOCK);
	status = open_session(&s) ? show_game(&s, &address) : 1;
	close_session(&s);
	return status;
}

const struct command command_games = {
	"games",
	"--config FILE --l1 URL [--challenger URL]",
	"list the disputes on L1, with a challenger's verdicts",
	run_games,
};

const struct command command_game = {
	"game",
	"ADDRESS --config FILE --l1 URL [--challenger URL]",
	"show a dispute as a tree: claims, clocks, bonds, and whose turn it is",
	run_game,
};
