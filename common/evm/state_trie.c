/* state_trie: the tries below a state.  An `owner` is kept for each account
 * that was looked at: its place in the account trie, and its storage trie once
 * somebody has asked for a slot. */
#include "evm/state_trie.h"

#include "base/arena_reuse.h"
#include "crypto/keccak.h"
#include "eth/rlp.h"
#include "evm/state_table.h"

struct owner {
	struct state_trie *t;
	struct address address;
	struct hash32 hash; /* of the address: its place in the account trie */
	struct hash32 storage_root;
	bool looked_up;       /* storage_root is known */
	bool storage_cleared; /* the sink has not heard of it yet */
	bool pending;         /* is in the list of `pending` owners */
	struct trie *storage; /* NULL: not open */
	struct trie_source source;
	struct owner *next_pending;
};

/* Fits a code of the usual size limit. */
#define LOADED_BLOCK ((size_t)32 * 1024)

/* One that a change brought. */
struct known_code {
	struct hash32 hash;
	struct bytes bytes;
	struct known_code *next_pending;
};

struct state_trie {
	struct arena *arena;
	const struct state_store *store;
	struct state_reader reader;
	struct trie_source source;
	struct trie accounts;
	bool failed;

	struct state_table owners; /* by address */
	struct state_table codes;  /* by hash */
	struct owner *pending_owners;
	struct known_code *pending_codes;
	struct arena loaded; /* the code that was read last */
	struct arena_reuse loaded_blocks;

	/* While changes are taken: the account visited last. */
	struct owner *visited;
	struct account visited_account;
	bool visited_exists;
	bool visited_storage; /* a slot was among the changes */
};

/* Addresses and hashes, as table keys. */
static struct state_key key_of_bytes(const uint8_t *data, size_t len)
{
	struct state_key key = { 0 };

	memcpy(key.word, data, len);
	return key;
}

static void key_of_owner(const void *value, struct state_key *key)
{
	const struct owner *owner = value;

	*key = key_of_bytes(owner->address.b, sizeof(owner->address.b));
}

static void key_of_code(const void *value, struct state_key *key)
{
	const struct known_code *code = value;

	*key = key_of_bytes(code->hash.b, sizeof(code->hash.b));
}

static struct owner *owner_of(struct state_trie *t, const struct address *address)
{
	struct state_key key = key_of_bytes(address->b, sizeof(address->b));
	uint64_t hash = state_table_hash(&t->owners, &key);
	size_t position = state_table_first(&t->owners, hash);
	struct owner *owner;

	do {
		owner = state_table_candidate(&t->owners, hash, &position);
	} while (owner && !address_eq(&owner->address, address));
	if (owner)
		return owner;
	owner = ARENA_NEW(t->arena, struct owner);
	owner->t = t;
	owner->address = *address;
	owner->hash = keccak256(bytes_of_address(address));
	state_table_add(&t->owners, &key, owner);
	return owner;
}

static bool load_account_node(void *context, struct arena *a, struct bytes *rlp,
			      const struct hash32 *hash, struct trie_path path)
{
	const struct state_store *store = ((struct state_trie *)context)->store;

	return store->load_node(store->context, a, rlp, NULL, path, hash);
}

static bool load_storage_node(void *context, struct arena *a, struct bytes *rlp,
			      const struct hash32 *hash, struct trie_path path)
{
	const struct owner *owner = context;
	const struct state_store *store = owner->t->store;

	return store->load_node(store->context, a, rlp, &owner->hash, path, hash);
}

/* TRIE_OK and TRIE_ABSENT are answers.  Anything else is the end. */
static bool is_answer(struct state_trie *t, enum trie_err err)
{
	if (err == TRIE_OK || err == TRIE_ABSENT)
		return true;
	t->failed = true;
	return false;
}

static bool is_wrong(struct state_trie *t)
{
	t->failed = true;
	return false;
}

/* Reads the owner's account.  False: the store failed. */
static bool look_up(struct owner *owner, struct account *account, bool *exists)
{
	struct state_trie *t = owner->t;
	struct bytes rlp;
	enum trie_err err = trie_get(&t->accounts, bytes_of_hash(&owner->hash), &rlp);

	if (!is_answer(t, err))
		return false;
	*exists = err == TRIE_OK;
	if (*exists && !account_decode(account, rlp))
		return is_wrong(t);
	owner->storage_root = *exists ? account->storage_root : keccak_empty_trie;
	owner->looked_up = true;
	return true;
}

static bool know(struct owner *owner)
{
	struct account account;
	bool exists;

	return owner->looked_up || look_up(owner, &account, &exists);
}

/* Its storage trie, opened now if it was not; NULL: the store failed. */
static struct trie *storage_of(struct owner *owner)
{
	if (owner->storage)
		return owner->storage;
	if (!know(owner))
		return NULL;
	owner->source = (struct trie_source){ owner, load_storage_node };
	owner->storage = ARENA_NEW(owner->t->arena, struct trie);
	trie_open(owner->storage, owner->t->arena, &owner->source, &owner->storage_root);
	return owner->storage;
}

static bool read_account(void *context, const struct address *address, struct account *account,
			 bool *exists)
{
	return look_up(owner_of(context, address), account, exists);
}

static bool read_storage(void *context, const struct address *address, const struct hash32 *key,
			 struct u256 *value)
{
	struct state_trie *t = context;
	struct trie *storage = storage_of(owner_of(t, address));
	struct hash32 place = keccak256(bytes_of_hash(key));
	struct bytes rlp;
	enum trie_err err;

	if (!storage)
		return false;
	*value = U256_ZERO;
	err = trie_get(storage, bytes_of_hash(&place), &rlp);
	if (err == TRIE_OK && (!rlp_next_u256(&rlp, value) || rlp.len != 0))
		return is_wrong(t);
	return is_answer(t, err);
}

static struct known_code *find_code(struct state_trie *t, const struct hash32 *hash)
{
	struct state_key key = key_of_bytes(hash->b, sizeof(hash->b));
	uint64_t key_hash = state_table_hash(&t->codes, &key);
	size_t position = state_table_first(&t->codes, key_hash);
	struct known_code *code;

	do {
		code = state_table_candidate(&t->codes, key_hash, &position);
	} while (code && !hash32_eq(&code->hash, hash));
	return code;
}

static struct known_code *add_code(struct state_trie *t, const struct hash32 *hash,
				   struct bytes bytes)
{
	struct state_key key = key_of_bytes(hash->b, sizeof(hash->b));
	struct known_code *code = ARENA_NEW(t->arena, struct known_code);

	code->hash = *hash;
	code->bytes = bytes;
	state_table_add(&t->codes, &key, code);
	return code;
}

static bool read_code(void *context, const struct hash32 *hash, struct bytes *bytes)
{
	struct state_trie *t = context;
	struct known_code *code = find_code(t, hash);
	struct hash32 actual;

	if (code) {
		*bytes = code->bytes;
		return true;
	}
	arena_free(&t->loaded);
	if (!t->store->load_code(t->store->context, &t->loaded, bytes, hash))
		return is_wrong(t);
	actual = keccak256(*bytes);
	if (!hash32_eq(&actual, hash))
		return is_wrong(t);
	return true;
}

struct state_trie *state_trie_open(struct arena *a, const struct state_store *store,
				   const struct hash32 *root)
{
	struct state_trie *t = ARENA_NEW(a, struct state_trie);

	t->arena = a;
	t->store = store;
	t->reader = (struct state_reader){ t, read_account, read_storage, read_code };
	t->source = (struct trie_source){ t, load_account_node };
	trie_open(&t->accounts, a, &t->source, root);
	state_table_init(&t->owners, a, key_of_owner);
	state_table_init(&t->codes, a, key_of_code);
	arena_reuse_init(&t->loaded_blocks, a);
	arena_init(&t->loaded, &t->loaded_blocks.source, LOADED_BLOCK);
	return t;
}

const struct state_reader *state_trie_reader(struct state_trie *t)
{
	return &t->reader;
}

/* Notes that the sink is to hear of this owner. */
static void make_pending(struct owner *owner)
{
	if (owner->pending)
		return;
	owner->pending = true;
	owner->next_pending = owner->t->pending_owners;
	owner->t->pending_owners = owner;
}

static void clear_storage(struct owner *owner)
{
	if (!know(owner))
		return;
	if (owner->storage || !hash32_eq(&owner->storage_root, &keccak_empty_trie)) {
		owner->storage_cleared = true;
		make_pending(owner);
	}
	owner->storage = NULL;
	owner->storage_root = keccak_empty_trie;
}

static void take_code(struct state_trie *t, const struct hash32 *hash, struct bytes bytes)
{
	struct known_code *code;

	if (find_code(t, hash))
		return;
	code = add_code(t, hash, arena_copy(t->arena, bytes));
	code->next_pending = t->pending_codes;
	t->pending_codes = code;
}

static void take_account(void *context, const struct address *address,
			 const struct account *account, bool storage_reset, struct bytes code)
{
	struct state_trie *t = context;

	t->visited = owner_of(t, address);
	t->visited_exists = account != NULL;
	t->visited_storage = false;
	if (storage_reset || !account)
		clear_storage(t->visited);
	if (!account)
		return;
	t->visited_account = *account;
	if (code.len)
		take_code(t, &account->code_hash, code);
}

static void take_storage(void *context, const struct hash32 *key, const struct u256 *value)
{
	struct state_trie *t = context;
	struct trie *storage = storage_of(t->visited);
	struct hash32 place = keccak256(bytes_of_hash(key));
	uint8_t buffer[64];
	struct rlp_writer w = { .data = buffer, .capacity = sizeof(buffer) };

	if (!storage)
		return;
	t->visited_storage = true;
	if (u256_is_zero(value)) {
		(void)is_answer(t, trie_delete(storage, bytes_of_hash(&place)));
		return;
	}
	rlp_write_u256(&w, value);
	(void)is_answer(t, trie_put(storage, bytes_of_hash(&place), rlp_written(&w)));
}

static void write_account(struct rlp_writer *w, const struct account *account)
{
	size_t list = rlp_begin_list(w);

	rlp_write_u64(w, account->nonce);
	rlp_write_u256(w, &account->balance);
	rlp_write_string(w, bytes_of_hash(&account->storage_root));
	rlp_write_string(w, bytes_of_hash(&account->code_hash));
	rlp_end_list(w, list);
}

static void finish_account(void *context)
{
	struct state_trie *t = context;
	struct owner *owner = t->visited;
	struct bytes key = bytes_of_hash(&owner->hash);
	uint8_t buffer[192]; /* an account takes 110 at most */
	struct rlp_writer w = { .data = buffer, .capacity = sizeof(buffer) };

	if (!t->visited_exists) {
		(void)is_answer(t, trie_delete(&t->accounts, key));
		return;
	}
	if (!know(owner))
		return;
	if (t->visited_storage) {
		owner->storage_root = trie_root(owner->storage);
		(void)is_answer(t, trie_failed(owner->storage));
		make_pending(owner);
	}
	t->visited_account.storage_root = owner->storage_root;
	write_account(&w, &t->visited_account);
	(void)is_answer(t, trie_put(&t->accounts, key, rlp_written(&w)));
}

/* A trie's sink, which adds whose trie it is. */
struct owned_sink {
	const struct state_sink *sink;
	const struct hash32 *owner;
};

static void store_owned(void *context, struct trie_path path, const struct hash32 *hash,
			struct bytes rlp)
{
	const struct owned_sink *owned = context;

	owned->sink->store_node(owned->sink->context, owned->owner, path, hash, rlp);
}

static void commit(struct trie *trie, const struct state_sink *sink, const struct hash32 *owner)
{
	struct owned_sink owned = { sink, owner };
	struct trie_sink trie_sink = { &owned, store_owned };

	(void)trie_commit(trie, &trie_sink);
}

static void commit_owner(struct owner *owner, const struct state_sink *sink)
{
	if (owner->storage_cleared)
		sink->clear_storage(sink->context, &owner->hash);
	if (owner->storage)
		commit(owner->storage, sink, &owner->hash);
	owner->storage_cleared = false;
	owner->pending = false;
}

static void commit_all(struct state_trie *t, const struct state_sink *sink)
{
	for (struct owner *owner = t->pending_owners; owner; owner = owner->next_pending)
		commit_owner(owner, sink);
	for (struct known_code *code = t->pending_codes; code; code = code->next_pending)
		sink->store_code(sink->context, &code->hash, code->bytes);
	t->pending_owners = NULL;
	t->pending_codes = NULL;
	commit(&t->accounts, sink, NULL);
}

struct hash32 state_trie_apply(struct state_trie *t, struct state *s, const struct state_sink *sink,
			       bool *ok)
{
	struct state_change_visitor visitor = { t, take_account, take_storage, finish_account };
	struct hash32 root;

	state_each_change(s, &visitor);
	root = trie_root(&t->accounts);
	*ok = is_answer(t, trie_failed(&t->accounts)) && !t->failed && !state_failed(s);
	if (*ok && sink)
		commit_all(t, sink);
	return root;
}

bool state_trie_storage_root(struct state_trie *t, const struct address *address,
			     struct hash32 *root)
{
	struct owner *owner = owner_of(t, address);

	if (!know(owner))
		return false;
	*root = owner->storage_root;
	return true;
}

enum trie_err state_trie_prove_account(struct state_trie *t, struct arena *a,
				       const struct address *address, const struct bytes **nodes,
				       size_t *count)
{
	return trie_prove(&t->accounts, a, bytes_of_hash(&owner_of(t, address)->hash), nodes,
			  count);
}

enum trie_err state_trie_prove_storage(struct state_trie *t, struct arena *a,
				       const struct address *address, const struct hash32 *key,
				       const struct bytes **nodes, size_t *count)
{
	struct trie *storage = storage_of(owner_of(t, address));
	struct hash32 place = keccak256(bytes_of_hash(key));

	if (!storage) /* the account could not be read */
		return trie_failed(&t->accounts) != TRIE_OK ? trie_failed(&t->accounts)
							    : TRIE_BAD_NODE;
	return trie_prove(storage, a, bytes_of_hash(&place), nodes, count);
}

struct bytes account_encode(struct arena *a, const struct account *account)
{
	struct rlp_writer w;

	rlp_writer_init(&w, a);
	write_account(&w, account);
	return rlp_written(&w);
}

bool account_decode(struct account *account, struct bytes rlp)
{
	struct bytes items;

	return rlp_next_list(&rlp, &items) && rlp.len == 0 &&
	       rlp_next_u64(&items, &account->nonce) && rlp_next_u256(&items, &account->balance) &&
	       rlp_next_fixed(&items, account->storage_root.b, 32) &&
	       rlp_next_fixed(&items, account->code_hash.b, 32) && items.len == 0;
}
