/* verify_bench: how fast the verifier derives a chain: gavel-challenger's own
 * verifier, with its threads and databases, from an inbox database that holds
 * what L1 says, until its block BLOCK is committed.
 *
 * tests/bench/verify.mjs has a sequencer make the chain, and calls this; again
 * with the same data directory when the chain is longer, and only the blocks
 * that are new are timed. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "prover/footprint.h"
#include "prover/verifier.h"
#include "store/chain_reader.h"
#include "tests/bench/recovery_gauge.h"

#define PATIENCE_SECONDS 300

struct derived {
	double seconds, cpu_seconds;
	uint64_t blocks, transactions, gas;
	double recover_us; /* one recovery, during the run */
};

static void need(bool fact, const char *what)
{
	if (fact)
		return;
	fprintf(stderr, "verify_bench: %s\n", what);
	exit(1);
}

static double read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Reads L1 into the inbox database. */
static void fill_inbox(const struct rollup_config *config, const struct options *options)
{
	char path[VERIFIER_PATH_SIZE], owner[CONFIG_OWNER_SIZE], error[DATABASE_ERROR_SIZE];
	struct l1_thread_config l1 = {
		.rollup = config,
		.url = options->service.l1_url,
		.inbox_path = verifier_path(options, "inbox.db", path),
		.owner = config_owner(config, owner),
		.poll_ms = options->service.l1_poll_ms,
	};
	struct l1_thread *thread;
	atomic_bool stop = false;

	need(l1_thread_open(&thread, &l1, error) && l1_thread_sync(thread, &stop, error), error);
	l1_thread_close(thread);
}

static void wait_for(struct verifier *verifier, uint64_t block)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	double until = read_clock(CLOCK_MONOTONIC) + PATIENCE_SECONDS;

	while (verifier_status(verifier).derived < block) {
		need(read_clock(CLOCK_MONOTONIC) < until, "the block is not derived");
		nanosleep(&pause, NULL);
	}
}

/* What blocks (from, to] hold. */
static void count_blocks(struct derived *d, const struct rollup_config *config,
			 const struct options *options, uint64_t from, uint64_t to)
{
	char path[VERIFIER_PATH_SIZE], error[DATABASE_ERROR_SIZE];
	struct chain_reader *reader;
	struct stored_block block;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	need(chain_reader_open(&reader, verifier_path(options, "chain.db", path), config, error),
	     error);
	for (uint64_t number = from + 1; number <= to; number++) {
		need(chain_reader_block(reader, &a, number, false, &block), "a block is missing");
		d->transactions += block.transaction_count;
		d->gas += block.header.gas_used;
		arena_free(&a);
	}
	d->blocks = to - from;
	chain_reader_close(reader);
}

static struct derived derive(const struct rollup_config *config, const struct options *options,
			     uint64_t block)
{
	struct derived d = { .blocks = 0 };
	struct recovery_gauge *gauge;
	char error[DATABASE_ERROR_SIZE];
	struct verifier *verifier;
	uint64_t from;

	need(verifier_open(&verifier, config, options, error), error);
	from = verifier_status(verifier).derived;
	need(from < block, "the block was derived before");
	gauge = recovery_gauge_start(); /* what it takes is in the figures */
	d.seconds -= read_clock(CLOCK_MONOTONIC);
	d.cpu_seconds -= read_clock(CLOCK_PROCESS_CPUTIME_ID);
	need(verifier_start(verifier, error), error);
	wait_for(verifier, block);
	d.seconds += read_clock(CLOCK_MONOTONIC);
	d.cpu_seconds += read_clock(CLOCK_PROCESS_CPUTIME_ID);
	d.recover_us = recovery_gauge_end(gauge);
	verifier_stop(verifier);
	verifier_close(verifier);
	count_blocks(&d, config, options, from, block);
	return d;
}

static void print(const struct derived *d)
{
	double transactions = (double)d->transactions;
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("{\"blocks_per_s\":%.1f,\"tx_per_s\":%.0f,\"mgas_per_s\":%.1f,\"wall_us_per_tx\":%."
	       "2f,\"cpu_us_per_tx\":%.2f,\"recover_us\":%.2f,\"transactions\":%llu,\"blocks\":%"
	       "llu,\"peak_mib\":%ld}\n",
	       (double)d->blocks / d->seconds, transactions / d->seconds,
	       (double)d->gas / d->seconds / 1e6, d->seconds * 1e6 / transactions,
	       d->cpu_seconds * 1e6 / transactions, d->recover_us,
	       (unsigned long long)d->transactions, (unsigned long long)d->blocks,
	       usage.ru_maxrss / 1024);
}

/* gavel-verify-bench BLOCK, and gavel-challenger's command line */
int main(int argc, char **argv)
{
	uint64_t block = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
	struct rollup_config config;
	char reason[CONFIG_ERROR_SIZE];
	struct options options;
	struct derived derived;
	struct arena arena;
	int status;

	if (block == 0) {
		fprintf(stderr, "usage: %s BLOCK --watch --config FILE --data DIR --l1 URL\n",
			argv[0]);
		return 2;
	}
	footprint_bound();
	argv[1] = argv[0];
	if (!options_read(&options, argc - 1, argv + 1, &status))
		return status;
	log_set_level(LOG_WARN);
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	need(config_file_read(&arena, &config, options.service.config, false, reason), reason);
	need(mkdir(options.service.data, 0700) == 0 || errno == EEXIST, "no data directory");
	fill_inbox(&config, &options);
	derived = derive(&config, &options, block);
	print(&derived);
	arena_free(&arena);
	return 0;
}
