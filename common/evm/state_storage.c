/* state_storage: storage slots, and EIP-1153's transient ones.
 *
 * An account's storage has a generation.  Emptying it, which happens when an
 * account is created or deleted, gives it a new one; slots of an older
 * generation are brought up to date when somebody next looks at them. */
#include "evm/state_private.h"

#include "crypto/keccak.h"

static struct state_key slot_key(uint64_t account_number, const struct u256 *key)
{
	return (struct state_key){
		{ key->limb[0], key->limb[1], key->limb[2], key->limb[3], account_number },
	};
}

static void key_of_slot(const void *value, struct state_key *key)
{
	const struct state_slot *slot = value;

	*key = slot_key(slot->account->number, &slot->key);
}

static void key_of_transient(const void *value, struct state_key *key)
{
	const struct transient_slot *slot = value;

	*key = slot_key(slot->account_number, &slot->key);
}

void state_storage_init(struct state *s)
{
	state_table_init(&s->slots, s->arena, key_of_slot);
	state_table_init(&s->transients, s->arena, key_of_transient);
}

void state_forget_storage(struct state_account *account)
{
	account->storage_reset |= account->stored;
	account->stored = false;
	account->generation = ++account->state->last_generation;
}

bool state_has_storage(const struct state_account *account)
{
	return account->stored;
}

/* What is stored under the key in the account's present generation, as long
 * as nobody has written to it. */
static struct u256 read_slot(struct state *s, const struct state_account *account,
			     const struct u256 *key)
{
	struct u256 value = U256_ZERO;
	struct hash32 key_bytes;

	if (account->generation != 0)
		return value;
	u256_to_be(key_bytes.b, key);
	if (!s->reader->storage(s->reader->context, &account->address, &key_bytes, &value)) {
		s->failed = true;
		return U256_ZERO;
	}
	return value;
}

static void refresh_slot(struct state *s, struct state_slot *slot)
{
	if (slot->generation != GENERATION_UNREAD) {
		struct state_slot *copy = arena_alloc(s->arena, sizeof(*copy));
		struct change *change = state_record(s, CHANGE_SLOT_RESET);

		*copy = *slot;
		change->slot = slot;
		change->old_slot = copy;
	}
	slot->current = read_slot(s, slot->account, &slot->key);
	slot->base = slot->current;
	slot->written_epoch = 0;
	slot->generation = slot->account->generation;
}

static struct state_slot *find_slot(const struct state *s, const struct state_account *account,
				    const struct u256 *key, uint64_t hash)
{
	size_t position = state_table_first(&s->slots, hash);
	struct state_slot *slot;

	do {
		slot = state_table_candidate(&s->slots, hash, &position);
	} while (slot && (slot->account != account || !u256_eq(&slot->key, key)));
	return slot;
}

static struct state_slot *add_slot(struct state *s, struct state_account *account,
				   const struct u256 *key, const struct state_key *table_key)
{
	struct state_slot *slot = ARENA_NEW(s->arena, struct state_slot);

	slot->account = account;
	slot->key = *key;
	slot->generation = GENERATION_UNREAD;
	*account->last_slot = slot;
	account->last_slot = &slot->next;
	state_table_add(&s->slots, table_key, slot);
	return slot;
}

/* The slot, whose value may not have been read yet. */
static struct state_slot *slot_at(struct state *s, struct state_account *account,
				  const struct u256 *key)
{
	struct state_key table_key = slot_key(account->number, key);
	struct state_slot **recent;
	struct state_slot *slot;

	if (!account->recent)
		account->recent = ARENA_ARRAY(s->arena, struct state_slot *, RECENT_SLOTS);
	recent = &account->recent[key->limb[0] % RECENT_SLOTS];
	if (*recent && u256_eq(&(*recent)->key, key))
		return *recent;
	slot = find_slot(s, account, key, state_table_hash(&s->slots, &table_key));
	*recent = slot ? slot : add_slot(s, account, key, &table_key);
	return *recent;
}

struct state_slot *state_slot(struct state *s, struct state_account *account,
			      const struct u256 *key)
{
	struct state_slot *slot = slot_at(s, account, key);

	if (slot->generation != account->generation)
		refresh_slot(s, slot);
	return slot;
}

const struct u256 *state_slot_current(const struct state_slot *slot)
{
	return &slot->current;
}

static bool is_written(const struct state_slot *slot)
{
	return slot->written_epoch == slot->account->state->epoch;
}

const struct u256 *state_slot_original(const struct state_slot *slot)
{
	return is_written(slot) ? &slot->original : &slot->current;
}

void state_slot_set(struct state *s, struct state_slot *slot, const struct u256 *value)
{
	struct change *change = state_record(s, CHANGE_SLOT);

	change->slot = slot;
	change->value = slot->current;
	if (!is_written(slot)) {
		slot->original = slot->current;
		slot->written_epoch = s->epoch;
	}
	slot->current = *value;
}

bool state_warm_slot(struct state *s, struct state_slot *slot)
{
	if (slot->warm_epoch == s->epoch)
		return false;
	state_record(s, CHANGE_WARM_SLOT)->slot = slot;
	slot->warm_epoch = s->epoch;
	return true;
}

void state_warm_storage(struct state *s, struct state_account *account, const struct u256 *key)
{
	(void)state_warm_slot(s, slot_at(s, account, key));
}

static struct transient_slot *find_transient(const struct state *s, uint64_t account_number,
					     const struct u256 *key,
					     const struct state_key *table_key)
{
	uint64_t hash = state_table_hash(&s->transients, table_key);
	size_t position = state_table_first(&s->transients, hash);
	struct transient_slot *slot;

	do {
		slot = state_table_candidate(&s->transients, hash, &position);
	} while (slot && (slot->account_number != account_number || !u256_eq(&slot->key, key)));
	return slot;
}

struct u256 state_transient(const struct state *s, const struct state_account *account,
			    const struct u256 *key)
{
	struct state_key table_key = slot_key(account->number, key);
	const struct transient_slot *slot = find_transient(s, account->number, key, &table_key);

	return slot && slot->epoch == s->epoch ? slot->value : U256_ZERO;
}

static struct transient_slot *add_transient(struct state *s, uint64_t account_number,
					    const struct u256 *key,
					    const struct state_key *table_key)
{
	struct transient_slot *slot = ARENA_NEW(s->arena, struct transient_slot);

	slot->account_number = account_number;
	slot->key = *key;
	state_table_add(&s->transients, table_key, slot);
	return slot;
}

void state_set_transient(struct state *s, struct state_account *account, const struct u256 *key,
			 const struct u256 *value)
{
	struct state_key table_key = slot_key(account->number, key);
	struct transient_slot *slot = find_transient(s, account->number, key, &table_key);
	struct change *change = state_record(s, CHANGE_TRANSIENT);

	if (!slot)
		slot = add_transient(s, account->number, key, &table_key);
	if (slot->epoch != s->epoch) {
		slot->epoch = s->epoch;
		slot->value = U256_ZERO;
	}
	change->transient = slot;
	change->value = slot->value;
	slot->value = *value;
}
