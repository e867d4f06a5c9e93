/* games: behind L1's final block whole ranges are read by number; above it each block
 * is read with its header, and its logs by its hash: asked by number, a node that is
 * behind would leave some out without a word, and with them a move.
 *
 * One that has the block and not all of its logs (an index that is built later) may
 * leave some out all the same: what is final is read once more. */
#include "prover/games.h"

#include <stdlib.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "net/l1_span.h"
#include "prover/games_read.h"
#include "prover/losses.h"

/* Final L1 blocks in one question, others at one look, and addresses. */
#define SCAN_BLOCKS    500
#define NEW_BLOCKS     64
#define SCAN_ADDRESSES ((size_t)100)
/* Of a log in its block: what the database holds. */
#define INDEX_MAX ((uint64_t)INT64_MAX)

struct games {
	struct games_config config;
	struct game_entry **entries;
	size_t count, room;
	struct l1_block head;
	bool is_current;
	unsigned times_taken_back;
	struct l1_span span; /* of final blocks */
	uint64_t final;      /* L1's final block, up to the head; 0: it has none */
	uint64_t checked;    /* up to which final blocks were read a second time */
};

/* ---- entries ---- */

static void reset_entry(struct game_entry *e)
{
	game_free(&e->game);
	free(e->owner);
	e->owner = NULL;
	e->is_ready = e->is_broken = e->is_doubted = false;
	e->trouble = NULL;
}

static void add_entry(void *context, const struct address *address, uint64_t block)
{
	struct games *g = context;
	struct game_entry *e = calloc(1, sizeof(*e));

	if (g->count == g->room) {
		g->room = g->room ? 2 * g->room : 16;
		g->entries = reallocarray(g->entries, g->room, sizeof(struct game_entry *));
	}
	if (!e || !g->entries)
		abort();
	e->address = *address;
	e->created_in = block;
	g->entries[g->count++] = e;
}

static void remove_entry(struct games *g, size_t index)
{
	reset_entry(g->entries[index]);
	free(g->entries[index]);
	g->entries[index] = g->entries[--g->count];
}

static struct game_entry *find_entry(struct games *g, const struct address *address)
{
	for (size_t i = 0; i < g->count; i++)
		if (address_eq(&g->entries[i]->address, address))
			return g->entries[i];
	return NULL;
}

static void break_entry(struct game_entry *e, const char *why)
{
	char text[41];

	e->is_broken = true;
	e->trouble = why;
	log_error("games", "game 0x%s can't be followed: %s",
		  hex_encode(text, bytes_of_address(&e->address)), why);
}

/* ---- one game ---- */

static void apply(struct game_entry *e, const struct l1_log *log)
{
	enum game_err err = game_apply(&e->game, log->topics, log->topic_count, log->data,
				       log->block_number, log->log_index);

	e->has_news = true;
	if (err != GAME_OK)
		break_entry(e, game_err_text(err));
}

static bool apply_stored(void *context, const struct l1_log *log)
{
	struct game_entry *e = context;

	apply(e, log);
	return !e->is_broken;
}

/* What was answered is of one chain if both ends are still there afterwards. */
static enum l1_err is_still_there(struct games *g, uint64_t number, const struct hash32 *hash)
{
	struct l1_block block;
	enum l1_err err = l1_block(g->config.client, &block, l1_at_number(number));

	if (err != L1_OK)
		return err;
	return hash32_eq(&block.hash, hash) ? L1_OK : L1_ABSENT;
}

/* After it was found, a restart, or a reorg.  The rules have to be of the L1 that
 * the events are of. */
static enum l1_err make_ready(struct games *g, struct game_entry *e)
{
	struct game_rules rules;
	enum l1_err err = games_read_rules(g->config.client, &e->address, &g->config.inbox, &rules);

	if (err == L1_OK)
		err = is_still_there(g, g->head.number, &g->head.hash);
	if (err != L1_OK)
		return err;
	e->is_ready = true;
	if (game_init(&e->game, &rules))
		games_store_each_log(g->config.db, &e->address, apply_stored, e);
	else
		break_entry(e, "its parameters are out of bounds");
	return L1_OK;
}

/* A node that was behind may have answered of an L1 that is no more. */
static enum l1_err settle_doubt(struct games *g, struct game_entry *e)
{
	const struct game_rules *rules = &e->game.rules;
	struct hash32 link;
	enum l1_err err =
	    games_read_link(g->config.client, &g->config.inbox, rules->horizon, &link);

	if (err != L1_OK)
		return err;
	e->is_doubted = false;
	if (!hash32_eq(&link, &rules->link))
		reset_entry(e);
	return L1_OK;
}

static enum l1_err look_at_entry(struct games *g, struct game_entry *e)
{
	enum l1_err err = e->is_doubted ? settle_doubt(g, e) : L1_OK;

	return err == L1_OK && !e->is_ready ? make_ready(g, e) : err;
}

/* What a node does not answer now is asked again at the next look. */
static enum l1_err make_all_ready(struct games *g)
{
	enum l1_err first = L1_OK;

	for (size_t i = 0; i < g->count; i++) {
		enum l1_err err = look_at_entry(g, g->entries[i]);

		if (err == L1_UNAVAILABLE || err == L1_STOPPED)
			return err;
		if (first == L1_OK)
			first = err;
	}
	return first;
}

/* ---- reorgs ---- */

/* Takes back everything behind `block`. */
static void take_back(struct games *g, uint64_t block, const char *why)
{
	log_warn("games", "%s: what came after block %llu is read again", why,
		 (unsigned long long)block);
	if (g->checked > block)
		g->checked = block;
	for (size_t i = g->count; i-- > 0;) {
		if (g->entries[i]->created_in > block)
			remove_entry(g, i);
		else if (games_store_has_log_after(g->config.db, &g->entries[i]->address, block))
			reset_entry(g->entries[i]);
	}
	g->head = (struct l1_block){ 0 };
	g->is_current = false;
	g->times_taken_back++;
	database_begin(g->config.db);
	games_store_reopen(g->config.db, block, add_entry, g);
	games_store_take_back(g->config.db, block);
	losses_take_back(g->config.db, block);
	database_commit(g->config.db);
}

/* The newest mark that L1 still has; `block` is 0 where there is none. */
static enum l1_err find_mark(struct games *g, uint64_t head, struct mark *mark)
{
	struct l1_block block;
	enum l1_err err;

	for (;;) {
		*mark = (struct mark){ 0 };
		if (!games_store_newest_mark(g->config.db, mark) || mark->block > head)
			return L1_OK;
		err = l1_block(g->config.client, &block, l1_at_number(mark->block));
		if (err == L1_OK && hash32_eq(&block.hash, &mark->hash))
			return L1_OK;
		if (err != L1_OK && err != L1_ABSENT)
			return err;
		take_back(g, games_store_mark_before(g->config.db, mark->block),
			  "L1 was reorganised");
	}
}

/* ---- looking ---- */

/* Some blocks, and what they have. */
struct scan {
	struct arena arena;
	struct l1_log_filter blocks;  /* which: by hash, or a range */
	struct l1_block end;          /* the last of them */
	const struct l1_log *created; /* by the factory */
	size_t created_count;
	struct address *addresses; /* of all games; those created come last */
	size_t address_count;
	struct found_logs *found; /* of the games */
	size_t found_count;
};

struct found_logs {
	const struct l1_log *logs;
	size_t count;
};

static enum l1_err find_logs(struct games *g, struct scan *s, const struct l1_log_filter *filter,
			     const struct l1_log **logs, size_t *count)
{
	enum l1_err err = l1_logs(g->config.client, &s->arena, logs, count, filter);

	for (size_t i = 0; err == L1_OK && i < *count; i++) {
		const struct l1_log *log = &(*logs)[i];

		/* Asked for by hash, they are all of the last block. */
		if (log->log_index > INDEX_MAX ||
		    (filter->by_hash && log->block_number != s->end.number))
			err = L1_BAD_ANSWER;
		else if (log->block_number == s->end.number &&
			 !hash32_eq(&log->block_hash, &s->end.hash))
			err = L1_ABSENT; /* reorganised meanwhile */
	}
	return err;
}

static enum l1_err scan_created(struct games *g, struct scan *s)
{
	struct hash32 topic = game_created_topic();
	struct l1_log_filter filter = s->blocks;
	enum l1_err err;

	filter.addresses = &g->config.factory;
	filter.address_count = 1;
	filter.topic0 = &topic;
	filter.topic0_count = 1;
	err = find_logs(g, s, &filter, &s->created, &s->created_count);
	if (err != L1_OK)
		return err;
	s->addresses = ARENA_ARRAY(&s->arena, struct address, g->count + s->created_count);
	for (size_t i = 0; i < g->count; i++)
		s->addresses[s->address_count++] = g->entries[i]->address;
	for (size_t i = 0; i < s->created_count; i++) {
		const struct l1_log *log = &s->created[i];
		struct hash32 root;

		if (!game_created_decode(log->topics, log->topic_count,
					 &s->addresses[s->address_count++], &root))
			return L1_BAD_ANSWER;
	}
	return L1_OK;
}

static enum l1_err scan_games(struct games *g, struct scan *s)
{
	size_t chunks = (s->address_count + SCAN_ADDRESSES - 1) / SCAN_ADDRESSES;
	struct l1_log_filter filter = s->blocks;

	s->found = ARENA_ARRAY(&s->arena, struct found_logs, chunks);
	for (size_t at = 0; at < s->address_count; at += SCAN_ADDRESSES) {
		struct found_logs *found = &s->found[s->found_count++];
		size_t rest = s->address_count - at;
		enum l1_err err;

		filter.addresses = s->addresses + at;
		filter.address_count = rest < SCAN_ADDRESSES ? rest : SCAN_ADDRESSES;
		err = find_logs(g, s, &filter, &found->logs, &found->count);
		if (err != L1_OK)
			return err;
	}
	return L1_OK;
}

/* False: what can't be of one chain; nothing is committed. */
static bool write_scan(struct games *g, const struct scan *s)
{
	size_t known = s->address_count - s->created_count;
	bool fits = true;

	for (size_t i = 0; fits && i < s->created_count; i++)
		fits = games_store_add_game(g->config.db, &s->addresses[known + i],
					    s->created[i].block_number);
	for (size_t i = 0; i < s->found_count; i++)
		for (size_t k = 0; fits && k < s->found[i].count; k++)
			fits = games_store_add_log(g->config.db, &s->found[i].logs[k]);
	if (fits)
		games_store_add_mark(g->config.db, &s->end);
	return fits;
}

static void apply_found(struct games *g, const struct found_logs *found)
{
	for (size_t i = 0; i < found->count; i++) {
		const struct l1_log *log = &found->logs[i];
		struct game_entry *e = find_entry(g, &log->address);

		if (e && e->is_ready && !e->is_broken)
			apply(e, log);
	}
}

static enum l1_err take_over(struct games *g, const struct scan *s)
{
	size_t known = s->address_count - s->created_count;

	database_begin(g->config.db);
	if (!write_scan(g, s)) {
		database_rollback(g->config.db);
		return L1_BAD_ANSWER;
	}
	database_commit(g->config.db);
	for (size_t i = 0; i < s->found_count; i++)
		apply_found(g, &s->found[i]);
	for (size_t i = 0; i < s->created_count; i++)
		add_entry(g, &s->addresses[known + i], s->created[i].block_number);
	g->head = s->end;
	return L1_OK;
}

/* `mark`: what was read before, or 0. */
static enum l1_err scan_blocks(struct games *g, struct scan *s, const struct mark *mark)
{
	enum l1_err err = scan_created(g, s);

	if (err == L1_OK)
		err = scan_games(g, s);
	if (err == L1_OK && !s->blocks.by_hash && mark->block > 0)
		err = is_still_there(g, mark->block, &mark->hash);
	if (err == L1_OK && !s->blocks.by_hash)
		err = is_still_there(g, s->end.number, &s->end.hash);
	return err == L1_OK ? take_over(g, s) : err;
}

static enum l1_err scan(struct games *g, const struct l1_log_filter *blocks,
			const struct l1_block *end, const struct mark *mark)
{
	struct scan s = { .blocks = *blocks, .end = *end };
	enum l1_err err;

	arena_init(&s.arena, &arena_heap, ARENA_HEAP_BLOCK);
	err = scan_blocks(g, &s, mark);
	arena_free(&s.arena);
	return err;
}

/* So many final blocks that a node answers. */
static enum l1_err read_final(struct games *g, const struct mark *mark, uint64_t from,
			      uint64_t final)
{
	struct l1_log_filter blocks = { .from = from, .to = final };
	struct l1_block end;
	enum l1_err err;

	blocks.to = l1_span_end(&g->span, from, final);
	err = l1_block(g->config.client, &end, l1_at_number(blocks.to));
	if (err == L1_OK)
		err = scan(g, &blocks, &end, mark);
	(void)l1_span_note(&g->span, err);
	return err;
}

/* Each block is the child of the one before: L1_ABSENT where it is not, and a reorg
 * just now. */
static enum l1_err read_new(struct games *g, struct mark mark, uint64_t from, uint64_t head)
{
	uint64_t to = head - from < NEW_BLOCKS ? head : from + NEW_BLOCKS - 1;

	for (uint64_t number = from; number <= to; number++) {
		struct l1_log_filter blocks = { .by_hash = true };
		struct l1_block block;
		enum l1_err err = l1_block(g->config.client, &block, l1_at_number(number));

		if (err != L1_OK)
			return err;
		if (mark.block > 0 && !hash32_eq(&block.parent_hash, &mark.hash))
			return L1_ABSENT;
		blocks.block_hash = block.hash;
		err = scan(g, &blocks, &block, &mark);
		if (err != L1_OK)
			return err;
		mark = (struct mark){ number, block.hash };
	}
	return L1_OK;
}

/* L1's final block, up to `head`; 0: it has none, or is too young. */
static enum l1_err find_final(struct games *g, uint64_t head)
{
	struct l1_block block;
	enum l1_err err = l1_block(g->config.client, &block, L1_FINALIZED);

	g->final = 0;
	if (err == L1_OK)
		g->final = block.number < head ? block.number : head;
	return err == L1_ABSENT || err == L1_NODE_ERROR ? L1_OK : err;
}

/* ---- the second time ---- */

/* What comes after a game's end was not read the first time. */
static void leave_finished_out(struct games *g, struct scan *s)
{
	size_t first = s->address_count - s->created_count, kept = first;

	for (size_t i = first; i < s->address_count; i++)
		if (find_entry(g, &s->addresses[i]) ||
		    !games_store_has_game(g->config.db, &s->addresses[i]))
			s->addresses[kept++] = s->addresses[i];
	s->address_count = kept;
	s->created_count = kept - first;
}

static bool all_known(struct games *g, const struct scan *s)
{
	for (size_t i = s->address_count - s->created_count; i < s->address_count; i++)
		if (!games_store_has_game(g->config.db, &s->addresses[i]))
			return false;
	for (size_t i = 0; i < s->found_count; i++)
		for (size_t k = 0; k < s->found[i].count; k++)
			if (!games_store_has_log(g->config.db, &s->found[i].logs[k]))
				return false;
	return true;
}

static enum l1_err check_range(struct games *g, uint64_t from, uint64_t to)
{
	struct scan s = { .blocks = { .from = from, .to = to } };
	enum l1_err err = l1_block(g->config.client, &s.end, l1_at_number(to));

	arena_init(&s.arena, &arena_heap, ARENA_HEAP_BLOCK);
	if (err == L1_OK)
		err = scan_created(g, &s);
	leave_finished_out(g, &s);
	if (err == L1_OK)
		err = scan_games(g, &s);
	if (err == L1_OK && !all_known(g, &s))
		take_back(g, games_store_mark_before(g->config.db, from),
			  "L1's node had left logs out");
	else if (err == L1_OK)
		g->checked = to;
	arena_free(&s.arena);
	return err;
}

/* Some blocks more, once they are final and were read.  Those further back had been
 * final for long when they were read. */
static enum l1_err check_final(struct games *g)
{
	uint64_t from = g->checked + 1, to = g->final;
	enum l1_err err;

	if (!g->is_current || from > to)
		return L1_OK;
	if (to - from > MARK_BLOCKS / 2)
		from = to - MARK_BLOCKS / 2;
	to = l1_span_end(&g->span, from, to);
	err = check_range(g, from, to);
	(void)l1_span_note(&g->span, err);
	return err;
}

/* From the mark on.  A node that does not have what was read is behind, or its L1 was
 * reorganised and is not as long again yet. */
static enum l1_err look_further(struct games *g, const struct mark *mark, uint64_t head)
{
	uint64_t from = mark->block ? mark->block + 1 : g->config.first_block;
	enum l1_err err;

	g->is_current = false;
	if (from > head)
		return L1_ABSENT;
	err = find_final(g, head);
	if (err == L1_OK)
		err = from <= g->final ? read_final(g, mark, from, g->final)
				       : read_new(g, *mark, from, head);
	g->is_current = err == L1_OK && g->head.number == head;
	return err;
}

static enum l1_err find_head(struct games *g, struct l1_block *head)
{
	uint64_t depth = g->config.confirmations;
	enum l1_err err = l1_block(g->config.client, head, L1_LATEST);

	if (err == L1_OK && depth > 0 && head->number > depth)
		err = l1_block(g->config.client, head, l1_at_number(head->number - depth));
	return err;
}

enum l1_err games_follow(struct games *g)
{
	struct l1_block head;
	struct mark mark;
	enum l1_err err = find_head(g, &head), checked;

	if (err == L1_OK)
		err = find_mark(g, head.number, &mark);
	if (err != L1_OK)
		return err;
	if (mark.block == head.number && hash32_eq(&mark.hash, &head.hash)) {
		g->head = head;
		g->is_current = true;
	} else {
		err = look_further(g, &mark, head.number);
	}
	if (err != L1_OK)
		return err;
	checked = check_final(g);
	err = make_all_ready(g);
	return err == L1_OK ? checked : err;
}

/* ---- what the owner sees ---- */

struct games *games_open(const struct games_config *config)
{
	struct games *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->config = *config;
	g->span = l1_span_of(SCAN_BLOCKS);
	g->checked = config->first_block;
	games_store_each_open(config->db, add_entry, g);
	return g;
}

void games_close(struct games *g)
{
	if (!g)
		return;
	while (g->count > 0)
		remove_entry(g, g->count - 1);
	free(g->entries);
	free(g);
}

const struct l1_block *games_head(const struct games *g)
{
	return &g->head;
}

bool games_is_current(const struct games *g)
{
	return g->is_current;
}

size_t games_count(const struct games *g)
{
	return g->count;
}

struct game_entry *games_entry(struct games *g, size_t index)
{
	return g->entries[index];
}

bool games_oldest_anchor(const struct games *g, uint64_t *block)
{
	bool is_ready = true;

	for (size_t i = 0; i < g->count; i++) {
		const struct game_entry *e = g->entries[i];

		is_ready &= e->is_ready;
		if (e->is_ready && !e->is_broken && e->game.rules.anchor_block < *block)
			*block = e->game.rules.anchor_block;
	}
	return is_ready && g->is_current;
}

void games_finish(struct games *g, size_t index, const char *report)
{
	games_store_finish(g->config.db, &g->entries[index]->address, report);
	remove_entry(g, index);
}

void games_finished(struct games *g, size_t most, void (*each)(void *context, const char *report),
		    void *context)
{
	games_store_finished(g->config.db, most, each, context);
}

unsigned games_times_taken_back(const struct games *g)
{
	return g->times_taken_back;
}
