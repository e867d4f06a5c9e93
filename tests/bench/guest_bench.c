/* guest_bench: how long the proof program's trace is on blocks that are as bad as
 * the gas limit allows, each of one kind.
 *
 *	gavel-guest-bench [--json] [--gas MILLIONS] [--native] [KIND...]
 *
 * A block holds two transactions that share the gas.  Each kind must be VALID
 * natively and in the machine; --native leaves the machine out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "tests/prover/proof_world.h"

#define WORKER                                                                                     \
	{                                                                                          \
		{                                                                                  \
			0xbe, 0x4c                                                                 \
		}                                                                                  \
	}
#define CROWD_MAX  12000
#define SLOTS      14400
#define CODE_SIZE  24576
#define CALL_DATA  1400000
#define SKIPPED    40000
#define MAX_TX_GAS 16777216
#define STOP_BELOW "62010000"

struct kind {
	const char *name;
	const char *body; /* of a loop, with a counter on the stack; NULL: see `make` */
	unsigned repeat;  /* of the body within the loop */
	bool to_the_end;  /* until the gas is used up, else it stops in time */
	bool crowd;       /* contracts of CODE_SIZE stand at 0xc0de0000.., enough for the gas */
	void (*make)(struct proof_world *w, uint64_t gas, struct transaction **txs, size_t *count);
};

static bool json_lines, native_only;
static uint64_t gas_limit = 30000000;

static void die(const char *kind, const char *what)
{
	fprintf(stderr, "gavel-guest-bench: %s: %s\n", kind, what);
	exit(1);
}

/* ---- kinds that are not a loop in a contract ---- */

static struct transaction plain(struct proof_world *w, unsigned sender, struct bytes data,
				uint64_t gas)
{
	struct address to = { { 0x77 } };

	return proof_call(w, sender, &to, data, gas);
}

/* Zeros at the floor price of EIP-7623: 10 gas each. */
static void make_call_data(struct proof_world *w, uint64_t gas, struct transaction **txs,
			   size_t *count)
{
	size_t len = CALL_DATA * gas / 15000000;
	struct bytes data = bytes_of(arena_calloc(&w->arena, len, 1), len);

	*count = 2;
	*txs = ARENA_ARRAY(&w->arena, struct transaction, 2);
	for (unsigned i = 0; i < 2; i++)
		(*txs)[i] = plain(w, i, data, gas);
}

static void make_transfers(struct proof_world *w, uint64_t gas, struct transaction **txs,
			   size_t *count)
{
	*count = 2 * gas / 21000;
	*txs = ARENA_ARRAY(&w->arena, struct transaction, *count);
	for (size_t i = 0; i < *count; i++) {
		struct address to = { { 0x70, (uint8_t)(i >> 8), (uint8_t)i } };

		(*txs)[i] = proof_sign(w, i % PROOF_SENDERS,
				       (struct transaction){ .type = TX_DYNAMIC_FEE,
							     .to = to,
							     .value = u256_from_u64(1),
							     .gas_limit = 21000 });
	}
}

/* One that counts, and many with a nonce that is too high. */
static void make_skipped(struct proof_world *w, uint64_t gas, struct transaction **txs,
			 size_t *count)
{
	*count = 1 + SKIPPED * gas / 15000000;
	*txs = ARENA_ARRAY(&w->arena, struct transaction, *count);
	(*txs)[0] = plain(w, 0, bytes_of(NULL, 0), 21000);
	w->nonces[1] = 5;
	(*txs)[1] = plain(w, 1, bytes_of(NULL, 0), 21000);
	for (size_t i = 2; i < *count; i++)
		(*txs)[i] = (*txs)[1];
}

/* ---- kinds that are ---- */

/* LOOP stops while there is gas, so that what it did stays; BURN does not. */
#define LOOP(label, code, times)                                                                   \
	{                                                                                          \
		.name = (label), .body = (code), .repeat = (times)                                 \
	}
#define BURN(label, code, times)                                                                   \
	{                                                                                          \
		.name = (label), .body = (code), .repeat = (times), .to_the_end = true             \
	}
#define CROWD_LOOP(label, code)                                                                    \
	{                                                                                          \
		.name = (label), .body = (code), .repeat = 1, .crowd = true                        \
	}
#define MEMBER "6bc0de0000000000000000000101" /* the counter's, of the crowd */

static const struct kind kinds[] = {
	{ .name = "transfers", .make = make_transfers },
	{ .name = "not-valid", .make = make_skipped },
	{ .name = "calldata", .make = make_call_data },
	BURN("keccak-small", "60205f2050", 30),
	BURN("keccak-large", "620100005f2050", 1),
	LOOP("storage-write", "808055600101", 1),
	LOOP("storage-read", "805450600101", 1),
	BURN("transient", "80805d600101", 20),
	LOOP("creates", "5f5f5ff050", 1),
	LOOP("create-large", "61c0005f5ff050", 1),
	BURN("call-depth", "5f5f5f5f5f305af150", 1),
	CROWD_LOOP("code", "5f5f5f5f5f85" MEMBER "5af150600101"),
	CROWD_LOOP("balance", "80" MEMBER "3150600101"),
	LOOP("logs", "5f5fa0", 20),
	LOOP("logs-4", "5f5f5f5f5f5fa4", 10),
	LOOP("logs-data", "6110005fa0", 1),
	BURN("modexp", "5f5f60635f60055afa50", 10),
	BURN("ecrecover", "5f5f60805f60015afa50", 10),
	BURN("blake2f", "5f5f60d55f60095afa50", 10),
	BURN("sha256-small", "5f5f60205f60025afa50", 10),
	BURN("sha256-large", "5f5f620100005f60025afa50", 1),
	BURN("ripemd160-large", "5f5f620100005f60035afa50", 1),
	BURN("identity-large", "5f5f620100005f60045afa50", 1),
	BURN("mcopy", "620100005f60015e", 1),
	BURN("mulmod", "801960051c811982190950600101", 10),
	BURN("div", "801960641c81190450600101", 10),
	BURN("exp", "5f195f190a50", 10),
	BURN("push-pop", "5f50", 500),
	BURN("jumpdest", "5b", 20000),
	BURN("mload", "5f5150", 100),
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static struct bytes unhex(struct arena *a, const char *text)
{
	uint8_t *out = arena_alloc(a, strlen(text) / 2 + 1);

	if (!hex_decode(out, text, strlen(text)))
		die(text, "bad hex");
	return bytes_of(out, strlen(text) / 2);
}

static void append(uint8_t *code, size_t *len, struct bytes part)
{
	memcpy(code + *len, part.data, part.len);
	*len += part.len;
}

/* The counter out of call data, JUMPDEST, the body; back always, or while gas is
 * left. */
static struct bytes loop_code(struct arena *a, const struct kind *kind)
{
	struct bytes body = unhex(a, kind->body);
	uint8_t *code = arena_alloc(a, 64 + body.len * kind->repeat);
	size_t len = 0;

	append(code, &len, unhex(a, "5f355b"));
	for (unsigned i = 0; i < kind->repeat; i++)
		append(code, &len, body);
	append(code, &len, unhex(a, kind->to_the_end ? "600256" : "5a" STOP_BELOW "1060025700"));
	return bytes_of(code, len);
}

/* STOP, then as many jump destinations as there can be; no two alike. */
static struct bytes crowd_code(struct arena *a, unsigned index)
{
	uint8_t *code = arena_alloc(a, CODE_SIZE);

	memset(code, 0x5b, CODE_SIZE);
	code[0] = 0;
	be32_store(code + CODE_SIZE - 4, index);
	return bytes_of(code, CODE_SIZE);
}

/* EIP-2929: a cold account costs 2600. */
static unsigned crowd_size(void)
{
	uint64_t wanted = gas_limit / 2600 + 1;

	return wanted < CROWD_MAX ? (unsigned)wanted : CROWD_MAX;
}

static size_t make_accounts(struct arena *a, const struct kind *kind,
			    struct genesis_account *accounts)
{
	struct genesis_slot *slots = ARENA_ARRAY(a, struct genesis_slot, SLOTS);
	size_t count = 0;

	for (size_t i = 0; i < SLOTS; i++) {
		be64_store(slots[i].key.b + 24, i);
		slots[i].value = u256_from_u64(i + 1);
	}
	accounts[count++] = (struct genesis_account){
		.address = WORKER,
		.balance = u256_from_u64(1000000),
		.code = kind->body ? loop_code(a, kind) : bytes_of(NULL, 0),
		.storage = slots,
		.storage_count = strcmp(kind->name, "storage-read") == 0 ? SLOTS : 1,
	};
	for (unsigned i = 0; kind->crowd && i < crowd_size(); i++) {
		struct genesis_account *member = &accounts[count++];

		*member = (struct genesis_account){ .nonce = 1, .code = crowd_code(a, i) };
		member->address.b[8] = 0xc0;
		member->address.b[9] = 0xde;
		be32_store(member->address.b + 16, 1 + i);
	}
	return count;
}

/* Where the counter starts: the second transaction meets nothing that the first
 * one has. */
static struct bytes half_way(struct proof_world *w, const struct kind *kind, unsigned index)
{
	uint8_t *word = arena_calloc(&w->arena, 1, 32);

	be64_store(word + 24, index * (kind->crowd ? crowd_size() : SLOTS) / 2);
	return bytes_of(word, 32);
}

static void make_block(struct proof_world *w, const struct kind *kind)
{
	static const struct address worker = WORKER;
	uint64_t gas = gas_limit / 2 < MAX_TX_GAS ? gas_limit / 2 : MAX_TX_GAS;
	struct payload_block block = { 0 };
	struct transaction *txs;
	size_t count = 2;

	if (kind->make) {
		kind->make(w, gas, &txs, &count);
	} else {
		txs = ARENA_ARRAY(&w->arena, struct transaction, 2);
		for (unsigned i = 0; i < 2; i++)
			txs[i] = proof_call(w, i, &worker, half_way(w, kind, i), gas);
	}
	block.transactions = txs;
	block.transaction_count = count;
	proof_append(w, &block, 1);
	if (proof_head(w) != 1)
		die(kind->name, "no block");
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct figures {
	uint64_t steps, gas;
	size_t footprint, preimages, witness;
	double native, machine;
};

static void print_figures(const struct kind *kind, const struct figures *f)
{
	double per_gas = (double)f->steps / (double)f->gas;

	if (json_lines)
		printf("{\"bench\":\"guest\",\"name\":\"%s\",\"gas\":%llu,\"steps\":%llu,"
		       "\"steps_per_gas\":%.1f,\"memory_mib\":%.1f,\"preimages\":%zu,"
		       "\"witness_bytes\":%zu,\"native_s\":%.3f,\"machine_s\":%.3f}\n",
		       kind->name, (unsigned long long)f->gas, (unsigned long long)f->steps,
		       per_gas, (double)f->footprint / 1048576, f->preimages, f->witness, f->native,
		       f->machine);
	else
		printf("%-18s %11llu gas %14llu steps %8.1f /gas %8.1f MiB %8zu preimages %10zu B "
		       "%7.2f s native %7.2f s machine\n",
		       kind->name, (unsigned long long)f->gas, (unsigned long long)f->steps,
		       per_gas, (double)f->footprint / 1048576, f->preimages, f->witness, f->native,
		       f->machine);
	fflush(stdout);
}

static void run_kind(const struct kind *kind)
{
	static struct genesis_account accounts[CROWD_MAX + 1];
	struct figures f = { 0 };
	struct proof_world *w;
	struct evidence evidence;
	struct preimages known;
	struct dispute dispute;
	struct arena a;
	double started;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	w = proof_world_new(accounts, make_accounts(&a, kind, accounts));
	make_block(w, kind);
	proof_evidence(w, 1, &evidence, &dispute);
	preimages_init(&known);
	started = seconds();
	if (proof_native(&evidence, &dispute, &known) != PROGRAM_VALID)
		die(kind->name, "not VALID natively");
	f.native = seconds() - started;
	f.gas = w->blocks[1].gas_used;
	f.preimages = known.count;
	f.witness = known.bytes;
	proof_world_free(w);
	started = seconds();
	if (!native_only && proof_machine(&known, &f.steps, &f.footprint) != MACHINE_VALID)
		die(kind->name, "not VALID in the machine");
	f.machine = seconds() - started;
	print_figures(kind, &f);
	preimages_free(&known);
	arena_free(&a);
}

static bool is_wanted(const struct kind *kind, int count, char **names)
{
	for (int i = 0; i < count; i++)
		if (strcmp(kind->name, names[i]) == 0)
			return true;
	return count == 0;
}

int main(int argc, char **argv)
{
	size_t valid = 0;
	int at = 1;

	for (; at < argc && argv[at][0] == '-'; at++) {
		if (strcmp(argv[at], "--json") == 0)
			json_lines = true;
		else if (strcmp(argv[at], "--native") == 0)
			native_only = true;
		else if (strcmp(argv[at], "--gas") == 0 && at + 1 < argc)
			gas_limit = strtoull(argv[++at], NULL, 10) * 1000000;
		else
			die(argv[at], "no such option");
	}
	for (size_t i = 0; i < KINDS; i++)
		if (is_wanted(&kinds[i], argc - at, argv + at)) {
			run_kind(&kinds[i]);
			valid++;
		}
	if (!json_lines)
		printf("guest-bench: %zu passed, 0 failed\n", valid);
	return 0;
}
