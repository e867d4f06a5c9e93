/* state_trie: the state of a chain as Ethereum commits to it: the account trie
 * and a storage trie for each account.  Reader below a `struct state`, and
 * consumer of its changes.  Core. */
#ifndef GAVEL_EVM_STATE_TRIE_H
#define GAVEL_EVM_STATE_TRIE_H

#include "evm/state.h"
#include "trie/trie.h"

/* Where nodes and code are kept.  `owner` is NULL for the account trie, else
 * the keccak256 of the address whose storage trie it is. */
struct state_store {
	void *context;
	bool (*load_node)(void *context, struct arena *a, struct bytes *rlp,
			  const struct hash32 *owner, struct trie_path path,
			  const struct hash32 *hash);
	/* The bytes live as long as `a`.  The hash is checked by the caller. */
	bool (*load_code)(void *context, struct arena *a, struct bytes *code,
			  const struct hash32 *hash);
};

/* Where a committed block's new nodes and codes go (see struct trie_sink;
 * rlp.len = 0: nothing stands at that path any more). */
struct state_sink {
	void *context;
	void (*store_node)(void *context, const struct hash32 *owner, struct trie_path path,
			   const struct hash32 *hash, struct bytes rlp);
	void (*store_code)(void *context, const struct hash32 *hash, struct bytes code);
	/* The whole storage trie of `owner` is gone. */
	void (*clear_storage)(void *context, const struct hash32 *owner);
};

struct state_trie;

/* Opens the state at `root` (keccak_empty_trie: the empty state).  Everything
 * lives in `a`; the tries stay open, with the nodes they have loaded, until
 * the arena is freed. */
struct state_trie *state_trie_open(struct arena *a, const struct state_store *store,
				   const struct hash32 *root);

/* To put a struct state on top; lives as long as the state_trie. */
const struct state_reader *state_trie_reader(struct state_trie *t);

/* Takes the changes of `s` (state_each_change) into the tries and returns the
 * new root.  `sink` gets the new nodes and codes, or is NULL (then they stay
 * pending: the next call with a sink gives it all).  `*ok` false: a node was
 * missing or wrong, nothing here is to be trusted. */
struct hash32 state_trie_apply(struct state_trie *t, struct state *s, const struct state_sink *sink,
			       bool *ok);

/* The storage root of an account as last applied; keccak_empty_trie when
 * there is none. */
bool state_trie_storage_root(struct state_trie *t, const struct address *address,
			     struct hash32 *root);

/* eth_getProof (EIP-1186): nodes from the root to the account, and of a slot. */
enum trie_err state_trie_prove_account(struct state_trie *t, struct arena *a,
				       const struct address *address, const struct bytes **nodes,
				       size_t *count);
enum trie_err state_trie_prove_storage(struct state_trie *t, struct arena *a,
				       const struct address *address, const struct hash32 *key,
				       const struct bytes **nodes, size_t *count);

/* rlp([nonce, balance, storageRoot, codeHash]), and its strict inverse. */
struct bytes account_encode(struct arena *a, const struct account *account);
bool account_decode(struct account *account, struct bytes rlp);

#endif
