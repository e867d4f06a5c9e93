/* workload: see workload.h for what the transactions are. */
#include "tests/bench/workload.h"

#include <stdlib.h>

#include "crypto/keccak.h"

const char *const workload_names[WORKLOAD_COUNT] = {
	"transfer-fresh", "transfer-recurring", "erc20-fresh", "erc20-recurring", "mixed",
};

const struct address workload_token = { { 0x3c, 0x49, 0x9c, 0x54, 0x2c, 0xef, 0x5e,
					  0x38, 0x11, 0xe1, 0x19, 0x2c, 0xe7, 0x0d,
					  0x8c, 0xc0, 0x3d, 0x5c, 0x33, 0x59 } };

struct making {
	struct arena *arena;
	uint64_t random; /* state of the generator */
	struct signer_key keys[WORKLOAD_SENDERS];
	uint64_t nonces[WORKLOAD_SENDERS];
};

/* splitmix64 */
static uint64_t next_random(struct making *m)
{
	uint64_t z = m->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* keccak256 of a label's number and an index: keys and addresses. */
static struct hash32 numbered_hash(uint64_t label, uint64_t index)
{
	uint8_t seed[16];

	be64_store(seed, label);
	be64_store(seed + 8, index);
	return keccak256(bytes_of(seed, sizeof(seed)));
}

static struct address numbered_address(uint64_t label, uint64_t index)
{
	struct hash32 hash = numbered_hash(label, index);
	struct address address;

	memcpy(address.b, hash.b + 12, sizeof(address.b));
	return address;
}

enum label {
	LABEL_SENDER,
	LABEL_FRESH,
	LABEL_ACCOUNT,
	LABEL_TOKEN,
};

struct signer_key workload_sender_key(unsigned index)
{
	struct hash32 hash = numbered_hash(LABEL_SENDER, index);
	struct signer_key key;

	memcpy(key.b, hash.b, sizeof(key.b));
	return key;
}

struct address workload_sender(unsigned index)
{
	struct signer_key key = workload_sender_key(index);
	struct address address;

	if (!signer_address(&address, &key))
		abort();
	return address;
}

static struct u256 wei(uint64_t mantissa, unsigned decimals)
{
	struct u256 value = u256_from_u64(mantissa);
	struct u256 ten = u256_from_u64(10);

	while (decimals-- > 0)
		u256_mul(&value, &value, &ten);
	return value;
}

static void put_word(uint8_t *call, unsigned index, const uint8_t *data, size_t len)
{
	memcpy(call + 4 + 32 * index + 32 - len, data, len);
}

static void put_amount(uint8_t *call, unsigned index, const struct u256 *amount)
{
	u256_to_be(call + 4 + 32 * index, amount);
}

/* Makes `tx` call `to` with a selector and so many words of zeros. */
static uint8_t *set_call(struct making *m, struct transaction *tx, const struct address *to,
			 uint32_t selector, unsigned words)
{
	uint8_t *call = arena_calloc(m->arena, 4 + 32 * words, 1);

	be32_store(call, selector);
	tx->to = *to;
	tx->value = U256_ZERO;
	tx->data = bytes_of(call, 4 + 32 * words);
	return call;
}

#define SELECTOR_TRANSFER 0xa9059cbbu
#define SELECTOR_APPROVE  0x095ea7b3u
#define SELECTOR_SWAP     0x414bf389u

static void set_token_transfer(struct making *m, struct transaction *tx,
			       const struct address *token, const struct address *to,
			       struct u256 amount)
{
	uint8_t *call = set_call(m, tx, token, SELECTOR_TRANSFER, 2);

	put_word(call, 0, to->b, sizeof(to->b));
	put_amount(call, 1, &amount);
	tx->gas_limit = 65000;
}

static void set_approval(struct making *m, struct transaction *tx, const struct address *token)
{
	uint8_t *call = set_call(m, tx, token, SELECTOR_APPROVE, 2);
	struct address spender = numbered_address(LABEL_TOKEN, 1000);

	put_word(call, 0, spender.b, sizeof(spender.b));
	memset(call + 36, 0xff, 32);
	tx->gas_limit = 46000 + next_random(m) % 1000;
}

/* A Uniswap router's exactInputSingle. */
static void set_swap(struct making *m, struct transaction *tx, unsigned sender)
{
	struct address router = numbered_address(LABEL_TOKEN, 1000);
	uint8_t *call = set_call(m, tx, &router, SELECTOR_SWAP, 7);
	struct u256 in = wei(1 + next_random(m) % 9999, 15);
	struct u256 out = wei(next_random(m) >> 10, 3);
	struct u256 fee = u256_from_u64(3000);
	struct address from = numbered_address(LABEL_TOKEN, next_random(m) % 10);
	struct address to = numbered_address(LABEL_TOKEN, next_random(m) % 10);
	struct address recipient = workload_sender(sender);

	put_word(call, 0, from.b, sizeof(from.b));
	put_word(call, 1, to.b, sizeof(to.b));
	put_amount(call, 2, &fee);
	put_word(call, 3, recipient.b, sizeof(recipient.b));
	put_amount(call, 4, &in);
	put_amount(call, 5, &out);
	tx->gas_limit = 150000 + next_random(m) % 50000;
}

static void set_legacy(struct transaction *tx)
{
	tx->type = TX_LEGACY;
	tx->max_priority_fee_per_gas = tx->max_fee_per_gas;
}

static void set_mixed(struct making *m, struct transaction *tx, size_t index, unsigned sender)
{
	struct address account = numbered_address(LABEL_ACCOUNT, next_random(m) % 2000);
	struct address token = numbered_address(LABEL_TOKEN, next_random(m) % 10);
	unsigned what = (unsigned)(next_random(m) % 20);

	tx->max_fee_per_gas = wei(1000 + index / 200 * 7 % 300, 6);
	tx->max_priority_fee_per_gas = wei(1 + next_random(m) % 3, 6);
	tx->to = account;
	tx->value = wei(1 + next_random(m) % 999, 15);
	if (what < 2)
		set_legacy(tx);
	else if (what >= 9 && what < 16)
		set_token_transfer(m, tx, &token, &account, wei(1 + next_random(m) % 9999, 16));
	else if (what >= 16 && what < 18)
		set_approval(m, tx, &token);
	else if (what == 18)
		set_swap(m, tx, sender);
	else if (what == 19)
		tx->value = u256_from_u64(next_random(m) % 1000000000000000000u);
}

static void set_uniform(struct making *m, struct transaction *tx, enum workload workload,
			size_t index)
{
	bool fresh = workload == WORKLOAD_TRANSFER_FRESH || workload == WORKLOAD_ERC20_FRESH;
	struct address to = fresh ? numbered_address(LABEL_FRESH, index)
				  : workload_sender((unsigned)(next_random(m) % WORKLOAD_SENDERS));

	tx->to = to;
	tx->value = wei(1, 15);
	if (workload == WORKLOAD_ERC20_FRESH || workload == WORKLOAD_ERC20_RECURRING)
		set_token_transfer(m, tx, &workload_token, &to, wei(1, 18));
}

static void sign(struct making *m, struct transaction *tx, unsigned sender)
{
	struct hash32 hash = tx_signing_hash(m->arena, tx);
	struct signer_signature signature;

	if (!signer_sign(&signature, &m->keys[sender], &hash))
		abort();
	tx->y_parity = signature.y_parity;
	tx->r = u256_from_be(signature.r.b, 32);
	tx->s = u256_from_be(signature.s.b, 32);
	tx_finish(m->arena, tx);
}

static void make_one(struct making *m, struct transaction *tx, enum workload workload, size_t index)
{
	unsigned sender =
	    (unsigned)(workload == WORKLOAD_MIXED ? next_random(m) : index) % WORKLOAD_SENDERS;

	tx->type = TX_DYNAMIC_FEE;
	tx->has_chain_id = true;
	tx->chain_id = WORKLOAD_CHAIN_ID;
	tx->nonce = m->nonces[sender]++;
	tx->gas_limit = 21000;
	tx->max_fee_per_gas = wei(2, 9);
	tx->max_priority_fee_per_gas = wei(1, 6);
	if (workload == WORKLOAD_MIXED)
		set_mixed(m, tx, index, sender);
	else
		set_uniform(m, tx, workload, index);
	sign(m, tx, sender);
}

struct transaction *workload_make(struct arena *a, enum workload workload, size_t count)
{
	struct transaction *list = ARENA_ARRAY(a, struct transaction, count);
	struct making m = { .arena = a, .random = 1 };

	for (unsigned i = 0; i < WORKLOAD_SENDERS; i++)
		m.keys[i] = workload_sender_key(i);
	for (size_t i = 0; i < count; i++)
		make_one(&m, &list[i], workload, i);
	return list;
}
