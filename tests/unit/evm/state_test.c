/* The journaled state against a naive model that copies everything at each
 * mark: random operations, undone at random, over many transactions. */
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "evm/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define ACCOUNTS  6
#define SLOTS     5
#define MAX_MARKS 12

/* Accounts 0 to 2 exist below, 0 and 1 with storage; 1 has code, too. */
struct model_account {
	bool exists;
	uint64_t nonce;
	uint64_t balance;
	uint8_t code; /* 0: none, else the one byte that it is */
	uint64_t slots[SLOTS];
	uint64_t originals[SLOTS];
	uint64_t transients[SLOTS];
	bool warm, created, destroyed, touched;
	bool warm_slots[SLOTS];
};

struct model {
	struct model_account accounts[ACCOUNTS];
	int64_t refund;
	size_t logs;
};

static const struct model base = {
	.accounts = {
		{ .exists = true, .nonce = 3, .balance = 100, .slots = { 7, 0, 9 } },
		{ .exists = true, .nonce = 1, .balance = 0, .code = 0x5b, .slots = { 0, 1, 2, 3, 4 } },
		{ .exists = true, .balance = 5 },
	},
};

static uint64_t random_state;

static uint64_t draw(uint64_t below)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (random_state >> 33) % below;
}

static struct address address_of(size_t i)
{
	return (struct address){ { [0] = 0xaa, [19] = (uint8_t)i } };
}

static struct hash32 code_hash_of(uint8_t code)
{
	return code ? keccak256(bytes_of(&code, 1)) : keccak_empty;
}

static bool read_account(void *context, const struct address *address, struct account *account,
			 bool *exists)
{
	const struct model *m = context;
	size_t i = address->b[19];

	*exists = m->accounts[i].exists;
	*account = (struct account){
		.nonce = m->accounts[i].nonce,
		.balance = u256_from_u64(m->accounts[i].balance),
		.storage_root = i < 2 ? (struct hash32){ { 1 } } : keccak_empty_trie,
		.code_hash = code_hash_of(m->accounts[i].code),
	};
	return true;
}

static bool read_storage(void *context, const struct address *address, const struct hash32 *key,
			 struct u256 *value)
{
	const struct model *m = context;

	*value = u256_from_u64(m->accounts[address->b[19]].slots[key->b[31]]);
	return true;
}

static bool read_code(void *context, const struct hash32 *hash, struct bytes *code)
{
	static const uint8_t bytes[1] = { 0x5b };

	(void)context, (void)hash;
	*code = bytes_of(bytes, 1);
	return true;
}

static struct state_reader reader_of(const struct model *m)
{
	return (struct state_reader){ (void *)(uintptr_t)m, read_account, read_storage, read_code };
}

static void model_begin(struct model *m)
{
	for (size_t i = 0; i < ACCOUNTS; i++) {
		struct model_account *a = &m->accounts[i];

		a->warm = a->created = a->destroyed = a->touched = false;
		memcpy(a->originals, a->slots, sizeof(a->slots));
		memset(a->transients, 0, sizeof(a->transients));
		memset(a->warm_slots, 0, sizeof(a->warm_slots));
	}
	m->refund = 0;
	m->logs = 0;
}

static void model_end(struct model *m)
{
	for (size_t i = 0; i < ACCOUNTS; i++) {
		struct model_account *a = &m->accounts[i];
		bool empty = a->nonce == 0 && a->balance == 0 && a->code == 0;

		if (!a->destroyed && !(a->touched && a->exists && empty))
			continue;
		a->exists = false;
		a->nonce = a->balance = a->code = 0;
		memset(a->slots, 0, sizeof(a->slots));
	}
}

/* One random change, in both. */
static void change(struct state *s, struct model *m)
{
	size_t i = draw(ACCOUNTS), k = draw(SLOTS);
	struct model_account *a = &m->accounts[i];
	struct address address = address_of(i);
	struct state_account *account = state_account(s, &address);
	struct u256 key = u256_from_u64(k);
	struct u256 value = u256_from_u64(draw(4));
	uint8_t code = (uint8_t)(draw(3) ? 0x60 + draw(4) : 0);

	switch (draw(14)) {
	case 0:
		state_set_nonce(s, account, value.limb[0]);
		a->nonce = value.limb[0];
		a->exists = a->touched = true;
		break;
	case 1:
		state_set_balance(s, account, &value);
		a->balance = value.limb[0];
		a->exists = a->touched = true;
		break;
	case 2:
		state_add_balance(s, account, &value);
		a->balance += value.limb[0];
		a->exists = a->touched = true;
		break;
	case 3:
		assert_int_equal(state_sub_balance(s, account, &value),
				 a->balance >= value.limb[0]);
		if (a->balance >= value.limb[0]) {
			a->balance -= value.limb[0];
			a->exists = a->touched = true;
		}
		break;
	case 4:
		state_set_code(s, account, bytes_of(&code, code ? 1 : 0));
		a->code = code;
		a->exists = a->touched = true;
		break;
	case 5:
		if (a->created)
			break;
		state_create(s, account);
		a->exists = a->touched = a->created = true;
		memset(a->slots, 0, sizeof(a->slots));
		memset(a->originals, 0, sizeof(a->originals));
		break;
	case 6:
		state_destroy(s, account);
		a->touched = a->destroyed = true;
		break;
	case 7:
		state_touch(s, account);
		a->touched = true;
		break;
	case 8:
	case 9:
		state_slot_set(s, state_slot(s, account, &key), &value);
		a->slots[k] = value.limb[0];
		break;
	case 10:
		assert_int_equal(state_warm_account(s, account), !a->warm);
		a->warm = true;
		break;
	case 11:
		if (draw(2))
			state_warm_storage(s, account, &key);
		else
			assert_int_equal(state_warm_slot(s, state_slot(s, account, &key)),
					 !a->warm_slots[k]);
		a->warm_slots[k] = true;
		break;
	case 12:
		state_set_transient(s, account, &key, &value);
		a->transients[k] = value.limb[0];
		break;
	case 13:
		state_add_refund(s, (int64_t)value.limb[0] - 1);
		m->refund += (int64_t)value.limb[0] - 1;
		state_add_log(s, &address, NULL, 0, bytes_of(&code, 1));
		m->logs++;
		break;
	}
}

static void compare_slots(struct state *s, struct state_account *account,
			  const struct model_account *a)
{
	for (size_t k = 0; k < SLOTS; k++) {
		struct u256 key = u256_from_u64(k);
		struct u256 transient = state_transient(s, account, &key);
		struct state_slot *slot = state_slot(s, account, &key);

		assert_int_equal(state_slot_current(slot)->limb[0], a->slots[k]);
		assert_int_equal(state_slot_original(slot)->limb[0], a->originals[k]);
		assert_int_equal(transient.limb[0], a->transients[k]);
	}
}

static void compare(struct state *s, const struct model *m)
{
	const struct log *logs;
	size_t log_count;

	for (size_t i = 0; i < ACCOUNTS; i++) {
		const struct model_account *a = &m->accounts[i];
		struct address address = address_of(i);
		struct state_account *account = state_account(s, &address);
		struct hash32 hash = code_hash_of(a->code);

		assert_int_equal(state_exists(account), a->exists);
		assert_int_equal(state_nonce(account), a->nonce);
		assert_int_equal(state_balance(account)->limb[0], a->balance);
		assert_true(hash32_eq(state_code_hash(account), &hash));
		assert_int_equal(state_code(s, account)->code.len, a->code ? 1 : 0);
		assert_int_equal(state_is_warm_account(account), a->warm);
		assert_int_equal(state_is_created(account), a->created);
		compare_slots(s, account, a);
	}
	assert_int_equal(state_refund(s), m->refund);
	state_logs(s, &logs, &log_count);
	assert_int_equal(log_count, m->logs);
}

/* Compares now and then: looking brings slots up to date, which must not hide
 * what happens when nobody looks. */
static void run_transaction(struct state *s, struct model *m)
{
	struct model saved[MAX_MARKS];
	size_t marks[MAX_MARKS];
	size_t depth = 0;

	state_begin_transaction(s);
	model_begin(m);
	for (size_t steps = draw(60); steps > 0; steps--) {
		switch (draw(8)) {
		case 0:
			if (depth < MAX_MARKS) {
				saved[depth] = *m;
				marks[depth++] = state_mark(s);
			}
			break;
		case 1:
			if (depth > 0) {
				depth = draw(depth);
				state_undo(s, marks[depth]);
				*m = saved[depth];
			}
			break;
		case 2:
			compare(s, m);
			break;
		default:
			change(s, m);
		}
	}
	compare(s, m);
	state_end_transaction(s);
	model_end(m);
}

static void state_does_and_undoes_like_a_model_that_copies(void **unused)
{
	const struct state_reader reader = reader_of(&base);

	(void)unused;
	for (random_state = 1; random_state < 400; random_state++) {
		uint64_t seed = random_state;
		struct model m = base;
		struct arena a;
		struct state *s;

		arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
		s = state_new(&a, &reader);
		for (int i = 0; i < 12; i++)
			run_transaction(s, &m);
		state_begin_transaction(s);
		model_begin(&m);
		compare(s, &m);
		assert_false(state_failed(s));
		arena_free(&a);
		random_state = seed;
	}
}

/* Takes changes into a model. */
struct taker {
	struct model *m;
	struct model_account *visited;
};

static void take_account(void *context, const struct address *address,
			 const struct account *account, bool storage_reset, struct bytes code)
{
	struct taker *t = context;

	t->visited = &t->m->accounts[address->b[19]];
	if (!account || storage_reset)
		memset(t->visited->slots, 0, sizeof(t->visited->slots));
	t->visited->exists = account != NULL;
	if (!account) {
		t->visited->nonce = t->visited->balance = t->visited->code = 0;
		return;
	}
	t->visited->nonce = account->nonce;
	t->visited->balance = account->balance.limb[0];
	if (code.len)
		t->visited->code = code.data[0];
	else if (hash32_eq(&account->code_hash, &keccak_empty))
		t->visited->code = 0;
}

static void take_storage(void *context, const struct hash32 *key, const struct u256 *value)
{
	struct taker *t = context;

	t->visited->slots[key->b[31]] = value->limb[0];
}

static void take_done(void *context)
{
	((struct taker *)context)->visited = NULL;
}

struct changed {
	const struct model *m;
	bool accounts[ACCOUNTS];
};

static void take_changed(void *context, const struct address *address,
			 const struct account *account)
{
	struct changed *changed = context;
	size_t i = address->b[19];
	const struct model_account *is = &changed->m->accounts[i];
	struct hash32 code_hash = code_hash_of(is->code);

	assert_false(changed->accounts[i]);
	changed->accounts[i] = true;
	assert_int_equal(account != NULL, is->exists);
	if (!account)
		return;
	assert_int_equal(account->nonce, is->nonce);
	assert_int_equal(account->balance.limb[0], is->balance);
	assert_true(hash32_eq(&account->code_hash, &code_hash));
}

/* Each account that is another one than `below` has it is told of, as it is. */
static void check_changed(const struct state *s, const struct model *m, const struct model *below)
{
	struct changed changed = { .m = m };

	state_each_changed_account(s, &changed, take_changed);
	for (size_t i = 0; i < ACCOUNTS; i++) {
		const struct model_account *is = &m->accounts[i], *was = &below->accounts[i];
		bool is_another = is->exists != was->exists || is->nonce != was->nonce ||
				  is->balance != was->balance || is->code != was->code;

		assert_true(changed.accounts[i] || !is_another);
	}
}

/* What lies below, with the changes taken in after each few transactions, is
 * what the transactions made of it. */
static void changes_lead_from_what_was_below_to_what_is(void **unused)
{
	const struct state_reader reader = reader_of(&base);

	(void)unused;
	for (random_state = 1000; random_state < 1400; random_state++) {
		uint64_t seed = random_state;
		struct model m = base, below = base;
		struct taker taker = { .m = &below };
		struct state_change_visitor visitor = { &taker, take_account, take_storage,
							take_done };
		struct arena a;
		struct state *s;

		arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
		s = state_new(&a, &reader);
		for (int i = 0; i < 10; i++) {
			run_transaction(s, &m);
			check_changed(s, &m, &below);
			if (draw(3))
				continue;
			state_each_change(s, &visitor);
			for (size_t k = 0; k < ACCOUNTS; k++) {
				const struct model_account *is = &m.accounts[k];
				const struct model_account *was = &below.accounts[k];

				assert_int_equal(is->exists, was->exists);
				assert_int_equal(is->nonce, was->nonce);
				assert_int_equal(is->balance, was->balance);
				assert_int_equal(is->code, was->code);
				/* Slots of what does not exist are nowhere. */
				if (is->exists)
					assert_memory_equal(is->slots, was->slots,
							    sizeof(is->slots));
			}
		}
		arena_free(&a);
		random_state = seed;
	}
}

static void count_account(void *context, const struct address *address,
			  const struct account *account, bool storage_reset, struct bytes code)
{
	(void)address, (void)account, (void)storage_reset, (void)code;
	++*(int *)context;
}

static void ignore_slot(void *context, const struct hash32 *key, const struct u256 *value)
{
	(void)context, (void)key, (void)value;
}

static void ignore_end(void *context)
{
	(void)context;
}

static void count_changed(void *context, const struct address *address,
			  const struct account *account)
{
	(void)address, (void)account;
	++*(int *)context;
}

static int changed_accounts(const struct state *s)
{
	int count = 0;

	state_each_changed_account(s, &count, count_changed);
	return count;
}

/* Neither one that was looked at, nor one with another slot; and when the changes
 * are taken, there are none any more. */
static void only_another_nonce_balance_or_code_makes_a_changed_account(void **unused)
{
	const struct state_reader reader = reader_of(&base);
	const struct address paid = address_of(0), written = address_of(1), seen = address_of(2),
			     absent = address_of(4);
	const struct u256 value = u256_from_u64(77), key = u256_from_u64(2);
	int count = 0;
	struct state_change_visitor visitor = { &count, count_account, ignore_slot, ignore_end };
	struct state_account *account;
	struct arena a;
	struct state *s;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	s = state_new(&a, &reader);
	state_begin_transaction(s);
	(void)state_account(s, &seen);
	(void)state_account(s, &absent);
	state_add_balance(s, state_account(s, &paid), &value);
	account = state_account(s, &written);
	state_slot_set(s, state_slot(s, account, &key), &value);
	state_end_transaction(s);
	assert_int_equal(changed_accounts(s), 1);
	assert_int_equal(changed_accounts(s), 1);
	state_set_nonce(s, account, 2);
	assert_int_equal(changed_accounts(s), 2);
	state_each_change(s, &visitor);
	assert_int_equal(count, 2);
	assert_int_equal(changed_accounts(s), 0);
	arena_free(&a);
}

static void what_was_undone_is_no_change(void **unused)
{
	const struct state_reader reader = reader_of(&base);
	const struct address address = address_of(0);
	const struct u256 value = u256_from_u64(77), key = u256_from_u64(2);
	struct state_change_visitor visitor = { .account = count_account };
	struct state_account *account;
	struct arena a;
	struct state *s;
	int count = 0;

	(void)unused;
	visitor.context = &count;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	s = state_new(&a, &reader);
	state_begin_transaction(s);
	account = state_account(s, &address);
	state_set_balance(s, account, &value);
	state_slot_set(s, state_slot(s, account, &key), &value);
	state_undo(s, 0);
	state_end_transaction(s);
	state_each_change(s, &visitor);
	assert_int_equal(count, 0);
	arena_free(&a);
}

static void precompiles_stay_warm_and_nothing_else_does(void **unused)
{
	const struct state_reader reader = reader_of(&base);
	const struct address list[] = { address_of(1), address_of(4) };
	const struct address other = address_of(2);
	struct arena a;
	struct state *s;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	s = state_new(&a, &reader);
	(void)state_account(s, &list[0]); /* before the list is known */
	state_keep_warm(s, list, 2);
	for (int i = 0; i < 3; i++) {
		state_begin_transaction(s);
		assert_false(state_warm_account(s, state_account(s, &list[0])));
		assert_false(state_warm_account(s, state_account(s, &list[1])));
		assert_true(state_warm_account(s, state_account(s, &other)));
		state_undo(s, 0);
		assert_true(state_is_warm_account(state_account(s, &list[1])));
		assert_false(state_is_warm_account(state_account(s, &other)));
		state_end_transaction(s);
	}
	arena_free(&a);
}

static bool broken_account(void *context, const struct address *address, struct account *account,
			   bool *exists)
{
	(void)context, (void)address, (void)account, (void)exists;
	return false;
}

static void a_reader_that_fails_is_remembered(void **unused)
{
	const struct state_reader reader = { .account = broken_account };
	const struct address address = address_of(0);
	struct arena a;
	struct state *s;

	(void)unused;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	s = state_new(&a, &reader);
	assert_false(state_failed(s));
	assert_false(state_exists(state_account(s, &address)));
	assert_true(state_failed(s));
	arena_free(&a);
}

static void a_balance_saturates(void **unused)
{
	const struct state_reader reader = reader_of(&base);
	const struct address address = address_of(0);
	struct u256 most;
	struct arena a;
	struct state *s;

	(void)unused;
	memset(&most, 0xff, sizeof(most));
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	s = state_new(&a, &reader);
	state_add_balance(s, state_account(s, &address), &most);
	assert_true(u256_eq(state_balance(state_account(s, &address)), &most));
	arena_free(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(state_does_and_undoes_like_a_model_that_copies),
		cmocka_unit_test(changes_lead_from_what_was_below_to_what_is),
		cmocka_unit_test(only_another_nonce_balance_or_code_makes_a_changed_account),
		cmocka_unit_test(what_was_undone_is_no_change),
		cmocka_unit_test(precompiles_stay_warm_and_nothing_else_does),
		cmocka_unit_test(a_reader_that_fails_is_remembered),
		cmocka_unit_test(a_balance_saturates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
