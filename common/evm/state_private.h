/* state_private: what state*.c share.  Nobody else looks inside.
 *
 * Nothing is cleared between transactions: each has a number, the epoch, and
 * a mark ("warm", "created") holds when it bears the present one. */
#ifndef GAVEL_EVM_STATE_PRIVATE_H
#define GAVEL_EVM_STATE_PRIVATE_H

#include "base/arena_reuse.h"
#include "evm/state.h"
#include "evm/state_table.h"

/* Slots of an account that were used lately, by the key's lowest bits. */
#define RECENT_SLOTS 32

/* In a slot: its value has not been read yet. */
#define GENERATION_UNREAD UINT64_MAX

struct state_account {
	struct state *state;
	struct address address;
	bool exists;
	bool always_warm;
	bool code_is_new;    /* since state_each_change() */
	bool storage_reset;  /* likewise: what the reader stores is void */
	bool stored;         /* there is or may be storage below */
	bool base_exists;    /* as the reader knows it */
	uint64_t number;     /* in order of first touch; part of its slots' keys */
	uint64_t generation; /* of its storage; 0: the reader's */
	uint64_t warm_epoch;
	uint64_t created_epoch;
	uint64_t destroyed_epoch;
	struct account now;
	struct account base;         /* as the reader knows it */
	const struct evm_code *code; /* NULL: not loaded */
	struct state_slot **recent;  /* RECENT_SLOTS of them, or NULL */
	struct state_slot *first_slot;
	struct state_slot **last_slot;
	struct state_account *next; /* in order of first touch */
};

struct state_slot {
	struct state_account *account;
	struct u256 key;
	struct u256 current;
	struct u256 original; /* valid when written_epoch is the present one */
	struct u256 base;     /* as the reader knows it */
	uint64_t written_epoch;
	uint64_t warm_epoch;
	uint64_t generation; /* of the account's storage that `current` belongs to */
	struct state_slot *next;
};

struct transient_slot {
	uint64_t account_number;
	struct u256 key;
	struct u256 value; /* valid when `epoch` is the present one */
	uint64_t epoch;
};

enum change_kind {
	CHANGE_TOUCH,
	CHANGE_NONCE,
	CHANGE_BALANCE,
	CHANGE_CODE,
	CHANGE_CREATED,
	CHANGE_DESTROYED,
	CHANGE_WARM_ACCOUNT,
	CHANGE_WARM_SLOT,
	CHANGE_SLOT,
	CHANGE_SLOT_RESET,
	CHANGE_TRANSIENT,
	CHANGE_REFUND,
	CHANGE_LOG,
};

/* One change, with what was before. */
struct change {
	uint8_t kind;
	bool existed; /* of account changes */
	union {
		struct state_account *account;
		struct state_slot *slot;
		struct transient_slot *transient;
	};
	union {
		uint64_t nonce;
		struct u256 value;
		int64_t refund;
		const struct state_account *old_account; /* CODE, CREATED */
		const struct state_slot *old_slot;       /* SLOT_RESET */
	};
};

struct state {
	struct arena *arena;
	const struct state_reader *reader;
	bool failed;
	uint64_t epoch; /* from 1 */
	uint64_t last_generation;
	int64_t refund;

	struct state_table accounts;
	struct state_table slots;
	struct state_table transients;
	struct state_table codes; /* struct evm_code by hash */
	/* Code that can be read again, with what the interpreter makes of it. */
	struct arena code_arena;
	struct arena_reuse code_blocks;
	size_t code_bytes; /* of it, about */
	struct state_account *first_account;
	struct state_account **last_account;
	uint64_t account_count;

	const struct address *always_warm;
	size_t always_warm_count;

	struct change *journal;
	size_t journal_len;
	size_t journal_capacity;

	struct log *logs; /* of this transaction; those of earlier ones lie before */
	size_t log_count;
	size_t log_capacity;
};

/* state_journal.c: its part of state_new(). */
void state_journal_init(struct state *s);

/* Appends to the journal; the caller fills in what was before. */
void state_journal_grow(struct state *s);

static inline struct change *state_record(struct state *s, enum change_kind kind)
{
	struct change *change;

	if (s->journal_len == s->journal_capacity)
		state_journal_grow(s);
	change = &s->journal[s->journal_len++];
	change->kind = (uint8_t)kind;
	return change;
}

static inline struct change *state_record_account(struct state_account *account,
						  enum change_kind kind)
{
	struct change *change = state_record(account->state, kind);

	change->existed = account->exists;
	change->account = account;
	return change;
}

/* state_storage.c: its part of state_new(). */
void state_storage_init(struct state *s);

/* state_code.c: its part of state_new(). */
void state_code_init(struct state *s);
/* Between transactions, when nothing runs: what was read goes if it is much. */
void state_code_trim(struct state *s);

/* From here on the account's storage is empty, its code gone. */
void state_forget_storage(struct state_account *account);
void state_forget_code(struct state_account *account);
/* `code`, not empty, is the account's from here on. */
void state_adopt_code(struct state *s, struct state_account *account, struct bytes code);

#endif
