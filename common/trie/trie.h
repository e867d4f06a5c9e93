/* trie: Merkle-Patricia trie (yellow paper, appendix D) over an abstract node
 * source.  A map from 32-byte (or other) keys to byte strings with a root
 * hash; it knows nothing of the EVM, SQL or L1.
 *
 * Nodes are loaded on first touch, changed in memory, and hashed once, when
 * the root is asked for.  All memory comes from the arena given at opening.
 * Core. */
#ifndef GAVEL_TRIE_TRIE_H
#define GAVEL_TRIE_TRIE_H

#include "base/arena.h"

/* The longest key, in bytes.  A longer one is in no trie: trie_get() and
 * trie_delete() say ABSENT, trie_prove() and trie_verify() BAD_NODE;
 * trie_put() of one is the caller's mistake and fails the trie. */
#define TRIE_MAX_KEY 32

enum trie_err {
	TRIE_OK,
	TRIE_ABSENT,   /* no value under that key: an answer, not a failure */
	TRIE_MISSING,  /* the source has no node of that hash */
	TRIE_BAD_NODE, /* the source lied: bytes that do not hash to what was
			* asked, or are no canonical trie node */
};

/* A path: nibbles, one a byte, most significant first; at most 64 here. */
struct trie_path {
	const uint8_t *nibbles;
	size_t len;
};

/* Where nodes come from.  `path` is where the node hangs below the root, for
 * stores that are ordered by it; a store keyed by hash ignores it. */
struct trie_source {
	void *context;
	/* True and the node's RLP, or false when there is none.  The RLP is
	 * read before the next call and then forgotten; `a` is room for it,
	 * if it needs one, and for nothing else: the trie takes it back.  The
	 * trie checks the hash. */
	bool (*load)(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *hash,
		     struct trie_path path);
};

/* Where new nodes go, at commit.  Called once for each node with an own hash
 * that is new since the trie was opened or last committed, children before
 * parents; and once for each path at which a stored node stood before and
 * none stands now (rlp.len = 0, hash NULL).  A node that changed and changed
 * back may be given again.  The views die with the call. */
struct trie_sink {
	void *context;
	void (*store)(void *context, struct trie_path path, const struct hash32 *hash,
		      struct bytes rlp);
};

struct trie_work;

struct trie {
	struct arena *arena;
	const struct trie_source *source; /* NULL: nothing is stored yet */
	struct trie_work *work;           /* nodes and spare memory; private */
	enum trie_err failed;             /* first MISSING or BAD_NODE met; see trie_failed() */
};

/* Opens the trie with `root`; loads nothing yet.  keccak_empty_trie opens an
 * empty one.  `a` and `source` must outlive it. */
void trie_open(struct trie *t, struct arena *a, const struct trie_source *source,
	       const struct hash32 *root);

/* TRIE_OK: `*value` is a view that lives until the key is changed or the arena
 * is freed.  Any other answer leaves `*value` untouched. */
enum trie_err trie_get(struct trie *t, struct bytes key, struct bytes *value);

/* Sets `key` to `value` (copied).  No value is empty: an empty one deletes. */
enum trie_err trie_put(struct trie *t, struct bytes key, struct bytes value);

/* TRIE_ABSENT when there was nothing. */
enum trie_err trie_delete(struct trie *t, struct bytes key);

/* After MISSING or BAD_NODE the trie is not to be trusted: every later call
 * gives that error again. */
enum trie_err trie_failed(const struct trie *t);

/* The root hash; hashes each changed node once.  All zero when the trie has
 * failed (so of trie_commit(), which then stores nothing). */
struct hash32 trie_root(struct trie *t);

/* trie_root(), and gives `sink` every node that is new.  From here on nothing
 * counts as new. */
struct hash32 trie_commit(struct trie *t, const struct trie_sink *sink);

/* The nodes from the root towards `key`, RLP, in `a`: an EIP-1186 proof of the
 * value or of its absence (TRIE_OK both).  Nodes embedded in their parent
 * (shorter than 32 bytes) are not listed apart.  At most 65 nodes; none when
 * the trie is empty. */
enum trie_err trie_prove(struct trie *t, struct arena *a, struct bytes key,
			 const struct bytes **nodes, size_t *count);

/* Checks a proof against `root`.  TRIE_OK: `*value` is a view into `nodes`.
 * TRIE_ABSENT: proven absent.  TRIE_BAD_NODE: no proof (also when a node is
 * not needed).  Nothing but TRIE_OK touches `*value`. */
enum trie_err trie_verify(const struct hash32 *root, struct bytes key, const struct bytes *nodes,
			  size_t count, struct bytes *value);

/* The root of the list trie of `items` (keys are rlp(index)): a block's
 * transactionsRoot and receiptsRoot.  `scratch` is used and reset; no item is
 * empty, and items may live in `scratch` too. */
struct hash32 trie_list_root(struct arena *scratch, const struct bytes *items, size_t count);

#endif
