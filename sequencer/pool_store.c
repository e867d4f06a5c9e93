/* pool_store: callers queue rows and removals; the thread takes all that has
 * gathered, writes it in one transaction, and reports.
 *
 * Ids are given out when a row is queued, in order, so that a removal knows
 * whether its row is still queued (then it is crossed out) or written.  The
 * ids in `struct pool_transaction` belong to this lock. */
#include "sequencer/pool_store.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/native/clock.h"

/* In `id`: removed before it was added.  A block may take a transaction
 * between its admission and the row's queueing. */
#define ID_REMOVED UINT64_MAX

struct row {
	struct pool_transaction *transaction;
	struct pool *pool;
	void (*done)(void *context);
	void *context;
	bool is_removed; /* nothing to write */
};

/* What goes into one commit: rows have the ids from `first_id` on. */
struct group {
	struct row *rows;
	size_t row_count, row_capacity;
	uint64_t first_id;
	uint64_t *removed;
	size_t removed_count, removed_capacity;
};

/* Under load a commit follows the last one's end after so long, or when nothing
 * has come for a while, or as much as shared one of the last commits, so that more
 * share its writes: those who have just got their answers send what they have next.
 * One that comes alone does not wait. */
#define GATHER_NS 8000000
#define QUIET_NS  1000000
#define RECENT    8

struct pool_store {
	char *path, *owner;
	struct database *db; /* of the thread */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t queued; /* the first of a group, or somebody is impatient */
	pthread_cond_t committed;
	bool stop;
	bool hurry; /* somebody waits in pool_store_flush() */
	struct group gathering;
	size_t recent[RECENT];    /* how many rows the last groups had, by their number */
	size_t expected;          /* the most of them */
	uint64_t group_number;    /* of `gathering` */
	uint64_t groups_finished; /* all below and this */
};

static struct database_schema schema_of(const char *owner)
{
	return (struct database_schema){
		.name = "pool",
		.version = 1,
		.sql = "CREATE TABLE pool(id INTEGER PRIMARY KEY, raw BLOB NOT NULL)",
		.owner = owner,
	};
}

static void *grow(void *array, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return array;
	*capacity = 2 * *capacity + 64;
	array = reallocarray(array, *capacity, size);
	if (!array)
		abort();
	return array;
}

/* ---- queueing ---- */

static bool is_empty(const struct group *group)
{
	return group->row_count == 0 && group->removed_count == 0;
}

/* Only the first is worth a wake-up, and the last one that is waited for: while more
 * gathers, the thread looks by itself. */
static void wake_for_first(struct pool_store *store)
{
	if (is_empty(&store->gathering))
		pthread_cond_signal(&store->queued);
}

static void wake_for_last(struct pool_store *store)
{
	if (store->gathering.row_count == store->expected)
		pthread_cond_signal(&store->queued);
}

static void queue_removal(struct pool_store *store, uint64_t id)
{
	struct group *group = &store->gathering;

	if (id >= group->first_id && id - group->first_id < group->row_count) {
		group->rows[id - group->first_id].is_removed = true;
		return;
	}
	wake_for_first(store);
	group->removed =
	    grow(group->removed, group->removed_count, &group->removed_capacity, sizeof(id));
	group->removed[group->removed_count++] = id;
}

void pool_store_add(struct pool_store *store, struct pool *pool,
		    struct pool_transaction *transaction, void (*done)(void *context),
		    void *context)
{
	struct group *group = &store->gathering;

	__atomic_add_fetch(&transaction->references, 1, __ATOMIC_RELAXED);
	pthread_mutex_lock(&store->lock);
	wake_for_first(store);
	group->rows =
	    grow(group->rows, group->row_count, &group->row_capacity, sizeof(group->rows[0]));
	group->rows[group->row_count] = (struct row){
		.transaction = transaction,
		.pool = pool,
		.done = done,
		.context = context,
		.is_removed = transaction->id == ID_REMOVED,
	};
	if (transaction->id != ID_REMOVED)
		transaction->id = group->first_id + group->row_count;
	group->row_count++;
	wake_for_last(store);
	pthread_mutex_unlock(&store->lock);
}

void pool_store_remove(struct pool_store *store, struct pool *pool,
		       struct pool_transaction *transaction)
{
	(void)pool;
	pthread_mutex_lock(&store->lock);
	if (transaction->id != 0 && transaction->id != ID_REMOVED)
		queue_removal(store, transaction->id);
	transaction->id = ID_REMOVED;
	pthread_mutex_unlock(&store->lock);
}

void pool_store_remove_id(struct pool_store *store, uint64_t id)
{
	pthread_mutex_lock(&store->lock);
	queue_removal(store, id);
	pthread_mutex_unlock(&store->lock);
}

void pool_store_flush(struct pool_store *store)
{
	uint64_t last;

	pthread_mutex_lock(&store->lock);
	last = is_empty(&store->gathering) ? store->group_number - 1 : store->group_number;
	store->hurry = true;
	pthread_cond_signal(&store->queued);
	while (store->groups_finished < last)
		pthread_cond_wait(&store->committed, &store->lock);
	pthread_mutex_unlock(&store->lock);
}

/* ---- writing ---- */

static void write_rows(struct database *db, const struct group *group)
{
	for (size_t i = 0; i < group->row_count; i++) {
		sqlite3_stmt *insert;

		if (group->rows[i].is_removed)
			continue;
		insert = database_statement(db, "INSERT INTO pool(id, raw) VALUES (?, ?)");
		database_bind_u64(insert, 1, group->first_id + i);
		database_bind_bytes(insert, 2, group->rows[i].transaction->raw);
		database_run(db, insert);
	}
}

static int compare_ids(const void *a, const void *b)
{
	uint64_t x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

/* A block takes mostly what came in together: whole ranges at once. */
static void delete_rows(struct database *db, struct group *group)
{
	uint64_t *ids = group->removed;
	size_t next;

	if (group->removed_count)
		qsort(ids, group->removed_count, sizeof(ids[0]), compare_ids);
	for (size_t i = 0; i < group->removed_count; i = next) {
		sqlite3_stmt *statement =
		    database_statement(db, "DELETE FROM pool WHERE id BETWEEN ? AND ?");

		for (next = i + 1; next < group->removed_count; next++)
			if (ids[next] > ids[next - 1] + 1)
				break;
		database_bind_u64(statement, 1, ids[i]);
		database_bind_u64(statement, 2, ids[next - 1]);
		database_run(db, statement);
	}
}

static bool has_work(const struct group *group)
{
	if (group->removed_count)
		return true;
	for (size_t i = 0; i < group->row_count; i++)
		if (!group->rows[i].is_removed)
			return true;
	return false;
}

static void report(const struct group *group)
{
	for (size_t i = 0; i < group->row_count; i++) {
		const struct row *row = &group->rows[i];

		if (row->done)
			row->done(row->context);
		pool_release(row->pool, row->transaction);
	}
}

static void commit(struct pool_store *store, struct group *group)
{
	if (has_work(group)) {
		database_begin(store->db);
		write_rows(store->db, group);
		delete_rows(store->db, group);
		database_commit(store->db);
	}
	report(group);
}

/* Swaps in the emptied group, whose arrays are used again. */
static void take(struct pool_store *store, struct group *group)
{
	struct group full = store->gathering;

	group->row_count = group->removed_count = 0;
	group->first_id = full.first_id + full.row_count;
	store->gathering = *group;
	*group = full;
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec != b->tv_sec ? a->tv_sec < b->tv_sec : a->tv_nsec < b->tv_nsec;
}

static bool is_complete(const struct pool_store *store)
{
	return store->stop || store->hurry || store->gathering.row_count >= store->expected;
}

/* With the lock, which is given up meanwhile. */
static void gather(struct pool_store *store, const struct timespec *until)
{
	struct timespec quiet = clock_after_ns(0);
	size_t rows = 0;

	while (!is_complete(store) && is_before(&quiet, until) &&
	       rows < store->gathering.row_count) {
		rows = store->gathering.row_count;
		quiet = clock_after_ns(QUIET_NS);
		while (!is_complete(store))
			if (pthread_cond_timedwait(&store->queued, &store->lock, &quiet) != 0)
				break;
	}
	store->hurry = false;
}

static void remember_size(struct pool_store *store, size_t rows)
{
	store->recent[store->group_number % RECENT] = rows;
	store->expected = 1;
	for (size_t i = 0; i < RECENT; i++)
		if (store->recent[i] > store->expected)
			store->expected = store->recent[i];
}

static void *run(void *argument)
{
	struct pool_store *store = argument;
	struct group group = { 0 };
	struct timespec until = { 0, 0 };

	pthread_mutex_lock(&store->lock);
	for (;;) {
		while (is_empty(&store->gathering) && !store->stop)
			pthread_cond_wait(&store->queued, &store->lock);
		if (is_empty(&store->gathering))
			break;
		gather(store, &until);
		take(store, &group);
		remember_size(store, group.row_count);
		store->group_number++;
		pthread_mutex_unlock(&store->lock);
		commit(store, &group);
		until = clock_after_ns(GATHER_NS);
		pthread_mutex_lock(&store->lock);
		store->groups_finished++;
		pthread_cond_broadcast(&store->committed);
	}
	pthread_mutex_unlock(&store->lock);
	free(group.rows);
	free(group.removed);
	return NULL;
}

/* ---- life ---- */

static uint64_t last_id(struct database *db)
{
	sqlite3_stmt *query = database_statement(db, "SELECT coalesce(max(id), 0) FROM pool");
	uint64_t id = database_row(db, query) ? database_u64(query, 0) : 0;

	sqlite3_reset(query);
	return id;
}

static void free_store(struct pool_store *store)
{
	database_close(store->db);
	free(store->gathering.rows);
	free(store->gathering.removed);
	free(store->path);
	free(store->owner);
	free(store);
}

bool pool_store_open(struct pool_store **out, const char *path, const char *owner,
		     char error[DATABASE_ERROR_SIZE])
{
	struct pool_store *store = calloc(1, sizeof(*store));
	struct database_schema schema;
	pthread_condattr_t attributes;

	if (!store || !(store->path = strdup(path)) || !(store->owner = strdup(owner)))
		abort();
	schema = schema_of(store->owner);
	if (!database_open(&store->db, path, &schema, error)) {
		free_store(store);
		return false;
	}
	store->gathering.first_id = last_id(store->db) + 1;
	store->group_number = 1;
	pthread_mutex_init(&store->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&store->queued, &attributes);
	pthread_condattr_destroy(&attributes);
	pthread_cond_init(&store->committed, NULL);
	if (pthread_create(&store->thread, NULL, run, store) != 0)
		abort();
	pthread_setname_np(store->thread, "pool-store");
	*out = store;
	return true;
}

void pool_store_close(struct pool_store *store)
{
	if (!store)
		return;
	pthread_mutex_lock(&store->lock);
	store->stop = true;
	pthread_cond_signal(&store->queued);
	pthread_mutex_unlock(&store->lock);
	pthread_join(store->thread, NULL);
	pthread_cond_destroy(&store->queued);
	pthread_cond_destroy(&store->committed);
	pthread_mutex_destroy(&store->lock);
	free_store(store);
}

/* By a connection of its own: rows may be removed while they are read. */
void pool_store_load(struct pool_store *store,
		     void (*row)(void *context, uint64_t id, struct bytes raw), void *context)
{
	struct database_schema schema = schema_of(store->owner);
	char error[DATABASE_ERROR_SIZE];
	struct database *db;
	sqlite3_stmt *query;

	if (!database_open_reader(&db, store->path, &schema, error))
		database_fail(store->db, error);
	query = database_statement(db, "SELECT id, raw FROM pool ORDER BY id");
	while (database_row(db, query))
		row(context, database_u64(query, 0), database_bytes(query, 1));
	database_close(db);
}
