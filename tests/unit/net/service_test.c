/* A program's life, in a process of its own: opened, started, ready, and ended by a
 * signal, also by one that comes while it waits for L1. */
#include "base/native/arena_heap.h"
#include "net/service.h"
#include "tests/support/test_world.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define STATUS_OF_STOP 42

static char folder[] = "/tmp/gavel-service-XXXXXX";
static char config_path[100], data_path[100];

/* What the program does, and a pipe on which it tells how far it is. */
struct script {
	bool opens, starts, start_hangs;
	bool start_signals;      /* as the last that it does */
	const char *rpc_address; /* NULL: 127.0.0.1 */
	int told[2];
	int log[2]; /* its standard error */
};

static void tell(struct script *s, char what)
{
	assert_int_equal(write(s->told[1], &what, 1), 1);
}

static bool open_it(void *context, char error[DATABASE_ERROR_SIZE])
{
	struct script *s = context;

	tell(s, 'o');
	snprintf(error, DATABASE_ERROR_SIZE, "does not open");
	return s->opens;
}

static bool start_it(void *context, uint16_t *rpc_port, char error[DATABASE_ERROR_SIZE])
{
	struct script *s = context;

	tell(s, 's');
	while (s->start_hangs)
		pause();
	*rpc_port = 9545;
	snprintf(error, DATABASE_ERROR_SIZE, "does not start");
	if (s->start_signals)
		kill(getpid(), SIGTERM);
	return s->starts;
}

static int stop_it(void *context)
{
	tell(context, 'x');
	return STATUS_OF_STOP;
}

static pid_t begin(struct script *script, const char *config)
{
	struct service_options options = { .config = config,
					   .data = data_path,
					   .rpc_address = script->rpc_address ? script->rpc_address
									      : "127.0.0.1" };
	struct rollup_config rollup;
	struct service service = { "test", &options, &rollup, script, open_it, start_it, stop_it };
	pid_t pid;

	assert_int_equal(pipe(script->told), 0);
	assert_int_equal(pipe(script->log), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		alarm(20); /* should it not end by itself */
		dup2(script->log[1], STDERR_FILENO);
		_exit(service_run(&service));
	}
	close(script->told[1]);
	close(script->log[1]);
	return pid;
}

/* Whether the log says `text` before it ends. */
static bool is_logged(struct script *script, const char *text)
{
	FILE *log = fdopen(dup(script->log[0]), "r");
	char line[400];
	bool found = false;

	assert_non_null(log);
	while (!found && fgets(line, sizeof(line), log))
		found = strstr(line, text) != NULL;
	fclose(log);
	return found;
}

/* The exit status; what the program did is in `done`. */
static int end(struct script *script, pid_t pid, char done[8])
{
	int status;
	ssize_t len = read(script->told[0], done, 7), more = 0;

	for (;
	     len > 0 && len < 7 && (more = read(script->told[0], done + len, 7 - (size_t)len)) > 0;)
		len += more;
	done[len > 0 ? len : 0] = '\0';
	close(script->told[0]);
	close(script->log[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void a_life_has_its_order_and_its_exit_status(void **state)
{
	struct {
		struct script script;
		const char *log, *done;
		int status;
	} cases[] = {
		{ { .opens = true, .starts = true },
		  "test: chain 845300 ready at http://127.0.0.1:9545",
		  "osx",
		  STATUS_OF_STOP },
		{ { .opens = true, .starts = true, .rpc_address = "::1" },
		  "test: chain 845300 ready at http://[::1]:9545",
		  "osx",
		  STATUS_OF_STOP },
		{ { .opens = true }, "test: does not start", "osx", 69 },
		{ { .starts = true }, "test: does not open", "ox", 78 },
	};
	char done[8];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pid_t pid = begin(&cases[i].script, config_path);

		assert_true(is_logged(&cases[i].script, cases[i].log));
		kill(pid, SIGTERM); /* of use where it is ready */
		assert_int_equal(end(&cases[i].script, pid, done), cases[i].status);
		assert_string_equal(done, cases[i].done);
	}
}

static void nothing_is_opened_without_a_configuration(void **state)
{
	struct script script = { .opens = true, .starts = true };
	char done[8];
	pid_t pid = begin(&script, "/nonexistent/rollup.json");

	(void)state;
	assert_int_equal(end(&script, pid, done), 78);
	assert_string_equal(done, "");
}

/* L1 is away, say: start() waits, and SIGTERM comes. */
static void a_signal_ends_a_start_that_takes_for_ever(void **state)
{
	static const int signals[] = { SIGTERM, SIGINT };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct script script = { .opens = true, .start_hangs = true };
		pid_t pid = begin(&script, config_path);
		char first[2] = "", done[8];

		assert_int_equal(read(script.told[0], first, 1), 1);
		assert_int_equal(read(script.told[0], first, 1), 1);
		assert_string_equal(first, "s"); /* it is in start() now */
		kill(pid, signals[i]);
		assert_int_equal(end(&script, pid, done), 0);
		assert_string_equal(done, "");
	}
}

/* Whoever takes it, the program ends: at once, or in order. */
static void a_signal_is_not_lost_where_start_ends(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++) {
		struct script script = { .opens = true, .starts = true, .start_signals = true };
		pid_t pid = begin(&script, config_path);
		char done[8];
		int status = end(&script, pid, done);

		assert_true(status == 0 || status == STATUS_OF_STOP);
		assert_string_equal(done, status == 0 ? "os" : "osx");
	}
}

static int make_files(void **state)
{
	struct rollup_config config;
	char error[CONFIG_ERROR_SIZE];
	struct arena arena;
	bool good;

	(void)state;
	if (!mkdtemp(folder))
		return -1;
	snprintf(config_path, sizeof(config_path), "%s/rollup.json", folder);
	snprintf(data_path, sizeof(data_path), "%s/data", folder);
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	world_config(&arena, &config);
	config.l1_chain_id = 31337;
	config.l1_start_block = 7;
	config.inbox.b[0] = 5;
	config.portal.b[0] = 6;
	config.config_hash = config_hash_of(&config);
	good = config_file_write(&config, config_path, error);
	arena_free(&arena);
	return good ? 0 : -1;
}

static int remove_files(void **state)
{
	(void)state;
	return unlink(config_path) || rmdir(data_path) || rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_life_has_its_order_and_its_exit_status),
		cmocka_unit_test(nothing_is_opened_without_a_configuration),
		cmocka_unit_test(a_signal_ends_a_start_that_takes_for_ever),
		cmocka_unit_test(a_signal_is_not_lost_where_start_ends),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
