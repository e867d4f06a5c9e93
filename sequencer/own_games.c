#include "sequencer/own_games.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "net/anchor.h"
#include "net/l1_view.h"

#define LOOK_SECONDS 60
/* In one look: the rest waits for the next. */
#define LOOK_GAMES 64

/* The contract's. */
enum status {
	IN_PROGRESS,
	CHALLENGER_WINS,
	DEFENDER_WINS,
};

struct own_games {
	struct own_games_config config;
	struct anchor *anchor;
	bool is_ready;           /* the next is read */
	uint64_t finality_delay; /* seconds */
	uint64_t next;           /* place in the factory's list that was not looked at */
	uint64_t looked_at;
};

struct own_game {
	uint64_t place; /* in the factory's list */
	struct address address;
	uint64_t block;
	uint64_t due;
};

/* ---- what L1 says ---- */

static bool ask(struct own_games *g, const struct address *contract, const char *function,
		const struct hash32 *argument, struct l1_block_id at, struct hash32 *word)
{
	struct l1_view view = { *contract, function, argument, at };

	return l1_view(g->config.account->client, &view, word, 1);
}

static bool ask_u64(struct own_games *g, const struct address *contract, const char *function,
		    struct l1_block_id at, uint64_t *value)
{
	struct hash32 word;

	if (!ask(g, contract, function, NULL, at, &word))
		return false;
	*value = l1_word_u64(&word);
	return true;
}

static bool make_ready(struct own_games *g)
{
	struct address registry;

	if (!g->is_ready)
		g->is_ready = l1_view_address(g->config.account->client, &g->config.factory,
					      "anchorStateRegistry()", &registry) &&
			      ask_u64(g, &registry, "disputeGameFinalityDelaySeconds()", L1_LATEST,
				      &g->finality_delay);
	return g->is_ready;
}

/* ---- the list ---- */

static uint64_t read_number(struct database *db, const char *sql)
{
	sqlite3_stmt *s = database_statement(db, sql);
	uint64_t number = database_row(db, s) ? database_u64(s, 0) : 0;

	sqlite3_reset(s);
	return number;
}

uint64_t own_games_newest(struct own_games *g)
{
	return read_number(g->config.db, "SELECT ifnull(max(block), 0) FROM game");
}

static void write_game(struct own_games *g, const struct own_game *game)
{
	sqlite3_stmt *s = database_statement(
	    g->config.db,
	    "INSERT OR REPLACE INTO game(place, address, block, due) VALUES (?, ?, ?, ?)");

	database_bind_u64(s, 1, game->place);
	database_bind_bytes(s, 2, bytes_of_address(&game->address));
	database_bind_u64(s, 3, game->block);
	database_bind_u64(s, 4, game->due);
	database_run(g->config.db, s);
}

/* Game `place` of the factory's, which is kept if it is ours. */
static bool read_listed(struct own_games *g, uint64_t place)
{
	struct hash32 argument = l1_word_of_u64(place), words[3];
	struct l1_view view = { g->config.factory, "gameAtIndex(uint256)", &argument,
				L1_FINALIZED };
	struct own_game game = { .place = place };
	struct hash32 creator;
	struct address who;

	if (!l1_view(g->config.account->client, &view, words, 3))
		return false;
	game.address = l1_word_address(&words[2]);
	if (!ask(g, &game.address, "gameCreator()", NULL, L1_FINALIZED, &creator))
		return false;
	who = l1_word_address(&creator);
	if (!address_eq(&who, &g->config.account->address))
		return true;
	if (!ask_u64(g, &game.address, "l2SequenceNumber()", L1_FINALIZED, &game.block) ||
	    !ask_u64(g, &game.address, "expectedResolution()", L1_FINALIZED, &game.due))
		return false;
	write_game(g, &game);
	return true;
}

static bool read_list(struct own_games *g)
{
	uint64_t count;

	if (!ask_u64(g, &g->config.factory, "gameCount()", L1_FINALIZED, &count))
		return false;
	for (; g->next < count; g->next++)
		if (!read_listed(g, g->next))
			return false;
	return true;
}

/* ---- one game ---- */

/* Sends it if L1 says that it would succeed now. */
static void send_if_due(struct own_games *g, const struct own_game *game, const char *what,
			struct bytes call, uint64_t l1_time)
{
	const struct l1_account *account = g->config.account;
	struct l1_message message = {
		.has_from = true,
		.from = account->address,
		.to = game->address,
		.data = call,
	};
	char address[41], key[100], purpose[80];
	struct l1_work work = {
		.purpose = purpose,
		.purpose_key = key,
		.to = game->address,
		.data = call,
	};
	struct bytes answer;
	struct arena a;
	bool is_due;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	is_due = l1_call(account->client, &a, &answer, &message, L1_LATEST) == L1_OK;
	arena_free(&a);
	if (!is_due)
		return;
	hex_encode(address, bytes_of_address(&game->address));
	snprintf(purpose, sizeof(purpose), "%s of the claim of block %" PRIu64, what, game->block);
	snprintf(key, sizeof(key), "%s/%s/%" PRIu64, what, address, l1_time);
	(void)l1_transactions_submit(account->transactions, &work, NULL);
}

static void resolve(struct own_games *g, const struct own_game *game, uint64_t l1_time)
{
	uint8_t call[L1_VIEW_CALL_SIZE];

	send_if_due(g, game, "resolution", l1_view_call(call, "resolve()", NULL), l1_time);
}

static void take_credit(struct own_games *g, const struct own_game *game, uint64_t l1_time)
{
	struct hash32 self = l1_word_of_address(&g->config.account->address);
	uint8_t call[L1_VIEW_CALL_SIZE];

	send_if_due(g, game, "bond", l1_view_call(call, "claimCredit(address)", &self), l1_time);
}

static void settle(struct own_games *g, const struct own_game *game, uint64_t status,
		   uint64_t resolved)
{
	sqlite3_stmt *s = database_statement(
	    g->config.db, "UPDATE game SET status = ?, resolved = ?, settled = 1 WHERE place = ?");
	char address[41];

	database_bind_u64(s, 1, status);
	database_bind_u64(s, 2, resolved);
	database_bind_u64(s, 3, game->place);
	database_run(g->config.db, s);
	hex_encode(address, bytes_of_address(&game->address));
	if (status == DEFENDER_WINS)
		log_info("proposer", "the claim of block %" PRIu64 " has won (game 0x%s)",
			 game->block, address);
	else
		log_error("proposer", "LOST: the claim of block %" PRIu64 " (game 0x%s)",
			  game->block, address);
}

/* Whether something of the game's is to be paid out to us. */
static bool ask_credit(struct own_games *g, const struct own_game *game, struct l1_block_id at,
		       bool *has)
{
	struct hash32 self = l1_word_of_address(&g->config.account->address), credit;
	struct u256 wei;

	if (!ask(g, &game->address, "credit(address)", &self, at, &credit))
		return false;
	wei = u256_from_be(credit.b, sizeof(credit.b));
	*has = !u256_is_zero(&wei);
	return true;
}

/* Whether L1 has it for good that the game is over and nothing of it is ours. */
static void settle_if_final(struct own_games *g, const struct own_game *game)
{
	uint64_t status, resolved;
	bool has_credit;

	if (ask_u64(g, &game->address, "status()", L1_FINALIZED, &status) &&
	    status != IN_PROGRESS &&
	    ask_u64(g, &game->address, "resolvedAt()", L1_FINALIZED, &resolved) &&
	    ask_credit(g, game, L1_FINALIZED, &has_credit) && !has_credit)
		settle(g, game, status, resolved);
}

static void see_to(struct own_games *g, const struct own_game *game, uint64_t l1_time)
{
	uint64_t status;
	bool has_credit;

	if (!ask_u64(g, &game->address, "status()", L1_LATEST, &status))
		return;
	if (status == IN_PROGRESS)
		resolve(g, game, l1_time);
	else if (!ask_credit(g, game, L1_LATEST, &has_credit))
		return;
	else if (has_credit)
		take_credit(g, game, l1_time);
	else
		settle_if_final(g, game);
}

/* ---- all of them ---- */

/* Those that the statement gives, at most LOOK_GAMES. */
static size_t list_games(struct own_games *g, sqlite3_stmt *s, struct own_game *out)
{
	size_t count = 0;

	while (count < LOOK_GAMES && database_row(g->config.db, s)) {
		struct bytes address = database_bytes(s, 1);
		struct own_game *game = &out[count++];

		if (address.len != sizeof(game->address.b))
			database_fail(g->config.db, "a game's address is none");
		game->place = database_u64(s, 0);
		memcpy(game->address.b, address.data, address.len);
		game->block = database_u64(s, 2);
	}
	sqlite3_reset(s);
	return count;
}

/* The oldest first: disputes that take longer than others do not keep them back for
 * ever, since all clocks end. */
static void see_to_all(struct own_games *g, uint64_t l1_time)
{
	sqlite3_stmt *s =
	    database_statement(g->config.db, "SELECT place, address, block FROM game"
					     " WHERE NOT settled AND due <= ? ORDER BY place");
	struct own_game games[LOOK_GAMES];
	size_t count;

	database_bind_u64(s, 1, l1_time);
	count = list_games(g, s, games);
	for (size_t i = 0; i < count; i++)
		see_to(g, &games[i], l1_time);
}

static void move_anchor(struct own_games *g, uint64_t l1_time)
{
	sqlite3_stmt *s;
	struct own_game games[LOOK_GAMES];
	size_t count;

	if (l1_time <= g->finality_delay || !anchor_begin(g->anchor, l1_time))
		return;
	s = database_statement(g->config.db,
			       "SELECT place, address, block FROM game WHERE settled AND status = 2"
			       " AND resolved < ? ORDER BY block DESC");
	database_bind_u64(s, 1, l1_time - g->finality_delay);
	count = list_games(g, s, games);
	for (size_t i = 0; i < count; i++)
		anchor_offer(g->anchor, &games[i].address, games[i].block);
	anchor_move(g->anchor);
}

bool own_games_tick(struct own_games *g, uint64_t l1_time)
{
	if (g->looked_at && l1_time < g->looked_at + LOOK_SECONDS)
		return true;
	if (!make_ready(g) || !read_list(g))
		return false;
	if (l1_transactions_open_count(g->config.account->transactions) > 0)
		return true;
	g->looked_at = l1_time;
	see_to_all(g, l1_time);
	move_anchor(g, l1_time);
	return true;
}

/* ---- life ---- */

struct own_games *own_games_new(const struct own_games_config *config)
{
	struct own_games *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->config = *config;
	g->next = read_number(config->db, "SELECT ifnull(max(place) + 1, 0) FROM game");
	g->anchor = anchor_new(&(struct anchor_config){
	    .client = config->account->client,
	    .l1 = config->account->transactions,
	    .factory = config->factory,
	    .interval = config->interval,
	});
	return g;
}

void own_games_free(struct own_games *g)
{
	if (!g)
		return;
	anchor_free(g->anchor);
	free(g);
}
