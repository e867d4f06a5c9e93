/* vectors: official state tests as blocks.  Each test's state becomes a genesis,
 * its transaction a payload; the block that follows must be VALID in the machine,
 * as it is natively, where the same transaction ran in translated code.
 *
 *	gavel-guest-vectors COUNT DIR...
 *
 * Takes about COUNT tests, evenly out of all files.  What the block's fields are
 * is Gavel's: the roots are not those of the vectors, which
 * conformance-state compares. */
#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "tests/prover/proof_world.h"

#define MAX_ACCOUNTS 512

struct files {
	char **paths;
	size_t count, capacity;
};

static size_t passed, failed, unusable;
static uint64_t all_steps;

static void add_file(struct files *f, const char *path)
{
	if (f->count == f->capacity) {
		f->capacity = f->capacity ? 2 * f->capacity : 1024;
		f->paths = realloc(f->paths, f->capacity * sizeof(*f->paths));
		if (!f->paths)
			abort();
	}
	f->paths[f->count++] = strdup(path);
}

static void find_files(struct files *f, const char *path)
{
	DIR *dir = opendir(path);
	struct dirent *item;
	size_t len = strlen(path);

	if (!dir) {
		if (len > 5 && strcmp(path + len - 5, ".json") == 0)
			add_file(f, path);
		return;
	}
	while ((item = readdir(dir)) != NULL) {
		char inner[4096];

		if (item->d_name[0] == '.')
			continue;
		snprintf(inner, sizeof(inner), "%s/%s", path, item->d_name);
		find_files(f, inner);
	}
	closedir(dir);
}

static int compare_paths(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* ---- JSON's values; whatever is odd makes the test unusable ---- */

static bool read_bytes(struct arena *a, struct bytes *out, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	uint8_t *to;

	if (len < 2 || len % 2 != 0)
		return false;
	to = arena_alloc(a, len / 2);
	*out = bytes_of(to, len / 2 - 1);
	return hex_decode(to, text + 2, len - 2);
}

/* "0x" and up to 64 digits. */
static bool read_u256(struct u256 *out, const char *text)
{
	char digits[65];
	uint8_t word[32];
	size_t len = text ? strlen(text) : 0;

	if (len < 3 || len > 66)
		return false;
	memset(digits, '0', sizeof(digits));
	memcpy(digits + 64 - (len - 2), text + 2, len - 2);
	if (!hex_decode(word, digits, 64))
		return false;
	*out = u256_from_be(word, 32);
	return true;
}

static const char *text_of(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static bool read_slots(struct arena *a, struct genesis_account *account, json_t *storage)
{
	struct genesis_slot *slots =
	    ARENA_ARRAY(a, struct genesis_slot, json_object_size(storage) + 1);
	const char *name;
	json_t *item;

	json_object_foreach(storage, name, item)
	{
		struct u256 key, value;

		if (!read_u256(&key, name) || !read_u256(&value, json_string_value(item)))
			return false;
		if (u256_is_zero(&value))
			continue;
		u256_to_be(slots[account->storage_count].key.b, &key);
		slots[account->storage_count++].value = value;
	}
	account->storage = slots;
	return true;
}

static bool read_account(struct arena *a, struct genesis_account *account, const char *name,
			 const json_t *fields)
{
	struct bytes address;
	struct u256 nonce;

	memset(account, 0, sizeof(*account));
	if (!read_bytes(a, &address, name) || address.len != 20 ||
	    !read_u256(&account->balance, text_of(fields, "balance")) ||
	    !read_u256(&nonce, text_of(fields, "nonce")) || !u256_fits_u64(&nonce) ||
	    !read_bytes(a, &account->code, text_of(fields, "code")))
		return false;
	memcpy(account->address.b, address.data, 20);
	account->nonce = nonce.limb[0];
	return read_slots(a, account, json_object_get(fields, "storage"));
}

static bool read_alloc(struct arena *a, struct genesis_account *accounts, size_t *count,
		       json_t *pre)
{
	const char *name;
	json_t *fields;

	*count = 0;
	json_object_foreach(pre, name, fields)
	{
		if (*count == MAX_ACCOUNTS || !read_account(a, &accounts[(*count)++], name, fields))
			return false;
	}
	return *count > 0;
}

/* One of the test's transactions, for the newest rules that it has. */
static bool read_transaction(struct arena *a, struct transaction *tx, const json_t *test,
			     size_t choice)
{
	static const char *const forks[] = { "Osaka", "Prague", "Cancun" };
	const json_t *all = json_object_get(test, "post"), *posts = NULL;
	struct bytes raw;

	for (size_t i = 0; i < 3 && !posts; i++)
		posts = json_object_get(all, forks[i]);
	if (json_array_size(posts) == 0)
		return false;
	posts = json_array_get(posts, choice % json_array_size(posts));
	return read_bytes(a, &raw, text_of(posts, "txbytes")) &&
	       tx_decode(a, tx, raw) == TX_DECODE_OK && tx->type != TX_BLOB;
}

/* ---- */

static void prove(const char *path, const char *name, struct proof_world *w,
		  const struct transaction *tx)
{
	struct payload_block block = { .transactions = tx, .transaction_count = 1 };
	struct evidence evidence;
	struct preimages known;
	struct dispute dispute;
	enum program_verdict verdict;
	enum machine_status status;
	uint64_t steps;

	proof_append(w, &block, 1);
	if (proof_head(w) != 1) {
		unusable++;
		return;
	}
	proof_evidence(w, 1, &evidence, &dispute);
	preimages_init(&known);
	verdict = proof_native(&evidence, &dispute, &known);
	status = proof_machine(&known, &steps, NULL);
	all_steps += steps;
	if (verdict == PROGRAM_VALID && status == MACHINE_VALID) {
		passed++;
	} else {
		failed++;
		printf("FAILED %s: %s: natively %d, in the machine %d\n", path, name, verdict,
		       status);
	}
	preimages_free(&known);
}

static void run_test(const char *path, const char *name, const json_t *test, size_t choice)
{
	static struct genesis_account accounts[MAX_ACCOUNTS];
	struct proof_world *w;
	struct transaction tx;
	struct arena a;
	size_t count;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	if (read_alloc(&a, accounts, &count, json_object_get(test, "pre")) &&
	    read_transaction(&a, &tx, test, choice) && (!tx.has_chain_id || tx.chain_id == 1)) {
		w = proof_world_of(1, accounts, count, 7);
		prove(path, name, w, &tx);
		proof_world_free(w);
	} else {
		unusable++;
	}
	arena_free(&a);
}

/* The test of the file that `choice` points to. */
static void run_file(const char *path, size_t choice)
{
	json_t *file = json_load_file(path, 0, NULL);
	size_t tests = json_object_size(file), at = 0;
	const char *name;
	json_t *test;

	if (tests == 0) {
		unusable++;
		json_decref(file);
		return;
	}
	json_object_foreach(file, name, test)
	{
		if (at++ == choice % tests)
			run_test(path, name, test, choice / tests);
	}
	json_decref(file);
}

int main(int argc, char **argv)
{
	struct files f = { 0 };
	size_t wanted;

	if (argc < 3) {
		fprintf(stderr, "usage: gavel-guest-vectors COUNT DIR...\n");
		return 2;
	}
	wanted = strtoul(argv[1], NULL, 10);
	for (int i = 2; i < argc; i++)
		find_files(&f, argv[i]);
	if (f.count == 0) {
		fprintf(stderr, "gavel-guest-vectors: no files\n");
		return 2;
	}
	qsort(f.paths, f.count, sizeof(*f.paths), compare_paths);
	for (size_t i = 0; i < wanted; i++)
		run_file(f.paths[i * f.count / wanted % f.count], i * 7);
	printf("%zu tests can't be blocks; %llu steps\n", unusable, (unsigned long long)all_steps);
	printf("guest-vectors: %zu passed, %zu failed\n", passed, failed);
	return failed > 0 || passed == 0;
}
