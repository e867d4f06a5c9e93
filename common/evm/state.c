/* state: the accounts.  state_storage.c has their slots, state_code.c their
 * code, state_journal.c the way back, state_changes.c what comes of it. */
#include "evm/state_private.h"

#include "crypto/keccak.h"

static struct state_key account_key(const struct address *address)
{
	struct state_key key = { 0 };

	key.word[0] = le64_load(address->b);
	key.word[1] = le64_load(address->b + 8);
	key.word[2] = be32_load(address->b + 16);
	return key;
}

static void key_of_account(const void *value, struct state_key *key)
{
	*key = account_key(&((const struct state_account *)value)->address);
}

struct state *state_new(struct arena *a, const struct state_reader *reader)
{
	struct state *s = ARENA_NEW(a, struct state);

	s->arena = a;
	s->reader = reader;
	s->epoch = 1;
	s->last_account = &s->first_account;
	state_table_init(&s->accounts, a, key_of_account);
	state_journal_init(s);
	state_storage_init(s);
	state_code_init(s);
	return s;
}

bool state_failed(const struct state *s)
{
	return s->failed;
}

struct arena *state_arena(const struct state *s)
{
	return s->arena;
}

static struct state_account *find_account(const struct state *s, const struct address *address,
					  uint64_t hash)
{
	size_t position = state_table_first(&s->accounts, hash);
	struct state_account *account;

	do {
		account = state_table_candidate(&s->accounts, hash, &position);
	} while (account && !address_eq(&account->address, address));
	return account;
}

static bool is_always_warm(const struct state *s, const struct address *address)
{
	for (size_t i = 0; i < s->always_warm_count; i++)
		if (address_eq(&s->always_warm[i], address))
			return true;
	return false;
}

static void read_account(struct state *s, struct state_account *account)
{
	const struct state_reader *reader = s->reader;

	if (!reader->account(reader->context, &account->address, &account->base,
			     &account->base_exists)) {
		s->failed = true;
		account->base_exists = false;
	}
	if (!account->base_exists) {
		account->base = (struct account){ .storage_root = keccak_empty_trie,
						  .code_hash = keccak_empty };
	}
	account->now = account->base;
	account->exists = account->base_exists;
	account->stored = !hash32_eq(&account->base.storage_root, &keccak_empty_trie);
	/* Where nothing is stored the reader need not be asked. */
	if (!account->stored)
		account->generation = ++s->last_generation;
}

static struct state_account *add_account(struct state *s, const struct address *address)
{
	struct state_account *account = ARENA_NEW(s->arena, struct state_account);
	struct state_key key = account_key(address);

	account->state = s;
	account->address = *address;
	account->always_warm = is_always_warm(s, address);
	account->number = s->account_count++;
	account->last_slot = &account->first_slot;
	read_account(s, account);
	*s->last_account = account;
	s->last_account = &account->next;
	state_table_add(&s->accounts, &key, account);
	return account;
}

struct state_account *state_account(struct state *s, const struct address *address)
{
	struct state_key key = account_key(address);
	struct state_account *account;

	account = find_account(s, address, state_table_hash(&s->accounts, &key));
	return account ? account : add_account(s, address);
}

const struct address *state_address(const struct state_account *account)
{
	return &account->address;
}

bool state_exists(const struct state_account *account)
{
	return account->exists;
}

bool state_is_empty(const struct state_account *account)
{
	return account->now.nonce == 0 && u256_is_zero(&account->now.balance) &&
	       hash32_eq(&account->now.code_hash, &keccak_empty);
}

uint64_t state_nonce(const struct state_account *account)
{
	return account->now.nonce;
}

const struct u256 *state_balance(const struct state_account *account)
{
	return &account->now.balance;
}

void state_set_nonce(struct state *s, struct state_account *account, uint64_t nonce)
{
	(void)s;
	state_record_account(account, CHANGE_NONCE)->nonce = account->now.nonce;
	account->exists = true;
	account->now.nonce = nonce;
}

void state_set_balance(struct state *s, struct state_account *account, const struct u256 *balance)
{
	(void)s;
	state_record_account(account, CHANGE_BALANCE)->value = account->now.balance;
	account->exists = true;
	account->now.balance = *balance;
}

void state_add_balance(struct state *s, struct state_account *account, const struct u256 *wei)
{
	struct u256 sum;

	if (u256_add_overflow(&sum, &account->now.balance, wei))
		memset(&sum, 0xff, sizeof(sum));
	state_set_balance(s, account, &sum);
}

bool state_sub_balance(struct state *s, struct state_account *account, const struct u256 *wei)
{
	struct u256 difference;

	if (u256_sub_underflow(&difference, &account->now.balance, wei))
		return false;
	state_set_balance(s, account, &difference);
	return true;
}

/* What undoing CODE and CREATED brings back. */
static void record_snapshot(struct state_account *account, enum change_kind kind)
{
	struct state_account *copy =
	    arena_alloc(account->state->arena, sizeof(struct state_account));

	*copy = *account;
	state_record_account(account, kind)->old_account = copy;
}

void state_set_code(struct state *s, struct state_account *account, struct bytes code)
{
	record_snapshot(account, CHANGE_CODE);
	account->exists = true;
	state_forget_code(account);
	if (code.len)
		state_adopt_code(s, account, code);
}

void state_create(struct state *s, struct state_account *account)
{
	record_snapshot(account, CHANGE_CREATED);
	account->exists = true;
	account->created_epoch = s->epoch;
	state_forget_storage(account);
}

bool state_is_created(const struct state_account *account)
{
	return account->created_epoch == account->state->epoch;
}

void state_destroy(struct state *s, struct state_account *account)
{
	if (account->destroyed_epoch == s->epoch)
		return;
	(void)state_record_account(account, CHANGE_DESTROYED);
	account->destroyed_epoch = s->epoch;
}

void state_touch(struct state *s, struct state_account *account)
{
	(void)s;
	(void)state_record_account(account, CHANGE_TOUCH);
}

bool state_is_warm_account(const struct state_account *account)
{
	return account->always_warm || account->warm_epoch == account->state->epoch;
}

bool state_warm_account(struct state *s, struct state_account *account)
{
	if (state_is_warm_account(account))
		return false;
	(void)state_record_account(account, CHANGE_WARM_ACCOUNT);
	account->warm_epoch = s->epoch;
	return true;
}

void state_keep_warm(struct state *s, const struct address *list, size_t count)
{
	if (s->always_warm == list && s->always_warm_count == count)
		return;
	s->always_warm = list;
	s->always_warm_count = count;
	for (struct state_account *account = s->first_account; account; account = account->next)
		account->always_warm = is_always_warm(s, &account->address);
}
