/* state_code: accounts' code, made ready to run once for each code hash.
 *
 * What a transaction has read is kept while it runs, which its gas limits (2,600
 * for each account, 2^24 in all), and for the next ones as long as it isn't much: a
 * block's gas can read hundreds of megabytes. */
#include "evm/state_private.h"

#include "crypto/keccak.h"

/* More than that is read again by the next transaction. */
#define CODE_KEPT  ((size_t)16 << 20)
#define CODE_BLOCK ((size_t)256 << 10)

static struct state_key code_key(const struct hash32 *hash)
{
	struct state_key key = { 0 };

	for (size_t i = 0; i < 4; i++)
		key.word[i] = le64_load(hash->b + 8 * i);
	return key;
}

static void key_of_code(const void *value, struct state_key *key)
{
	*key = code_key(&((const struct evm_code *)value)->hash);
}

void state_code_init(struct state *s)
{
	state_table_init(&s->codes, s->arena, key_of_code);
	arena_reuse_init(&s->code_blocks, s->arena);
	arena_init(&s->code_arena, &s->code_blocks.source, CODE_BLOCK);
}

static const struct evm_code *find_code(const struct state *s, const struct hash32 *hash)
{
	struct state_key key = code_key(hash);
	uint64_t key_hash = state_table_hash(&s->codes, &key);
	size_t position = state_table_first(&s->codes, key_hash);
	const struct evm_code *code;

	do {
		code = state_table_candidate(&s->codes, key_hash, &position);
	} while (code && !hash32_eq(&code->hash, hash));
	return code;
}

static const struct evm_code *add_code(struct state *s, const struct evm_code *code)
{
	struct state_key key = code_key(&code->hash);

	state_table_add(&s->codes, &key, (void *)(uintptr_t)code);
	return code;
}

static const struct evm_code *read_code(struct state *s, const struct hash32 *hash)
{
	const struct evm_code *code = find_code(s, hash);
	struct bytes bytes;

	if (code)
		return code;
	if (!s->reader->code(s->reader->context, hash, &bytes)) {
		s->failed = true;
		return &evm_code_empty;
	}
	s->code_bytes += bytes.len;
	return add_code(s, evm_code_new(&s->code_arena, bytes, hash));
}

/* Code that was put here can't be read yet, and stays. */
void state_code_trim(struct state *s)
{
	if (s->code_bytes <= CODE_KEPT)
		return;
	state_table_init(&s->codes, s->arena, key_of_code);
	for (struct state_account *account = s->first_account; account; account = account->next) {
		const struct evm_code *code = account->code;
		const struct arena *arena = code ? evm_code_arena(code) : NULL;

		if (arena == &s->code_arena)
			account->code = NULL;
		else if (arena && !find_code(s, &code->hash))
			(void)add_code(s, code);
	}
	arena_free(&s->code_arena);
	s->code_bytes = 0;
}

const struct hash32 *state_code_hash(const struct state_account *account)
{
	return &account->now.code_hash;
}

const struct evm_code *state_code(struct state *s, struct state_account *account)
{
	if (account->code)
		return account->code;
	if (hash32_eq(&account->now.code_hash, &keccak_empty))
		account->code = &evm_code_empty;
	else
		account->code = read_code(s, &account->now.code_hash);
	return account->code;
}

void state_forget_code(struct state_account *account)
{
	account->now.code_hash = keccak_empty;
	account->code = &evm_code_empty;
	account->code_is_new = false;
}

void state_adopt_code(struct state *s, struct state_account *account, struct bytes code)
{
	struct hash32 hash = keccak256(code);
	const struct evm_code *known = find_code(s, &hash);

	account->now.code_hash = hash;
	account->code = known ? known : add_code(s, evm_code_new(s->arena, code, &hash));
	account->code_is_new = true;
}
