/* evm_bench: how fast the EVM runs the programs of state-test files and some of
 * our own, execution of the message call only.
 *
 *	gavel-evm-bench [--json] [--cold] [--filter TEXT] [--time MS] DIR...
 *
 * Each program is run in batches until the time is up; the figures are of the
 * median batch, the spread is from the first to the third quartile.  With --cold
 * each run has a machine and a state of its own: code is read, copied and
 * translated again. */
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "evm/evm.h"

#include "tests/bench/evm_programs.h"

#define MAX_ACCOUNTS 64
#define BATCHES      15

static bool json_lines, cold;
static const char *filter;
static double milliseconds = 600;

/* The state before: accounts as the file gives them. */
struct pre_account {
	struct address address;
	struct account account;
	struct bytes code;
	json_t *storage;
};
struct pre_state {
	struct pre_account accounts[MAX_ACCOUNTS];
	size_t count;
};

static void die(const char *what, const char *where)
{
	fprintf(stderr, "gavel-evm-bench: %s: %s\n", where, what);
	exit(1);
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "0x";
}

static struct bytes hex_bytes(const char *digits)
{
	size_t len;
	uint8_t *out;

	if (strncmp(digits, "0x", 2) == 0)
		digits += 2;
	len = strlen(digits);
	out = malloc(len / 2 + 1);
	if (!out || !hex_decode(out, digits, len))
		die("bad hex", digits);
	return bytes_of(out, len / 2);
}

static struct u256 hex_u256(const char *digits)
{
	struct u256 value = U256_ZERO, sixteen = u256_from_u64(16);

	for (digits += 2; *digits; digits++) {
		unsigned digit = 0;
		struct u256 low;

		sscanf((char[]){ *digits, 0 }, "%x", &digit);
		low = u256_from_u64(digit);
		u256_mul(&value, &value, &sixteen);
		u256_add(&value, &value, &low);
	}
	return value;
}

static struct address hex_address(const char *digits)
{
	struct address address;

	if (!hex_decode_fixed(address.b, sizeof(address.b), digits))
		die("bad address", digits);
	return address;
}

static struct pre_account *find_account(struct pre_state *pre, const struct address *address)
{
	for (size_t i = 0; i < pre->count; i++)
		if (address_eq(&pre->accounts[i].address, address))
			return &pre->accounts[i];
	return NULL;
}

static bool read_account(void *context, const struct address *address, struct account *account,
			 bool *exists)
{
	struct pre_account *found = find_account(context, address);

	*exists = found != NULL;
	if (found)
		*account = found->account;
	return true;
}

static bool read_storage(void *context, const struct address *address, const struct hash32 *key,
			 struct u256 *value)
{
	struct pre_account *found = find_account(context, address);
	struct u256 wanted = u256_from_be(key->b, 32);
	const char *slot;
	json_t *content;

	*value = U256_ZERO;
	if (!found->storage)
		value->limb[1] = 1;
	json_object_foreach(found->storage, slot, content)
	{
		struct u256 there = hex_u256(slot);

		if (u256_eq(&there, &wanted))
			*value = hex_u256(json_string_value(content));
	}
	return true;
}

static bool read_code(void *context, const struct hash32 *hash, struct bytes *code)
{
	struct pre_state *pre = context;

	for (size_t i = 0; i < pre->count; i++) {
		if (hash32_eq(&pre->accounts[i].account.code_hash, hash)) {
			*code = pre->accounts[i].code;
			return true;
		}
	}
	return false;
}

static void load_pre(struct pre_state *pre, json_t *accounts)
{
	const char *address;
	json_t *content;

	pre->count = 0;
	json_object_foreach(accounts, address, content)
	{
		struct pre_account *account = &pre->accounts[pre->count++];

		if (pre->count > MAX_ACCOUNTS)
			die("too many accounts", address);
		account->address = hex_address(address);
		account->code = hex_bytes(text(content, "code"));
		account->storage = json_object_get(content, "storage");
		account->account = (struct account){
			.nonce = hex_u256(text(content, "nonce")).limb[0],
			.balance = hex_u256(text(content, "balance")),
			/* Only whether there is something in it is looked at. */
			.storage_root =
			    json_object_size(account->storage) ? keccak_empty : keccak_empty_trie,
			.code_hash = keccak256(account->code),
		};
	}
}

static void load_block(struct block_context *block, json_t *env)
{
	*block = (struct block_context){
		.revision = EVM_OSAKA,
		.chain_id = 1,
		.coinbase = hex_address(text(env, "currentCoinbase")),
		.number = hex_u256(text(env, "currentNumber")).limb[0],
		.timestamp = hex_u256(text(env, "currentTimestamp")).limb[0],
		.gas_limit = hex_u256(text(env, "currentGasLimit")).limb[0],
		.base_fee = hex_u256(text(env, "currentBaseFee")),
		.precompile_caps = PRECOMPILE_UNCAPPED,
	};
}

struct run {
	struct arena arena;
	struct state_reader reader;
	struct block_context block;
	struct state *state;
	struct evm *evm;
	struct tx_context tx;
	struct evm_message message;
	uint64_t gas_used;
};

static void make_machine(struct run *r)
{
	r->state = state_new(&r->arena, &r->reader);
	r->evm = evm_new(&r->arena, r->state, &r->block, crypto_native(), NULL);
}

/* One execution of the message; the state is as before again. */
static void run_once(struct run *r, const char *name)
{
	struct evm_result result;
	size_t mark;

	if (cold) {
		struct arena_mark start = { 0 };

		arena_reset(&r->arena, start);
		make_machine(r);
	}
	state_begin_transaction(r->state);
	evm_set_transaction(r->evm, &r->tx);
	mark = state_mark(r->state);
	(void)state_warm_account(r->state, state_account(r->state, &r->message.recipient));
	evm_run(r->evm, &r->message, &result);
	if (result.status != EVM_SUCCESS)
		die(evm_status_text(result.status), name);
	r->gas_used = r->message.gas - result.gas_left;
	state_undo(r->state, mark);
}

/* Processor time: others may use the machine too. */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double time_batch(struct run *r, const char *name, size_t repetitions)
{
	double start = now();

	for (size_t i = 0; i < repetitions; i++)
		run_once(r, name);
	return (now() - start) / (double)repetitions;
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double quotient_in_mega(uint64_t gas, double seconds)
{
	return (double)gas / seconds / 1e6;
}

static double report(struct run *r, const char *name)
{
	double times[BATCHES], rate;
	double once = time_batch(r, name, 1);
	size_t repetitions = (size_t)(milliseconds / 1e3 / BATCHES / once) + 1;

	for (int i = 0; i < BATCHES; i++)
		times[i] = time_batch(r, name, repetitions);
	qsort(times, BATCHES, sizeof(*times), compare_doubles);
	rate = quotient_in_mega(r->gas_used, times[BATCHES / 2]);
	if (json_lines)
		printf(
		    "{\"bench\":\"evm\",\"name\":\"%s\",\"gas\":%llu,\"us\":%.3f,\"mgas_s\":%.1f,"
		    "\"mgas_s_low\":%.1f,\"mgas_s_high\":%.1f}\n",
		    name, (unsigned long long)r->gas_used, times[BATCHES / 2] * 1e6, rate,
		    quotient_in_mega(r->gas_used, times[BATCHES * 3 / 4]),
		    quotient_in_mega(r->gas_used, times[BATCHES / 4]));
	else
		printf("%-40s %12llu gas %12.2f us %8.0f Mgas/s  (%.0f to %.0f)\n", name,
		       (unsigned long long)r->gas_used, times[BATCHES / 2] * 1e6, rate,
		       quotient_in_mega(r->gas_used, times[BATCHES * 3 / 4]),
		       quotient_in_mega(r->gas_used, times[BATCHES / 4]));
	fflush(stdout);
	return rate;
}

/* Sums over the programs of a folder. */
struct folder {
	const char *name; /* the last part of its path */
	double sum_of_logs;
	unsigned count;
};

static void bench_run(struct folder *folder, struct run *r, const char *name)
{
	arena_init(&r->arena, &arena_heap, ARENA_HEAP_BLOCK);
	make_machine(r);
	folder->sum_of_logs += log(report(r, name));
	folder->count++;
	arena_free(&r->arena);
}

static bool is_wanted(char full_name[256], const char *folder, const char *name, const char *label)
{
	snprintf(full_name, 256, "%s/%s/%s", folder, name, label);
	return !filter || strstr(full_name, filter);
}

static void bench_case(struct folder *folder, json_t *test, const char *name, size_t data_index,
		       const char *label)
{
	json_t *transaction = json_object_get(test, "transaction");
	struct pre_state *pre = calloc(1, sizeof(*pre));
	struct run r = { .reader = { pre, read_account, read_storage, read_code } };
	char full_name[256];

	if (!is_wanted(full_name, folder->name, name, label))
		return;
	load_pre(pre, json_object_get(test, "pre"));
	load_block(&r.block, json_object_get(test, "env"));
	r.tx.origin = hex_address(text(transaction, "sender"));
	r.message = (struct evm_message){
		.kind = EVM_CALL,
		.gas = hex_u256(json_string_value(
				    json_array_get(json_object_get(transaction, "gasLimit"), 0)))
			   .limb[0],
		.caller = r.tx.origin,
		.recipient = hex_address(text(transaction, "to")),
		.code_address = hex_address(text(transaction, "to")),
		.input = hex_bytes(json_string_value(
		    json_array_get(json_object_get(transaction, "data"), data_index))),
	};
	bench_run(folder, &r, full_name);
	free((void *)(uintptr_t)r.message.input.data);
	free(pre);
}

static struct bytes spaced_hex_bytes(const char *digits)
{
	char packed[4096];
	size_t len = 0;

	for (; *digits && len < sizeof(packed) - 1; digits++)
		if (*digits != ' ')
			packed[len++] = *digits;
	packed[len] = '\0';
	return hex_bytes(packed);
}

static void bench_own(struct folder *folder, const struct own_program *program)
{
	struct pre_state *pre = calloc(1, sizeof(*pre));
	struct run r = { .reader = { pre, read_account, read_storage, read_code } };
	char full_name[256];

	if (!is_wanted(full_name, folder->name, program->name, "ours"))
		return;
	for (unsigned i = 0; i < 2; i++) {
		struct pre_account *account = &pre->accounts[pre->count++];

		account->address = (struct address){ { [18] = 0x10, [19] = (uint8_t)i } };
		account->code = spaced_hex_bytes(program->code[i]);
		account->account = (struct account){ .nonce = 1,
						     .storage_root = keccak_empty,
						     .code_hash = keccak256(account->code) };
	}
	r.block = (struct block_context){ .revision = EVM_OSAKA,
					  .gas_limit = 1000000000,
					  .precompile_caps = PRECOMPILE_UNCAPPED };
	r.message = (struct evm_message){ .kind = EVM_CALL,
					  .gas = 1000000000,
					  .recipient = pre->accounts[0].address,
					  .code_address = pre->accounts[0].address };
	bench_run(folder, &r, full_name);
	free(pre);
}

static void bench_file(struct folder *folder, const char *path)
{
	json_t *file = json_load_file(path, 0, NULL), *test;
	const char *name;

	if (!file)
		die("no JSON", path);
	json_object_foreach(file, name, test)
	{
		json_t *transaction = json_object_get(test, "transaction");
		json_t *labels = json_object_get(json_object_get(test, "_info"), "labels");
		size_t count = json_array_size(json_object_get(transaction, "data"));

		for (size_t i = 0; i < count; i++) {
			char number[24];
			const char *label;

			snprintf(number, sizeof(number), "%zu", i);
			label = json_string_value(json_object_get(labels, number));
			bench_case(folder, test, name, i, label ? label : number);
		}
	}
	json_decref(file);
}

static void report_mean(const struct folder *folder)
{
	double mean = exp(folder->sum_of_logs / folder->count);

	if (!folder->count)
		return;
	if (json_lines)
		printf("{\"bench\":\"evm\",\"name\":\"geomean-%s\",\"mgas_s\":%.1f}\n",
		       folder->name, mean);
	else
		printf("%-40s %42.0f Mgas/s  geometric mean of %u\n", folder->name, mean,
		       folder->count);
}

static int is_json(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".json") == 0;
}

static void bench_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct folder folder = { .name = slash ? slash + 1 : path };
	struct dirent **entries;
	int count = scandir(path, &entries, is_json, alphasort);

	if (count < 0)
		die("can't be read; GAVEL_SHARED says where the vectors are", path);
	for (int i = 0; i < count; i++) {
		char file[1024];

		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		bench_file(&folder, file);
		free(entries[i]);
	}
	free(entries);
	report_mean(&folder);
}

static void bench_own_programs(void)
{
	struct folder folder = { .name = "own" };

	for (unsigned i = 0; i < own_program_count; i++)
		bench_own(&folder, &own_programs[i]);
	report_mean(&folder);
}

/* For evm_peer.mjs. */
static int print_own_programs(void)
{
	for (unsigned i = 0; i < own_program_count; i++)
		printf("{\"name\":\"%s\",\"code\":[\"%s\",\"%s\"]}\n", own_programs[i].name,
		       own_programs[i].code[0], own_programs[i].code[1]);
	return 0;
}

int main(int argc, char **argv)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (strcmp(argv[i], "--json") == 0)
			json_lines = true;
		else if (strcmp(argv[i], "--cold") == 0)
			cold = true;
		else if (strcmp(argv[i], "--filter") == 0 && i + 1 < argc)
			filter = argv[++i];
		else if (strcmp(argv[i], "--time") == 0 && i + 1 < argc)
			milliseconds = atof(argv[++i]);
		else if (strcmp(argv[i], "--print-own") == 0)
			return print_own_programs();
		else
			die("no such option", argv[i]);
	}
	for (; i < argc; i++)
		bench_folder(argv[i]);
	bench_own_programs();
	return 0;
}
