/* Queue messages mean what Inbox.sol's bytes say; the formats that the
 * contracts hash are the ones that we hash. */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "rollup/block.h"
#include "rollup/entry.h"
#include "rollup/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static const struct chain_config config = { .chain_id = 1, .gas_limit = 30000000 };

#define CREATION_BYTE 113

/* A deposit with 3 bytes of data; bytes count up from 1 where they may. */
static size_t sample_deposit(uint8_t raw[117], uint64_t gas_limit, uint8_t is_creation)
{
	for (size_t i = 0; i < 117; i++)
		raw[i] = (uint8_t)i;
	be64_store(raw + 105, gas_limit);
	raw[CREATION_BYTE] = is_creation;
	return 117;
}

static void sample_attributes(uint8_t raw[145])
{
	for (size_t i = 0; i < 145; i++)
		raw[i] = (uint8_t)i;
	raw[0] = MESSAGE_ATTRIBUTES;
}

static struct message decoded(const uint8_t *raw, size_t len)
{
	struct hash32 link = { { 0xaa } };
	struct message m;

	message_decode(&m, 5, &link, bytes_of(raw, len));
	return m;
}

static void assert_hex(struct bytes got, const char *expected)
{
	char *text = arena_alloc(&arena, 2 * got.len + 1);

	assert_string_equal(hex_encode(text, got), expected);
}

static void a_deposit_message_is_a_deposit_transaction(void **state)
{
	uint8_t raw[117];
	struct message m = decoded(raw, sample_deposit(raw, 50000, 0));
	struct transaction tx;

	(void)state;
	assert_int_equal(m.kind, MESSAGE_DEPOSIT);
	assert_int_equal(message_gas(&config, &m), 50000);
	assert_true(message_transaction(&arena, &config, &m, &tx));
	assert_int_equal(tx.type, TX_DEPOSIT);
	assert_true(tx.has_from);
	assert_false(tx.is_creation);
	assert_false(tx.is_system);
	assert_memory_equal(tx.from.b, raw + 1, 20);
	assert_memory_equal(tx.to.b, raw + 21, 20);
	assert_int_equal(tx.mint.limb[0] & 0xff, 72);
	assert_int_equal(tx.value.limb[0] & 0xff, 104);
	assert_int_equal(tx.gas_limit, 50000);
	assert_true(bytes_eq(tx.data, bytes_of(raw + 114, 3)));
}

static void a_deposit_may_create(void **state)
{
	uint8_t raw[117];
	struct message m = decoded(raw, sample_deposit(raw, 50000, 1));
	struct transaction tx;

	(void)state;
	assert_true(message_transaction(&arena, &config, &m, &tx));
	assert_true(tx.is_creation);
}

static void no_deposit_asks_for_more_gas_than_a_block_has(void **state)
{
	uint8_t raw[117];
	struct message m = decoded(raw, sample_deposit(raw, UINT64_MAX, 0));
	struct transaction tx;

	(void)state;
	assert_int_equal(message_gas(&config, &m), 30000000);
	assert_true(message_transaction(&arena, &config, &m, &tx));
	assert_int_equal(tx.gas_limit, 30000000);
}

/* Expected: cast calldata of setL1Attributes(uint64,uint64,uint256,
 * uint256,bytes32,bytes32). */
static void attributes_call_the_l1_block_contract(void **state)
{
	uint8_t raw[145];
	struct message m;
	struct transaction tx;

	(void)state;
	sample_attributes(raw);
	m = decoded(raw, sizeof(raw));
	assert_int_equal(m.kind, MESSAGE_ATTRIBUTES);
	assert_int_equal(m.attributes.number, 0x0102030405060708);
	assert_int_equal(m.attributes.timestamp, 0x090a0b0c0d0e0f10);
	assert_int_equal(m.attributes.base_fee.limb[0], 0x292a2b2c2d2e2f30);
	assert_int_equal(m.attributes.blob_base_fee.limb[0], 0x494a4b4c4d4e4f50);
	assert_memory_equal(m.attributes.prev_randao.b, raw + 81, 32);
	assert_memory_equal(m.attributes.parent_hash.b, raw + 113, 32);
	assert_int_equal(message_gas(&config, &m), ATTRIBUTES_GAS_LIMIT);
	assert_true(message_transaction(&arena, &config, &m, &tx));
	assert_hex(bytes_of_address(&tx.from), "deaddeaddeaddeaddeaddeaddeaddeaddead0001");
	assert_true(address_eq(&tx.to, &predeploy_l1_block));
	assert_hex(tx.data, "46782d8c"
			    "0000000000000000000000000000000000000000000000000102030405060708"
			    "000000000000000000000000000000000000000000000000090a0b0c0d0e0f10"
			    "1112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30"
			    "3132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f50"
			    "5152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f70"
			    "7172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f90");
}

static void other_bytes_are_malformed_and_do_nothing(void **state)
{
	uint8_t raw[160] = { 0 };
	struct message m;
	struct transaction tx;

	(void)state;
	for (size_t len = 0; len < sizeof(raw); len++) {
		raw[0] = MESSAGE_DEPOSIT;
		assert_int_equal(decoded(raw, len).kind,
				 len >= 114 ? MESSAGE_DEPOSIT : MESSAGE_MALFORMED);
		raw[0] = MESSAGE_ATTRIBUTES;
		assert_int_equal(decoded(raw, len).kind,
				 len == 145 ? MESSAGE_ATTRIBUTES : MESSAGE_MALFORMED);
		raw[0] = 2;
		assert_int_equal(decoded(raw, len).kind, MESSAGE_MALFORMED);
	}
	m = decoded(raw, sample_deposit(raw, 1000, 2));
	assert_int_equal(m.kind, MESSAGE_MALFORMED);
	assert_int_equal(message_gas(&config, &m), 0);
	assert_false(message_transaction(&arena, &config, &m, &tx));
}

/* Two messages are two transactions, even if they say the same. */
static void the_source_hash_is_the_messages_own(void **state)
{
	uint8_t raw[117];
	size_t len = sample_deposit(raw, 1, 0);
	struct hash32 links[2] = { { { 1 } }, { { 2 } } };
	struct hash32 parts[2];
	struct message m;
	struct transaction a, b, c;

	(void)state;
	message_decode(&m, 5, &links[0], bytes_of(raw, len));
	assert_true(message_transaction(&arena, &config, &m, &a));
	message_decode(&m, 6, &links[0], bytes_of(raw, len));
	assert_true(message_transaction(&arena, &config, &m, &b));
	message_decode(&m, 5, &links[1], bytes_of(raw, len));
	assert_true(message_transaction(&arena, &config, &m, &c));
	assert_false(hash32_eq(&a.source_hash, &b.source_hash));
	assert_false(hash32_eq(&a.source_hash, &c.source_hash));
	/* keccak256(0 || keccak256(link || 5)) */
	memset(parts, 0, sizeof(parts));
	parts[0] = links[0];
	parts[1].b[31] = 5;
	parts[1] = keccak256(bytes_of(parts, sizeof(parts)));
	memset(&parts[0], 0, sizeof(parts[0]));
	parts[0] = keccak256(bytes_of(parts, sizeof(parts)));
	assert_true(hash32_eq(&a.source_hash, &parts[0]));
}

/* keccak256(1 || keccak256(link || 5)) */
static void attributes_have_a_domain_of_their_own(void **state)
{
	uint8_t raw[145];
	struct hash32 parts[2] = { { { 0 } } };
	struct transaction tx;
	struct message m;

	(void)state;
	sample_attributes(raw);
	m = decoded(raw, sizeof(raw));
	assert_true(message_transaction(&arena, &config, &m, &tx));
	parts[0] = m.link;
	parts[1].b[31] = 5;
	parts[1] = keccak256(bytes_of(parts, sizeof(parts)));
	memset(&parts[0], 0, sizeof(parts[0]));
	parts[0].b[31] = 1;
	parts[0] = keccak256(bytes_of(parts, sizeof(parts)));
	assert_true(hash32_eq(&tx.source_hash, &parts[0]));
}

/* Expected: cast keccak of the packed bytes. */
static void links_hash_what_the_contract_packs(void **state)
{
	struct hash32 zero = { { 0 } };
	struct hash32 link = message_link(&zero, bytes_of("abc", 3));
	struct entry entry = {
		.queue_from = 1, .queue_to = 2, .l1_block_number = 3, .l1_timestamp = 4
	};
	struct entry back;
	uint8_t encoded[ENTRY_SIZE];

	(void)state;
	assert_hex(bytes_of_hash(&link),
		   "eefe02abe4d931c3e0227bb882666f5b8a4e2babdb7c3e48b1d78f4fe1432cd7");
	entry.payload_hash.b[0] = 0x11;
	entry.queue_link.b[0] = 0x22;
	link = entry_link(&zero, &entry);
	assert_hex(bytes_of_hash(&link),
		   "96b65fcb7d99bb2047508edc812b384689b08c67f6876afaab230746163f9bc9");
	entry_encode(encoded, &entry);
	assert_true(entry_decode(&back, bytes_of(encoded, sizeof(encoded))));
	assert_memory_equal(&back, &entry, sizeof(entry));
	assert_false(entry_decode(&back, bytes_of(encoded, sizeof(encoded) - 1)));
	encoded[39] = 3; /* from > to */
	assert_false(entry_decode(&back, bytes_of(encoded, sizeof(encoded))));
}

static void a_position_comes_back_from_extra_data(void **state)
{
	struct position p = { .entry = 0x0102030405060708,
			      .blocks_taken = 0x090a0b0c,
			      .queue_next = 0x0d0e0f1011121314,
			      .in_tail = true };
	struct position back;
	struct header header;

	(void)state;
	position_encode(&header, &p);
	assert_hex(bytes_of(header.extra_data, header.extra_data_len),
		   "00010102030405060708090a0b0c0d0e0f1011121314");
	assert_true(position_decode(&back, &header));
	assert_int_equal(back.entry, p.entry);
	assert_int_equal(back.blocks_taken, p.blocks_taken);
	assert_int_equal(back.queue_next, p.queue_next);
	assert_true(back.in_tail);
	header.extra_data[1] = 2;
	assert_false(position_decode(&back, &header));
	header.extra_data[1] = 0;
	header.extra_data[0] = 1;
	assert_false(position_decode(&back, &header));
	header.extra_data[0] = 0;
	header.extra_data_len--;
	assert_false(position_decode(&back, &header));
}

static void every_parameter_is_in_the_configurations_hash(void **state)
{
	struct chain_config c = {
		.chain_id = 1, .revision = EVM_OSAKA, .gas_limit = 2, .max_past = 3, .max_future = 4
	};
	struct chain_config changed[8];
	struct hash32 hash = chain_config_hash(&c);

	(void)state;
	/* Expected: cast keccak of 5 numbers of 8 bytes, two addresses and a hash. */
	assert_hex(bytes_of_hash(&hash),
		   "3b17fc529d79be9e2094a6300c18609de265fb0d611cf95682b22a6fec57c11e");
	for (int i = 0; i < 8; i++)
		changed[i] = c;
	changed[0].chain_id++;
	changed[1].revision = EVM_PRAGUE;
	changed[2].gas_limit++;
	changed[3].max_past++;
	changed[4].max_future++;
	changed[5].fee_recipient.b[19]++;
	changed[6].base_fee_recipient.b[19]++;
	changed[7].genesis_hash.b[31]++;
	for (int i = 0; i < 8; i++) {
		struct hash32 other = chain_config_hash(&changed[i]);

		assert_false(hash32_eq(&hash, &other));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deposit_message_is_a_deposit_transaction),
		cmocka_unit_test(a_deposit_may_create),
		cmocka_unit_test(no_deposit_asks_for_more_gas_than_a_block_has),
		cmocka_unit_test(attributes_call_the_l1_block_contract),
		cmocka_unit_test(other_bytes_are_malformed_and_do_nothing),
		cmocka_unit_test(the_source_hash_is_the_messages_own),
		cmocka_unit_test(attributes_have_a_domain_of_their_own),
		cmocka_unit_test(links_hash_what_the_contract_packs),
		cmocka_unit_test(a_position_comes_back_from_extra_data),
		cmocka_unit_test(every_parameter_is_in_the_configurations_hash),
	};

	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
