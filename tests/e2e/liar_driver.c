/* liar_driver: what a liar knows who is good at it: the roots that follow from a
 * lie, and the states of any trace.
 *
 *   liar_driver CONFIG DATA
 *
 * DATA is a verifier's data directory, which may be in use.  Reads one question a
 * line from standard input and answers each in one line, "ok" and words, or
 * "error" and why:
 *
 *   roots LIE BLOCK COUNT [ACCOUNT SLOT]           output roots from BLOCK on
 *   find BLOCK CLAIMED HORIZON FROM KIND [ADDRESS] a step (liar_trace.h)
 *   states BLOCK CLAIMED HORIZON FIRST SPACING     33 right states of a trace
 *
 * Numbers are decimal, hashes and addresses hex with 0x. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "prover/dispute/truth_native.h"
#include "tests/e2e/liar_fork.h"
#include "tests/e2e/liar_trace.h"

#define TRUTH_MEMORY ((size_t)96 << 20)
#define WORDS_MOST   8

struct driver {
	struct rollup_config config;
	struct evidence_store store;
	struct truth_native *native;
	struct truth truth;
	char *words[WORDS_MOST]; /* of the question, NULL behind the last */
};

static void answer_error(const char *why)
{
	printf("error %s\n", why);
}

static void print_hash(const struct hash32 *hash)
{
	char text[65];

	printf(" 0x%s", hex_encode(text, bytes_of_hash(hash)));
}

static void print_hashes(const struct hash32 *hashes, unsigned count)
{
	printf("ok");
	for (unsigned i = 0; i < count; i++)
		print_hash(&hashes[i]);
	printf("\n");
}

static uint64_t number(const struct driver *d, unsigned word)
{
	return d->words[word] ? strtoull(d->words[word], NULL, 10) : 0;
}

static bool hex(const struct driver *d, unsigned word, uint8_t *out, size_t len)
{
	return d->words[word] && hex_decode_fixed(out, len, d->words[word]);
}

/* ---- roots ---- */

static bool read_lie(const struct driver *d, struct lie *lie)
{
	static const struct {
		const char *name;
		enum lie_kind kind;
	} known[] = {
		{ "none", LIE_NONE },
		{ "state-root", LIE_STATE_ROOT },
		{ "storage-slot", LIE_STORAGE_SLOT },
		{ "block-hash", LIE_BLOCK_HASH },
		{ "dropped-deposit", LIE_DROPPED_DEPOSIT },
		{ "skipped-transaction", LIE_SKIPPED_TRANSACTION },
	};

	*lie = (struct lie){ .slot = u256_from_u64(number(d, 5)) };
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!d->words[1] || strcmp(d->words[1], known[i].name) != 0)
			continue;
		lie->kind = known[i].kind;
		return lie->kind != LIE_STORAGE_SLOT ||
		       hex(d, 4, lie->account.b, sizeof(lie->account.b));
	}
	return false;
}

static void answer_roots(struct driver *d)
{
	struct hash32 roots[LIAR_FORK_MOST];
	unsigned count = (unsigned)number(d, 3);
	struct lie lie;

	if (!read_lie(d, &lie))
		answer_error("no such lie");
	else if (!liar_fork_roots(&d->store, &lie, number(d, 2), count, roots))
		answer_error("the databases lack something");
	else
		print_hashes(roots, count);
}

/* ---- traces ---- */

static bool read_trace(struct driver *d, struct claim_trace *trace)
{
	struct stored_block before;
	struct entry entry;
	struct arena a;
	bool found;

	*trace = (struct claim_trace){ .block = number(d, 1), .horizon = number(d, 3) };
	if (trace->horizon == 0 ||
	    !inbox_entry(d->store.inbox, trace->horizon - 1, &entry, &trace->link))
		return false;
	if (trace->block == 0 || !hex(d, 2, trace->claimed.b, sizeof(trace->claimed.b)))
		return false;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	found = chain_reader_block(d->store.chain, &a, trace->block - 1, false, &before);
	if (found)
		trace->agreed = before.output_root;
	arena_free(&a);
	return found;
}

static void answer_find(struct driver *d)
{
	char why[DATABASE_ERROR_SIZE];
	struct claim_trace trace;
	uint64_t step;

	if (!d->words[5] || !read_trace(d, &trace))
		answer_error("no such trace");
	else if (!liar_trace_find(&d->store, &trace, d->words[5], (unsigned)number(d, 6),
				  number(d, 4), &step, why))
		answer_error(why);
	else
		printf("ok %" PRIu64 "\n", step);
}

static void answer_states(struct driver *d)
{
	struct claim_trace trace;
	struct claim_list list;

	if (!read_trace(d, &trace))
		answer_error("no such trace");
	else if (d->truth.states(d->truth.context, &trace, number(d, 4), number(d, 5), &list) !=
		 TRUTH_OK)
		answer_error(d->truth.reason(d->truth.context));
	else
		print_hashes(list.states, CLAIM_STATES);
}

/* ---- all together ---- */

static void split(struct driver *d, char *line)
{
	char *rest = NULL;
	unsigned count = 0;

	memset(d->words, 0, sizeof(d->words));
	for (char *word = strtok_r(line, " \n", &rest); word && count < WORDS_MOST - 1;
	     word = strtok_r(NULL, " \n", &rest))
		d->words[count++] = word;
}

static void answer(struct driver *d)
{
	const char *what = d->words[0] ? d->words[0] : "";

	if (strcmp(what, "roots") == 0)
		answer_roots(d);
	else if (strcmp(what, "find") == 0)
		answer_find(d);
	else if (strcmp(what, "states") == 0)
		answer_states(d);
	else
		answer_error("no such question");
	fflush(stdout);
}

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "liar_driver: %s\n", what);
	exit(2);
}

int main(int argc, char **argv)
{
	struct truth_native_options options = { .memory = TRUTH_MEMORY };
	char error[DATABASE_ERROR_SIZE], reason[CONFIG_ERROR_SIZE], line[1024];
	struct driver d = { 0 };
	struct arena arena;

	if (argc != 3)
		die("liar_driver CONFIG DATA");
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	if (!config_file_read(&arena, &d.config, argv[1], false, reason))
		die(reason);
	if (!evidence_store_open(&d.store, argv[2], &d.config, error) ||
	    !truth_native_open(&d.native, argv[2], &d.config, &options, error))
		die(error);
	d.truth = truth_native(d.native);
	while (fgets(line, sizeof(line), stdin)) {
		split(&d, line);
		answer(&d);
	}
	truth_native_close(d.native);
	evidence_store_close(&d.store);
	arena_free(&arena);
	return 0;
}
