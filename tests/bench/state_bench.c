/* state_bench: what the state costs: a million accounts in SQLite, blocks of
 * 5,000 transfers between random ones; the time of a block for execution, for
 * the state root and for the database, beside 5,000 signature recoveries.
 *
 *	gavel-state-bench [--json] FOLDER
 *
 * What the tries read from the database on the way is counted for it, and not
 * where it happens.
 *
 * "kept": the tries stay open from block to block, and are opened anew when they
 * take more than 256 MiB, as in the sequencer (common/store/chain.c).  "opened":
 * they are opened for each block, which then reads every node that it needs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/native/arena_heap.h"
#include "base/native/memory.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "crypto/native/signer.h"
#include "evm/execute.h"
#include "store/node_store.h"

#define ACCOUNTS     1000000
#define PER_FILL     100000
#define TRANSFERS    5000
#define BLOCKS       20
#define RECOVERIES   1000
#define STATE_MEMORY ((size_t)256 << 20)

struct bench {
	struct database *db;
	struct node_view view;
	struct node_recent recent;
	struct state_store nodes; /* the database */
	struct state_store store; /* the same, with a clock around it */
	double reading;           /* seconds since it was last set to 0 */
	size_t reads;
	struct arena arena;       /* of the tries that are open */
	struct state_trie *tries; /* NULL: none */
	struct hash32 root;
	uint64_t *nonces;
	uint64_t random;
};

/* Of one block, in seconds. */
struct timing {
	double execution, root, reading, writing;
	double reads;
};

static void die(const char *what)
{
	fprintf(stderr, "gavel-state-bench: %s\n", what);
	exit(1);
}

/* Processor time: others may use the machine, too. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* For writing, which waits for the disk. */
static double wall_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static bool load_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		      struct trie_path path, const struct hash32 *hash)
{
	struct bench *b = context;
	double start = now();
	bool found = b->nodes.load_node(b->nodes.context, a, rlp, owner, path, hash);

	b->reading += now() - start;
	b->reads++;
	return found;
}

/* Nobody has code here. */
static bool load_code(void *context, struct arena *a, struct bytes *code, const struct hash32 *hash)
{
	(void)context, (void)a, (void)code, (void)hash;
	return false;
}

static uint64_t next_random(struct bench *b)
{
	b->random ^= b->random << 13;
	b->random ^= b->random >> 7;
	b->random ^= b->random << 17;
	return b->random;
}

static struct address account_address(uint64_t number)
{
	struct hash32 hash = keccak256(bytes_of(&number, sizeof(number)));
	struct address address;

	memcpy(address.b, hash.b, sizeof(address.b));
	return address;
}

static void close_tries(struct bench *b)
{
	arena_free(&b->arena);
	b->tries = NULL;
}

static void open_tries(struct bench *b)
{
	if (b->tries && arena_size(&b->arena) > STATE_MEMORY)
		close_tries(b);
	if (!b->tries)
		b->tries = state_trie_open(&b->arena, &b->store, &b->root);
}

static void apply(struct bench *b, struct state *s, const struct state_sink *sink)
{
	bool ok;

	b->root = state_trie_apply(b->tries, s, sink, &ok);
	if (!ok || state_failed(s))
		die("a trie node is missing or wrong");
}

/* What is new goes to the database as block `view.number` + 1. */
static void write_nodes(struct bench *b, struct state *s)
{
	struct node_writer writer;
	struct state_sink sink;

	database_begin(b->db);
	node_writer_begin(&writer, b->db, b->view.number + 1);
	writer.recent = &b->recent;
	sink = node_writer_sink(&writer);
	apply(b, s, &sink);
	node_writer_end(&writer);
	database_commit(b->db);
	b->view.number++;
}

static void fill(struct bench *b, uint64_t first)
{
	struct u256 ether = u256_from_u64(1000000000000000000u);
	struct arena a;
	struct state *s;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	open_tries(b);
	s = state_new(&a, state_trie_reader(b->tries));
	for (uint64_t i = first; i < first + PER_FILL; i++) {
		struct address address = account_address(i);

		state_set_balance(s, state_account(s, &address), &ether);
	}
	write_nodes(b, s);
	arena_free(&a);
}

static void transfer(struct bench *b, struct evm *e)
{
	uint64_t from = next_random(b) % ACCOUNTS;
	struct transaction tx = { .type = TX_DYNAMIC_FEE,
				  .has_chain_id = true,
				  .chain_id = 1,
				  .nonce = b->nonces[from]++,
				  .max_priority_fee_per_gas = u256_from_u64(1),
				  .max_fee_per_gas = u256_from_u64(1000000000),
				  .gas_limit = 21000,
				  .to = account_address(next_random(b) % ACCOUNTS),
				  .value = u256_from_u64(1),
				  .from = account_address(from),
				  .has_from = true };
	struct tx_result result;
	enum tx_err err = tx_execute(e, &tx, tx.gas_limit, TX_EXECUTE, &result);

	if (err != TX_OK || !result.success)
		die(tx_err_text(err));
}

static struct timing run_block(struct bench *b)
{
	static const struct address fees = { { 0xfe } };
	struct block_context block = { .revision = EVM_OSAKA,
				       .chain_id = 1,
				       .coinbase = fees,
				       .number = b->view.number,
				       .gas_limit = TRANSFERS * (uint64_t)21000,
				       .base_fee = u256_from_u64(1000),
				       .base_fee_recipient = &fees,
				       .precompile_caps = PRECOMPILE_UNCAPPED };
	struct timing t;
	struct arena a;
	struct state *s;
	struct evm *e;
	double start = now(), executed, hashed, reading;

	b->reading = 0;
	b->reads = 0;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	database_begin(b->db); /* as common/store/chain.c does */
	open_tries(b);
	s = state_new(&a, state_trie_reader(b->tries));
	e = evm_new(&a, s, &block, crypto_native(), NULL);
	for (int i = 0; i < TRANSFERS; i++)
		transfer(b, e);
	reading = b->reading;
	executed = now();
	apply(b, s, NULL);
	database_commit(b->db);
	hashed = now();
	t = (struct timing){ .execution = executed - start - reading,
			     .root = hashed - executed - (b->reading - reading),
			     .reading = b->reading,
			     .reads = (double)b->reads };
	start = wall_now();
	write_nodes(b, s);
	t.writing = wall_now() - start;
	arena_free(&a);
	return t;
}

static double recovery_seconds(void)
{
	const struct crypto *crypto = crypto_native();
	struct signer_key key = { .b = { [31] = 7 } };
	struct signer_signature signature;
	struct hash32 hash = keccak256(bytes_of("recover", 7));
	struct address signer;
	struct arena a;
	double start;

	if (!signer_sign(&signature, &key, &hash))
		die("can't sign");
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	start = now();
	for (int i = 0; i < RECOVERIES; i++)
		if (!crypto_recover(crypto, &a, &signer, &hash, &signature.r, &signature.s,
				    signature.y_parity))
			die("can't recover");
	arena_free(&a);
	return (now() - start) / RECOVERIES;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(const struct timing *t, size_t field)
{
	double list[BLOCKS];

	for (int i = 0; i < BLOCKS; i++)
		memcpy(&list[i], (const char *)&t[i] + field, sizeof(double));
	qsort(list, BLOCKS, sizeof(*list), compare);
	return list[BLOCKS / 2];
}

/* What one block in sixteen does for all of them is a part of each. */
static double mean(const struct timing *t, size_t field)
{
	double value, sum = 0;

	for (int i = 0; i < BLOCKS; i++) {
		memcpy(&value, (const char *)&t[i] + field, sizeof(value));
		sum += value;
	}
	return sum / BLOCKS;
}

static void report(const char *name, const struct timing *t, double recovery, bool json)
{
	double execution = 1e3 * median(t, offsetof(struct timing, execution));
	double root = 1e3 * median(t, offsetof(struct timing, root));
	double reading = 1e3 * median(t, offsetof(struct timing, reading));
	double writing = 1e3 * mean(t, offsetof(struct timing, writing));
	double reads = median(t, offsetof(struct timing, reads));
	double recoveries = 1e3 * TRANSFERS * recovery;

	if (json)
		printf("{\"bench\":\"state\",\"name\":\"%s\",\"accounts\":%d,\"transfers\":%d,"
		       "\"execution_ms\":%.2f,\"root_ms\":%.2f,\"database_read_ms\":%.2f,"
		       "\"database_reads\":%.0f,\"database_write_ms\":%.2f,\"recovery_ms\":%.2f,"
		       "\"recovery_us\":%.2f}\n",
		       name, ACCOUNTS, TRANSFERS, execution, root, reading, reads, writing,
		       recoveries, 1e6 * recovery);
	else
		printf(
		    "%-8s execution %6.1f ms, state root %6.1f ms, database: %.0f reads %6.1f ms, "
		    "writing %6.1f ms; %d recoveries %6.1f ms\n",
		    name, execution, root, reads, reading, writing, TRANSFERS, recoveries);
}

static void open_database(struct bench *b, const char *folder)
{
	static const struct database_schema schema = { .name = "state_bench",
						       .version = 1,
						       .sql = NODE_STORE_SQL };
	char path[1024], error[DATABASE_ERROR_SIZE];

	for (int i = 0; i < 4; i++) {
		static const char *const suffixes[] = { "-wal", "-shm", ".lock", "" };

		snprintf(path, sizeof(path), "%s/state_bench.db%s", folder, suffixes[i]);
		(void)unlink(path);
	}
	if (!database_open(&b->db, path, &schema, error))
		die(error);
	node_recent_init(&b->recent, 1);
	b->view = (struct node_view){ b->db, 0, &b->recent };
	b->nodes = node_store_reader(&b->view);
	b->store = (struct state_store){ b, load_node, load_code };
}

int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	struct bench b = { .root = keccak_empty_trie, .random = 88172645463325252u };
	struct timing kept[BLOCKS], opened[BLOCKS];
	double recovery;

	memory_keep();
	if (argc != 2 + json)
		die("usage: gavel-state-bench [--json] FOLDER");
	open_database(&b, argv[argc - 1]);
	b.nonces = calloc(ACCOUNTS, sizeof(*b.nonces));
	if (!b.nonces)
		die("out of memory");
	arena_init(&b.arena, &arena_heap, (size_t)1 << 20);
	for (uint64_t first = 0; first < ACCOUNTS; first += PER_FILL)
		fill(&b, first);
	database_begin(b.db);
	node_store_index(b.db, &b.recent);
	database_commit(b.db);
	(void)run_block(&b); /* the first one after filling */
	for (int i = 0; i < BLOCKS; i++)
		kept[i] = run_block(&b);
	recovery = recovery_seconds();
	report("kept", kept, recovery, json);
	for (int i = 0; i < BLOCKS; i++) {
		close_tries(&b);
		opened[i] = run_block(&b);
	}
	report("opened", opened, recovery, json);
	close_tries(&b);
	database_close(b.db);
	node_recent_free(&b.recent);
	free(b.nonces);
	return 0;
}
