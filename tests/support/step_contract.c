#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "evm/evm.h"
#include "tests/support/step_contract.h"

static const struct address oracle_address = { .b = { [19] = 0xaa } };
static const struct address game = { .b = { [0] = 0x6a, [19] = 0x3e } };
static const struct hash32 local_context = { .b = { [0] = 0x10, [31] = 0xca } };

/* Answers readPreimage(key, offset) with the two words from the slot
 * keccak256(key | offset) on. */
static const uint8_t oracle_code[] = {
	0x60, 0x40, 0x60, 0x04, 0x60, 0x00, 0x37, /* CALLDATACOPY(0, 4, 64) */
	0x60, 0x40, 0x60, 0x00, 0x20,             /* KECCAK256(0, 64) */
	0x80, 0x54, 0x60, 0x00, 0x52,             /* MSTORE(0, SLOAD(it)) */
	0x60, 0x01, 0x01, 0x54, 0x60, 0x20, 0x52, /* MSTORE(32, SLOAD(it + 1)) */
	0x60, 0x40, 0x60, 0x00, 0xf3,             /* RETURN(0, 64) */
};

struct step_contract {
	struct arena arena;
	struct state_reader reader;
	struct block_context block;
	struct tx_context tx;
	struct state *state;
	struct evm *evm;
	struct address address;
	struct hash32 oracle_code_hash;
	struct step_answer answer;
	uint8_t input[4096];
	size_t input_len;
	uint64_t gas;
};

static void die(const char *what, const char *where)
{
	fprintf(stderr, "step_contract: %s: %s\n", where, what);
	exit(1);
}

static bool read_account(void *context, const struct address *address, struct account *account,
			 bool *exists)
{
	const struct step_contract *c = context;

	*exists = address_eq(address, &oracle_address);
	if (*exists)
		*account = (struct account){ .nonce = 1,
					     .storage_root = keccak_empty_trie,
					     .code_hash = c->oracle_code_hash };
	if (*exists)
		account->storage_root.b[0] ^= 1; /* not empty: it is asked for */
	return true;
}

/* As scopeLocalKey() of IPreimageOracle.sol. */
static struct hash32 scoped_key(const struct hash32 *key)
{
	uint8_t encoded[96] = { 0 };
	struct hash32 scoped;

	if (key->b[0] != 1)
		return *key;
	memcpy(encoded, key->b, 32);
	memcpy(encoded + 44, game.b, 20);
	memcpy(encoded + 64, local_context.b, 32);
	scoped = keccak256(bytes_of(encoded, sizeof(encoded)));
	scoped.b[0] = 1;
	return scoped;
}

/* The slot of the answer that is prepared. */
static struct u256 answer_slot(const struct step_answer *answer)
{
	uint8_t question[64] = { 0 };
	struct hash32 key = scoped_key(&answer->key), slot;

	memcpy(question, key.b, 32);
	be64_store(question + 56, answer->offset);
	slot = keccak256(bytes_of(question, sizeof(question)));
	return u256_from_be(slot.b, 32);
}

static bool read_storage(void *context, const struct address *address, const struct hash32 *key,
			 struct u256 *value)
{
	const struct step_contract *c = context;
	struct u256 wanted = u256_from_be(key->b, 32), slot = answer_slot(&c->answer);
	struct u256 one = u256_from_u64(1), next;

	(void)address;
	u256_add(&next, &slot, &one);
	*value = U256_ZERO;
	if (u256_eq(&wanted, &slot))
		*value = u256_from_be(c->answer.data.b, 32);
	if (u256_eq(&wanted, &next))
		*value = u256_from_u64(c->answer.length);
	return true;
}

static bool read_code(void *context, const struct hash32 *hash, struct bytes *code)
{
	const struct step_contract *c = context;

	*code = bytes_of(oracle_code, sizeof(oracle_code));
	return hash32_eq(hash, &c->oracle_code_hash);
}

static struct bytes read_bytecode(const char *folder)
{
	char path[1024];
	json_error_t error;
	json_t *artifact;
	const char *digits;
	uint8_t *code;
	size_t len;

	snprintf(path, sizeof(path), "%s/Step.json", folder);
	artifact = json_load_file(path, 0, &error);
	digits = json_string_value(json_object_get(artifact, "bytecode"));
	if (!digits || strlen(digits) < 2)
		die(error.text, path);
	digits += 2;
	len = strlen(digits);
	code = malloc(len / 2 + 32);
	if (!code || !hex_decode(code, digits, len))
		die("bad hex", path);
	/* The constructor's argument. */
	memset(code + len / 2, 0, 32);
	memcpy(code + len / 2 + 12, oracle_address.b, 20);
	json_decref(artifact);
	return bytes_of(code, len / 2 + 32);
}

static void deploy(struct step_contract *c, const char *folder)
{
	struct bytes code = read_bytecode(folder);
	struct evm_message message = {
		.kind = EVM_CREATE, .gas = 30000000, .caller = game, .input = code
	};
	struct evm_result result;

	state_begin_transaction(c->state);
	evm_set_transaction(c->evm, &c->tx);
	evm_run(c->evm, &message, &result);
	if (result.status != EVM_SUCCESS)
		die(evm_status_text(result.status), "deployment");
	c->address = result.created;
	state_end_transaction(c->state);
	free((void *)(uintptr_t)code.data);
}

struct step_contract *step_contract_new(const char *folder)
{
	struct step_contract *c = calloc(1, sizeof(*c));

	if (!c)
		die("out of memory", "start");
	c->oracle_code_hash = keccak256(bytes_of(oracle_code, sizeof(oracle_code)));
	c->reader = (struct state_reader){ c, read_account, read_storage, read_code };
	c->block = (struct block_context){ .revision = EVM_OSAKA,
					   .chain_id = 1,
					   .number = 1,
					   .timestamp = 1,
					   .gas_limit = 60000000,
					   .precompile_caps = PRECOMPILE_UNCAPPED };
	c->tx.origin = game;
	arena_init(&c->arena, &arena_heap, ARENA_HEAP_BLOCK);
	c->state = state_new(&c->arena, &c->reader);
	c->evm = evm_new(&c->arena, c->state, &c->block, crypto_native(), NULL);
	deploy(c, folder);
	return c;
}

void step_contract_free(struct step_contract *c)
{
	arena_free(&c->arena);
	free(c);
}

void step_contract_answer(struct step_contract *c, const struct step_answer *answer)
{
	c->answer = *answer;
}

/* Calls with the witness as the only or the first of two arguments. */
static bool call(struct step_contract *c, const char *signature, struct bytes witness,
		 const struct hash32 *second, struct evm_result *result)
{
	struct evm_message message = { .kind = EVM_STATICCALL,
				       .is_static = true,
				       .gas = 16000000,
				       .caller = game,
				       .recipient = c->address,
				       .code_address = c->address };
	struct hash32 selector = keccak256(bytes_of(signature, strlen(signature)));
	size_t head = second ? 64 : 32;
	size_t mark;

	if (witness.len > sizeof(c->input) - 200)
		die("witness too long for the test", signature);
	c->input_len = 4 + head + 32 + (witness.len + 31) / 32 * 32;
	memset(c->input, 0, c->input_len);
	memcpy(c->input, selector.b, 4);
	c->input[4 + 31] = (uint8_t)head;
	if (second)
		memcpy(c->input + 4 + 32, second->b, 32);
	be64_store(c->input + 4 + head + 24, witness.len);
	memcpy(c->input + 4 + head + 32, witness.data, witness.len);
	message.input = bytes_of(c->input, c->input_len);

	state_begin_transaction(c->state);
	evm_set_transaction(c->evm, &c->tx);
	mark = state_mark(c->state);
	(void)state_warm_account(c->state, state_account(c->state, &c->address));
	evm_run(c->evm, &message, result);
	state_undo(c->state, mark);
	c->gas = message.gas - result->gas_left;
	if (result->status != EVM_SUCCESS && result->status != EVM_REVERT)
		die(evm_status_text(result->status), signature);
	return result->status == EVM_SUCCESS && result->output.len == 32;
}

bool step_contract_step(struct step_contract *c, struct bytes witness, struct hash32 *post,
			uint32_t *selector)
{
	struct evm_result result;
	bool ok = call(c, "step(bytes,bytes32)", witness, &local_context, &result);

	*selector = 0;
	if (ok)
		memcpy(post->b, result.output.data, 32);
	else if (result.output.len >= 4)
		*selector = be32_load(result.output.data);
	return ok;
}

bool step_contract_pre_state_hash(struct step_contract *c, struct bytes witness,
				  struct hash32 *hash)
{
	struct evm_result result;
	bool ok = call(c, "preStateHash(bytes)", witness, NULL, &result);

	if (ok)
		memcpy(hash->b, result.output.data, 32);
	return ok;
}

uint64_t step_contract_gas(const struct step_contract *c)
{
	return c->gas;
}

uint64_t step_contract_transaction_gas(const struct step_contract *c)
{
	uint64_t tokens = 0, standard, floor;

	for (size_t i = 0; i < c->input_len; i++)
		tokens += c->input[i] == 0 ? 1 : 4;
	standard = 21000 + 4 * tokens + c->gas;
	floor = 21000 + 10 * tokens;
	return standard > floor ? standard : floor;
}
