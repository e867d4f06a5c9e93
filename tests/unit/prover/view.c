#include "tests/unit/prover/view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "base/native/log.h"
#include "prover/losses.h"
#include "tests/support/test_world.h"

const struct address me = { .b = { [19] = 1 } }, liar = { .b = { [19] = 2 } };
char directory[WORLD_PATH_SIZE];
struct game_l1 l1;
struct l1_client *client;
struct view view;
unsigned confirmations;

/* ---- a view ---- */

void open_view(struct view *v, const char *file)
{
	static const struct database_schema schema = { "dispute", 1, GAMES_SQL, "aa" };
	struct games_config config = { .client = client,
				       .factory = game_l1_factory,
				       .inbox = game_l1_inbox,
				       .first_block = GAME_L1_FIRST,
				       .confirmations = confirmations };
	char path[WORLD_PATH_SIZE], error[DATABASE_ERROR_SIZE];

	world_path(path, directory, file);
	assert_true(database_open(&v->db, path, &schema, error));
	losses_open(v->db);
	config.db = v->db;
	v->games = games_open(&config);
}

void close_view(struct view *v)
{
	games_close(v->games);
	database_close(v->db);
}

void reopen(void)
{
	close_view(&view);
	open_view(&view, "view.db");
}

int start(void **state)
{
	struct l1_client_config config = { .retry_budget_ms = 60, .first_wait_ms = 5 };

	(void)state;
	log_set_level(LOG_ERROR + 1); /* the node's faults are meant */
	world_directory(directory);
	game_l1_start(&l1);
	config.http.url = l1.url;
	client = l1_client_new(&config);
	assert_non_null(client);
	confirmations = 0;
	open_view(&view, "view.db");
	return 0;
}

int stop(void **state)
{
	(void)state;
	close_view(&view);
	l1_client_free(client);
	game_l1_stop(&l1);
	world_remove(directory);
	return 0;
}

/* Until there is nothing more to be read.  A node does not know the hash of a block
 * that a reorg has taken meanwhile. */
void follow_to_the_end(struct view *v)
{
	for (unsigned looks = 0; looks < 10000; looks++) {
		enum l1_err err = games_follow(v->games);

		if (err != L1_OK && err != L1_ABSENT && err != L1_NODE_ERROR)
			fail_msg("%s: %s", l1_err_text(err), l1_error(client)->message);
		if (err == L1_OK && games_is_current(v->games))
			return;
	}
	fail_msg("it never gets to the head");
}

void follow(void)
{
	follow_to_the_end(&view);
}

/* Up to where the database has read. */
uint64_t view_head(void)
{
	sqlite3_stmt *s = database_statement(view.db, "SELECT ifnull(max(block), 0) FROM mark");
	uint64_t block = database_row(view.db, s) ? database_u64(s, 0) : 0;

	sqlite3_reset(s);
	return block;
}

/* ---- the view in words ---- */

static void print_hash(FILE *to, const char *name, const struct hash32 *hash)
{
	char text[65];

	fprintf(to, " %s=%s", name, hex_encode(text, bytes_of_hash(hash)));
}

static void print_address(FILE *to, const char *name, const struct address *address)
{
	char text[41];

	fprintf(to, " %s=%s", name, hex_encode(text, bytes_of_address(address)));
}

static void print_game(FILE *to, const struct game *g)
{
	fprintf(to, " status=%d applied=%d/%llu/%llu\n", (int)g->status, g->has_applied,
		(unsigned long long)g->applied_block, (unsigned long long)g->applied_log);
	print_hash(to, "link", &g->rules.link);
	for (size_t i = 0; i < g->claim_count; i++) {
		const struct game_claim *c = &g->claims[i];

		fprintf(to, "\n  claim");
		print_hash(to, "hash", &c->hash);
		print_address(to, "by", &c->claimant);
		print_address(to, "fell_by", &c->fell_by);
		fprintf(to, " deadline=%llu left=%llu parent=%zu fell=%d/%u/%llu resolved=%d/%d",
			(unsigned long long)c->deadline, (unsigned long long)c->left, c->parent,
			c->fell, c->fell_index, (unsigned long long)c->fell_in, c->resolved,
			c->stands);
	}
	for (size_t i = 0; i < g->trace_count; i++)
		print_hash(to, "trace", &g->traces[i].context);
	for (size_t i = 0; i < g->commitment_count; i++) {
		print_hash(to, "commitment", &g->commitments[i].hash);
		fprintf(to, "/%llu", (unsigned long long)g->commitments[i].block);
	}
	for (size_t i = 0; i < g->credit_count; i++) {
		print_address(to, "credit", &g->credits[i].who);
		fprintf(to, "/%llx.%llx", (unsigned long long)g->credits[i].amount.limb[3],
			(unsigned long long)g->credits[i].amount.limb[0]);
	}
}

static int by_address(const void *a, const void *b)
{
	const struct game_entry *const *x = a, *const *y = b;

	return memcmp((*x)->address.b, (*y)->address.b, sizeof((*x)->address.b));
}

static void print_entries(FILE *to, struct games *games)
{
	size_t count = games_count(games);
	struct game_entry **list = calloc(count + 1, sizeof(*list));

	for (size_t i = 0; i < count; i++)
		list[i] = games_entry(games, i);
	qsort(list, count, sizeof(*list), by_address);
	for (size_t i = 0; i < count; i++) {
		print_address(to, "game", &list[i]->address);
		fprintf(to, " created_in=%llu ready=%d broken=%d (%s)",
			(unsigned long long)list[i]->created_in, list[i]->is_ready,
			list[i]->is_broken, list[i]->trouble ? list[i]->trouble : "");
		print_game(to, &list[i]->game);
		fprintf(to, "\n");
	}
	free(list);
}

static void print_rows(FILE *to, struct database *db, const char *sql)
{
	sqlite3_stmt *s;

	assert_int_equal(sqlite3_prepare_v2(database_handle(db), sql, -1, &s, NULL), SQLITE_OK);
	while (sqlite3_step(s) == SQLITE_ROW) {
		for (int i = 0; i < sqlite3_column_count(s); i++)
			fprintf(to, " %s", (const char *)sqlite3_column_text(s, i));
		fprintf(to, "\n");
	}
	sqlite3_finalize(s);
}

/* Everything but the marks, which depend on when L1 was looked at. */
char *describe(struct view *v)
{
	char *text;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	print_entries(to, v->games);
	print_rows(to, v->db,
		   "SELECT hex(address), block, finished, ifnull(report, '-') FROM game ORDER BY "
		   "address");
	print_rows(to, v->db,
		   "SELECT block, log, hex(address), hex(topics), hex(data) FROM game_log ORDER BY "
		   "block, log");
	print_rows(to, v->db, "SELECT hex(game), what, block, seen FROM loss ORDER BY game, what");
	fclose(to);
	return text;
}

void expect_described(struct view *v, char *expected)
{
	char *found = describe(v);

	assert_string_equal(found, expected);
	free(found);
	free(expected);
}

/* As one that has seen nothing but L1's chain of now. */
void expect_as_fresh(void)
{
	static unsigned number;
	char file[32];
	struct view fresh;

	snprintf(file, sizeof(file), "fresh-%u.db", number++);
	open_view(&fresh, file);
	follow_to_the_end(&fresh);
	expect_described(&view, describe(&fresh));
	close_view(&fresh);
}

/* ---- games ---- */

struct game_rules rules(unsigned number)
{
	struct address game = { { 0x6a, [18] = (uint8_t)(number >> 8), [19] = (uint8_t)number } };

	return game_example(&game);
}

struct game_entry *entry(unsigned number)
{
	struct game_rules r = rules(number);

	for (size_t i = 0; i < games_count(view.games); i++)
		if (address_eq(&games_entry(view.games, i)->address, &r.game))
			return games_entry(view.games, i);
	return NULL;
}

void create(unsigned number)
{
	struct game_rules r = rules(number);

	game_l1_create(&l1, &r, &me);
}

void log_in(unsigned number, struct game_log log)
{
	struct game_rules r = rules(number);

	game_l1_log(&l1, &r.game, &log);
}

struct hash32 root_claim(unsigned number)
{
	struct game_rules r = rules(number);
	struct claim_list list;
	struct claim root;

	claim_root(&r, &root, &list);
	return claim_hash(&root);
}

/* An attack on the root claim; no two variants are the same. */
struct claim attack(unsigned number, uint64_t variant, struct claim_list *list)
{
	struct claim c = { .parent = root_claim(number), .start = 1000, .depth = 1, .index = 1 };

	for (unsigned i = 0; i < CLAIM_STATES; i++)
		list->states[i] = game_state(i < 20 ? 1000 + i : 5000 + variant);
	c.list_hash = claim_list_hash(list);
	return c;
}

struct game_log attack_log(unsigned number, uint64_t variant)
{
	struct claim_list list;
	struct claim c = attack(number, variant, &list);

	return game_log_claim_made(&c, &list, &liar, 6000 + variant);
}

struct hash32 attack_hash(unsigned number, uint64_t variant)
{
	struct claim_list list;
	struct claim c = attack(number, variant, &list);

	return claim_hash(&c);
}

void mine(unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		game_l1_mine(&l1);
}
