/* state_journal: a transaction's scope, and the way back.  Every change leaves
 * a record of what was before; undoing is going through them from the newest.
 * The records are also the list of what the transaction touched. */
#include "evm/state_private.h"

#define FIRST_JOURNAL_CAPACITY ((size_t)256)
#define FIRST_LOG_CAPACITY     ((size_t)16)

void state_journal_init(struct state *s)
{
	s->journal = ARENA_ARRAY(s->arena, struct change, FIRST_JOURNAL_CAPACITY);
	s->journal_capacity = FIRST_JOURNAL_CAPACITY;
	s->logs = ARENA_ARRAY(s->arena, struct log, FIRST_LOG_CAPACITY);
	s->log_capacity = FIRST_LOG_CAPACITY;
}

void state_journal_grow(struct state *s)
{
	size_t size = s->journal_capacity * sizeof(*s->journal);

	s->journal = arena_grow(s->arena, s->journal, size, 2 * size);
	s->journal_capacity *= 2;
}

void state_begin_transaction(struct state *s)
{
	s->epoch++;
	s->journal_len = 0;
	state_code_trim(s);
	s->refund = 0;
	s->logs += s->log_count;
	s->log_capacity -= s->log_count;
	s->log_count = 0;
}

size_t state_mark(const struct state *s)
{
	return s->journal_len;
}

static void undo_account(const struct change *change)
{
	struct state_account *account = change->account;

	account->exists = change->existed;
	switch ((enum change_kind)change->kind) {
	case CHANGE_NONCE:
		account->now.nonce = change->nonce;
		break;
	case CHANGE_BALANCE:
		account->now.balance = change->value;
		break;
	case CHANGE_CODE:
		account->now.code_hash = change->old_account->now.code_hash;
		account->code = change->old_account->code;
		account->code_is_new = change->old_account->code_is_new;
		break;
	case CHANGE_CREATED:
		account->created_epoch = change->old_account->created_epoch;
		account->generation = change->old_account->generation;
		account->storage_reset = change->old_account->storage_reset;
		account->stored = change->old_account->stored;
		break;
	case CHANGE_DESTROYED:
		account->destroyed_epoch = 0;
		break;
	case CHANGE_WARM_ACCOUNT:
		account->warm_epoch = 0;
		break;
	case CHANGE_TOUCH:
	case CHANGE_WARM_SLOT:
	case CHANGE_SLOT:
	case CHANGE_SLOT_RESET:
	case CHANGE_TRANSIENT:
	case CHANGE_REFUND:
	case CHANGE_LOG:
		break;
	}
}

/* The list of slots is not part of what a snapshot brings back. */
static void restore_slot(struct state_slot *slot, const struct state_slot *old)
{
	struct state_slot *next = slot->next;

	*slot = *old;
	slot->next = next;
}

static void undo(struct state *s, const struct change *change)
{
	switch ((enum change_kind)change->kind) {
	case CHANGE_TOUCH:
	case CHANGE_NONCE:
	case CHANGE_BALANCE:
	case CHANGE_CODE:
	case CHANGE_CREATED:
	case CHANGE_DESTROYED:
	case CHANGE_WARM_ACCOUNT:
		undo_account(change);
		break;
	case CHANGE_WARM_SLOT:
		change->slot->warm_epoch = 0;
		break;
	case CHANGE_SLOT:
		change->slot->current = change->value;
		break;
	case CHANGE_SLOT_RESET:
		restore_slot(change->slot, change->old_slot);
		break;
	case CHANGE_TRANSIENT:
		change->transient->value = change->value;
		break;
	case CHANGE_REFUND:
		s->refund = change->refund;
		break;
	case CHANGE_LOG:
		s->log_count--;
		break;
	}
}

void state_undo(struct state *s, size_t mark)
{
	while (s->journal_len > mark)
		undo(s, &s->journal[--s->journal_len]);
}

static void delete_account(struct state_account *account)
{
	account->exists = false;
	account->now.nonce = 0;
	account->now.balance = U256_ZERO;
	state_forget_code(account);
	state_forget_storage(account);
}

/* The end of a transaction for one account that it touched. */
static void settle(struct state *s, struct state_account *account)
{
	if (account->destroyed_epoch == s->epoch)
		delete_account(account);
	else if (account->exists && state_is_empty(account))
		delete_account(account);
	account->destroyed_epoch = 0;
}

static bool touches_account(enum change_kind kind)
{
	return kind <= CHANGE_DESTROYED;
}

void state_end_transaction(struct state *s)
{
	for (size_t i = 0; i < s->journal_len; i++) {
		const struct change *change = &s->journal[i];

		if (touches_account((enum change_kind)change->kind))
			settle(s, change->account);
	}
	s->journal_len = 0;
}

void state_add_refund(struct state *s, int64_t gas)
{
	state_record(s, CHANGE_REFUND)->refund = s->refund;
	s->refund += gas;
}

int64_t state_refund(const struct state *s)
{
	return s->refund;
}

/* Logs that were handed out stay where they are. */
static void grow_logs(struct state *s)
{
	size_t capacity = 2 * s->log_count + FIRST_LOG_CAPACITY;
	struct log *logs = arena_alloc(s->arena, capacity * sizeof(*logs));

	if (s->log_count)
		memcpy(logs, s->logs, s->log_count * sizeof(*logs));
	s->logs = logs;
	s->log_capacity = capacity;
}

void state_add_log(struct state *s, const struct address *address, const struct hash32 *topics,
		   size_t topic_count, struct bytes data)
{
	struct bytes copy = arena_copy(s->arena, bytes_of(topics, topic_count * sizeof(*topics)));

	if (s->log_count == s->log_capacity)
		grow_logs(s);
	s->logs[s->log_count++] = (struct log){
		.address = *address,
		.topics = (const struct hash32 *)(const void *)copy.data,
		.topic_count = topic_count,
		.data = arena_copy(s->arena, data),
	};
	(void)state_record(s, CHANGE_LOG);
}

void state_logs(const struct state *s, const struct log **logs, size_t *count)
{
	*logs = s->logs;
	*count = s->log_count;
}
