/* node: the trie's nodes in memory.  Private to common/trie/.
 *
 * A node hangs in a slot: of a branch, of an extension, or the root slot.  The
 * slot is the position (a path below the root), the node is what stands there.
 * So the slot keeps what belongs to the position: how the parent's encoding
 * refers to it, and whether the store holds a node there.  A branch can be
 * encoded from its slots alone, without a look at its children. */
#ifndef GAVEL_TRIE_NODE_H
#define GAVEL_TRIE_NODE_H

#include "trie/trie.h"

#define TRIE_MAX_NIBBLES (2 * TRIE_MAX_KEY)
/* A node this short stands inside its parent instead of a hash. */
#define TRIE_EMBEDDED_BELOW 32

enum trie_kind {
	TRIE_LEAF,
	TRIE_EXTENSION,
	TRIE_BRANCH,
};

/* A node's stretch of path, two nibbles a byte, that ends with a byte's end:
 * skip + len is even.  The first `skip` nibbles are not part of it. */
struct trie_nibbles {
	uint8_t skip;
	uint8_t len;
	uint8_t packed[TRIE_MAX_KEY];
};

static inline uint8_t trie_nibble(const uint8_t *packed, size_t at)
{
	return at & 1 ? packed[at / 2] & 15 : packed[at / 2] >> 4;
}

struct trie_value {
	const uint8_t *data;
	uint32_t len;      /* 0: no value */
	uint32_t capacity; /* of `data`; 0: the bytes are not ours */
};

enum {
	TRIE_SLOT_DIRTY = 1,   /* `ref` is out of date */
	TRIE_SLOT_TOUCHED = 2, /* was dirty since the last commit */
	TRIE_SLOT_CHANGED = 4, /* `ref` is not the one last committed */
	TRIE_SLOT_STORED = 8,  /* the store holds a node at this position */
	TRIE_SLOT_NEW = TRIE_SLOT_DIRTY | TRIE_SLOT_TOUCHED,
};

struct trie_node {
	uint8_t kind; /* enum trie_kind: which of the structs below this is in */
};

struct trie_slot {
	struct trie_node *node; /* NULL: not loaded (or the root of nothing) */
	struct hash32 ref;      /* the node's hash, or its RLP when embedded */
	uint8_t ref_len;        /* 32: a hash; 0: none yet, always dirty */
	uint8_t flags;
};

struct trie_leaf {
	struct trie_node node;
	struct trie_nibbles path;
	struct trie_value value;
};

struct trie_extension {
	struct trie_node node;
	struct trie_nibbles path;
	struct trie_slot child; /* always a branch */
};

struct trie_branch {
	struct trie_node node;
	uint8_t count;    /* of children */
	uint8_t capacity; /* of `slots` */
	uint8_t at[16];   /* by nibble: 0, or 1 + the place in `slots` */
	struct trie_value value;
	struct trie_slot slots[];
};

/* A position that lost its stored node since the last commit. */
struct trie_vacant {
	struct trie_vacant *next;
	uint8_t len;
	uint8_t nibbles[TRIE_MAX_NIBBLES];
};

/* Freed memory is kept by size, in steps of the arena's alignment, up to the
 * largest node: a branch of 16. */
#define TRIE_SPARE_STEP  ((size_t)32)
#define TRIE_SPARE_SIZES ((size_t)27)

struct trie_work {
	struct trie_slot root;
	struct trie_vacant *vacant;
	uint8_t *scratch; /* for one encoded node */
	size_t scratch_size;
	void *spare[TRIE_SPARE_SIZES];
};

/* A node's RLP, taken apart; views into it. */
struct trie_view {
	enum trie_kind kind;
	struct trie_nibbles path; /* of leaf and extension */
	struct bytes value;       /* of leaf and branch; len 0: none */
	/* Empty, 32 bytes of hash, or the RLP of an embedded node.  An
	 * extension has one, at 0. */
	struct bytes child[16];
};

/* node.c: memory and structure. */

/* Notes the trie's first error. */
void trie_fail(struct trie *t, enum trie_err err);

void *trie_take(struct trie *t, size_t size);
void trie_give(struct trie *t, void *memory, size_t size);

/* Room for one encoded node, good until the next call. */
uint8_t *trie_scratch(struct trie *t, size_t size);

void trie_value_set(struct trie *t, struct trie_value *v, struct bytes b);
void trie_value_drop(struct trie *t, struct trie_value *v);

/* `path` of `len` nibbles, one a byte. */
struct trie_nibbles trie_nibbles_pack(const uint8_t *path, size_t len);
void trie_nibbles_unpack(const struct trie_nibbles *n, uint8_t *path);
void trie_nibbles_prepend(struct trie_nibbles *n, const uint8_t *path, size_t len);
void trie_nibbles_drop(struct trie_nibbles *n, size_t count);

struct trie_leaf *trie_leaf_new(struct trie *t, struct trie_nibbles path);
struct trie_extension *trie_extension_new(struct trie *t, struct trie_nibbles path);
struct trie_branch *trie_branch_new(struct trie *t, size_t capacity);
/* Frees the node alone: its children and its value are somebody's already. */
void trie_node_free(struct trie *t, struct trie_node *node);

struct trie_slot *trie_branch_child(struct trie_branch *b, uint8_t nibble);
/* A new, empty slot in the branch that hangs in `slot`; that branch may move. */
struct trie_slot *trie_branch_add(struct trie *t, struct trie_slot *slot, uint8_t nibble);
void trie_branch_remove(struct trie_branch *b, uint8_t nibble);

/* load.c: The node in `slot`, which hangs at `path`; NULL when that failed. */
struct trie_node *trie_load(struct trie *t, struct trie_slot *slot, struct trie_path path,
			    bool must_be_branch);

/* decode.c: Reads a node at `depth` nibbles below the root.  False: not
 * canonical, or of a key that is longer than TRIE_MAX_KEY. */
bool trie_view_read(struct trie_view *v, struct bytes rlp, size_t depth);

/* encode.c: The RLP of a node whose slots have their refs. */
size_t trie_encoded_size(const struct trie_node *node);
void trie_encode(const struct trie_node *node, uint8_t *out);

/* walk.c: from the root towards a key, as far as the trie goes along. */
enum trie_stop {
	TRIE_STOP_FAILED,   /* see trie_failed() */
	TRIE_STOP_EMPTY,    /* nothing in the root slot */
	TRIE_STOP_LEAF,     /* the key's own leaf */
	TRIE_STOP_BRANCH,   /* a branch where the key ends: its value, if any */
	TRIE_STOP_NO_CHILD, /* a branch without a child for the next nibble */
	TRIE_STOP_FORK,     /* a leaf or extension that leaves the key's path
			     * after `common` nibbles */
};

struct trie_walk {
	enum trie_stop stop;
	size_t count;  /* of slots on the way; the last is where it stopped */
	size_t len;    /* of the key, in nibbles */
	size_t common; /* for TRIE_STOP_FORK */
	struct trie_slot *slots[TRIE_MAX_NIBBLES + 1];
	uint8_t depths[TRIE_MAX_NIBBLES + 1]; /* of the slots */
	uint8_t nibbles[TRIE_MAX_NIBBLES];
};

/* `key` is at most TRIE_MAX_KEY bytes long. */
void trie_walk_to(struct trie_walk *w, struct trie *t, struct bytes key);

static inline struct trie_slot *trie_walk_slot(const struct trie_walk *w)
{
	return w->slots[w->count - 1];
}

static inline size_t trie_walk_depth(const struct trie_walk *w)
{
	return w->depths[w->count - 1];
}

/* Marks the whole way as changed. */
void trie_walk_mark(struct trie_walk *w);

/* trie.c: trie_put(), but the value stays where it is. */
enum trie_err trie_put_borrowed(struct trie *t, struct bytes key, struct bytes value);

#endif
