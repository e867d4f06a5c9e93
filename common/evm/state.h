/* state: accounts, storage and what a transaction does to them, with a
 * journal: every change can be undone back to a mark.
 *
 * Reads fall through to a `struct state_reader` (a trie, the oracle, a test's
 * JSON) on first touch and are kept, so a value is read once per block.  The
 * changes of many transactions gather here until state_trie_apply() (or
 * another consumer) takes them by state_each_change().  Core. */
#ifndef GAVEL_EVM_STATE_H
#define GAVEL_EVM_STATE_H

#include "base/arena.h"
#include "eth/receipt.h"
#include "eth/u256.h"
#include "evm/code.h"

struct account {
	uint64_t nonce;
	struct u256 balance; /* wei */
	struct hash32 storage_root;
	struct hash32 code_hash;
};

/* The state before.  False: the source failed (a node is missing or wrong).
 * The state then remembers it (state_failed()), the value reads as absent and
 * the caller must throw the result away. */
struct state_reader {
	void *context;
	/* *exists false: there is no such account. */
	bool (*account)(void *context, const struct address *address, struct account *account,
			bool *exists);
	/* Of an account that exists; 0 where nothing is stored. */
	bool (*storage)(void *context, const struct address *address, const struct hash32 *key,
			struct u256 *value);
	/* The bytes whose keccak256 is `hash`, valid until the next call. */
	bool (*code)(void *context, const struct hash32 *hash, struct bytes *code);
};

struct state;
struct state_account; /* handle of a touched account; valid as long as the state */

/* A state in `a`, on top of `reader`. */
struct state *state_new(struct arena *a, const struct state_reader *reader);
bool state_failed(const struct state *s);

/* The arena that it lives in; what is allocated there and kept is the
 * caller's own business. */
struct arena *state_arena(const struct state *s);

/* A transaction's scope: begin clears the access list, transient storage,
 * refund, logs and "created" marks, and makes current storage values the
 * original ones (EIP-2200); end deletes what self-destructed in it (EIP-6780)
 * and touched accounts that are empty (EIP-161).  Changes before the next
 * begin can no longer be undone. */
void state_begin_transaction(struct state *s);
void state_end_transaction(struct state *s);

/* Do and undo (balances, nonces, code, storage, transient storage, warmth,
 * logs, refund, created and destroyed marks). */
size_t state_mark(const struct state *s);
void state_undo(struct state *s, size_t mark);

/* The account, loaded on first use; never NULL: an absent one is empty. */
struct state_account *state_account(struct state *s, const struct address *address);

const struct address *state_address(const struct state_account *account);
bool state_exists(const struct state_account *account);
/* EIP-161: nonce 0, balance 0, no code. */
bool state_is_empty(const struct state_account *account);
uint64_t state_nonce(const struct state_account *account);
const struct u256 *state_balance(const struct state_account *account);
const struct hash32 *state_code_hash(const struct state_account *account);
/* Ready to run; evm_code_empty when there is none. */
const struct evm_code *state_code(struct state *s, struct state_account *account);
/* EIP-7610: any storage before this transaction, or a nonce or code. */
bool state_has_storage(const struct state_account *account);

void state_set_nonce(struct state *s, struct state_account *account, uint64_t nonce);
void state_set_balance(struct state *s, struct state_account *account, const struct u256 *balance);
/* The sum can't pass 2^256 while the supply doesn't; it saturates. */
void state_add_balance(struct state *s, struct state_account *account, const struct u256 *wei);
/* False when the balance is lower, and nothing changed. */
bool state_sub_balance(struct state *s, struct state_account *account, const struct u256 *wei);
/* Copies `code`; empty removes it (EIP-7702 delegation to zero). */
void state_set_code(struct state *s, struct state_account *account, struct bytes code);
/* Marks it created in this transaction: its storage reads as empty. */
void state_create(struct state *s, struct state_account *account);
bool state_is_created(const struct state_account *account);
/* Marks it for deletion at the end of the transaction. */
void state_destroy(struct state *s, struct state_account *account);
/* Touches it in the sense of EIP-161. */
void state_touch(struct state *s, struct state_account *account);

/* A storage slot: the handle lets SLOAD and SSTORE look it up once. */
struct state_slot;
struct state_slot *state_slot(struct state *s, struct state_account *account,
			      const struct u256 *key);
const struct u256 *state_slot_current(const struct state_slot *slot);
const struct u256 *state_slot_original(const struct state_slot *slot);
void state_slot_set(struct state *s, struct state_slot *slot, const struct u256 *value);

/* EIP-2929: true when it was cold until now; it is warm afterwards. */
bool state_warm_account(struct state *s, struct state_account *account);
bool state_warm_slot(struct state *s, struct state_slot *slot);
bool state_is_warm_account(const struct state_account *account);
/* EIP-2930: warms a slot without asking the reader for its value. */
void state_warm_storage(struct state *s, struct state_account *account, const struct u256 *key);
/* These addresses are warm in every transaction (the precompiles).  `list`
 * must outlive the state; a later call replaces it. */
void state_keep_warm(struct state *s, const struct address *list, size_t count);

struct u256 state_transient(const struct state *s, const struct state_account *account,
			    const struct u256 *key);
void state_set_transient(struct state *s, struct state_account *account, const struct u256 *key,
			 const struct u256 *value);

void state_add_refund(struct state *s, int64_t gas);
int64_t state_refund(const struct state *s);

/* Copies topics (at most 4) and data. */
void state_add_log(struct state *s, const struct address *address, const struct hash32 *topics,
		   size_t topic_count, struct bytes data);
/* The logs of this transaction so far; they live as long as the state. */
void state_logs(const struct state *s, const struct log **logs, size_t *count);

/* What changed since the state was made (or since the last call), in address
 * order of first touch: accounts, then each account's slots.  `storage_reset`:
 * what was stored before does not count any more.  After it, current values
 * count as unchanged. */
struct state_change_visitor {
	void *context;
	/* `account` NULL: deleted.  storage_root in it is what the reader gave;
	 * the visitor knows the new one.  `code` not empty: new code. */
	void (*account)(void *context, const struct address *address, const struct account *account,
			bool storage_reset, struct bytes code);
	/* Of the account visited last; value 0: deleted. */
	void (*storage)(void *context, const struct hash32 *key, const struct u256 *value);
	/* After the slots of the account visited last. */
	void (*account_done)(void *context);
};
void state_each_change(struct state *s, const struct state_change_visitor *visitor);

/* The accounts among these changes whose nonce, balance, code or existence is
 * another one (not those with new slots only), as they are now; `account` NULL:
 * deleted.  All of it counts as changed afterwards, too. */
void state_each_changed_account(const struct state *s, void *context,
				void (*visit)(void *context, const struct address *address,
					      const struct account *account));

#endif
