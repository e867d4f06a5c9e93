/* The pool against a model of it that is nothing but the rules: lists that are
 * searched from end to end, under random operations. */
#include "tests/unit/sequencer/pool_support.h"

#include <time.h>

#define SENDERS     7
#define MODEL_MAX   64 /* transactions in it */
#define PER_ACCOUNT 12
#define POOL_MAX    24
#define LIFETIME    1000

struct item {
	struct wanted w;
	uint64_t sequence;
	struct pool_transaction *t; /* a reference */
};

struct model {
	struct pool *pool;
	uint64_t random;
	uint64_t nonces[SENDERS], balances[SENDERS]; /* the state */
	struct address addresses[SENDERS];
	bool known[SENDERS]; /* to the pool */
	uint64_t head, base_fee, sequence;
	struct item items[MODEL_MAX]; /* by arrival, or when their time began anew */
	size_t count;
	size_t gone; /* reported, and checked to be expected */
	struct pool_transaction *expected_gone[MODEL_MAX];
	size_t expected_count;
};

static uint64_t below(struct model *m, uint64_t limit)
{
	return next_random(&m->random) % limit;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t cost(const struct wanted *w)
{
	return w->gas * w->max_fee + w->value;
}

static uint64_t tip(const struct model *m, const struct wanted *w)
{
	return w->max_fee < m->base_fee ? 0 : smaller(w->tip, w->max_fee - m->base_fee);
}

static struct item *find(struct model *m, unsigned sender, uint64_t nonce)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->items[i].w.sender == sender && m->items[i].w.nonce == nonce)
			return &m->items[i];
	return NULL;
}

/* The nonce behind what can be executed (and, if asked, pays the base fee). */
static uint64_t run_end(struct model *m, unsigned sender, bool payable)
{
	uint64_t nonce = m->nonces[sender];

	for (;; nonce++) {
		const struct item *item = find(m, sender, nonce);

		if (!item || cost(&item->w) > m->balances[sender] ||
		    (payable && item->w.max_fee < m->base_fee))
			return nonce;
	}
}

static void take_out(struct model *m, struct item *item)
{
	pool_release(m->pool, item->t);
	memmove(item, item + 1, (size_t)(m->items + --m->count - item) * sizeof(*item));
}

static void take_out_as_gone(struct model *m, struct item *item)
{
	m->expected_gone[m->expected_count++] = item->t;
	take_out(m, item);
}

static void gone(void *context, struct pool_transaction *t)
{
	struct model *m = context;

	for (size_t i = 0; i < m->expected_count; i++) {
		if (m->expected_gone[i] != t)
			continue;
		m->expected_gone[i] = NULL;
		m->gone++;
		return;
	}
	fail_msg("%s", "a transaction left that should have stayed");
}

static void check_gone(struct model *m)
{
	assert_int_equal(m->gone, m->expected_count);
	m->gone = m->expected_count = 0;
}

/* ---- adding ---- */

static struct item *last_of(struct model *m, unsigned sender)
{
	struct item *last = NULL;

	for (size_t i = 0; i < m->count; i++)
		if (m->items[i].w.sender == sender &&
		    (!last || m->items[i].w.nonce > last->w.nonce))
			last = &m->items[i];
	return last;
}

/* Whether every transaction of the account will be executed. */
static bool all_payable(struct model *m, unsigned sender)
{
	const struct item *last = last_of(m, sender);

	return last->w.nonce < run_end(m, sender, true);
}

static bool is_worth_less(struct model *m, const struct item *a, const struct item *b)
{
	bool a_payable = all_payable(m, a->w.sender), b_payable = all_payable(m, b->w.sender);

	if (a_payable != b_payable)
		return b_payable;
	if (tip(m, &a->w) != tip(m, &b->w))
		return tip(m, &a->w) < tip(m, &b->w);
	if (a->w.max_fee != b->w.max_fee)
		return a->w.max_fee < b->w.max_fee;
	return a->sequence > b->sequence;
}

static struct item *worst(struct model *m)
{
	struct item *found = NULL;

	for (unsigned sender = 0; sender < SENDERS; sender++) {
		struct item *last = last_of(m, sender);

		if (last && (!found || is_worth_less(m, last, found)))
			found = last;
	}
	return found;
}

static bool pays_a_tenth_more(uint64_t new, uint64_t old)
{
	return new > old &&new >= (old * 110 + 99) / 100;
}

/* What all executable ones of the account may cost, with `w` among them. */
static uint64_t cost_with(struct model *m, const struct wanted *w)
{
	uint64_t end = run_end(m, w->sender, false), sum = cost(w);

	for (uint64_t nonce = m->nonces[w->sender]; nonce < end; nonce++)
		if (nonce != w->nonce)
			sum += cost(&find(m, w->sender, nonce)->w);
	return sum;
}

/* Room is made; whether `t` itself had to go for it. */
static bool had_to_go(struct model *m, const struct pool_transaction *t)
{
	while (m->count > POOL_MAX) {
		struct item *least = worst(m);

		if (least->t == t) {
			take_out(m, least);
			return true;
		}
		take_out_as_gone(m, least);
	}
	return false;
}

/* What pool_add() must answer; the model is brought up to date. */
static enum pool_result expected_add(struct model *m, const struct wanted *w,
				     struct pool_transaction *t, const char **text)
{
	struct item *old = find(m, w->sender, w->nonce);
	struct pool_transaction *replaced = old ? old->t : NULL;

	if (old && !memcmp(&old->w, w, sizeof(*w)))
		return *text = "already known", POOL_KNOWN;
	if (w->nonce < m->nonces[w->sender])
		return *text = "nonce too low", POOL_REFUSED;
	if (!t->was_accepted && w->nonce >= m->nonces[w->sender] + PER_ACCOUNT)
		return *text = "nonce too high", POOL_REFUSED;
	if (!t->was_accepted && cost(w) > m->balances[w->sender])
		return *text = "value: balance", POOL_REFUSED;
	if (!t->was_accepted && cost_with(m, w) > m->balances[w->sender])
		return *text = "queued cost", POOL_REFUSED;
	if (old && !(pays_a_tenth_more(w->max_fee, old->w.max_fee) &&
		     pays_a_tenth_more(w->tip, old->w.tip)))
		return *text = "replacement transaction underpriced", POOL_REFUSED;
	if (!t->was_accepted && m->count > POOL_MAX)
		return *text = "txpool is full", POOL_REFUSED;
	__atomic_add_fetch(&t->references, 1, __ATOMIC_RELAXED);
	if (old)
		take_out(m, old);
	m->items[m->count++] = (struct item){ *w, ++m->sequence, t };
	if (!t->was_accepted && had_to_go(m, t)) {
		if (replaced)
			m->expected_gone[m->expected_count++] = replaced;
		return *text = "txpool is full", POOL_REFUSED;
	}
	return old ? POOL_REPLACED : POOL_ADDED;
}

static void add(struct model *m, const struct wanted *w)
{
	struct pool_transaction *t = prepare(m->pool, w), *replaced;
	char error[POOL_ERROR_SIZE] = "";
	const char *text = "";
	struct pool_transaction *old = NULL;
	enum pool_result expected, result;

	if (find(m, w->sender, w->nonce))
		old = find(m, w->sender, w->nonce)->t;
	/* From a dropped block, or from disk. */
	t->was_accepted = m->count < MODEL_MAX / 2 && !below(m, 12);
	expected = expected_add(m, w, t, &text);
	result = pool_add(m->pool, t, &replaced, error);
	if (result == POOL_NEED_ACCOUNT) {
		struct u256 balance = u256_from_u64(m->balances[w->sender]);

		assert_false(m->known[w->sender]);
		m->known[w->sender] = true;
		pool_set_account(m->pool, pool_head(m->pool), &m->addresses[w->sender],
				 m->nonces[w->sender], &balance);
		result = pool_add(m->pool, t, &replaced, error);
	}
	assert_int_equal(result, expected);
	if (result == POOL_REFUSED || result == POOL_KNOWN)
		assert_non_null(strstr(error, text));
	assert_ptr_equal(replaced, result == POOL_REPLACED ? old : NULL);
	if (replaced)
		pool_release(m->pool, replaced);
	pool_release(m->pool, t);
	check_gone(m);
}

static void add_random(struct model *m)
{
	unsigned sender = (unsigned)below(m, SENDERS);
	uint64_t ahead = below(m, 4) ? below(m, 4) : below(m, PER_ACCOUNT + 2);
	uint64_t end = run_end(m, sender, false);
	struct wanted w = {
		.sender = sender,
		.nonce = below(m, 3) ? end : m->nonces[sender] + ahead,
		.max_fee = 10 + below(m, 30),
		.value = below(m, 8) ? 1 : below(m, 400000),
		.gas = 21000 + 1000 * below(m, 3),
	};

	if (w.nonce && !below(m, 15))
		w.nonce--;
	w.tip = below(m, 12) % (w.max_fee + 1);
	add(m, &w);
}

/* ---- selecting ---- */

static struct item *best(struct model *m, const uint64_t nonces[SENDERS])
{
	struct item *found = NULL;

	for (unsigned sender = 0; sender < SENDERS; sender++) {
		struct item *item = find(m, sender, nonces[sender]);

		if (!item || nonces[sender] >= run_end(m, sender, true))
			continue;
		if (!found || tip(m, &item->w) > tip(m, &found->w) ||
		    (tip(m, &item->w) == tip(m, &found->w) && item->sequence < found->sequence))
			found = item;
	}
	return found;
}

/* Selects and compares; gives the references to the caller. */
static size_t select_some(struct model *m, struct pool_transaction **list)
{
	size_t max = below(m, MODEL_MAX), count, i;
	struct u256 base_fee;
	uint64_t nonces[SENDERS];

	if (!below(m, 2))
		m->base_fee = below(m, 35);
	base_fee = u256_from_u64(m->base_fee);
	memcpy(nonces, m->nonces, sizeof(nonces));
	count = pool_select(m->pool, &base_fee, list, max);
	for (i = 0; i < max; i++) {
		struct item *item = best(m, nonces);

		if (!item)
			break;
		assert_true(i < count);
		assert_ptr_equal(list[i], item->t);
		nonces[item->w.sender]++;
	}
	assert_int_equal(i, count);
	return count;
}

static void release_all(struct model *m, struct pool_transaction **list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pool_release(m->pool, list[i]);
}

/* ---- heads ---- */

static unsigned sender_of(const struct model *m, const struct address *address)
{
	for (unsigned i = 0; i < SENDERS; i++)
		if (address_eq(&m->addresses[i], address))
			return i;
	return SENDERS;
}

static void read_account(void *context, const struct address *address, uint64_t *nonce,
			 struct u256 *balance)
{
	struct model *m = context;
	unsigned sender = sender_of(m, address);

	assert_true(sender < SENDERS);
	*nonce = m->nonces[sender];
	*balance = u256_from_u64(m->balances[sender]);
}

static void expect_below_nonces_gone(struct model *m)
{
	for (size_t i = m->count; i-- > 0;)
		if (m->items[i].w.nonce < m->nonces[m->items[i].w.sender])
			take_out_as_gone(m, &m->items[i]);
}

/* What came first goes first, until one is young; what a block can take begins anew. */
static void expect_old_gone(struct model *m, uint64_t now)
{
	for (size_t i = m->count; i > 0 && now - m->items[0].t->arrived > LIFETIME; i--) {
		const struct item first = m->items[0];

		if (first.w.nonce < run_end(m, first.w.sender, true)) {
			memmove(m->items, m->items + 1, (m->count - 1) * sizeof(first));
			m->items[m->count - 1] = first;
		} else {
			take_out_as_gone(m, &m->items[0]);
		}
	}
}

/* `changed`: the senders whose accounts are others now; NULL: after a rollback. */
static void tell(struct model *m, const bool changed[SENDERS])
{
	struct pool_change changes[SENDERS];
	struct pool_block block = {
		.number = m->head,
		.changes = changes,
		.everything = !changed,
		.account = read_account,
		.gone = gone,
		.context = m,
	};
	struct timespec now;

	for (unsigned i = 0; changed && i < SENDERS; i++)
		if (changed[i])
			changes[block.change_count++] =
			    (struct pool_change){ m->addresses[i], m->nonces[i],
						  u256_from_u64(m->balances[i]) };
	expect_below_nonces_gone(m);
	clock_gettime(CLOCK_MONOTONIC, &now);
	expect_old_gone(m, (uint64_t)now.tv_sec);
	pool_new_head(m->pool, &block);
	check_gone(m);
	assert_int_equal(pool_head(m->pool).number, m->head);
	for (unsigned i = 0; !changed && i < SENDERS; i++)
		m->known[i] = last_of(m, i) != NULL;
}

/* For all that it may have, for some of it, or for none. */
static uint64_t random_balance(struct model *m)
{
	static const uint64_t most[] = { 100000000, 3000000, 1000000 };

	return below(m, most[below(m, 3)]);
}

/* A block takes some of what was selected, or all; nonces follow.  And somebody
 * else's transactions in it may change any account: pay it, spend of it, or raise
 * its nonce. */
static void append_block(struct model *m)
{
	struct pool_transaction *list[MODEL_MAX];
	size_t count = select_some(m, list), used = count ? below(m, count + 1) : 0;
	bool changed[SENDERS] = { false };

	for (size_t i = 0; i < used; i++) {
		unsigned sender = sender_of(m, &list[i]->tx.from);

		assert_int_equal(list[i]->tx.nonce, m->nonces[sender]);
		m->nonces[sender]++;
		m->balances[sender] = random_balance(m);
		changed[sender] = true;
	}
	for (unsigned i = 0; i < SENDERS; i++) {
		if (below(m, 6))
			continue;
		m->nonces[i] += below(m, 3);
		m->balances[i] = random_balance(m);
		changed[i] = true;
	}
	m->head++;
	tell(m, changed);
	release_all(m, list, count);
}

static void roll_back(struct model *m)
{
	for (unsigned i = 0; i < SENDERS; i++) {
		uint64_t nonce = m->nonces[i] + below(m, 3);

		m->nonces[i] = nonce ? nonce - 1 : 0;
		m->balances[i] = random_balance(m);
	}
	m->head -= m->head ? below(m, 2) : 0;
	tell(m, NULL);
}

static void age(struct model *m)
{
	if (m->count)
		m->items[0].t->arrived -= LIFETIME + 5;
}

/* The builder finds one to be invalid. */
static void remove_random(struct model *m)
{
	struct item *item;

	if (!m->count)
		return;
	item = &m->items[below(m, m->count)];
	pool_remove(m->pool, item->t);
	take_out(m, item);
}

/* ---- all together ---- */

static void check_everything(struct model *m)
{
	size_t executable = 0, payable_gas = 0, bytes = 0;
	struct pool_counts counts = pool_counts(m->pool);

	for (unsigned sender = 0; sender < SENDERS; sender++) {
		uint64_t end = run_end(m, sender, false), next;
		bool has = last_of(m, sender) != NULL;

		executable += end - m->nonces[sender];
		for (uint64_t i = m->nonces[sender]; i < run_end(m, sender, true); i++)
			payable_gas += find(m, sender, i)->w.gas;
		assert_int_equal(pool_next_nonce(m->pool, &m->addresses[sender], &next), has);
		if (has)
			assert_int_equal(next, end);
	}
	for (size_t i = 0; i < m->count; i++) {
		struct pool_transaction *found = pool_find(m->pool, &m->items[i].t->tx.hash);

		assert_ptr_equal(found, m->items[i].t);
		pool_release(m->pool, found);
		bytes += found->raw.len;
	}
	assert_int_equal(counts.executable, executable);
	assert_int_equal(counts.waiting, m->count - executable);
	assert_int_equal(counts.bytes, bytes);
	assert_int_equal(pool_executable_gas(m->pool), payable_gas);
}

static void step(struct model *m)
{
	struct pool_transaction *list[MODEL_MAX];
	uint64_t what = below(m, 100);

	if (what < 75)
		add_random(m);
	else if (what < 85)
		release_all(m, list, select_some(m, list));
	else if (what < 94)
		append_block(m);
	else if (what < 96)
		roll_back(m);
	else if (what < 97)
		age(m);
	else
		remove_random(m);
	check_everything(m);
}

static void random_life(uint64_t seed, unsigned steps)
{
	struct pool_limits limits = { .max_transactions = POOL_MAX,
				      .max_per_account = PER_ACCOUNT,
				      .lifetime = LIFETIME };
	struct model m = { .pool = pool_new(&limits, &config), .random = seed };

	pool_on_drop(m.pool, gone, &m);
	for (unsigned i = 0; i < SENDERS; i++) {
		m.addresses[i] = address_of(i);
		m.balances[i] = random_balance(&m);
	}
	while (steps-- > 0)
		step(&m);
	while (m.count)
		take_out(&m, &m.items[0]);
	pool_free(m.pool);
}

static void any_life_is_as_the_model_has_it(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 12; seed++)
		random_life(seed, 2000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_life_is_as_the_model_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
