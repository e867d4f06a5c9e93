/* Databases: whose file it is, what a commit promises, and what readers see. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/support/test_world.h"

static const struct database_schema schema = {
	.name = "test",
	.version = 3,
	.sql = "CREATE TABLE t(id INTEGER PRIMARY KEY, value BLOB)",
	.owner = "aa",
};

static char directory[WORLD_PATH_SIZE], path[WORLD_PATH_SIZE];
static char error[DATABASE_ERROR_SIZE];

static int start(void **state)
{
	(void)state;
	world_directory(directory);
	world_path(path, directory, "a.db");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	world_remove(directory);
	return 0;
}

static struct database *open_it(void)
{
	struct database *db;

	assert_true(database_open(&db, path, &schema, error));
	return db;
}

static void put(struct database *db, uint64_t id, const char *value)
{
	sqlite3_stmt *s = database_statement(db, "INSERT OR REPLACE INTO t VALUES (?, ?)");

	database_bind_u64(s, 1, id);
	if (value)
		database_bind_bytes(s, 2, bytes_of(value, strlen(value)));
	database_run(db, s);
}

static uint64_t count(struct database *db)
{
	sqlite3_stmt *s = database_statement(db, "SELECT count(*) FROM t");
	uint64_t rows;

	assert_true(database_row(db, s));
	rows = database_u64(s, 0);
	sqlite3_reset(s);
	return rows;
}

static void what_was_written_is_there_at_the_next_start(void **state)
{
	struct database *db = open_it();
	struct hash32 hash = { { 7 } }, back;
	sqlite3_stmt *s;

	(void)state;
	put(db, INT64_MAX, "abc");
	s = database_statement(db, "INSERT INTO t VALUES (1, ?)");
	database_bind_hash(s, 1, &hash);
	database_run(db, s);
	database_close(db);
	db = open_it();
	s = database_statement(db, "SELECT id, value FROM t ORDER BY id");
	assert_true(database_row(db, s));
	assert_true(database_hash(s, 1, &back) && hash32_eq(&hash, &back));
	assert_true(database_row(db, s));
	assert_true(database_u64(s, 0) == INT64_MAX);
	assert_int_equal(database_bytes(s, 1).len, 3);
	assert_false(database_hash(s, 1, &back));
	assert_false(database_row(db, s));
	database_close(db);
}

static void a_kept_statement_comes_reset_and_without_bindings(void **state)
{
	struct database *db = open_it();
	sqlite3_stmt *s;

	(void)state;
	put(db, 1, "x");
	put(db, 2, NULL); /* not the value of the call before */
	s = database_statement(db, "SELECT value FROM t ORDER BY id");
	assert_true(database_row(db, s));
	assert_int_equal(database_bytes(s, 0).len, 1);
	/* Left in the middle: the same text starts anew. */
	s = database_statement(db, "SELECT value FROM t ORDER BY id");
	assert_true(database_row(db, s));
	assert_int_equal(database_bytes(s, 0).len, 1);
	assert_true(database_row(db, s));
	assert_int_equal(sqlite3_column_type(s, 0), SQLITE_NULL);
	database_close(db);
}

static void a_file_of_something_else_is_refused(void **state)
{
	static const struct {
		struct database_schema schema;
		const char *words;
	} cases[] = {
		{ { "other", 3, "", "aa" }, "holds a test database, not other" },
		{ { "test", 4, "", "aa" }, "has schema version 3, this program needs 4" },
		{ { "test", 3, "", "bb" }, "belongs to another rollup.json" },
	};
	struct database *db = open_it();

	(void)state;
	database_close(db);
	for (size_t i = 0; i < 3; i++) {
		assert_false(database_open(&db, path, &cases[i].schema, error));
		assert_non_null(strstr(error, cases[i].words));
		assert_false(database_open_reader(&db, path, &cases[i].schema, error));
		assert_non_null(strstr(error, cases[i].words));
	}
	database_close(open_it());
}

static void a_file_of_another_program_is_refused_and_left_alone(void **state)
{
	struct database *db;
	sqlite3 *raw;

	(void)state;
	assert_int_equal(sqlite3_open(path, &raw), SQLITE_OK);
	assert_int_equal(sqlite3_exec(raw, "CREATE TABLE theirs(x)", NULL, NULL, NULL), SQLITE_OK);
	assert_false(database_open(&db, path, &schema, error));
	assert_non_null(strstr(error, "another program"));
	assert_int_not_equal(sqlite3_exec(raw, "SELECT * FROM t", NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(raw, "SELECT * FROM theirs", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(raw);
}

static void bytes_that_are_no_database_are_refused(void **state)
{
	FILE *file = fopen(path, "w");
	struct database *db;

	(void)state;
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fprintf(file, "no database ");
	fclose(file);
	assert_false(database_open(&db, path, &schema, error));
	assert_non_null(strstr(error, "not a database"));
}

static void a_second_writer_is_refused_and_readers_are_not(void **state)
{
	struct database *writer = open_it(), *second, *reader;

	(void)state;
	assert_false(database_open(&second, path, &schema, error));
	assert_non_null(strstr(error, "in use by another process"));
	assert_true(database_open_reader(&reader, path, &schema, error));
	database_close(reader);
	database_close(writer);
	database_close(open_it());
}

static void a_reader_makes_no_file(void **state)
{
	struct database *db;

	(void)state;
	assert_false(database_open_reader(&db, path, &schema, error));
	assert_int_not_equal(access(path, F_OK), 0);
}

/* Runs `work` in another process and returns its wait status. */
static int in_child(void (*work)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		(void)!freopen("/dev/null", "w", stderr);
		work();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void write_by_reader(void)
{
	struct database *db;

	if (!database_open_reader(&db, path, &schema, error))
		_exit(1);
	put(db, 1, "x");
}

static void a_readers_write_stops_the_process(void **state)
{
	int status;

	(void)state;
	database_close(open_it());
	status = in_child(write_by_reader);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 74);
}

static void what_is_undone_is_gone(void **state)
{
	struct database *db = open_it();

	(void)state;
	assert_false(database_in_transaction(db));
	database_begin(db);
	assert_true(database_in_transaction(db));
	put(db, 1, "x");
	database_rollback(db);
	assert_false(database_in_transaction(db));
	assert_int_equal(count(db), 0);
	database_begin(db);
	put(db, 1, "x");
	database_commit(db);
	assert_int_equal(count(db), 1);
	database_close(db);
}

static void a_reader_sees_one_moment(void **state)
{
	struct database *db = open_it(), *reader;

	(void)state;
	put(db, 1, "x");
	assert_true(database_open_reader(&reader, path, &schema, error));
	database_begin(reader);
	assert_int_equal(count(reader), 1);
	put(db, 2, "y");
	database_begin(db);
	put(db, 3, "z");
	assert_int_equal(count(reader), 1);
	database_commit(reader);
	assert_int_equal(count(reader), 2); /* not what is not committed */
	database_commit(db);
	assert_int_equal(count(reader), 3);
	database_close(reader);
	database_close(db);
}

static void die_in_a_transaction(void)
{
	struct database *db;

	if (!database_open(&db, path, &schema, error))
		_exit(1);
	put(db, 1, "kept");
	database_begin(db);
	for (uint64_t i = 2; i < 20000; i++)
		put(db, i, "lost");
	kill(getpid(), SIGKILL);
}

static void a_kill_loses_what_was_not_committed_and_nothing_else(void **state)
{
	struct database *db;
	int status = in_child(die_in_a_transaction);

	(void)state;
	assert_true(WIFSIGNALED(status));
	db = open_it();
	assert_int_equal(count(db), 1);
	database_close(db);
}

static void one_in_memory_is_nobody_elses_and_leaves_no_file(void **state)
{
	struct database *db, *other;

	(void)state;
	assert_int_equal(chdir(directory), 0); /* where a file would be */
	assert_true(database_open(&db, NULL, &schema, error));
	assert_true(database_open(&other, NULL, &schema, error));
	database_begin(db);
	put(db, 1, "one");
	database_commit(db);
	assert_int_equal(count(db), 1);
	assert_int_equal(count(other), 0);
	database_close(other);
	database_close(db);
	assert_int_equal(rmdir(directory), 0); /* it was empty */
	assert_int_equal(mkdir(directory, 0700), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(what_was_written_is_there_at_the_next_start),
		TEST(a_kept_statement_comes_reset_and_without_bindings),
		TEST(a_file_of_something_else_is_refused),
		TEST(a_file_of_another_program_is_refused_and_left_alone),
		TEST(bytes_that_are_no_database_are_refused),
		TEST(a_second_writer_is_refused_and_readers_are_not),
		TEST(a_reader_makes_no_file),
		TEST(a_readers_write_stops_the_process),
		TEST(what_is_undone_is_gone),
		TEST(a_reader_sees_one_moment),
		TEST(one_in_memory_is_nobody_elses_and_leaves_no_file),
		TEST(a_kill_loses_what_was_not_committed_and_nothing_else),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
