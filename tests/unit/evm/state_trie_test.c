/* The state in its tries: what was applied is read back, by the same tries
 * and by others opened from what the sink was given.  Roots are checked by the
 * official state tests. */
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "evm/state_trie.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ACCOUNTS 40
#define SLOTS    30

/* A store by path, as a database has it: what the sink removes is gone. */
struct entry {
	bool of_account_trie;
	struct hash32 owner;
	uint8_t path[64];
	size_t path_len;
	struct bytes data;
	struct hash32 hash;
	bool is_code;
};

struct memory {
	struct arena arena;
	struct entry entries[8192];
	size_t count;
	size_t codes;
};

static struct entry *find(struct memory *m, const struct hash32 *owner, struct trie_path path)
{
	for (size_t i = 0; i < m->count; i++) {
		struct entry *e = &m->entries[i];

		if (!e->is_code && e->of_account_trie == !owner && e->path_len == path.len &&
		    memcmp(e->path, path.nibbles, path.len) == 0 &&
		    (!owner || hash32_eq(&e->owner, owner)))
			return e;
	}
	return NULL;
}

static bool load_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		      struct trie_path path, const struct hash32 *hash)
{
	struct entry *e = find(context, owner, path);

	(void)a, (void)hash;
	if (!e || e->data.len == 0)
		return false;
	*rlp = e->data;
	return true;
}

static bool load_code(void *context, struct arena *a, struct bytes *code, const struct hash32 *hash)
{
	struct memory *m = context;

	(void)a;
	for (size_t i = 0; i < m->count; i++) {
		if (!m->entries[i].is_code || !hash32_eq(&m->entries[i].hash, hash))
			continue;
		*code = m->entries[i].data;
		return true;
	}
	return false;
}

static void store_node(void *context, const struct hash32 *owner, struct trie_path path,
		       const struct hash32 *hash, struct bytes rlp)
{
	struct memory *m = context;
	struct entry *e = find(m, owner, path);

	(void)hash;
	if (!e) {
		assert_true(m->count < 8192);
		e = &m->entries[m->count++];
		e->of_account_trie = !owner;
		if (owner)
			e->owner = *owner;
		memcpy(e->path, path.nibbles, path.len);
		e->path_len = path.len;
	}
	e->data = arena_copy(&m->arena, rlp);
}

static void store_code(void *context, const struct hash32 *hash, struct bytes code)
{
	struct memory *m = context;

	m->codes++;
	m->entries[m->count++] = (struct entry){
		.is_code = true,
		.hash = *hash,
		.data = arena_copy(&m->arena, code),
	};
}

static void clear_storage(void *context, const struct hash32 *owner)
{
	struct memory *m = context;

	for (size_t i = 0; i < m->count; i++)
		if (!m->entries[i].is_code && !m->entries[i].of_account_trie &&
		    hash32_eq(&m->entries[i].owner, owner))
			m->entries[i].data.len = 0;
}

static struct memory memory;

static const struct state_store store = { &memory, load_node, load_code };
static const struct state_sink sink = { &memory, store_node, store_code, clear_storage };

struct expected {
	bool exists;
	uint64_t nonce;
	uint8_t code; /* 0: none */
	uint64_t slots[SLOTS];
};

static struct expected expected[ACCOUNTS];
static uint64_t random_state = 1;

static uint64_t draw(uint64_t below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % below;
}

static struct state_account *account(struct state *s, size_t i)
{
	struct address address = { { (uint8_t)i } };

	return state_account(s, &address);
}

/* Balances are 1: an account that exists is not empty. */
static void change_account(struct state *s, size_t i)
{
	struct expected *e = &expected[i];
	struct state_account *handle = account(s, i);
	const struct u256 one = u256_from_u64(1);

	if (e->exists && draw(8) == 0) {
		state_destroy(s, handle);
		*e = (struct expected){ 0 };
		return;
	}
	e->exists = true;
	e->nonce = draw(1000);
	state_set_balance(s, handle, &one);
	state_set_nonce(s, handle, e->nonce);
	if (draw(4) == 0) {
		e->code = (uint8_t)draw(5);
		state_set_code(s, handle, bytes_of(&e->code, e->code ? 1 : 0));
	}
	for (size_t n = draw(10); n > 0; n--) {
		size_t k = draw(SLOTS);
		struct u256 key = u256_from_u64(k * 1000003), value;

		e->slots[k] = draw(3) ? draw(1 << 20) : 0;
		value = u256_from_u64(e->slots[k]);
		state_slot_set(s, state_slot(s, handle, &key), &value);
	}
}

/* No account twice: what is destroyed is so until the transaction ends. */
static void change_some(struct state *s)
{
	state_begin_transaction(s);
	for (size_t i = 0; i < ACCOUNTS; i++)
		if (draw(3) == 0)
			change_account(s, i);
	state_end_transaction(s);
}

/* Everything, as a new state on `t` reads it. */
static void check(struct arena *a, struct state_trie *t)
{
	struct state *s = state_new(a, state_trie_reader(t));

	for (size_t i = 0; i < ACCOUNTS; i++) {
		const struct expected *e = &expected[i];
		struct state_account *handle = account(s, i);
		struct bytes code = state_code(s, handle)->code;

		assert_int_equal(state_exists(handle), e->exists);
		assert_int_equal(state_nonce(handle), e->nonce);
		assert_int_equal(code.len, e->code ? 1 : 0);
		if (e->code)
			assert_int_equal(code.data[0], e->code);
		for (size_t k = 0; k < SLOTS; k++) {
			struct u256 key = u256_from_u64(k * 1000003);

			assert_int_equal(state_slot_current(state_slot(s, handle, &key))->limb[0],
					 e->slots[k]);
		}
	}
	assert_false(state_failed(s));
}

static void what_was_applied_is_read_back_also_from_the_store(void **unused)
{
	struct state_trie *t;
	struct hash32 root;
	struct arena a;
	bool ok;

	(void)unused;
	arena_init(&memory.arena, &arena_heap, ARENA_HEAP_BLOCK);
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	t = state_trie_open(&a, &store, &keccak_empty_trie);
	for (int block = 0; block < 60; block++) {
		struct state *s = state_new(&a, state_trie_reader(t));
		struct state_trie *reopened;

		change_some(s);
		change_some(s);
		/* Each third block's nodes wait for the next one's. */
		root = state_trie_apply(t, s, block % 3 == 1 ? NULL : &sink, &ok);
		assert_true(ok);
		check(&a, t);
		if (block % 3 == 1)
			continue;
		reopened = state_trie_open(&a, &store, &root);
		check(&a, reopened);
		if (block % 7 == 0)
			t = reopened;
	}
	assert_true(memory.codes > 0);
	arena_free(&a);
}

static void the_root_does_not_depend_on_the_way(void **unused)
{
	const struct u256 one = u256_from_u64(1), two = u256_from_u64(2), zero = U256_ZERO;
	struct hash32 roots[2];
	struct arena a;
	bool ok;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	for (int way = 0; way < 2; way++) {
		struct state_trie *t = state_trie_open(&a, &store, &keccak_empty_trie);
		struct state *s = state_new(&a, state_trie_reader(t));

		state_set_balance(s, account(s, 1), &one);
		state_slot_set(s, state_slot(s, account(s, 1), &one), &two);
		if (way == 1) { /* by a detour over two blocks */
			state_set_balance(s, account(s, 2), &one);
			state_slot_set(s, state_slot(s, account(s, 1), &two), &two);
			(void)state_trie_apply(t, s, NULL, &ok);
			s = state_new(&a, state_trie_reader(t));
			state_begin_transaction(s);
			state_slot_set(s, state_slot(s, account(s, 1), &two), &zero);
			state_destroy(s, account(s, 2));
			state_end_transaction(s);
		}
		roots[way] = state_trie_apply(t, s, NULL, &ok);
		assert_true(ok);
	}
	assert_true(hash32_eq(&roots[0], &roots[1]));
	arena_free(&a);
}

static void a_missing_node_is_no_answer(void **unused)
{
	const struct hash32 root = { { 9 } };
	struct state_trie *t;
	struct arena a;
	struct state *s;
	bool ok = true;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	t = state_trie_open(&a, &store, &root);
	s = state_new(&a, state_trie_reader(t));
	(void)account(s, 1);
	assert_true(state_failed(s));
	(void)state_trie_apply(t, s, NULL, &ok);
	assert_false(ok);
	arena_free(&a);
}

static bool lie_about_code(void *context, struct arena *a, struct bytes *code,
			   const struct hash32 *hash)
{
	(void)context, (void)a, (void)hash;
	*code = bytes_of("lies", 4);
	return true;
}

static void code_that_has_another_hash_is_refused(void **unused)
{
	const struct state_store liar = { NULL, load_node, lie_about_code };
	const struct hash32 hash = keccak256(bytes_of("truth", 5));
	const struct state_reader *reader;
	struct bytes code;
	struct arena a;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	reader = state_trie_reader(state_trie_open(&a, &liar, &keccak_empty_trie));
	assert_false(reader->code(reader->context, &hash, &code));
	arena_free(&a);
}

static void an_account_decodes_to_what_was_encoded_and_nothing_else_does(void **unused)
{
	struct account account = {
		.nonce = 0x1234,
		.balance = { { 1, 2, 3, 4 } },
		.storage_root = { { 5 } },
		.code_hash = { { 6 } },
	};
	struct account decoded;
	struct bytes rlp;
	uint8_t longer[256];
	struct arena a;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	rlp = account_encode(&a, &account);
	assert_true(account_decode(&decoded, rlp));
	assert_memory_equal(&decoded, &account, sizeof(account));
	memcpy(longer, rlp.data, rlp.len);
	assert_false(account_decode(&decoded, bytes_of(longer, rlp.len + 1)));
	assert_false(account_decode(&decoded, bytes_of(longer, rlp.len - 1)));
	longer[0] = 0xb8; /* no list */
	assert_false(account_decode(&decoded, bytes_of(longer, rlp.len)));
	arena_free(&a);
}

/* EIP-1186: of an account and a slot, checked by the trie's own verifier. */
static void proofs_verify(void **unused)
{
	const struct u256 seven = u256_from_u64(7);
	struct address address = { { 1 } };
	struct hash32 place = keccak256(bytes_of_address(&address)), root, storage_root, key;
	struct state_trie *t;
	const struct bytes *nodes;
	struct account decoded;
	struct bytes value;
	struct arena a;
	struct state *s;
	size_t count;
	bool ok;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	t = state_trie_open(&a, &store, &keccak_empty_trie);
	s = state_new(&a, state_trie_reader(t));
	for (size_t i = 0; i < 20; i++)
		state_set_balance(s, account(s, i), &seven);
	state_slot_set(s, state_slot(s, account(s, 1), &seven), &seven);
	root = state_trie_apply(t, s, NULL, &ok);
	assert_int_equal(state_trie_prove_account(t, &a, &address, &nodes, &count), TRIE_OK);
	assert_int_equal(trie_verify(&root, bytes_of_hash(&place), nodes, count, &value), TRIE_OK);
	assert_true(account_decode(&decoded, value));
	assert_true(state_trie_storage_root(t, &address, &storage_root));
	assert_true(hash32_eq(&decoded.storage_root, &storage_root));

	u256_to_be(key.b, &seven);
	place = keccak256(bytes_of_hash(&key));
	assert_int_equal(state_trie_prove_storage(t, &a, &address, &key, &nodes, &count), TRIE_OK);
	assert_int_equal(trie_verify(&storage_root, bytes_of_hash(&place), nodes, count, &value),
			 TRIE_OK);
	assert_int_equal(value.len, 1);
	assert_int_equal(value.data[0], 7);
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_applied_is_read_back_also_from_the_store),
		cmocka_unit_test(the_root_does_not_depend_on_the_way),
		cmocka_unit_test(a_missing_node_is_no_answer),
		cmocka_unit_test(code_that_has_another_hash_is_refused),
		cmocka_unit_test(an_account_decodes_to_what_was_encoded_and_nothing_else_does),
		cmocka_unit_test(proofs_verify),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
