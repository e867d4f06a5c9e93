/* statetest_file: a file of tests, case by case. */
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/native/native.h"
#include "tests/conformance/statetest.h"
#include "tests/conformance/statetest_draft.h"

struct fork {
	const char *name;
	enum evm_revision revision;
	uint64_t blob_fee_fraction; /* EIP-4844, EIP-7691 */
};

static const struct fork forks[] = {
	{ "Cancun", EVM_CANCUN, 3338477 },
	{ "Prague", EVM_PRAGUE, 5007716 },
	{ "Osaka", EVM_OSAKA, 5007716 },
};

static const struct fork *find_fork(const char *name)
{
	for (size_t i = 0; i < sizeof(forks) / sizeof(forks[0]); i++)
		if (strcmp(forks[i].name, name) == 0)
			return &forks[i];
	return NULL;
}

/* EIP-4844, fake_exponential(1, excess, fraction). */
static struct u256 blob_base_fee(uint64_t excess, uint64_t fraction)
{
	struct u256 numerator = u256_from_u64(excess);
	struct u256 denominator = u256_from_u64(fraction);
	struct u256 term = denominator;
	struct u256 sum = U256_ZERO;

	for (uint64_t i = 1; !u256_is_zero(&term); i++) {
		struct u256 divisor = u256_from_u64(i);

		u256_add(&sum, &sum, &term);
		if (u256_mul_overflow(&term, &term, &numerator)) {
			memset(&sum, 0xff, sizeof(sum));
			return sum;
		}
		u256_mul(&divisor, &divisor, &denominator);
		u256_divmod(&term, NULL, &term, &divisor);
	}
	u256_divmod(&sum, NULL, &sum, &denominator);
	return sum;
}

/* `*out` stays as it is where there is no such field. */
static bool optional_u64(uint64_t *out, const json_t *object, const char *name)
{
	const json_t *value = json_object_get(object, name);

	return !value || statetest_u64(out, value);
}

static bool read_env(struct statetest_env *env, const json_t *test)
{
	const json_t *fields = json_object_get(test, "env");
	const json_t *base_fee = json_object_get(fields, "currentBaseFee");
	const json_t *random = json_object_get(fields, "currentRandom");
	struct u256 randao = U256_ZERO;

	/* What the oldest files leave out is 10 in every client. */
	*env = (struct statetest_env){ .base_fee = u256_from_u64(10), .chain_id = 1 };
	if ((base_fee && !statetest_u256(&env->base_fee, base_fee)) ||
	    (random && !statetest_u256(&randao, random)))
		return false;
	u256_to_be(env->prev_randao.b, &randao);
	return statetest_fixed(env->coinbase.b, 20, json_object_get(fields, "currentCoinbase")) &&
	       statetest_u64(&env->number, json_object_get(fields, "currentNumber")) &&
	       statetest_u64(&env->timestamp, json_object_get(fields, "currentTimestamp")) &&
	       statetest_u64(&env->gas_limit, json_object_get(fields, "currentGasLimit")) &&
	       optional_u64(&env->excess_blob_gas, fields, "currentExcessBlobGas") &&
	       optional_u64(&env->chain_id, json_object_get(test, "config"), "chainid");
}

static struct block_context block_of(const struct statetest_env *env, const struct fork *fork,
				     const json_t *test)
{
	const json_t *schedule = json_object_get(
	    json_object_get(json_object_get(test, "config"), "blobSchedule"), fork->name);
	uint64_t fraction = fork->blob_fee_fraction;

	(void)optional_u64(&fraction, schedule, "baseFeeUpdateFraction");
	return (struct block_context){
		.revision = fork->revision,
		.chain_id = env->chain_id,
		.coinbase = env->coinbase,
		.number = env->number,
		.timestamp = env->timestamp,
		.gas_limit = env->gas_limit,
		.prev_randao = env->prev_randao,
		.base_fee = env->base_fee,
		.blob_base_fee = blob_base_fee(env->excess_blob_gas, fraction ? fraction : 1),
		.precompile_caps = PRECOMPILE_UNCAPPED,
	};
}

/* From its bytes, where the file has them: so our decoding and recovery are
 * tested, too. */
static bool read_transaction(struct arena *a, struct statetest_case *c, const json_t *fields,
			     const json_t *post)
{
	const json_t *text = json_object_get(post, "txbytes");
	struct address sender;
	struct bytes raw;

	if (!text) {
		c->decoded = statetest_build_transaction(a, &c->transaction, fields,
							 json_object_get(post, "indexes"),
							 c->block.chain_id);
		return true;
	}
	if (!statetest_bytes(a, &raw, text))
		return false;
	c->decoded = tx_decode(a, &c->transaction, raw);
	if (c->decoded != TX_DECODE_OK || !tx_recover(crypto_native(), a, &c->transaction))
		return true;
	if (statetest_fixed(sender.b, 20, json_object_get(fields, "sender")))
		c->sender_differs = !address_eq(&sender, &c->transaction.from);
	return true;
}

static bool read_case(struct arena *a, struct statetest_case *c, const json_t *test,
		      const json_t *post)
{
	c->pre = json_object_get(test, "pre");
	c->exception = json_string_value(json_object_get(post, "expectException"));
	return json_is_object(c->pre) &&
	       statetest_fixed(c->root.b, 32, json_object_get(post, "hash")) &&
	       statetest_fixed(c->logs.b, 32, json_object_get(post, "logs")) &&
	       read_transaction(a, c, json_object_get(test, "transaction"), post);
}

/* NULL: it passed. */
static const char *judge(const struct statetest_case *c, const struct statetest_outcome *o)
{
	bool refused = c->decoded != TX_DECODE_OK || o->refused != TX_OK;

	if (o->state_is_broken)
		return "the state could not be set up";
	if (c->sender_differs)
		return "another sender was recovered";
	if (c->exception && !refused)
		return "was not refused";
	if (c->exception && !statetest_exception_fits(c->exception, c->decoded, o->refused))
		return "was refused for another reason";
	if (!c->exception && refused)
		return "was refused";
	if (!hash32_eq(&c->root, &o->root))
		return "state root differs";
	if (!hash32_eq(&c->logs, &o->logs))
		return "logs hash differs";
	return NULL;
}

static const char *refusal(const struct statetest_case *c, const struct statetest_outcome *o)
{
	return c->decoded != TX_DECODE_OK ? tx_decode_err_text(c->decoded)
					  : tx_err_text(o->refused);
}

static void print_failure(const struct statetest_case *c, const struct statetest_outcome *o,
			  const char *why)
{
	char expected[65], actual[65], expected_logs[65], actual_logs[65];

	printf("FAILED %s: %s [%s/%zu]: %s; transaction: %s, expected: %s; root 0x%s, expected "
	       "0x%s; logs 0x%s, expected 0x%s\n",
	       c->file, c->test, c->fork, c->index, why, refusal(c, o),
	       c->exception ? c->exception : "valid", hex_encode(actual, bytes_of_hash(&o->root)),
	       hex_encode(expected, bytes_of_hash(&c->root)),
	       hex_encode(actual_logs, bytes_of_hash(&o->logs)),
	       hex_encode(expected_logs, bytes_of_hash(&c->logs)));
}

static void run_case(struct statetest_counts *counts, struct statetest_case *c, const json_t *test,
		     const json_t *post, const struct statetest_options *options)
{
	struct statetest_outcome outcome;
	const char *why;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	if (!read_case(&a, c, test, post)) {
		printf("FAILED %s: %s [%s/%zu]: could not be read\n", c->file, c->test, c->fork,
		       c->index);
		counts->failed++;
	} else {
		outcome = statetest_run_case(&a, c, options->trace);
		why = judge(c, &outcome);
		if (why)
			print_failure(c, &outcome, why);
		why ? counts->failed++ : counts->passed++;
	}
	arena_free(&a);
}

static void run_fork(struct statetest_counts *counts, const struct statetest_case *common,
		     const struct statetest_env *env, const json_t *test, const json_t *posts,
		     const struct statetest_options *options)
{
	const struct fork *fork = find_fork(common->fork);
	const json_t *post;
	size_t i;

	if (!fork || (options->fork && strcmp(options->fork, fork->name) != 0)) {
		counts->not_run += json_array_size(posts);
		return;
	}
	statetest_set_draft(statetest_is_draft(test, fork->name));
	json_array_foreach(posts, i, post)
	{
		struct statetest_case c = *common;

		c.index = i;
		c.block = block_of(env, fork, test);
		run_case(counts, &c, test, post, options);
	}
}

static void run_test(struct statetest_counts *counts, const char *path, const char *name,
		     const json_t *test, const struct statetest_options *options)
{
	struct statetest_case common = { .file = path, .test = name };
	struct statetest_env env;
	json_t *posts;

	if (!read_env(&env, test)) {
		printf("FAILED %s: %s: could not be read\n", path, name);
		counts->failed++;
		return;
	}
	json_object_foreach(json_object_get(test, "post"), common.fork, posts)
	    run_fork(counts, &common, &env, test, posts, options);
}

void statetest_run_file(struct statetest_counts *counts, const char *path,
			const struct statetest_options *options)
{
	json_error_t error;
	json_t *file = json_load_file(path, 0, &error);
	const char *name;
	json_t *test;

	if (!json_is_object(file)) {
		printf("FAILED %s: no JSON object: %s\n", path, error.text);
		counts->failed++;
	}
	json_object_foreach(file, name, test)
	{
		if (json_object_get(test, "post") && json_object_get(test, "transaction"))
			run_test(counts, path, name, test, options);
		else
			fprintf(stderr, "note: %s: %s is no state test\n", path, name);
	}
	json_decref(file);
}
