/* gavel-statepack: gavel-statetest that also writes each case, and what the
 * precompiles have answered in it, to the file $STATEPACK.  Linked around
 * statetest_run_case() and crypto_native(). */
#include "tests/conformance/rv64/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"
#include "crypto/native/native.h"
#include "tests/conformance/statetest.h"
#include "tests/conformance/statetest_draft.h"

#define MAX_ANSWERS 65536

static FILE *file;
static struct pack_answer answers[MAX_ANSWERS];
static size_t answer_count;
static struct arena records; /* apart: the case's own arena is reset as it runs */
static bool recording;

struct statetest_outcome __real_statetest_run_case(struct arena *, const struct statetest_case *,
						   bool);
struct statetest_outcome __wrap_statetest_run_case(struct arena *, const struct statetest_case *,
						   bool);
const struct crypto *__real_crypto_native(void);
const struct crypto *__wrap_crypto_native(void);

static bool record(void *context, struct arena *a, struct bytes *output, enum precompile_id id,
		   struct bytes input)
{
	const struct crypto *real = __real_crypto_native();
	struct bytes out = { NULL, 0 };
	bool ok = real->precompile(real->context, a, &out, id, input);

	(void)context;
	if (recording) {
		if (answer_count == MAX_ANSWERS) {
			fputs("gavel-statepack: too many precompile calls in a case\n", stderr);
			exit(2);
		}
		answers[answer_count++] = (struct pack_answer){ id, arena_copy(&records, input),
								arena_copy(&records, out), ok };
	}
	if (ok)
		*output = out;
	return ok;
}

const struct crypto *__wrap_crypto_native(void)
{
	static const struct crypto recorder = { NULL, record };

	return &recorder;
}

static void put(const void *data, size_t len)
{
	if (len && fwrite(data, len, 1, file) != 1) {
		perror("gavel-statepack");
		exit(2);
	}
}

static void put_u64(uint64_t v)
{
	uint8_t le[8];

	le64_store(le, v);
	put(le, sizeof(le));
}

static void put_u256(const struct u256 *v)
{
	uint8_t be[32];

	u256_to_be(be, v);
	put(be, sizeof(be));
}

static void put_bytes(struct bytes b)
{
	put_u64(b.len);
	put(b.data, b.len);
}

static void put_block(const struct block_context *b)
{
	put_u64(b->revision);
	put_u64(b->chain_id);
	put(b->coinbase.b, 20);
	put_u64(b->number);
	put_u64(b->timestamp);
	put_u64(b->gas_limit);
	put(b->prev_randao.b, 32);
	put_u256(&b->base_fee);
	put_u256(&b->blob_base_fee);
}

static void put_lists(const struct transaction *tx)
{
	put_u64(tx->access_list_count);
	for (size_t i = 0; i < tx->access_list_count; i++) {
		put(tx->access_list[i].address.b, 20);
		put_u64(tx->access_list[i].storage_key_count);
		put(tx->access_list[i].storage_keys, 32 * tx->access_list[i].storage_key_count);
	}
	put_u64(tx->authorization_count);
	for (size_t i = 0; i < tx->authorization_count; i++) {
		const struct authorization *auth = &tx->authorizations[i];

		put_u256(&auth->chain_id);
		put(auth->address.b, 20);
		put_u64(auth->nonce);
		put_u64(auth->y_parity);
		put_u256(&auth->r);
		put_u256(&auth->s);
	}
	put_u64(tx->blob_hash_count);
	put(tx->blob_hashes, 32 * tx->blob_hash_count);
}

static void put_transaction(const struct transaction *tx)
{
	put_u64(tx->type);
	put_u64(tx->has_chain_id);
	put_u64(tx->chain_id);
	put_u64(tx->nonce);
	put_u256(&tx->max_priority_fee_per_gas);
	put_u256(&tx->max_fee_per_gas);
	put_u64(tx->gas_limit);
	put_u64(tx->is_creation);
	put(tx->to.b, 20);
	put_u256(&tx->value);
	put_bytes(tx->data);
	put(tx->from.b, 20);
	put_u64(tx->has_from);
	put_u256(&tx->max_fee_per_blob_gas);
	put_lists(tx);
}

static struct u256 number_of(const char *text)
{
	json_t *value = json_string(text);
	struct u256 number = U256_ZERO;

	(void)statetest_u256(&number, value);
	json_decref(value);
	return number;
}

/* The case could be read, so its accounts can, too. */
static void put_account(struct arena *a, const char *name, json_t *fields)
{
	json_t *storage = json_object_get(fields, "storage"), *item;
	struct u256 address = number_of(name), number;
	struct bytes code = { NULL, 0 };
	uint8_t be[32];

	u256_to_be(be, &address);
	put(be + 12, 20);
	number = number_of(json_string_value(json_object_get(fields, "nonce")));
	put_u64(number.limb[0]);
	number = number_of(json_string_value(json_object_get(fields, "balance")));
	put_u256(&number);
	(void)statetest_bytes(a, &code, json_object_get(fields, "code"));
	put_bytes(code);
	put_u64(json_object_size(storage));
	json_object_foreach(storage, name, item)
	{
		number = number_of(name);
		put_u256(&number);
		number = number_of(json_string_value(item));
		put_u256(&number);
	}
}

static void put_answers(void)
{
	put_u64(answer_count);
	for (size_t i = 0; i < answer_count; i++) {
		put_u64(answers[i].id);
		put_bytes(answers[i].input);
		put_u64(answers[i].succeeded);
		put_bytes(answers[i].output);
	}
}

static void put_case(struct arena *a, const struct statetest_case *c, enum tx_err refused)
{
	json_t *pre = (json_t *)(uintptr_t)c->pre, *fields;
	const char *name;

	put_bytes(bytes_of(c->test, strlen(c->test)));
	put_block(&c->block);
	put_u64(c->decoded == TX_DECODE_OK);
	if (c->decoded == TX_DECODE_OK)
		put_transaction(&c->transaction);
	put_u64(json_object_size(pre));
	json_object_foreach(pre, name, fields) put_account(a, name, fields);
	put_answers();
	put(c->root.b, 32);
	put(c->logs.b, 32);
	put_u64(refused);
}

struct statetest_outcome __wrap_statetest_run_case(struct arena *a, const struct statetest_case *c,
						   bool trace)
{
	struct statetest_outcome outcome;

	if (!file)
		file = fopen(getenv("STATEPACK") ? getenv("STATEPACK") : "", "wb");
	if (!file) {
		perror("gavel-statepack: $STATEPACK");
		exit(2);
	}
	answer_count = 0;
	arena_init(&records, &arena_heap, ARENA_HEAP_BLOCK);
	recording = true;
	outcome = __real_statetest_run_case(a, c, trace);
	recording = false;
	/* The draft's precompiles are the native runner's own. */
	if (!statetest_draft_is_on())
		put_case(a, c, outcome.refused);
	arena_free(&records);
	return outcome;
}
