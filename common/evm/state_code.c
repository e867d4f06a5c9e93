/* state_code: accounts' code, made ready to run once for each code hash. */
#include "evm/state_private.h"

#include "crypto/keccak.h"

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

static const struct evm_code *add_code(struct state *s, const struct hash32 *hash,
				       struct bytes bytes)
{
	struct state_key key = code_key(hash);
	struct evm_code *code = evm_code_new(s->arena, bytes, hash);

	state_table_add(&s->codes, &key, code);
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
	return add_code(s, hash, bytes);
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
	account->code = known ? known : add_code(s, &hash, code);
	account->code_is_new = true;
}
