/* run: the core as it is compiled for the fault-proof machine, on packed state
 * tests from the standard input; under qemu-riscv64, with Linux's system calls
 * and nothing else below it. */
#include "crypto/keccak.h"
#include "evm/state_trie.h"
#include "tests/conformance/rv64/pack.h"
#include "tests/conformance/statetest_rules.h"

long system_call(long number, long a, long b, long c, long d, long e, long f);
int run_all(void);

enum { SYS_READ = 63, SYS_WRITE = 64, SYS_EXIT = 93, SYS_MUNMAP = 215, SYS_MMAP = 222 };

static void print(struct bytes text)
{
	(void)system_call(SYS_WRITE, 1, (long)text.data, (long)text.len, 0, 0, 0);
}

#define PRINT(text) print(bytes_of(text, sizeof(text) - 1))

static void __attribute__((noreturn)) stop(void)
{
	for (;;)
		(void)system_call(SYS_EXIT, 2, 0, 0, 0, 0, 0);
}

static void print_number(uint64_t v)
{
	char digits[20];
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + v % 10);
	while (v /= 10);
	print(bytes_of(digits + at, sizeof(digits) - at));
}

/* ---- memory ---- */

static void *map(void *context, size_t size)
{
	/* PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS */
	long at = system_call(SYS_MMAP, 0, (long)size, 3, 0x22, -1, 0);

	(void)context;
	return at < 0 && at > -4096 ? NULL : (void *)at;
}

static void unmap(void *context, void *block, size_t size)
{
	(void)context;
	(void)system_call(SYS_MUNMAP, (long)block, (long)size, 0, 0, 0, 0);
}

static void __attribute__((noreturn)) out_of_memory(void *context, size_t size)
{
	(void)context, (void)size;
	PRINT("out of memory\n");
	stop();
}

static const struct arena_source memory = { NULL, map, unmap, out_of_memory };

/* ---- input ---- */

struct input {
	const uint8_t *next, *end;
};

static const uint8_t *take(struct input *in, size_t len)
{
	const uint8_t *at = in->next;

	if ((size_t)(in->end - at) < len) {
		PRINT("the input ends early\n");
		stop();
	}
	in->next += len;
	return at;
}

static uint64_t take_u64(struct input *in)
{
	return le64_load(take(in, 8));
}

static struct u256 take_u256(struct input *in)
{
	return u256_from_be(take(in, 32), 32);
}

static struct address take_address(struct input *in)
{
	struct address a;

	memcpy(a.b, take(in, 20), 20);
	return a;
}

static struct hash32 take_hash(struct input *in)
{
	struct hash32 h;

	memcpy(h.b, take(in, 32), 32);
	return h;
}

static struct bytes take_bytes(struct input *in)
{
	size_t len = take_u64(in);

	return bytes_of(take(in, len), len);
}

static struct hash32 *take_hashes(struct arena *a, struct input *in, size_t *count)
{
	struct hash32 *list;

	*count = take_u64(in);
	list = ARENA_ARRAY(a, struct hash32, *count + 1);
	for (size_t i = 0; i < *count; i++)
		list[i] = take_hash(in);
	return list;
}

static void read_all(struct arena *a, struct input *in)
{
	size_t room = 1 << 20, len = 0;
	uint8_t *data = arena_alloc(a, room);
	long got;

	while ((got = system_call(SYS_READ, 0, (long)(data + len), (long)(room - len), 0, 0, 0)) >
	       0) {
		len += (size_t)got;
		if (len == room) {
			data = arena_grow(a, data, room, 2 * room);
			room *= 2;
		}
	}
	*in = (struct input){ data, data + len };
}

/* ---- a case ---- */

static void take_block(struct input *in, struct block_context *b)
{
	*b = (struct block_context){ .precompile_caps = PRECOMPILE_UNCAPPED,
				     .block_hash = statetest_block_hash };
	b->revision = (enum evm_revision)take_u64(in);
	b->chain_id = take_u64(in);
	b->coinbase = take_address(in);
	b->number = take_u64(in);
	b->timestamp = take_u64(in);
	b->gas_limit = take_u64(in);
	b->prev_randao = take_hash(in);
	b->base_fee = take_u256(in);
	b->blob_base_fee = take_u256(in);
}

static void take_lists(struct arena *a, struct input *in, struct transaction *tx)
{
	struct access_list_entry *list;
	struct authorization *auths;

	tx->access_list_count = take_u64(in);
	list = ARENA_ARRAY(a, struct access_list_entry, tx->access_list_count + 1);
	for (size_t i = 0; i < tx->access_list_count; i++) {
		list[i].address = take_address(in);
		list[i].storage_keys = take_hashes(a, in, &list[i].storage_key_count);
	}
	tx->access_list = list;
	tx->authorization_count = take_u64(in);
	auths = ARENA_ARRAY(a, struct authorization, tx->authorization_count + 1);
	for (size_t i = 0; i < tx->authorization_count; i++) {
		auths[i].chain_id = take_u256(in);
		auths[i].address = take_address(in);
		auths[i].nonce = take_u64(in);
		auths[i].y_parity = (uint8_t)take_u64(in);
		auths[i].r = take_u256(in);
		auths[i].s = take_u256(in);
	}
	tx->authorizations = auths;
	tx->blob_hashes = take_hashes(a, in, &tx->blob_hash_count);
}

static void take_transaction(struct arena *a, struct input *in, struct transaction *tx)
{
	*tx = (struct transaction){ .type = (enum tx_type)take_u64(in) };
	tx->has_chain_id = take_u64(in);
	tx->chain_id = take_u64(in);
	tx->nonce = take_u64(in);
	tx->max_priority_fee_per_gas = take_u256(in);
	tx->max_fee_per_gas = take_u256(in);
	tx->gas_limit = take_u64(in);
	tx->is_creation = take_u64(in);
	tx->to = take_address(in);
	tx->value = take_u256(in);
	tx->data = take_bytes(in);
	tx->from = take_address(in);
	tx->has_from = take_u64(in);
	tx->max_fee_per_blob_gas = take_u256(in);
	take_lists(a, in, tx);
}

static void take_account(struct input *in, struct state *s)
{
	struct address address = take_address(in);
	struct state_account *account = state_account(s, &address);
	struct u256 balance;

	state_set_nonce(s, account, take_u64(in));
	balance = take_u256(in);
	state_set_balance(s, account, &balance);
	state_set_code(s, account, take_bytes(in));
	for (uint64_t slots = take_u64(in); slots > 0; slots--) {
		struct u256 key = take_u256(in), value = take_u256(in);

		if (!u256_is_zero(&value))
			state_slot_set(s, state_slot(s, account, &key), &value);
	}
}

static bool no_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		    struct trie_path path, const struct hash32 *hash)
{
	(void)context, (void)a, (void)rlp, (void)owner, (void)path, (void)hash;
	return false;
}

static bool no_code(void *context, struct arena *a, struct bytes *code, const struct hash32 *hash)
{
	(void)context, (void)a, (void)code, (void)hash;
	return false;
}

static struct state_trie *take_state(struct arena *a, struct input *in)
{
	static const struct state_store nothing = { NULL, no_node, no_code };
	struct state_trie *trie = state_trie_open(a, &nothing, &keccak_empty_trie);
	struct state *s = state_new(a, state_trie_reader(trie));
	bool ok;

	for (uint64_t accounts = take_u64(in); accounts > 0; accounts--)
		take_account(in, s);
	(void)state_trie_apply(trie, s, NULL, &ok);
	return trie;
}

/* The answers, to be asked for in the order in which they were given. */
struct oracle {
	struct pack_answer *answers;
	size_t count, next;
	bool was_asked_otherwise;
};

static void take_oracle(struct arena *a, struct input *in, struct oracle *o)
{
	*o = (struct oracle){ .count = take_u64(in) };
	o->answers = ARENA_ARRAY(a, struct pack_answer, o->count + 1);
	for (size_t i = 0; i < o->count; i++) {
		o->answers[i].id = (enum precompile_id)take_u64(in);
		o->answers[i].input = take_bytes(in);
		o->answers[i].succeeded = take_u64(in);
		o->answers[i].output = take_bytes(in);
	}
}

static bool oracle_precompile(void *context, struct arena *a, struct bytes *output,
			      enum precompile_id id, struct bytes input)
{
	struct oracle *o = context;
	const struct pack_answer *answer = &o->answers[o->next];

	(void)a;
	if (o->next == o->count || answer->id != id || !bytes_eq(answer->input, input)) {
		o->was_asked_otherwise = true;
		return false;
	}
	o->next++;
	if (answer->succeeded)
		*output = answer->output;
	return answer->succeeded;
}

static bool run_case(struct arena *a, struct input *in)
{
	struct bytes name = take_bytes(in);
	struct block_context block;
	struct transaction tx;
	struct tx_result result = { 0 };
	struct hash32 root, logs, expected_root, expected_logs;
	enum tx_err refused = TX_OK, expected_refused;
	struct state_trie *trie;
	struct oracle oracle;
	struct crypto crypto = { &oracle, oracle_precompile };
	struct state *s;
	bool decoded, ok, passed;

	take_block(in, &block);
	decoded = take_u64(in);
	if (decoded)
		take_transaction(a, in, &tx);
	trie = take_state(a, in);
	take_oracle(a, in, &oracle);
	s = state_new(a, state_trie_reader(trie));
	if (decoded)
		refused = tx_execute(evm_new(a, s, &block, &crypto, NULL), &tx, block.gas_limit,
				     TX_EXECUTE, &result);
	if (!decoded || refused != TX_OK)
		result.log_count = 0;
	logs = statetest_hash_logs(a, result.logs, result.log_count);
	root = state_trie_apply(trie, s, NULL, &ok);
	expected_root = take_hash(in);
	expected_logs = take_hash(in);
	expected_refused = (enum tx_err)take_u64(in);
	passed = ok && !oracle.was_asked_otherwise && oracle.next == oracle.count &&
		 hash32_eq(&root, &expected_root) && hash32_eq(&logs, &expected_logs) &&
		 refused == expected_refused;
	if (!passed) {
		PRINT("FAILED ");
		print(name);
		PRINT("\n");
	}
	return passed;
}

int run_all(void)
{
	struct arena all, a;
	struct input in;
	uint64_t passed = 0, failed = 0;

	arena_init(&all, &memory, 1 << 20);
	read_all(&all, &in);
	while (in.next < in.end) {
		arena_init(&a, &memory, 1 << 20);
		run_case(&a, &in) ? passed++ : failed++;
		arena_free(&a);
	}
	print_number(passed);
	PRINT(" passed, ");
	print_number(failed);
	PRINT(" failed\n");
	return failed || !passed ? 1 : 0;
}
