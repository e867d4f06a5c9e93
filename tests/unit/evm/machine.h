/* machine: a small world for tests of the EVM: contracts at 0x1000, 0x1001 and
 * so on, an account 0xca11e4 with money that calls the first one, and each of
 * the ways in which code can run. */
#ifndef GAVEL_TESTS_UNIT_EVM_MACHINE_H
#define GAVEL_TESTS_UNIT_EVM_MACHINE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "evm/opcodes.h"
#include "evm/translation.h"

#define CONTRACTS_MAX 4
#define CONTRACT(i)   (0x1000 + (i))

/* The last one is what evm_new() chooses. */
enum way { STEP_BY_STEP, TRANSLATED, CHOSEN, WAYS };

struct machine {
	/* To be set before machine_open(). */
	struct bytes code[CONTRACTS_MAX]; /* of 0x1000 and so on; empty: no such account */
	uint64_t stored[CONTRACTS_MAX];   /* in slot 0 of each */
	uint64_t caller_nonce;
	enum evm_revision revision;
	const struct evm_tracer *tracer;

	struct arena arena;
	struct state_reader reader;
	struct block_context block;
	struct tx_context tx;
	struct state *state;
	struct evm *evm;
};

static inline struct address address_of(uint64_t number)
{
	struct u256 v = u256_from_u64(number);

	return address_from_u256(&v);
}

#define CALLER_ADDRESS address_of(0xca11e4)

static inline int contract_of(const struct machine *m, const struct address *address)
{
	for (int i = 0; i < CONTRACTS_MAX; i++) {
		struct address there = address_of(CONTRACT((unsigned)i));

		if (m->code[i].data && address_eq(&there, address))
			return i;
	}
	return -1;
}

static inline bool machine_account(void *context, const struct address *address,
				   struct account *account, bool *exists)
{
	const struct machine *m = context;
	struct address caller = CALLER_ADDRESS;
	int contract = contract_of(m, address);

	*exists = contract >= 0 || address_eq(address, &caller);
	*account = (struct account){ .nonce = 1,
				     .balance = u256_from_u64(1000),
				     .storage_root = keccak_empty, /* not the empty trie's */
				     .code_hash = keccak_empty };
	if (contract >= 0)
		account->code_hash = keccak256(m->code[contract]);
	else
		account->nonce = m->caller_nonce;
	return true;
}

static inline bool machine_storage(void *context, const struct address *address,
				   const struct hash32 *key, struct u256 *value)
{
	const struct machine *m = context;
	struct u256 slot = u256_from_be(key->b, 32);
	int contract = contract_of(m, address);

	*value = u256_from_u64(contract >= 0 && u256_is_zero(&slot) ? m->stored[contract] : 0);
	return true;
}

static inline bool machine_code(void *context, const struct hash32 *hash, struct bytes *code)
{
	const struct machine *m = context;

	for (int i = 0; i < CONTRACTS_MAX; i++) {
		struct hash32 there = keccak256(m->code[i]);

		if (hash32_eq(&there, hash)) {
			*code = m->code[i];
			return true;
		}
	}
	return false;
}

/* Block 1000's ancestors have their number in the first byte. */
static inline bool machine_block_hash(void *context, uint64_t number, struct hash32 *hash)
{
	(void)context;
	memset(hash, 0, sizeof(*hash));
	hash->b[0] = (uint8_t)number;
	return true;
}

static inline void machine_open(struct machine *m, enum way way)
{
	arena_init(&m->arena, &arena_heap, 16384);
	m->reader = (struct state_reader){ m, machine_account, machine_storage, machine_code };
	m->block = (struct block_context){ .revision = m->revision,
					   .chain_id = 7,
					   .number = 1000,
					   .gas_limit = 30000000,
					   .block_hash = machine_block_hash,
					   .precompile_caps = PRECOMPILE_UNCAPPED };
	m->tx = (struct tx_context){ .origin = CALLER_ADDRESS };
	m->state = state_new(&m->arena, &m->reader);
	m->evm = evm_new(&m->arena, m->state, &m->block, crypto_native(), m->tracer);
	if (way == STEP_BY_STEP)
		evm_use(m->evm, NULL);
	else if (way == TRANSLATED)
		evm_use(m->evm, interpreter_run);
	state_begin_transaction(m->state);
	evm_set_transaction(m->evm, &m->tx);
}

static inline void machine_close(struct machine *m)
{
	arena_free(&m->arena);
}

/* A call of contract 0, from the caller. */
static inline struct evm_message machine_message(uint64_t gas)
{
	return (struct evm_message){ .kind = EVM_CALL,
				     .gas = gas,
				     .caller = CALLER_ADDRESS,
				     .recipient = address_of(CONTRACT(0)),
				     .code_address = address_of(CONTRACT(0)) };
}

static inline struct evm_result machine_run(struct machine *m, uint64_t gas)
{
	struct evm_message message = machine_message(gas);
	struct evm_result result;

	evm_run(m->evm, &message, &result);
	return result;
}

/* The bytes of "6001 6002 01": hex digits, spaces allowed.  They stay for some
 * thousand calls. */
static inline struct bytes code_from_hex(const char *text)
{
	static uint8_t pool[1 << 18];
	static size_t used;
	char digits[8192];
	size_t count = 0;
	uint8_t *code;

	for (; *text; text++)
		if (*text != ' ')
			digits[count++] = *text;
	assert_true(count < sizeof(digits));
	if (count / 2 > sizeof(pool) - used)
		used = 0;
	code = pool + used;
	assert_true(hex_decode(code, digits, count));
	used += count / 2;
	return bytes_of(code, count / 2);
}

/* Output as a number. */
static inline struct u256 output_number(const struct evm_result *result)
{
	assert_int_equal(result->output.len, 32);
	return u256_from_be(result->output.data, 32);
}

#endif
