#include "prover/challenger.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/clock.h"
#include "base/native/log.h"
#include "base/native/pause.h"
#include "net/anchor.h"
#include "net/json_values.h"
#include "net/l1_account.h"
#include "prover/dispute/truth_native.h"
#include "prover/attention.h"
#include "prover/dispatch.h"
#include "prover/funds.h"
#include "prover/games_report.h"
#include "prover/losses.h"
#include "prover/moves.h"
#include "prover/turn.h"

#define FINISHED_MOST 200
#define MAX_IN_FLIGHT 16

struct challenger {
	const struct rollup_config *config;
	const struct options *options;
	struct verifier *verifier;
	char owner[CONFIG_OWNER_SIZE + 41]; /* of dispute.db */
	struct database *db;
	struct l1_account account; /* reads only with --watch */
	struct moves *moves;       /* NULL with --watch */
	struct anchor *anchor;     /* the same */
	struct games *games;
	struct truth_native *native;
	struct truth truth;
	struct dispatch dispatch; /* while all games are looked at */
	pthread_t thread;
	bool is_running;
	atomic_bool stop;
	bool was_reachable;
	uint64_t look_began;       /* clock_ms() */
	unsigned times_taken_back; /* games_times_taken_back() when `finished` was loaded */
	/* Set by the thread, read by all: under the lock. */
	pthread_mutex_t lock;
	json_t *reports;  /* by address: games that go on, with claims and moves */
	json_t *finished; /* list */
	struct challenger_status status;
	uint64_t looked_at; /* clock_ms(): at any game, or at all of none; or the start */
};

/* ---- reports ---- */

/* Games take turns, and deriving: a look at one takes no longer than that, and the run
 * of the proof program that it is in. */
#define LOOK_MS 20000

static bool look_is_over(void *context)
{
	const struct challenger *c = context;

	return atomic_load(&c->stop) || clock_ms() - c->look_began > LOOK_MS;
}

static json_t *full_report(struct challenger *c, struct game_entry *e)
{
	const struct patience patience = { look_is_over, c };
	json_t *report = games_report(e, &c->truth);
	uint64_t gas = 0;
	size_t waiting;
	struct u256 staked;

	json_object_set_new(report, "tree", games_report_claims(e, &c->truth, &patience, &waiting));
	attention_to(e)->has_more |= waiting > 0;
	if (!c->moves)
		return report;
	json_object_set_new(report, "moves", moves_report(c->moves, &e->address, &gas));
	json_object_set_new(report, "gasUsed", json_of_u64(gas));
	if (e->is_ready) {
		staked = game_bonds_of(&e->game, &c->account.address);
		json_object_set_new(report, "ourBonds", json_of_u256(&staked));
	}
	return report;
}

static void publish(struct challenger *c, struct game_entry *e)
{
	char key[41];
	json_t *report = full_report(c, e);

	hex_encode(key, bytes_of_address(&e->address));
	pthread_mutex_lock(&c->lock);
	json_object_set_new(c->reports, key, report);
	pthread_mutex_unlock(&c->lock);
}

/* Without what makes it long. */
static json_t *summary_of(const json_t *report)
{
	json_t *summary = json_deep_copy(report);

	json_object_del(summary, "tree");
	json_object_del(summary, "moves");
	return summary;
}

json_t *challenger_games(struct challenger *c)
{
	json_t *list = json_array(), *report;
	const char *key;

	pthread_mutex_lock(&c->lock);
	json_object_foreach(c->reports, key, report)
	    json_array_append_new(list, summary_of(report));
	for (size_t i = 0; i < json_array_size(c->finished); i++)
		json_array_append_new(list, summary_of(json_array_get(c->finished, i)));
	pthread_mutex_unlock(&c->lock);
	return list;
}

static bool is_about(const json_t *report, const struct address *game)
{
	struct address address;

	return json_to_address(&address, json_object_get(report, "address")) &&
	       address_eq(&address, game);
}

json_t *challenger_game(struct challenger *c, const struct address *game)
{
	json_t *found = NULL;
	char key[41];

	hex_encode(key, bytes_of_address(game));
	pthread_mutex_lock(&c->lock);
	found = json_object_get(c->reports, key);
	for (size_t i = 0; !found && i < json_array_size(c->finished); i++)
		if (is_about(json_array_get(c->finished, i), game))
			found = json_array_get(c->finished, i);
	found = found ? json_deep_copy(found) : NULL;
	pthread_mutex_unlock(&c->lock);
	return found;
}

struct challenger_status challenger_status(struct challenger *c)
{
	struct challenger_status status;

	pthread_mutex_lock(&c->lock);
	status = c->status;
	status.age = (clock_ms() - c->looked_at) / 1000;
	pthread_mutex_unlock(&c->lock);
	return status;
}

static void add_finished(void *context, const char *report)
{
	struct challenger *c = context;
	json_t *parsed = json_loads(report, 0, NULL);

	if (parsed)
		json_array_append_new(c->finished, parsed);
}

/* At the start, and after a reorg, which may have taken some back. */
static void load_finished(struct challenger *c)
{
	pthread_mutex_lock(&c->lock);
	json_array_clear(c->finished);
	games_finished(c->games, FINISHED_MOST, add_finished, c);
	pthread_mutex_unlock(&c->lock);
	c->times_taken_back = games_times_taken_back(c->games);
}

/* Reports of games that are there no more (finished, or gone with a reorg) go. */
static void forget_gone(struct challenger *c)
{
	json_t *kept = json_object();
	char key[41];

	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < games_count(c->games); i++) {
		struct game_entry *e = games_entry(c->games, i);
		json_t *report =
		    json_object_get(c->reports, hex_encode(key, bytes_of_address(&e->address)));

		if (report)
			json_object_set(kept, key, report);
	}
	json_decref(c->reports);
	c->reports = kept;
	pthread_mutex_unlock(&c->lock);
}

/* ---- one game ---- */

/* When a clock runs out next. */
static uint64_t next_deadline(const struct game *g, uint64_t now)
{
	uint64_t next = UINT64_MAX;

	for (size_t i = 0; i < g->claim_count; i++)
		if (!g->claims[i].resolved && g->claims[i].deadline > now &&
		    g->claims[i].deadline < next)
			next = g->claims[i].deadline;
	return next;
}

/* When something is to be done though nothing happens: a clock has run out, or the
 * last one has long enough. */
static uint64_t next_occasion(const struct game *g, uint64_t now)
{
	uint64_t deadline = next_deadline(g, now);
	uint64_t before = now > PLAY_ABANDONED_AFTER ? now - PLAY_ABANDONED_AFTER : 0;
	uint64_t abandoned = next_deadline(g, before);

	if (abandoned < UINT64_MAX - PLAY_ABANDONED_AFTER)
		abandoned += PLAY_ABANDONED_AFTER;
	return deadline < abandoned ? deadline : abandoned;
}

static void play(struct challenger *c, struct game_entry *e, struct attention *attention)
{
	const struct l1_block *head = games_head(c->games);
	struct player who = {
		.self = c->account.address,
		.now = head->timestamp,
		.block = head->number,
		.commit_margin = e->game.rules.clock_extension,
		.resolves_all = c->options->resolve_all,
		.patience = { look_is_over, c },
		.resume = attention->resume,
	};
	struct play_moves next;

	play_next(&c->dispatch.arena, &next, &e->game, &c->truth, &who);
	dispatch_add(&c->dispatch, &e->game, &next);
	attention_troubles(e, &next);
	attention->resume = next.resume;
	attention->has_moves = next.count > 0;
	attention->has_more =
	    next.count > 0 || next.waiting > 0 || next.not_yet > 0 || next.unknown > 0;
	attention->idle_until = next_occasion(&e->game, head->timestamp);
}

/* A move to a game that a reorg takes away would be a gift: its creation has to be
 * deep enough. */
static bool is_deep(const struct challenger *c, uint64_t block)
{
	return games_head(c->games)->number >= block + c->options->game_depth;
}

static bool is_due(const struct challenger *c, struct game_entry *e)
{
	const struct attention *attention = attention_to(e);
	const struct l1_block *head = games_head(c->games);

	if (!e->is_ready || e->is_broken || e->game.claim_count == 0 ||
	    attention->looked_at == head->number)
		return false;
	return e->has_news || attention->has_more || head->timestamp >= attention->idle_until;
}

/* What an L1 reorg may still change is judged anew at each look, and whatever was
 * judged where the game and our inbox are not of the same L1 any more. */
static void settle(struct challenger *c, struct game_entry *e, struct attention *attention)
{
	const struct game_rules *rules = &e->game.rules;

	e->is_doubted = truth_native_differs(c->native, rules->horizon, &rules->link);
	if (!attention->is_settled || e->is_doubted)
		game_forget_judgements(&e->game);
	attention->is_settled = is_deep(c, e->created_in) && !e->is_doubted;
}

static void look_at_game(struct challenger *c, struct game_entry *e)
{
	struct attention *attention = attention_to(e);
	bool is_played;

	if (!is_due(c, e))
		return;
	attention->looked_at = games_head(c->games)->number;
	e->has_news = false;
	attention->has_more = attention->has_moves = false;
	attention->idle_until = UINT64_MAX;
	settle(c, e, attention);
	is_played = c->moves && attention->is_settled;
	attention_verdict(e, &c->truth, is_played);
	if (is_played)
		play(c, e, attention);
	attention->has_more |=
	    !attention->is_settled || e->game.claims[0].judgement == GAME_UNJUDGED;
	attention_end(e, c->moves ? &c->account.address : NULL, c->db);
	if (!attention->has_moves)
		publish(c, e);
}

/* Resolved, our credit is paid out, and no reorg changes that. */
static bool is_finished(const struct challenger *c, struct game_entry *e)
{
	struct u256 credit;

	if (!e->is_ready || e->is_broken || e->game.status == GAME_IN_PROGRESS ||
	    !attention_to(e)->was_resolved || !is_deep(c, e->game.applied_block))
		return false;
	credit = game_credit_of(&e->game, &c->account.address);
	return !c->moves || u256_is_zero(&credit);
}

static void finish(struct challenger *c, size_t index)
{
	json_t *report;
	char *text;

	c->look_began = clock_ms();
	report = full_report(c, games_entry(c->games, index));
	text = json_dumps(report, JSON_COMPACT);

	if (!text)
		abort();
	games_finish(c->games, index, text);
	free(text);
	pthread_mutex_lock(&c->lock);
	json_array_insert_new(c->finished, 0, report);
	if (json_array_size(c->finished) > FINISHED_MOST)
		json_array_remove(c->finished, FINISHED_MOST);
	pthread_mutex_unlock(&c->lock);
}

/* ---- all of them ---- */

static void count_game(struct challenger_status *status, struct game_entry *e)
{
	const struct attention *attention = attention_to(e);

	status->games++;
	status->disputed +=
	    !e->is_ready || e->game.claim_count == 0 || e->game.claims[0].judgement != GAME_AGREE;
	status->not_known += attention->not_known;
	status->too_late += attention->too_late;
	status->broken += e->is_broken;
}

static void count_games(struct challenger *c)
{
	struct challenger_status status = { .lost = losses_unseen(c->db),
					    .l1_block = games_head(c->games)->number };

	for (size_t i = 0; i < games_count(c->games); i++)
		count_game(&status, games_entry(c->games, i));
	status.no_funds = c->moves && status.games > 0 && moves_lack_funds(c->moves);
	pthread_mutex_lock(&c->lock);
	c->status = status;
	c->looked_at = clock_ms();
	pthread_mutex_unlock(&c->lock);
}

struct urgent {
	struct game_entry *entry;
	uint64_t deadline; /* no move of its can be due before */
};

static int by_deadline(const void *a, const void *b)
{
	uint64_t x = ((const struct urgent *)a)->deadline, y = ((const struct urgent *)b)->deadline;

	return (x > y) - (x < y);
}

/* Those that are due, the most urgent first. */
static size_t find_urgent(struct challenger *c, struct urgent *list)
{
	size_t count = 0;

	for (size_t i = 0; i < games_count(c->games); i++) {
		struct game_entry *e = games_entry(c->games, i);

		if (is_due(c, e))
			list[count++] = (struct urgent){ e, next_deadline(&e->game, 0) };
	}
	qsort(list, count, sizeof(*list), by_deadline);
	return count;
}

static void send_moves(struct challenger *c, uint64_t deadline)
{
	const struct dispatch_move *next;

	if (!c->moves)
		return;
	while ((next = dispatch_next(&c->dispatch, deadline)))
		moves_send(c->moves, next->game, &next->move);
	moves_tick(c->moves);
}

static void note_look(struct challenger *c)
{
	pthread_mutex_lock(&c->lock);
	c->looked_at = clock_ms();
	pthread_mutex_unlock(&c->lock);
}

/* What is urgent does not wait for games that are less so. */
static void look_at_urgent(struct challenger *c, const struct urgent *list, size_t count)
{
	for (size_t i = 0; i < count && !atomic_load(&c->stop); i++) {
		turn_take();
		c->look_began = clock_ms();
		look_at_game(c, list[i].entry);
		turn_give();
		note_look(c);
		send_moves(c, i + 1 < count ? list[i + 1].deadline : UINT64_MAX);
	}
	for (size_t i = 0; i < count; i++) {
		if (!attention_to(list[i].entry)->has_moves)
			continue;
		turn_take();
		c->look_began = clock_ms();
		publish(c, list[i].entry);
		turn_give();
	}
}

static void look_at_all(struct challenger *c)
{
	struct urgent *list;

	if (c->moves && games_count(c->games) > 0 && !moves_begin(c->moves, games_head(c->games)))
		return;
	dispatch_begin(&c->dispatch);
	list = ARENA_ARRAY(&c->dispatch.arena, struct urgent, games_count(c->games));
	look_at_urgent(c, list, find_urgent(c, list));
	dispatch_end(&c->dispatch);
	for (size_t i = games_count(c->games); i-- > 0;)
		if (is_finished(c, games_entry(c->games, i)))
			finish(c, i);
	forget_gone(c);
	count_games(c);
}

/* A game that bears a right claim out. */
static void offer_to_anchor(struct challenger *c, const json_t *report)
{
	const char *status = json_string_value(json_object_get(report, "status"));
	const char *verdict = json_string_value(json_object_get(report, "verdict"));
	struct address address;
	uint64_t block;

	if (status && verdict && strcmp(status, game_status_name(GAME_DEFENDER_WINS)) == 0 &&
	    strcmp(verdict, game_judgement_name(GAME_AGREE)) == 0 &&
	    json_to_address(&address, json_object_get(report, "address")) &&
	    json_to_u64(&block, json_object_get(report, "block")))
		anchor_offer(c->anchor, &address, block);
}

/* The reports are changed by this thread alone. */
static void move_anchor(struct challenger *c)
{
	const char *key;
	json_t *report;

	if (!c->anchor || !anchor_begin(c->anchor, games_head(c->games)->timestamp))
		return;
	json_object_foreach(c->reports, key, report) offer_to_anchor(c, report);
	for (size_t i = 0; i < json_array_size(c->finished); i++)
		offer_to_anchor(c, json_array_get(c->finished, i));
	anchor_move(c->anchor);
}

/* States from the anchor on, and from where any game here starts.  Games behind the
 * look at the anchor start from there or later; those before it have to be known. */
static void keep_states(struct challenger *c)
{
	struct l1_thread_status l1 = verifier_status(c->verifier).l1;
	uint64_t block = l1.anchor;

	if (l1.anchor_at > 0 && games_head(c->games)->number >= l1.anchor_at &&
	    games_oldest_anchor(c->games, &block))
		verifier_keep_from(c->verifier, block);
}

static void note_l1(struct challenger *c, enum l1_err err)
{
	bool is_reachable = err == L1_OK || err == L1_ABSENT; /* a reorg just now */

	if (is_reachable != c->was_reachable && err != L1_STOPPED)
		log_line(is_reachable ? LOG_INFO : LOG_WARN, "challenger", "games on L1: %s%s%s",
			 is_reachable ? "read again" : l1_err_text(err), is_reachable ? "" : ": ",
			 is_reachable ? "" : l1_error(c->account.client)->message);
	c->was_reachable = is_reachable;
}

static void *run(void *argument)
{
	struct challenger *c = argument;

	while (!atomic_load(&c->stop)) {
		enum l1_err err = games_follow(c->games);

		note_l1(c, err);
		if (games_times_taken_back(c->games) != c->times_taken_back)
			load_finished(c);
		if (games_is_current(c->games)) {
			keep_states(c);
			look_at_all(c);
			move_anchor(c);
		}
		if (c->moves)
			moves_tick(c->moves);
		if (err != L1_OK || games_is_current(c->games))
			pause_ms(c->options->service.l1_poll_ms, &c->stop);
	}
	return NULL;
}

/* ---- life ---- */

/* The games of one factory: another deployment has others, from its beginning on. */
static void write_owner(struct challenger *c)
{
	char owner[CONFIG_OWNER_SIZE], factory[41];

	snprintf(c->owner, sizeof(c->owner), "%s/%s", config_owner(c->config, owner),
		 hex_encode(factory, bytes_of_address(&c->config->dispute_game_factory)));
}

static bool open_account(struct challenger *c, char error[DATABASE_ERROR_SIZE])
{
	struct l1_account_config config = {
		.name = "challenger",
		.reads_only = c->options->watch,
		.options = &c->options->service,
		.stop = &c->stop,
		.key = c->options->key,
		.db = c->db,
		.chain_id = c->config->l1_chain_id,
		.confirmations = c->options->move_confirmations,
		.max_in_flight = MAX_IN_FLIGHT,
	};

	return l1_account_open(&c->account, &config, error);
}

static bool open_parts(struct challenger *c, char error[DATABASE_ERROR_SIZE])
{
	struct database_schema schema = { "dispute", 2, GAMES_SQL MOVES_SQL, c->owner };
	struct games_config games = {
		.factory = c->config->dispute_game_factory,
		.inbox = c->config->inbox,
		.first_block = c->config->l1_start_block,
		.confirmations = c->options->service.l1_confirmations,
	};
	char path[VERIFIER_PATH_SIZE];

	if (!database_open(&c->db, verifier_path(c->options, "dispute.db", path), &schema, error) ||
	    !open_account(c, error))
		return false;
	losses_open(c->db);
	if (c->options->acknowledge_lost)
		losses_acknowledge(c->db);
	c->status.lost = losses_unseen(c->db);
	c->looked_at = clock_ms();
	if (!c->options->watch) {
		c->moves = moves_new(c->db, c->account.client, c->account.transactions,
				     &c->account.address);
		c->anchor = anchor_new(&(struct anchor_config){
		    .client = c->account.client,
		    .l1 = c->account.transactions,
		    .factory = c->config->dispute_game_factory,
		    .interval = c->options->anchor_interval,
		});
	}
	games.db = c->db;
	games.client = c->account.client;
	c->games = games_open(&games);
	load_finished(c);
	return true;
}

bool challenger_open(struct challenger **out, const struct rollup_config *config,
		     const struct options *options, struct verifier *verifier,
		     char error[DATABASE_ERROR_SIZE])
{
	static const struct address none;
	struct challenger *c;

	*out = NULL;
	if (address_eq(&config->dispute_game_factory, &none)) {
		snprintf(error, DATABASE_ERROR_SIZE,
			 "rollup.json names no dispute game factory (gavel deploy-dispute): run it "
			 "with --watch");
		return options->watch;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		abort();
	c->config = config;
	c->options = options;
	c->verifier = verifier;
	c->was_reachable = true;
	c->reports = json_object();
	c->finished = json_array();
	write_owner(c);
	pthread_mutex_init(&c->lock, NULL);
	if (!open_parts(c, error)) {
		challenger_close(c);
		return false;
	}
	*out = c;
	return true;
}

bool challenger_start(struct challenger *c, char error[DATABASE_ERROR_SIZE])
{
	struct truth_native_options truth;

	if (!c)
		return true;
	truth = (struct truth_native_options){
		.memory = c->options->dispute_memory * 1024 * 1024,
		.disk = c->options->dispute_disk * 1024 * 1024,
		.stop = &c->stop,
	};
	if (!truth_native_open(&c->native, c->options->service.data, c->config, &truth, error) ||
	    !funds_check(c->account.client, &c->config->dispute_game_factory,
			 c->moves ? &c->account.address : NULL, error))
		return false;
	c->truth = truth_native(c->native);
	if (pthread_create(&c->thread, NULL, run, c) != 0)
		abort();
	c->is_running = true;
	return true;
}

void challenger_stop(struct challenger *c)
{
	if (!c)
		return;
	atomic_store(&c->stop, true);
	if (c->is_running)
		pthread_join(c->thread, NULL);
	c->is_running = false;
}

void challenger_close(struct challenger *c)
{
	if (!c)
		return;
	games_close(c->games);
	moves_free(c->moves);
	anchor_free(c->anchor);
	l1_account_close(&c->account);
	if (c->native)
		truth_native_close(c->native);
	database_close(c->db);
	json_decref(c->reports);
	json_decref(c->finished);
	pthread_mutex_destroy(&c->lock);
	free(c);
}
