/* The pool on disk: what was reported is there, whatever happens to the
 * process; what was removed isn't, whenever that was. */
#include "tests/unit/sequencer/pool_support.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sequencer/pool_store.h"

#define OWNER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define COUNT 200

struct setting {
	char directory[64];
	char path[96];
	struct pool *pool;
	struct pool_store *store;
	struct pool_transaction *list[COUNT];
};

static void open_store(struct setting *s)
{
	char error[DATABASE_ERROR_SIZE] = "";

	if (!pool_store_open(&s->store, s->path, OWNER, error))
		fail_msg("%s", error);
}

static int begin(void **state)
{
	struct setting *s = calloc(1, sizeof(*s));
	struct pool_limits limits = { 0 };

	assert_non_null(s);
	strcpy(s->directory, "/tmp/pool_store_test.XXXXXX");
	assert_non_null(mkdtemp(s->directory));
	snprintf(s->path, sizeof(s->path), "%s/pool.db", s->directory);
	s->pool = pool_new(&limits, &config);
	for (unsigned i = 0; i < COUNT; i++) {
		struct wanted w = { .nonce = i, .max_fee = 9 };

		s->list[i] = prepare(s->pool, &w);
	}
	open_store(s);
	*state = s;
	return 0;
}

static void remove_file(const struct setting *s, const char *suffix)
{
	char path[128];

	snprintf(path, sizeof(path), "%s%s", s->path, suffix);
	unlink(path);
}

static int end(void **state)
{
	struct setting *s = *state;

	pool_store_close(s->store);
	for (unsigned i = 0; i < COUNT; i++) {
		/* Nobody else has a reference any more. */
		assert_int_equal(s->list[i]->references, 1);
		pool_release(s->pool, s->list[i]);
	}
	pool_free(s->pool);
	remove_file(s, "");
	remove_file(s, "-wal");
	remove_file(s, "-shm");
	remove_file(s, ".lock");
	assert_int_equal(rmdir(s->directory), 0);
	free(s);
	return 0;
}

static void reopen(struct setting *s)
{
	pool_store_close(s->store);
	open_store(s);
}

/* ---- what is on disk ---- */

struct found {
	struct setting *s;
	size_t count;
	uint64_t last_id;
	bool nonces[COUNT];
};

static void note_row(void *context, uint64_t id, struct bytes raw)
{
	struct found *found = context;

	assert_true(id > found->last_id);
	found->last_id = id;
	found->count++;
	for (unsigned i = 0; i < COUNT; i++)
		if (bytes_eq(raw, found->s->list[i]->raw))
			found->nonces[i] = true;
}

static struct found load(struct setting *s)
{
	struct found found = { .s = s };

	pool_store_load(s->store, note_row, &found);
	return found;
}

static void count_done(void *context)
{
	atomic_fetch_add((atomic_uint *)context, 1);
}

static void add(struct setting *s, unsigned i, atomic_uint *done)
{
	pool_store_add(s->store, s->pool, s->list[i], done ? count_done : NULL, done);
}

static void rows_are_there_after_a_restart_in_order(void **state)
{
	struct setting *s = *state;
	atomic_uint done = 0;
	struct found found;

	for (unsigned i = 0; i < COUNT; i++)
		add(s, i, &done);
	pool_store_flush(s->store);
	assert_int_equal(done, COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		assert_int_equal(s->list[i]->id, i + 1);
	reopen(s);
	found = load(s);
	assert_int_equal(found.count, COUNT);
	for (unsigned i = 0; i < COUNT; i++)
		assert_true(found.nonces[i]);
}

static void closing_writes_what_is_queued(void **state)
{
	struct setting *s = *state;
	atomic_uint done = 0;

	for (unsigned i = 0; i < COUNT; i++)
		add(s, i, &done);
	reopen(s);
	assert_int_equal(done, COUNT);
	assert_int_equal(load(s).count, COUNT);
}

static void a_removed_row_is_gone_whenever_it_was_removed(void **state)
{
	struct setting *s = *state;
	atomic_uint done = 0;
	struct found found;

	/* Long before, just before, just after and long after it was written. */
	pool_store_remove(s->store, s->pool, s->list[0]);
	for (unsigned i = 0; i < 100; i++) {
		add(s, i, &done);
		if (i % 3 == 1)
			pool_store_remove(s->store, s->pool, s->list[i]);
	}
	pool_store_flush(s->store);
	assert_int_equal(done, 100);
	for (unsigned i = 2; i < 100; i += 3)
		pool_store_remove(s->store, s->pool, s->list[i]);
	pool_store_flush(s->store);
	reopen(s);
	found = load(s);
	assert_int_equal(found.count, 33);
	for (unsigned i = 3; i < 100; i += 3)
		assert_true(found.nonces[i]);
}

static void remove_every_other(void *context, uint64_t id, struct bytes raw)
{
	struct setting *s = context;

	(void)raw;
	if (id % 2)
		pool_store_remove_id(s->store, id);
}

static void rows_may_be_removed_while_they_are_loaded(void **state)
{
	struct setting *s = *state;

	for (unsigned i = 0; i < COUNT; i++)
		add(s, i, NULL);
	reopen(s);
	pool_store_load(s->store, remove_every_other, s);
	pool_store_flush(s->store);
	assert_int_equal(load(s).count, COUNT / 2);
	/* Of an id that there never was. */
	pool_store_remove_id(s->store, 123456789);
	pool_store_flush(s->store);
	assert_int_equal(load(s).count, COUNT / 2);
}

static void ids_go_on_where_they_were(void **state)
{
	struct setting *s = *state;

	add(s, 0, NULL);
	add(s, 1, NULL);
	reopen(s);
	add(s, 2, NULL);
	pool_store_flush(s->store);
	assert_int_equal(s->list[2]->id, 3);
	assert_int_equal(load(s).count, 3);
}

static void another_chains_file_is_refused(void **state)
{
	struct setting *s = *state;
	struct pool_store *other;
	char error[DATABASE_ERROR_SIZE] = "";

	assert_false(pool_store_open(&other, s->path, OWNER, error));
	assert_non_null(strstr(error, "in use"));
	pool_store_close(s->store);
	assert_false(pool_store_open(&other, s->path, "another", error));
	assert_non_null(strstr(error, "belongs to another rollup.json"));
	open_store(s);
}

/* ---- many threads ---- */

#define THREADS 4
#define ROUNDS  50

struct crowd {
	struct setting *s;
	atomic_uint next, done;
};

static void *crowd_run(void *context)
{
	struct crowd *crowd = context;
	struct setting *s = crowd->s;
	unsigned thread = atomic_fetch_add(&crowd->next, 1);

	for (unsigned i = 0; i < ROUNDS; i++) {
		unsigned which = thread * ROUNDS + i;

		if (i % 5 == 0)
			pool_store_remove(s->store, s->pool, s->list[which]);
		add(s, which, &crowd->done);
		if (i % 5 == 1)
			pool_store_remove(s->store, s->pool, s->list[which]);
		if (i % 5 == 2) {
			pool_store_flush(s->store);
			pool_store_remove(s->store, s->pool, s->list[which]);
		}
	}
	return NULL;
}

static void threads_may_add_and_remove_at_once(void **state)
{
	struct crowd crowd = { .s = *state };
	pthread_t threads[THREADS];

	for (size_t i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, crowd_run, &crowd);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	pool_store_flush(crowd.s->store);
	assert_int_equal(crowd.done, THREADS * ROUNDS);
	assert_int_equal(load(crowd.s).count, THREADS * ROUNDS * 2 / 5);
}

/* ---- kill -9 ---- */

/* The child's: tells which are done by the pipe. */
struct promise {
	int pipe;
	unsigned which;
};

static void tell(void *context)
{
	const struct promise *promise = context;

	if (write(promise->pipe, &promise->which, sizeof(promise->which)) != sizeof(promise->which))
		_exit(1);
}

/* Adds slowly enough for many groups, until it is killed. */
static void child(struct setting *s, int pipe)
{
	static struct promise promises[COUNT];

	open_store(s);
	for (unsigned i = 0; i < COUNT; i++) {
		promises[i] = (struct promise){ pipe, i };
		pool_store_add(s->store, s->pool, s->list[i], tell, &promises[i]);
		usleep(100);
	}
	for (;;)
		pause();
}

/* Reads promises until the child, killed after so many, has made its last. */
static size_t kill_after(int pipe, pid_t pid, size_t count, bool promised[COUNT])
{
	unsigned which;
	size_t heard = 0;

	while (read(pipe, &which, sizeof(which)) == sizeof(which)) {
		assert_in_range(which, 0, COUNT - 1);
		promised[which] = true;
		if (++heard == count)
			kill(pid, SIGKILL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return heard;
}

static void what_was_reported_survives_kill_9(void **state)
{
	struct setting *s = *state;
	uint64_t random = 7;

	for (unsigned round = 0; round < 20; round++) {
		bool promised[COUNT] = { false };
		struct found found;
		int ends[2];
		pid_t pid;

		/* A child has its own store: threads don't come along. */
		pool_store_close(s->store);
		s->store = NULL;
		remove_file(s, "");
		assert_int_equal(pipe(ends), 0);
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			child(s, ends[1]);
		close(ends[1]);
		assert_true(
		    kill_after(ends[0], pid, 1 + next_random(&random) % (COUNT - 1), promised) > 0);
		close(ends[0]);
		open_store(s);
		found = load(s);
		for (unsigned i = 0; i < COUNT; i++)
			assert_true(found.nonces[i] || !promised[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(rows_are_there_after_a_restart_in_order, begin,
						end),
		cmocka_unit_test_setup_teardown(closing_writes_what_is_queued, begin, end),
		cmocka_unit_test_setup_teardown(a_removed_row_is_gone_whenever_it_was_removed,
						begin, end),
		cmocka_unit_test_setup_teardown(rows_may_be_removed_while_they_are_loaded, begin,
						end),
		cmocka_unit_test_setup_teardown(ids_go_on_where_they_were, begin, end),
		cmocka_unit_test_setup_teardown(another_chains_file_is_refused, begin, end),
		cmocka_unit_test_setup_teardown(threads_may_add_and_remove_at_once, begin, end),
		cmocka_unit_test_setup_teardown(what_was_reported_survives_kill_9, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
