/* dispute_memory: what a challenger takes while ten games are played about ten of the
 * worst blocks there are: each reads as much code as its gas allows.
 *
 *	gavel-dispute-memory GAS LIMIT [GAMES]
 *
 * GAS in millions for each block; fails when the process has taken more than LIMIT MiB
 * at any time.  It derives and executes the blocks as a verifier does, and then plays,
 * out of the same databases; only L1 is missing.  They are made by another process. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "prover/dispute/truth_native.h"
#include "prover/footprint.h"
#include "rollup/native/compress.h"
#include "tests/prover/proof_world.h"
#include "tests/support/test_chain.h"

#define GAMES        10
#define CODE_SIZE    24576
#define CALL_GAS     2600 /* EIP-2929 */
#define MAX_TX_GAS   16777216
#define TRACE_LEVELS 8
#define WHOLE        ((uint64_t)1 << 35)
#define MIB          ((size_t)1 << 20)
/* As gavel-challenger's options. */
#define STATE_MEMORY   (128 * MIB)
#define DISPUTE_MEMORY (256 * MIB)

static const struct address worker = { { 0xbe, 0x4c } };
static char directory[WORLD_PATH_SIZE];
static uint64_t block_gas;
static unsigned games = GAMES;

static void need(bool fact, const char *what)
{
	if (fact)
		return;
	fprintf(stderr, "gavel-dispute-memory: %s\n", what);
	exit(1);
}

static void path_of(char out[WORLD_PATH_SIZE], const char *file)
{
	world_path(out, directory, file);
}

/* ---- the blocks ---- */

/* Calls the contracts from number call data's word on, while there is gas. */
static struct bytes worker_code(struct arena *a)
{
	static const char code[] = "5f355b5f5f5f5f5f856bc0de00000000000000000001015af15060010"
				   "15a620100001060025700";
	uint8_t *out = arena_alloc(a, sizeof(code));

	need(hex_decode(out, code, sizeof(code) - 1), "bad hex");
	return bytes_of(out, (sizeof(code) - 1) / 2);
}

/* No two alike, and with as many jump destinations as there can be. */
static struct bytes member_code(struct arena *a, uint32_t index)
{
	uint8_t *code = arena_alloc(a, CODE_SIZE);

	memset(code, 0x5b, CODE_SIZE);
	code[0] = 0;
	be32_store(code + CODE_SIZE - 4, index);
	return bytes_of(code, CODE_SIZE);
}

static struct proof_world *make_world(struct arena *a)
{
	size_t crowd = (size_t)(block_gas / CALL_GAS + 2), count = 0;
	struct genesis_account *accounts = ARENA_ARRAY(a, struct genesis_account, crowd + 3);

	for (unsigned i = 0; i < 2; i++)
		accounts[count++] =
		    (struct genesis_account){ .address = proof_sender(i),
					      .balance = u256_from_u64(UINT64_MAX) };
	accounts[count++] =
	    (struct genesis_account){ .address = worker, .nonce = 1, .code = worker_code(a) };
	for (uint32_t i = 0; i < crowd; i++) {
		struct genesis_account *member = &accounts[count++];

		*member = (struct genesis_account){ .nonce = 1, .code = member_code(a, i) };
		member->address.b[8] = 0xc0;
		member->address.b[9] = 0xde;
		be32_store(member->address.b + 16, i);
	}
	return proof_world_of(PROOF_CHAIN_ID, accounts, count, 1000000);
}

/* Two transactions that share the gas, and meet nothing that the other does. */
static struct bytes make_payload(struct proof_world *w, uint64_t timestamp)
{
	uint64_t gas = block_gas / 2 < MAX_TX_GAS ? block_gas / 2 : MAX_TX_GAS;
	struct transaction txs[2];
	struct payload_block block = { .timestamp = timestamp,
				       .transactions = txs,
				       .transaction_count = 2 };
	struct payload payload = { &block, 1 };
	struct bytes out;

	for (unsigned i = 0; i < 2; i++) {
		uint8_t *from = arena_calloc(&w->arena, 1, 32);

		be64_store(from + 24, i * block_gas / CALL_GAS / 2);
		txs[i] = proof_call(w, i, &worker, bytes_of(from, 32), gas);
	}
	need(payload_compress(&w->arena, &payload, PROOF_CHAIN_ID, 6, &out), "no payload");
	return out;
}

/* inbox.db with all blocks, chain.db with the genesis. */
static void make_databases(int pipe)
{
	char path[WORLD_PATH_SIZE], owner[65];
	struct proof_world *w;
	struct world_l1 l1;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	w = make_world(&a);
	need(write(pipe, &w->config.chain, sizeof(w->config.chain)) == sizeof(w->config.chain),
	     "the pipe is broken");
	w->config.genesis_hash = w->config.chain.genesis_hash;
	world_owner(&w->config, owner);
	path_of(path, "inbox.db");
	world_l1_open(&l1, path, owner);
	for (unsigned i = 0; i < games; i++) {
		world_l1_begin(&l1);
		world_l1_mine(&l1);
		world_l1_append(&l1, make_payload(w, PROOF_T0 + 1 + i), 0);
		world_l1_commit(&l1);
	}
	world_l1_close(&l1);
	path_of(path, "chain.db");
	chain_close(test_chain_open(path, &w->config, 0, 0));
}

static void make_apart(struct rollup_config *config)
{
	int ends[2], status;
	pid_t child;

	need(pipe(ends) == 0, "no pipe");
	child = fork();
	need(child >= 0, "no process");
	if (child == 0) {
		make_databases(ends[1]);
		_exit(0);
	}
	need(read(ends[0], &config->chain, sizeof(config->chain)) == sizeof(config->chain),
	     "the databases were not made");
	need(waitpid(child, &status, 0) == child && status == 0, "the databases were not made");
	config->genesis_hash = config->chain.genesis_hash;
	config->genesis_timestamp = PROOF_T0;
	config->genesis_base_fee = u256_from_u64(1000000);
}

/* ---- the process that is measured ---- */

static size_t most_taken(void)
{
	FILE *status = fopen("/proc/self/status", "r");
	char line[256];
	size_t kib = 0;

	need(status != NULL, "no /proc");
	while (fgets(line, sizeof(line), status))
		if (sscanf(line, "VmHWM: %zu", &kib) == 1)
			break;
	fclose(status);
	return kib * 1024;
}

static struct chain *verify(const struct rollup_config *config)
{
	char path[WORLD_PATH_SIZE], owner[65], error[DATABASE_ERROR_SIZE];
	struct inbox *inbox;
	struct chain *chain;
	bool more = true;

	world_owner(config, owner);
	path_of(path, "inbox.db");
	need(inbox_open_reader(&inbox, path, owner, error), error);
	path_of(path, "chain.db");
	chain = test_chain_open(path, config, STATE_MEMORY, 0);
	while (more)
		need(chain_reconcile(chain, inbox, 1, NULL, &more) != RECONCILE_FAILED,
		     "the chain can't be derived");
	need(chain_heads(chain).safe == games, "blocks are missing");
	inbox_close(inbox);
	return chain;
}

static void states(const struct truth *truth, const struct claim_trace *trace, uint64_t first,
		   uint64_t spacing, struct claim_list *list)
{
	need(truth->states(truth->context, trace, first, spacing, list) == TRUTH_OK,
	     truth->reason(truth->context));
}

/* Down to one instruction, at the last of what differs: as against a liar who runs
 * the right program and then lies about its end. */
static void play_game(const struct truth *truth, const struct claim_trace *trace)
{
	struct truth_step *step = malloc(sizeof(*step));
	struct claim_list list;
	uint64_t first = 0, spacing = WHOLE;
	unsigned index = 0;
	struct arena a;

	need(step != NULL, "out of memory");
	states(truth, trace, 0, spacing, &list);
	need(list.states[CLAIM_K].b[0] == MACHINE_INVALID, "the lie is not seen");
	for (unsigned depth = 1;; depth++) {
		for (unsigned i = 1; i <= CLAIM_K; i++)
			if (!hash32_eq(&list.states[i], &list.states[i - 1]))
				index = i;
		first += (index - 1) * spacing;
		if (depth == TRACE_LEVELS)
			break;
		spacing /= CLAIM_K;
		states(truth, trace, first, spacing, &list);
	}
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	need(truth->step(truth->context, trace, first, &a, step) == TRUTH_OK, "no step");
	need(hash32_eq(&step->before, &list.states[index - 1]) &&
		 hash32_eq(&step->after, &list.states[index]),
	     "the step leads somewhere else");
	arena_free(&a);
	free(step);
}

static void play(const struct rollup_config *config)
{
	struct truth_native_options options = { .memory = DISPUTE_MEMORY };
	char error[DATABASE_ERROR_SIZE], path[WORLD_PATH_SIZE];
	struct truth_native_counts counts;
	struct truth_native *native;
	struct chain_reader *reader;
	struct hash32 link;
	struct truth truth;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	need(truth_native_open(&native, directory, config, &options, error), error);
	truth = truth_native(native);
	path_of(path, "chain.db");
	reader = test_chain_reader(path, config);
	for (unsigned i = 1; i <= games; i++) {
		struct claim_trace trace = { .claimed = { { 0xbb } },
					     .block = i,
					     .horizon = games };
		struct stored_block before;

		need(chain_reader_applied_link(reader, games - 1, &link), "no link");
		trace.link = link;
		need(chain_reader_block(reader, &a, i - 1, false, &before), "no block");
		trace.agreed = before.output_root;
		play_game(&truth, &trace);
		counts = truth_native_counts(native);
		printf("game %u: %llu steps of the machine for %llu lists so far, %zu MiB\n", i,
		       (unsigned long long)counts.steps, (unsigned long long)counts.lists,
		       most_taken() / MIB);
		fflush(stdout);
	}
	chain_reader_close(reader);
	truth_native_close(native);
	arena_free(&a);
}

int main(int argc, char **argv)
{
	struct rollup_config config = { 0 };
	struct chain *chain;
	size_t limit, most;

	need(argc == 3 || argc == 4, "GAS LIMIT [GAMES]");
	block_gas = strtoull(argv[1], NULL, 10) * 1000000;
	limit = (size_t)strtoull(argv[2], NULL, 10);
	games = argc == 4 ? (unsigned)strtoul(argv[3], NULL, 10) : GAMES;
	footprint_bound();
	log_set_level(LOG_WARN);
	world_directory(directory);
	make_apart(&config);
	chain = verify(&config);
	printf("%u blocks of %llu gas verified, %zu MiB\n", games, (unsigned long long)block_gas,
	       most_taken() / MIB);
	fflush(stdout);
	play(&config);
	chain_close(chain);
	world_remove(directory);
	most = most_taken() / MIB;
	printf("%s: %zu MiB at most, %zu are allowed\n", most <= limit ? "passed" : "FAILED", most,
	       limit);
	printf("dispute-memory: %d passed, %d failed\n", most <= limit, most > limit);
	return most > limit;
}
