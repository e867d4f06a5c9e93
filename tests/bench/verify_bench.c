/* verify_bench: how fast a verifier is on one thread: payloads to blocks, with
 * signature recovery, execution and state roots, with inbox and state in memory
 * ("derive") and in databases on disk ("disk"); and beside it the builder, who
 * does the same as the former but for knowing the senders, which its pool has
 * recovered ("build"). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "rollup/native/compress.h"
#include "store/chain.h"
#include "tests/bench/workload.h"
#include "tests/support/memory_chain.h"

#define TRANSACTIONS      20000
#define BLOCK_SIZE        200
#define BLOCKS_A_PAYLOAD  6
#define GENESIS_TIMESTAMP 1700000000

/* A token, by hand: transfer(address,uint256) moves from balance to balance at
 * keccak256(account, 0), as Solidity lays a mapping out, and logs Transfer. */
static const char token_code[] =
    "60003560e01c63a9059cbb14601357600080fd5b" /* only transfer */
    "3360005260006020526040600020"             /* slot of the sender */
    "805460243590039055"                       /* balance -= amount */
    "600435600052600060205260406000208054602435019055"
    "60243560005260043533"
    "7fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"
    "60206000a3600160005260206000f3";

struct bench {
	struct rollup_config config;
	struct memory_inbox inbox;
	struct arena arena;
	struct transaction *transactions;
	size_t count;
	double recover_us; /* of one signature */
};

struct timing {
	double seconds;
	double cpu_seconds;
	size_t blocks;
	size_t transactions;
	uint64_t gas;
};

static double read_clock(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void start(struct timing *t)
{
	t->seconds -= read_clock(CLOCK_MONOTONIC);
	t->cpu_seconds -= read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static void stop(struct timing *t)
{
	t->seconds += read_clock(CLOCK_MONOTONIC);
	t->cpu_seconds += read_clock(CLOCK_PROCESS_CPUTIME_ID);
}

static void need(bool fact, const char *what)
{
	if (fact)
		return;
	fprintf(stderr, "verify_bench: %s\n", what);
	exit(1);
}

/* Every sender holds 2^128 of the token. */
static void give_tokens(struct bench *b, struct genesis_account *token)
{
	struct genesis_slot *slots = ARENA_ARRAY(&b->arena, struct genesis_slot, WORKLOAD_SENDERS);

	for (unsigned i = 0; i < WORKLOAD_SENDERS; i++) {
		uint8_t place[64] = { 0 };
		struct address holder = workload_sender(i);

		memcpy(place + 12, holder.b, sizeof(holder.b));
		slots[i].key = keccak256(bytes_of(place, sizeof(place)));
		slots[i].value = (struct u256){ { 0, 0, 1, 0 } };
	}
	token->storage = slots;
	token->storage_count = WORKLOAD_SENDERS;
}

static void set_up_config(struct bench *b)
{
	struct genesis_account *accounts =
	    ARENA_ARRAY(&b->arena, struct genesis_account, WORKLOAD_SENDERS + 1);
	size_t code_len = strlen(token_code) / 2;
	uint8_t *code = arena_alloc(&b->arena, code_len);

	need(hex_decode(code, token_code, 2 * code_len), "bad token code");
	for (unsigned i = 0; i < WORKLOAD_SENDERS; i++) {
		accounts[i].address = workload_sender(i);
		accounts[i].balance = (struct u256){ { 0, 1000000 } };
	}
	accounts[WORKLOAD_SENDERS] = (struct genesis_account){ .address = workload_token,
							       .nonce = 1,
							       .code = bytes_of(code, code_len) };
	give_tokens(b, &accounts[WORKLOAD_SENDERS]);
	b->config = (struct rollup_config){
		.chain = { .chain_id = WORKLOAD_CHAIN_ID,
			   .revision = EVM_OSAKA,
			   .gas_limit = 30000000,
			   .max_past = 86400,
			   .max_future = 600,
			   .fee_recipient = { { 0xfe, 1 } },
			   .base_fee_recipient = { { 0xfe, 2 } } },
		.genesis_timestamp = GENESIS_TIMESTAMP,
		.genesis_base_fee = u256_from_u64(1000000),
		.alloc = accounts,
		.alloc_count = WORKLOAD_SENDERS + 1,
	};
}

static void recover_senders(struct bench *b)
{
	struct timing t = { 0 };

	start(&t);
	for (size_t i = 0; i < b->count; i++) {
		need(tx_recover(crypto_native(), &b->arena, &b->transactions[i]), "no sender");
		b->transactions[i].has_from = true;
	}
	stop(&t);
	b->recover_us = t.cpu_seconds * 1e6 / (double)b->count;
}

/* The builder's blocks, which the derived ones must equal. */
static struct timing build(struct bench *b, struct memory_chain *chain)
{
	struct timing t = { 0 };
	struct state_sink sink = memory_chain_sink(chain);
	struct arena scratch;

	arena_init(&scratch, &arena_heap, (size_t)4 << 20);
	start(&t);
	for (size_t at = 0; at < b->count; at += BLOCK_SIZE, t.blocks++) {
		struct block_environment environment = memory_chain_environment(chain, &scratch);
		struct block_input input = {
			.number = t.blocks + 1,
			.timestamp = GENESIS_TIMESTAMP + t.blocks,
			.position = { .entry = t.blocks / BLOCKS_A_PAYLOAD,
				      .blocks_taken = t.blocks % BLOCKS_A_PAYLOAD + 1 },
			.transactions = b->transactions + at,
			.transaction_count = BLOCK_SIZE,
		};
		struct block block;

		need(block_execute(&scratch, &environment, memory_chain_head(chain), &input, &sink,
				   &block),
		     "the state failed");
		need(block.transaction_count == BLOCK_SIZE, "a transaction was skipped");
		need(block.transactions[0].receipt.success, "a transaction failed");
		memory_chain_push(chain, &block);
		t.transactions += block.transaction_count;
		t.gas += block.header.gas_used;
		arena_free(&scratch);
	}
	stop(&t);
	return t;
}

static void append_payloads(struct bench *b)
{
	struct arena scratch;
	size_t blocks = b->count / BLOCK_SIZE;

	arena_init(&scratch, &arena_heap, ARENA_HEAP_BLOCK);
	for (size_t i = 0; i < b->count; i++)
		b->transactions[i].has_from = false;
	for (size_t first = 0; first < blocks; first += BLOCKS_A_PAYLOAD) {
		struct payload_block list[BLOCKS_A_PAYLOAD];
		struct payload payload = { list, 0 };
		struct bytes made;

		for (size_t i = first; i < blocks && i < first + BLOCKS_A_PAYLOAD; i++)
			list[payload.block_count++] =
			    (struct payload_block){ GENESIS_TIMESTAMP + i, 0,
						    b->transactions + i * BLOCK_SIZE, BLOCK_SIZE };
		need(payload_compress(&scratch, &payload, WORKLOAD_CHAIN_ID, 6, &made),
		     "a payload is too long");
		memory_inbox_append(&b->inbox, made, 0, GENESIS_TIMESTAMP + first);
		arena_free(&scratch);
	}
}

static struct timing derive(struct bench *b, struct memory_chain *chain)
{
	struct timing t = { 0 };
	struct arena scratch;
	struct block block;

	start(&t);
	arena_init(&scratch, &arena_heap, (size_t)4 << 20);
	while (memory_chain_derive(chain, &b->inbox, &scratch, &block) == DERIVE_OK) {
		t.blocks++;
		t.transactions += block.transaction_count;
		t.gas += block.header.gas_used;
		arena_free(&scratch);
	}
	stop(&t);
	return t;
}

/* What an L1 watcher leaves behind. */
static struct inbox *fill_inbox(struct bench *b, const char *path, const char *owner)
{
	struct inbox_source source = memory_inbox_source(&b->inbox);
	struct inbox_l1_block l1 = { .number = 1000000, .timestamp = GENESIS_TIMESTAMP };
	struct hash32 link = { { 0 } };
	char error[DATABASE_ERROR_SIZE];
	struct inbox *inbox;

	need(inbox_open(&inbox, path, owner, error), "no inbox database");
	database_begin(inbox_database(inbox));
	for (size_t i = 0; i < b->inbox.entry_count; i++) {
		const struct entry *entry = &b->inbox.entries[i];
		struct bytes payload;

		need(source.payload(source.context, &b->arena, &entry->payload_hash, &payload),
		     "a payload is gone");
		link = entry_link(&link, entry);
		need(inbox_add_entry(inbox, i, &link, entry, payload), "an entry does not fit");
	}
	inbox_set_l1_head(inbox, &l1);
	database_commit(inbox_database(inbox));
	return inbox;
}

static struct timing derive_on_disk(struct bench *b, const struct timing *expected,
				    const struct hash32 *head, const char *folder)
{
	struct timing t = *expected; /* blocks, transactions and gas */
	char path[4096], error[DATABASE_ERROR_SIZE], owner[65];
	struct inbox *inbox;
	struct chain *chain;
	bool more = true;

	snprintf(path, sizeof(path), "%s/inbox.db", folder);
	hex_encode(owner, bytes_of_hash(&b->config.genesis_hash));
	inbox = fill_inbox(b, path, owner);
	snprintf(path, sizeof(path), "%s/chain.db", folder);
	need(chain_open(&chain, path, &b->config, &(struct chain_options){ 0 }, error), error);
	t.seconds = t.cpu_seconds = 0;
	start(&t);
	while (more)
		need(chain_reconcile(chain, inbox, 0, NULL, &more) != RECONCILE_FAILED,
		     "the inbox does not derive");
	stop(&t);
	need(hash32_eq(chain_head_hash(chain), head), "the chain on disk is another");
	chain_close(chain);
	inbox_close(inbox);
	return t;
}

static void remove_folder(const char *folder)
{
	static const char *const names[] = { "inbox.db", "inbox.db-wal", "inbox.db-shm",
					     "chain.db", "chain.db-wal", "chain.db-shm" };
	char path[4096];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		unlink(path);
	}
	rmdir(folder);
}

static void print_timing(const char *workload, const char *what, const struct timing *t,
			 double recover_us, bool json)
{
	const char *format =
	    json
		? "{\"bench\":\"verify\",\"workload\":\"%s\",\"part\":\"%s\",\"blocks_per_s\":%.1f,"
		  "\"tx_per_s\":%.0f,\"mgas_per_s\":%.1f,\"cpu_us_per_tx\":%.2f,\"recover_us\":%."
		  "2f}\n"
		: "%-18s %-8s %10.1f %10.0f %10.1f %10.2f %10.2f\n";

	printf(format, workload, what, (double)t->blocks / t->seconds,
	       (double)t->transactions / t->seconds, (double)t->gas / t->seconds / 1e6,
	       t->cpu_seconds * 1e6 / (double)t->transactions, recover_us);
	fflush(stdout);
}

static void run(enum workload workload, size_t count, bool json)
{
	struct bench b = { .count = count };
	struct memory_chain built, derived;
	struct timing building, deriving, on_disk;
	const char *parent = getenv("TMPDIR");
	char folder[4000];

	arena_init(&b.arena, &arena_heap, ARENA_HEAP_BLOCK);
	memory_inbox_init(&b.inbox);
	set_up_config(&b);
	b.transactions = workload_make(&b.arena, workload, count);
	recover_senders(&b);
	memory_chain_init(&built, &b.config);
	b.config.genesis_hash = built.hashes[0];
	b.config.chain.genesis_hash = built.hashes[0];
	building = build(&b, &built);
	append_payloads(&b);
	memory_chain_init(&derived, &b.config);
	deriving = derive(&b, &derived);
	need(derived.length == built.length &&
		 hash32_eq(&derived.hashes[derived.length - 1], &built.hashes[built.length - 1]),
	     "derived blocks differ from built ones");
	print_timing(workload_names[workload], "build", &building, b.recover_us, json);
	print_timing(workload_names[workload], "derive", &deriving, b.recover_us, json);
	snprintf(folder, sizeof(folder), "%s/gavel-verify-bench-XXXXXX",
		 parent != NULL ? parent : "/tmp");
	need(mkdtemp(folder) != NULL, "no temporary folder");
	on_disk = derive_on_disk(&b, &deriving, &built.hashes[built.length - 1], folder);
	remove_folder(folder);
	print_timing(workload_names[workload], "disk", &on_disk, b.recover_us, json);
	memory_chain_free(&derived);
	memory_chain_free(&built);
	memory_inbox_free(&b.inbox);
	arena_free(&b.arena);
}

/* verify_bench [--json] [transactions] */
int main(int argc, char **argv)
{
	bool json = argc > 1 && strcmp(argv[1], "--json") == 0;
	const char *number = argc > 1 + json ? argv[1 + json] : NULL;
	size_t count = number != NULL ? strtoul(number, NULL, 10) : TRANSACTIONS;

	count = count / BLOCK_SIZE * BLOCK_SIZE;
	if (count == 0) {
		fprintf(stderr, "usage: %s [--json] [transactions, %d or more]\n", argv[0],
			BLOCK_SIZE);
		return 2;
	}
	if (!json)
		printf("%-18s %-8s %10s %10s %10s %10s %10s\n", "", "", "blocks/s", "tx/s",
		       "Mgas/s", "us/tx", "recover us");
	for (int w = WORKLOAD_TRANSFER_FRESH; w <= WORKLOAD_ERC20_RECURRING; w++)
		run((enum workload)w, count, json);
	return 0;
}
