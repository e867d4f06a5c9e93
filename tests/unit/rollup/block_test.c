/* Blocks: what a header says, what deposits and transactions leave behind, and
 * that the builder and the one who derives reach the same. */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "rollup/native/compress.h"
#include "tests/bench/workload.h"
#include "tests/support/memory_chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T0 1700000000

static const struct address fee_recipient = { { 0xfe, 1 } };
static const struct address base_fee_recipient = { { 0xfe, 2 } };
static const struct address rich = { { 0x11, 0x22 } };
static const struct address poor = { { 0x33 } };
static const struct address history = { { 0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5,
					  0x3a, 0x10, 0xcb, 0x7a, 0x02, 0x33, 0x5b,
					  0x17, 0x53, 0x20, 0x00, 0x29, 0x35 } };

/* EIP-2935's contract, as deployed. */
static const char history_code[] =
    "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257"
    "611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
/* Stores the first word of its call data at slot 0, then logs it. */
static const char keeper_code[] = "6004355f5560043560205fa100";

static struct arena arena;
static struct memory_inbox inbox;
static struct memory_chain chain;
static struct rollup_config config;
static struct genesis_account accounts[WORKLOAD_SENDERS + 5];

static struct bytes unhex(const char *text)
{
	size_t len = strlen(text);
	uint8_t *out = arena_alloc(&arena, len / 2 + 1);

	assert_true(hex_decode(out, text, len));
	return bytes_of(out, len / 2);
}

static struct u256 ether(uint64_t count)
{
	struct u256 value = u256_from_u64(count);
	struct u256 unit = u256_from_u64(1000000000000000000u);

	u256_mul(&value, &value, &unit);
	return value;
}

static void make_config(void)
{
	size_t count = 0;

	for (unsigned i = 0; i < WORKLOAD_SENDERS; i++)
		accounts[count++] = (struct genesis_account){ .address = workload_sender(i),
							      .balance = ether(1000) };
	accounts[count++] = (struct genesis_account){ .address = rich, .balance = ether(5) };
	accounts[count++] =
	    (struct genesis_account){ .address = history, .nonce = 1, .code = unhex(history_code) };
	accounts[count++] = (struct genesis_account){ .address = predeploy_l1_block,
						      .nonce = 1,
						      .code = unhex(keeper_code) };
	accounts[count++] = (struct genesis_account){ .address = predeploy_message_passer,
						      .nonce = 1,
						      .code = unhex(keeper_code) };
	accounts[count++] = (struct genesis_account){ .address = workload_token,
						      .nonce = 1,
						      .code = unhex(keeper_code) };
	config = (struct rollup_config){
		.chain = { .chain_id = WORKLOAD_CHAIN_ID,
			   .revision = EVM_OSAKA,
			   .gas_limit = 30000000,
			   .max_past = 3600,
			   .max_future = 60,
			   .fee_recipient = fee_recipient,
			   .base_fee_recipient = base_fee_recipient },
		.genesis_timestamp = T0,
		.genesis_base_fee = u256_from_u64(1000000),
		.alloc = accounts,
		.alloc_count = count,
	};
}

static int start(void **state)
{
	(void)state;
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	make_config();
	memory_inbox_init(&inbox);
	memory_chain_init(&chain, &config);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	memory_chain_free(&chain);
	memory_inbox_free(&inbox);
	arena_free(&arena);
	return 0;
}

/* The block that consumes all messages now queued. */
static struct block forced_block(void)
{
	struct block block;

	memory_inbox_append(&inbox, bytes_of(NULL, 0), inbox.message_count, T0 + 12);
	assert_int_equal(memory_chain_derive(&chain, &inbox, &arena, &block), DERIVE_OK);
	return block;
}

static struct account account_at(const struct address *address)
{
	struct account account = { 0 };

	(void)memory_chain_account(&chain, address, &account);
	return account;
}

static struct u256 storage_at(const struct address *address, uint64_t slot)
{
	struct state_trie *trie =
	    state_trie_open(&arena, &chain.store, &memory_chain_head(&chain)->state_root);
	const struct state_reader *reader = state_trie_reader(trie);
	struct account account;
	struct u256 value = U256_ZERO;
	struct hash32 key = { { 0 } };
	bool exists;

	be64_store(key.b + 24, slot);
	assert_true(reader->account(reader->context, address, &account, &exists) && exists);
	assert_true(reader->storage(reader->context, address, &key, &value));
	return value;
}

static void assert_wei(struct u256 got, struct u256 expected)
{
	char a[U256_DECIMAL_SIZE], b[U256_DECIMAL_SIZE];

	assert_string_equal(u256_to_decimal(a, &got), u256_to_decimal(b, &expected));
}

static struct block_builder *begin(uint64_t timestamp)
{
	static struct block_environment environment;
	struct block_input input = { .number = memory_chain_head(&chain)->number + 1,
				     .timestamp = timestamp };

	environment = memory_chain_environment(&chain, &arena);
	return block_begin(&arena, &environment, memory_chain_head(&chain), &input);
}

static struct block finish(struct block_builder *b)
{
	struct state_sink sink = memory_chain_sink(&chain);
	struct position position = { 0 };
	struct block block;

	assert_true(block_finish(b, &position, &sink, &block));
	memory_chain_push(&chain, &block);
	return block;
}

static void the_output_root_is_the_op_stacks_version_0(void **state)
{
	struct hash32 a = { { 1 } }, b = { { 2 } }, c = { { 3 } };
	struct hash32 root = output_root(&a, &b, &c);
	uint8_t packed[128] = { 0 };
	struct hash32 expected;

	(void)state;
	packed[32] = 1;
	packed[64] = 2;
	packed[96] = 3;
	expected = keccak256(bytes_of(packed, sizeof(packed)));
	assert_true(hash32_eq(&root, &expected));
}

static void the_header_has_what_the_design_says(void **state)
{
	const struct header *parent = memory_chain_head(&chain);
	struct hash32 zero = { { 0 } };
	struct block block;
	struct header back;

	(void)state;
	memory_inbox_attributes(&inbox, 900, T0 + 12);
	memory_inbox_attributes(&inbox, 901, T0 + 24);
	block = forced_block();
	assert_true(hash32_eq(&block.header.parent_hash, &chain.hashes[0]));
	assert_true(hash32_eq(&block.header.ommers_hash, &header_empty_ommers_hash));
	assert_true(address_eq(&block.header.coinbase, &fee_recipient));
	assert_int_equal(block.header.number, 1);
	assert_int_equal(block.header.timestamp, T0 + 12);
	assert_int_equal(block.header.gas_limit, 30000000);
	assert_int_equal(block.header.extra_data_len, POSITION_SIZE);
	assert_memory_equal(block.header.prev_randao.b, inbox.messages[1].raw.data + 81, 32);
	assert_wei(block.header.base_fee, header_next_base_fee(parent));
	assert_true(u256_is_zero(&block.header.difficulty));
	assert_int_equal(block.header.blob_gas_used + block.header.excess_blob_gas, 0);
	assert_true(hash32_eq(&block.header.parent_beacon_block_root, &zero));
	assert_true(hash32_eq(&block.header.requests_hash, &header_empty_requests_hash));
	assert_true(hash32_eq(&block.header.withdrawals_root, &block.message_passer_storage_root));
	assert_true(header_decode(&back, header_encode(&arena, &block.header)));
	/* The attributes were set, and the next block keeps the randomness. */
	assert_int_equal(storage_at(&predeploy_l1_block, 0).limb[0], 901);
	memory_inbox_message(&inbox, bytes_of("?", 1));
	back = block.header;
	block = forced_block();
	assert_true(hash32_eq(&block.header.prev_randao, &back.prev_randao));
}

static void a_malformed_message_makes_a_block_without_transactions(void **state)
{
	struct block block;

	(void)state;
	memory_inbox_message(&inbox, bytes_of("?", 1));
	block = forced_block();
	assert_int_equal(block.transaction_count, 0);
	assert_true(hash32_eq(&block.header.transactions_root, &keccak_empty_trie));
	assert_true(hash32_eq(&block.header.receipts_root, &keccak_empty_trie));
}

static void the_parents_hash_is_in_the_history_contract(void **state)
{
	struct u256 stored;
	uint8_t bytes[32];

	(void)state;
	memory_inbox_message(&inbox, bytes_of("?", 1));
	(void)forced_block();
	stored = storage_at(&history, 0);
	u256_to_be(bytes, &stored);
	assert_memory_equal(bytes, chain.hashes[0].b, 32);
}

static void a_deposit_mints_and_calls(void **state)
{
	struct memory_deposit deposit = {
		.from = poor, .to = rich, .mint = ether(10), .value = ether(3), .gas_limit = 50000
	};
	const struct block_transaction *tx;
	struct block block;

	(void)state;
	memory_inbox_deposit(&inbox, &deposit);
	block = forced_block();
	assert_int_equal(block.transaction_count, 1);
	tx = &block.transactions[0];
	assert_int_equal(tx->receipt.type, TX_DEPOSIT);
	assert_true(tx->receipt.success);
	assert_int_equal(tx->receipt.deposit_nonce, 0);
	assert_int_equal(tx->receipt.gas_used, 21000);
	assert_int_equal(tx->raw.data[0], TX_DEPOSIT);
	assert_wei(account_at(&poor).balance, ether(7));
	assert_wei(account_at(&rich).balance, ether(8));
	assert_int_equal(account_at(&poor).nonce, 1);
	assert_int_equal(block.header.gas_used, 21000);
	/* It paid nobody. */
	assert_wei(account_at(&fee_recipient).balance, U256_ZERO);
	assert_wei(account_at(&base_fee_recipient).balance, U256_ZERO);
}

static void a_deposit_that_fails_still_mints_and_bumps_the_nonce(void **state)
{
	struct memory_deposit deposit = {
		.from = poor, .to = rich, .mint = ether(1), .value = ether(2), .gas_limit = 50000
	};
	struct block block;

	(void)state;
	memory_inbox_deposit(&inbox, &deposit);
	deposit.gas_limit = 100; /* below the intrinsic gas */
	deposit.value = ether(1);
	memory_inbox_deposit(&inbox, &deposit);
	block = forced_block();
	assert_int_equal(block.transaction_count, 2);
	assert_false(block.transactions[0].receipt.success);
	assert_false(block.transactions[1].receipt.success);
	assert_int_equal(block.transactions[1].receipt.deposit_nonce, 1);
	assert_wei(account_at(&poor).balance, ether(2));
	assert_wei(account_at(&rich).balance, ether(5));
	assert_int_equal(account_at(&poor).nonce, 2);
}

/* EIP-7825 bounds what a wallet may ask for, not what L1 has sold. */
static void a_deposit_of_a_whole_blocks_gas_is_executed(void **state)
{
	struct memory_deposit deposit = { .from = poor,
					  .to = rich,
					  .mint = ether(1),
					  .value = ether(1),
					  .gas_limit = UINT64_MAX };
	struct block block;

	(void)state;
	memory_inbox_deposit(&inbox, &deposit);
	block = forced_block();
	assert_int_equal(block.transaction_count, 1);
	assert_true(block.transactions[0].receipt.success);
	assert_wei(account_at(&rich).balance, ether(6));
}

static void fees_go_to_their_recipients(void **state)
{
	struct transaction *txs = workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 10);
	struct block_builder *b = begin(T0 + 1);
	struct u256 tips = u256_from_u64(210000ull * 1000000);
	struct u256 base;
	struct block block;

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(block_add_transaction(b, &txs[i]), TX_OK);
	assert_int_equal(block_gas_left(b), 30000000 - 210000);
	block = finish(b);
	assert_int_equal(block.header.gas_used, 210000);
	base = u256_from_u64(210000);
	u256_mul(&base, &base, &block.header.base_fee);
	assert_wei(account_at(&fee_recipient).balance, tips);
	assert_wei(account_at(&base_fee_recipient).balance, base);
	assert_int_equal(block.transactions[9].receipt.cumulative_gas_used, 210000);
}

struct changed {
	struct address addresses[64];
	struct account accounts[64];
	size_t count;
};

static void keep_changed(void *context, const struct address *address,
			 const struct account *account)
{
	struct changed *changed = context;

	assert_non_null(account);
	changed->addresses[changed->count] = *address;
	changed->accounts[changed->count++] = *account;
}

static void the_changed_accounts_are_told_of_as_they_will_be(void **state)
{
	struct transaction *txs = workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 10);
	struct block_builder *b = begin(T0 + 1);
	struct changed changed = { .count = 0 };

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(block_add_transaction(b, &txs[i]), TX_OK);
	block_each_changed_account(b, &changed, keep_changed);
	finish(b);
	/* 10 senders, 10 recipients, and the two that get the fees; the history contract
	 * has but another slot. */
	assert_int_equal(changed.count, 22);
	for (size_t i = 0; i < changed.count; i++) {
		struct account account = account_at(&changed.addresses[i]);

		assert_int_equal(changed.accounts[i].nonce, account.nonce);
		assert_wei(changed.accounts[i].balance, account.balance);
		for (size_t k = 0; k < i; k++)
			assert_false(address_eq(&changed.addresses[k], &changed.addresses[i]));
	}
	changed.count = 0;
	block_each_changed_account(b, &changed, keep_changed);
	assert_int_equal(changed.count, 0);
}

static void an_invalid_transaction_leaves_no_trace(void **state)
{
	struct transaction *txs = workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 401);
	struct block_builder *b = begin(T0 + 1);
	struct transaction bad;
	struct block with_bad;
	struct hash32 hash;

	(void)state;
	assert_int_equal(block_add_transaction(b, &txs[200]), TX_NONCE_TOO_HIGH);
	assert_int_equal(block_add_transaction(b, &txs[0]), TX_OK);
	assert_int_equal(block_add_transaction(b, &txs[0]), TX_NONCE_TOO_LOW);
	bad = txs[1];
	bad.type = TX_BLOB;
	assert_int_equal(block_add_transaction(b, &bad), TX_BLOB_REFUSED);
	bad.type = TX_DEPOSIT;
	bad.has_from = true;
	assert_int_equal(block_add_transaction(b, &bad), TX_TYPE_NOT_SUPPORTED);
	bad = txs[1];
	bad.r = u256_from_u64(5); /* no point of the curve has this x */
	assert_int_equal(block_add_transaction(b, &bad), TX_NO_SENDER);
	bad = txs[1];
	bad.value = ether(1); /* signed by somebody else, who has nothing */
	assert_int_not_equal(block_add_transaction(b, &bad), TX_OK);
	assert_int_equal(block_transaction_count(b), 1);
	with_bad = finish(b);

	hash = with_bad.hash;
	chain.length--;
	b = begin(T0 + 1);
	assert_int_equal(block_add_transaction(b, &txs[0]), TX_OK);
	with_bad = finish(b);
	assert_true(hash32_eq(&with_bad.hash, &hash));
}

static void a_blocks_gas_is_bounded(void **state)
{
	struct transaction *txs = workload_make(&arena, WORKLOAD_TRANSFER_FRESH, 1500);
	struct block_builder *b = begin(T0 + 1);
	size_t added = 0;

	(void)state;
	while (block_add_transaction(b, &txs[added]) == TX_OK)
		added++;
	assert_int_equal(added, 30000000 / 21000);
	assert_int_equal(block_add_transaction(b, &txs[added]), TX_GAS_LIMIT_OVER_BLOCK);
	assert_int_equal(finish(b).transaction_count, added);
}

static void logs_are_in_the_receipts_and_the_bloom(void **state)
{
	struct transaction *txs = workload_make(&arena, WORKLOAD_ERC20_FRESH, 2);
	struct block_builder *b = begin(T0 + 1);
	const struct block_transaction *first;
	struct block block;

	(void)state;
	assert_int_equal(block_add_transaction(b, &txs[0]), TX_OK);
	assert_int_equal(block_add_transaction(b, &txs[1]), TX_OK);
	first = block_transaction_at(b, 0);
	assert_int_equal(first->receipt.log_count, 1);
	assert_int_equal(block_account_nonce(b, &first->tx.from), 1);
	block = finish(b);
	assert_true(bloom_may_contain(&block.header.logs_bloom, bytes_of_address(&workload_token)));
	assert_true(address_eq(&block.transactions[1].receipt.logs[0].address, &workload_token));
}

/* The builder's part of a sequencer: blocks of the workload on `ours`, each
 * with a message if there is one, all in one payload. */
static struct bytes build_payload(const struct transaction *txs, size_t per_block,
				  struct payload_block *blocks, size_t block_count,
				  size_t message_count)
{
	struct payload payload = { blocks, block_count };
	struct state_sink sink = memory_chain_sink(&chain);
	struct bytes made;
	uint64_t queue_next = 0;

	for (size_t i = 0; i < block_count; i++) {
		struct block_environment environment = memory_chain_environment(&chain, &arena);
		bool with_message = queue_next < message_count;
		struct message message;
		struct block_input input = { .number = memory_chain_head(&chain)->number + 1,
					     .timestamp = T0 + i,
					     .messages = &message,
					     .message_count = with_message };
		struct position position = { .blocks_taken = (uint32_t)i + 1 };
		struct block_builder *b;
		struct block block;

		if (with_message)
			message_decode(&message, queue_next, &inbox.messages[queue_next].link,
				       inbox.messages[queue_next].raw);
		queue_next += with_message;
		position.queue_next = queue_next;
		b = block_begin(&arena, &environment, memory_chain_head(&chain), &input);
		for (size_t t = 0; t < per_block; t++)
			(void)block_add_transaction(b, &txs[i * per_block + t]);
		assert_true(block_finish(b, &position, &sink, &block));
		memory_chain_push(&chain, &block);
		blocks[i] =
		    (struct payload_block){ T0 + i, with_message, txs + i * per_block, per_block };
	}
	assert_true(payload_compress(&arena, &payload, WORKLOAD_CHAIN_ID, 6, &made));
	return made;
}

static void check_same_chain(enum workload workload, size_t message_count)
{
	enum { BLOCKS = 8, PER_BLOCK = 50 };
	struct payload_block blocks[BLOCKS];
	struct transaction *txs = workload_make(&arena, workload, BLOCKS * PER_BLOCK);
	struct memory_deposit deposit = { .from = poor, .mint = ether(1), .gas_limit = 100000 };
	struct memory_chain derived;
	struct bytes payload;

	for (size_t i = 0; i < message_count; i++) {
		if (i % 2 == 0)
			memory_inbox_attributes(&inbox, 100 + i, T0 + i);
		else
			memory_inbox_deposit(&inbox, &deposit);
	}
	payload = build_payload(txs, PER_BLOCK, blocks, BLOCKS, message_count);
	memory_inbox_append(&inbox, payload, message_count, T0 + 20);
	memory_chain_init(&derived, &config);
	while (memory_chain_derive(&derived, &inbox, &arena, NULL) == DERIVE_OK)
		;
	assert_int_equal(derived.length, chain.length);
	for (size_t i = 0; i < chain.length; i++)
		assert_true(hash32_eq(&derived.hashes[i], &chain.hashes[i]));
	assert_true(memory_chain_head(&derived)->gas_used > 0);
	memory_chain_free(&derived);
}

static void what_is_derived_is_what_was_built(void **state)
{
	(void)state;
	check_same_chain(WORKLOAD_TRANSFER_FRESH, 5);
}

static void what_is_derived_is_what_was_built_from_token_calls(void **state)
{
	(void)state;
	check_same_chain(WORKLOAD_ERC20_RECURRING, 0);
}

/* Legacy ones, calls of accounts without code, and some that are skipped. */
static void what_is_derived_is_what_was_built_from_a_mixture(void **state)
{
	(void)state;
	check_same_chain(WORKLOAD_MIXED, 8);
}

static void a_missing_node_makes_no_block(void **state)
{
	struct block_environment environment;
	struct block_input input = { .number = 1, .timestamp = T0 };
	struct header parent = *memory_chain_head(&chain);
	struct position position = { 0 };
	struct block_builder *b;
	struct block block;

	(void)state;
	chain.headers[0].state_root.b[5] ^= 1;
	environment = memory_chain_environment(&chain, &arena);
	b = block_begin(&arena, &environment, &parent, &input);
	assert_false(block_finish(b, &position, NULL, &block));
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_output_root_is_the_op_stacks_version_0),
		CASE(the_header_has_what_the_design_says),
		CASE(a_malformed_message_makes_a_block_without_transactions),
		CASE(the_parents_hash_is_in_the_history_contract),
		CASE(a_deposit_mints_and_calls),
		CASE(a_deposit_that_fails_still_mints_and_bumps_the_nonce),
		CASE(a_deposit_of_a_whole_blocks_gas_is_executed),
		CASE(fees_go_to_their_recipients),
		CASE(the_changed_accounts_are_told_of_as_they_will_be),
		CASE(an_invalid_transaction_leaves_no_trace),
		CASE(a_blocks_gas_is_bounded),
		CASE(logs_are_in_the_receipts_and_the_bloom),
		CASE(what_is_derived_is_what_was_built),
		CASE(what_is_derived_is_what_was_built_from_token_calls),
		CASE(what_is_derived_is_what_was_built_from_a_mixture),
		CASE(a_missing_node_makes_no_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
