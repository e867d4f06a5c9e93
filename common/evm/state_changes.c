/* state_changes: what the transactions so far came to, for whoever keeps the
 * state (a trie, mostly). */
#include "evm/state_private.h"

#include "crypto/keccak.h"

/* A slot that has not been looked at since its storage was emptied is 0. */
static bool slot_is_current(const struct state_slot *slot)
{
	return slot->generation == slot->account->generation;
}

static bool slot_changed(const struct state_slot *slot)
{
	if (!slot_is_current(slot))
		return false;
	if (slot->account->storage_reset)
		return !u256_is_zero(&slot->current);
	return !u256_eq(&slot->current, &slot->base);
}

static bool fields_changed(const struct state_account *account)
{
	const struct account *now = &account->now;
	const struct account *base = &account->base;

	return account->exists != account->base_exists || account->storage_reset ||
	       now->nonce != base->nonce || !u256_eq(&now->balance, &base->balance) ||
	       !hash32_eq(&now->code_hash, &base->code_hash);
}

static const struct state_slot *next_changed(const struct state_slot *slot)
{
	while (slot && !slot_changed(slot))
		slot = slot->next;
	return slot;
}

static void visit_slots(const struct state_slot *slot, const struct state_change_visitor *visitor)
{
	for (slot = next_changed(slot); slot; slot = next_changed(slot->next)) {
		struct hash32 key;

		u256_to_be(key.b, &slot->key);
		visitor->storage(visitor->context, &key, &slot->current);
	}
}

static void visit_account(struct state *s, struct state_account *account,
			  const struct state_change_visitor *visitor)
{
	struct bytes code = { NULL, 0 };

	if (account->code_is_new && !hash32_eq(&account->now.code_hash, &account->base.code_hash))
		code = state_code(s, account)->code;
	visitor->account(visitor->context, &account->address,
			 account->exists ? &account->now : NULL, account->storage_reset, code);
	if (account->exists)
		visit_slots(account->first_slot, visitor);
	visitor->account_done(visitor->context);
}

/* From here on the present values are what the reader knows. */
static void settle_account(struct state_account *account)
{
	for (struct state_slot *slot = account->first_slot; slot; slot = slot->next) {
		bool known = account->exists && slot_is_current(slot);

		slot->base = known ? slot->current : U256_ZERO;
		account->stored |= !u256_is_zero(&slot->base);
	}
	account->base = account->now;
	account->base_exists = account->exists;
	account->storage_reset = false;
	account->code_is_new = false;
}

void state_each_change(struct state *s, const struct state_change_visitor *visitor)
{
	struct state_account *account;

	s->journal_len = 0;
	for (account = s->first_account; account; account = account->next) {
		bool existed_or_exists = account->exists || account->base_exists;

		if (!existed_or_exists)
			continue;
		if (!fields_changed(account) && !next_changed(account->first_slot))
			continue;
		visit_account(s, account, visitor);
		settle_account(account);
	}
}

void state_each_changed_account(const struct state *s, void *context,
				void (*visit)(void *context, const struct address *address,
					      const struct account *account))
{
	for (const struct state_account *account = s->first_account; account;
	     account = account->next) {
		if ((account->exists || account->base_exists) && fields_changed(account))
			visit(context, &account->address, account->exists ? &account->now : NULL);
	}
}
