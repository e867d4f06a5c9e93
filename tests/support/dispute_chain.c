#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "evm/evm.h"
#include "tests/support/dispute_chain.h"

#define CREATE_GAS 60000000

static const struct address deployer = { .b = { [0] = 0xde, [19] = 0x01 } };

const struct hash32 dispute_chain_link = { .b = { [31] = DISPUTE_CHAIN_ENTRIES } };

/* Answers all questions with the word 64: that many entries, and each one's link. */
static const uint8_t inbox_code[] = {
	0x60, 0x0a, 0x80, 0x60, 0x09, 0x5f, 0x39, 0x5f, 0xf3, /* returns the next ten */
	0x60, 0x40, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3, 0x00, 0x00,
};

struct dispute_chain {
	struct arena arena;
	struct state_reader reader;
	struct block_context block;
	struct tx_context tx;
	struct state *state;
	struct evm *evm;
	struct dispute_chain_watch watch;
	struct address game;
	uint64_t log_index;
	uint64_t gas_used;
};

static void die(const char *what, const char *where)
{
	fprintf(stderr, "dispute_chain: %s: %s\n", where, what);
	exit(1);
}

/* ---- the state before: everybody is rich ---- */

static struct u256 funds(void)
{
	struct u256 ether = u256_from_u64(1000000000000000000u), sum;
	struct u256 count = u256_from_u64(DISPUTE_CHAIN_FUNDS);

	u256_mul(&sum, &ether, &count);
	return sum;
}

/* Those are who play: addresses of 19 equal bytes. */
static bool is_player(const struct address *address)
{
	return address->b[0] != 0 && memcmp(address->b, address->b + 1, 18) == 0;
}

static bool read_account(void *context, const struct address *address, struct account *account,
			 bool *exists)
{
	(void)context;
	*exists = is_player(address);
	*account = (struct account){ .storage_root = keccak_empty_trie,
				     .code_hash = keccak_empty,
				     .balance = funds() };
	return true;
}

static bool read_storage(void *context, const struct address *address, const struct hash32 *key,
			 struct u256 *value)
{
	(void)context, (void)address, (void)key;
	*value = U256_ZERO;
	return true;
}

static bool read_code(void *context, const struct hash32 *hash, struct bytes *code)
{
	(void)context;
	*code = bytes_of(NULL, 0);
	return hash32_eq(hash, &keccak_empty);
}

/* ---- deployment ---- */

static struct bytes read_bytecode(struct arena *a, const char *folder, const char *name,
				  struct bytes arguments)
{
	char path[1024];
	json_error_t error;
	json_t *artifact;
	const char *digits;
	uint8_t *code;
	size_t len;

	snprintf(path, sizeof(path), "%s/%s.json", folder, name);
	artifact = json_load_file(path, 0, &error);
	digits = json_string_value(json_object_get(artifact, "bytecode"));
	if (!digits || strlen(digits) < 2)
		die(error.text, path);
	digits += 2;
	len = strlen(digits);
	code = arena_alloc(a, len / 2 + arguments.len);
	if (!hex_decode(code, digits, len))
		die("bad hex", path);
	memcpy(code + len / 2, arguments.data, arguments.len);
	json_decref(artifact);
	return bytes_of(code, len / 2 + arguments.len);
}

static void begin(struct dispute_chain *c, const struct address *from)
{
	c->tx.origin = *from;
	state_begin_transaction(c->state);
	evm_set_transaction(c->evm, &c->tx);
	(void)state_warm_account(c->state, state_account(c->state, from));
}

static struct address create(struct dispute_chain *c, struct bytes code, const char *what)
{
	struct evm_message message = {
		.kind = EVM_CREATE, .gas = CREATE_GAS, .caller = deployer, .input = code
	};
	struct evm_result result;

	begin(c, &deployer);
	evm_run(c->evm, &message, &result);
	if (result.status != EVM_SUCCESS)
		die(evm_status_text(result.status), what);
	state_end_transaction(c->state);
	return result.created;
}

static struct address create_named(struct dispute_chain *c, const char *folder, const char *name,
				   const struct hash32 *words, size_t count)
{
	struct bytes arguments = bytes_of(words, count * sizeof(*words));

	return create(c, read_bytecode(&c->arena, folder, name, arguments), name);
}

static struct hash32 address_word(const struct address *a)
{
	struct hash32 word = { { 0 } };

	memcpy(word.b + 12, a->b, sizeof(a->b));
	return word;
}

static struct hash32 number_word(uint64_t n)
{
	struct hash32 word = { { 0 } };

	be64_store(word.b + 24, n);
	return word;
}

static struct hash32 wei_word(const struct u256 *wei)
{
	struct hash32 word;

	u256_to_be(word.b, wei);
	return word;
}

static struct address deploy_game(struct dispute_chain *c, const char *folder,
				  const struct game_rules *r)
{
	struct address inbox = create(c, bytes_of(inbox_code, sizeof(inbox_code)), "inbox");
	struct hash32 inbox_word = address_word(&inbox), oracle_word, words[11];
	struct address oracle, step;

	oracle = create_named(c, folder, "PreimageOracle", &inbox_word, 1);
	oracle_word = address_word(&oracle);
	step = create_named(c, folder, "Step", &oracle_word, 1);
	words[0] = address_word(&step);
	words[1] = oracle_word;
	words[2] = r->absolute_prestate;
	words[3] = r->chain_config_hash;
	words[4] = number_word(r->output_levels);
	words[5] = number_word(r->trace_levels);
	words[6] = number_word(r->max_clock);
	words[7] = number_word(r->clock_extension);
	words[8] = wei_word(&r->root_bond);
	words[9] = wei_word(&r->move_bond);
	words[10] = wei_word(&r->last_bond);
	return create_named(c, folder, "DisputeGame", words, 11);
}

/* As GameClone.sol makes it. */
static struct address clone_game(struct dispute_chain *c, const struct address *implementation,
				 const struct game_rules *r)
{
	static const uint8_t head[] = { 0x61, 0x00, 45 + 160, 0x80, 0x60, 0x0a, 0x5f,
					0x39, 0x5f, 0xf3,     0x36, 0x3d, 0x3d, 0x37,
					0x3d, 0x3d, 0x3d,     0x36, 0x3d, 0x73 };
	static const uint8_t tail[] = { 0x5a, 0xf4, 0x3d, 0x82, 0x80, 0x3e, 0x90, 0x3d,
					0x91, 0x60, 0x2b, 0x57, 0xfd, 0x5b, 0xf3 };
	struct hash32 words[5] = { r->root, r->anchor_root, number_word(r->anchor_block),
				   number_word(r->block), number_word(r->horizon) };
	uint8_t code[sizeof(head) + 20 + sizeof(tail) + sizeof(words)];

	memcpy(code, head, sizeof(head));
	memcpy(code + sizeof(head), implementation->b, 20);
	memcpy(code + sizeof(head) + 20, tail, sizeof(tail));
	memcpy(code + sizeof(head) + 20 + sizeof(tail), words, sizeof(words));
	return create(c, bytes_of(code, sizeof(code)), "clone");
}

static void initialize(struct dispute_chain *c, const struct game_rules *r,
		       const struct address *creator)
{
	uint8_t calldata[36] = { 0 };
	struct hash32 selector = keccak256(bytes_of("initialize(address)", 19));

	memcpy(calldata, selector.b, 4);
	memcpy(calldata + 16, creator->b, 20);
	if (!dispute_chain_send(c, creator, &c->game, bytes_of(calldata, sizeof(calldata)),
				&r->root_bond, 2000000, NULL))
		die("reverts", "initialize");
}

static struct address read_address(struct dispute_chain *c, const char *signature)
{
	struct hash32 selector = keccak256(bytes_of(signature, strlen(signature)));
	struct address address;
	struct bytes answer;

	if (!dispute_chain_read(c, &c->game, bytes_of(selector.b, 4), &answer) || answer.len != 32)
		die("reverts", signature);
	memcpy(address.b, answer.data + 12, 20);
	return address;
}

struct dispute_chain *dispute_chain_new(const char *folder, struct game_rules *rules,
					const struct address *creator,
					const struct dispute_chain_watch *watch)
{
	struct dispute_chain *c = calloc(1, sizeof(*c));
	struct address implementation;

	if (!c)
		die("out of memory", "start");
	c->watch = *watch;
	c->reader = (struct state_reader){ c, read_account, read_storage, read_code };
	c->block = (struct block_context){ .revision = EVM_OSAKA,
					   .chain_id = 1,
					   .number = 1000,
					   .timestamp = 1700000000,
					   .gas_limit = CREATE_GAS,
					   .precompile_caps = PRECOMPILE_UNCAPPED };
	arena_init(&c->arena, &arena_heap, ARENA_HEAP_BLOCK);
	c->state = state_new(&c->arena, &c->reader);
	c->evm = evm_new(&c->arena, c->state, &c->block, crypto_native(), NULL);
	implementation = deploy_game(c, folder, rules);
	c->game = clone_game(c, &implementation, rules);
	rules->game = c->game;
	rules->oracle = read_address(c, "oracle()");
	rules->created_at = c->block.timestamp;
	initialize(c, rules, creator);
	return c;
}

void dispute_chain_free(struct dispute_chain *c)
{
	arena_free(&c->arena);
	free(c);
}

/* ---- transactions ---- */

uint64_t dispute_chain_time(const struct dispute_chain *c)
{
	return c->block.timestamp;
}

uint64_t dispute_chain_block(const struct dispute_chain *c)
{
	return c->block.number;
}

void dispute_chain_next_block(struct dispute_chain *c, uint64_t seconds)
{
	c->block.number++;
	c->block.timestamp += seconds;
	c->log_index = 0;
}

static void report_logs(struct dispute_chain *c)
{
	const struct log *logs;
	size_t count;

	state_logs(c->state, &logs, &count);
	for (size_t i = 0; i < count; i++, c->log_index++)
		if (address_eq(&logs[i].address, &c->game))
			c->watch.log(c->watch.context, &logs[i], c->block.number, c->log_index);
}

/* Intrinsic gas, and EIP-7623's floor for all of it. */
static void calldata_gas(struct bytes calldata, uint64_t *standard, uint64_t *floor)
{
	uint64_t tokens = 0;

	for (size_t i = 0; i < calldata.len; i++)
		tokens += calldata.data[i] == 0 ? 1 : 4;
	*standard = 21000 + 4 * tokens;
	*floor = 21000 + 10 * tokens;
}

bool dispute_chain_send(struct dispute_chain *c, const struct address *from,
			const struct address *to, struct bytes calldata, const struct u256 *value,
			uint64_t gas, uint32_t *selector)
{
	struct evm_message message = { .kind = EVM_CALL,
				       .caller = *from,
				       .recipient = *to,
				       .code_address = *to,
				       .value = *value,
				       .input = calldata };
	struct evm_result result;
	uint64_t standard, floor;

	if (selector)
		*selector = 0;
	calldata_gas(calldata, &standard, &floor);
	if (gas < standard || gas < floor)
		return false;
	message.gas = gas - standard;
	begin(c, from);
	(void)state_warm_account(c->state, state_account(c->state, to));
	evm_run(c->evm, &message, &result);
	c->gas_used = gas - result.gas_left;
	if (c->gas_used < floor)
		c->gas_used = floor;
	if (result.status == EVM_SUCCESS)
		report_logs(c);
	else if (selector && result.output.len >= 4)
		*selector = be32_load(result.output.data);
	state_end_transaction(c->state);
	return result.status == EVM_SUCCESS;
}

uint64_t dispute_chain_gas_used(const struct dispute_chain *c)
{
	return c->gas_used;
}

bool dispute_chain_read(struct dispute_chain *c, const struct address *to, struct bytes calldata,
			struct bytes *answer)
{
	struct evm_message message = { .kind = EVM_STATICCALL,
				       .is_static = true,
				       .gas = CREATE_GAS,
				       .caller = deployer,
				       .recipient = *to,
				       .code_address = *to,
				       .input = calldata };
	struct evm_result result;

	begin(c, &deployer);
	evm_run(c->evm, &message, &result);
	state_end_transaction(c->state);
	*answer = result.output;
	return result.status == EVM_SUCCESS;
}

struct u256 dispute_chain_balance(struct dispute_chain *c, const struct address *who)
{
	return *state_balance(state_account(c->state, who));
}
