/* message: from the queue's bytes to the deposit transaction that they mean.
 * Whatever the bytes are, they have one meaning. */
#include "rollup/message.h"

#include "crypto/keccak.h"
#include "rollup/block.h"

enum {
	/* kind 1 | from 20 | to 20 | mint 32 | value 32 | gas limit 8 | is creation 1 | data */
	DEPOSIT_FROM = 1,
	DEPOSIT_TO = 21,
	DEPOSIT_MINT = 41,
	DEPOSIT_VALUE = 73,
	DEPOSIT_GAS_LIMIT = 105,
	DEPOSIT_IS_CREATION = 113,
	DEPOSIT_DATA = 114,

	/* kind 1 | number 8 | timestamp 8 | base fee 32 | blob base fee 32 |
	 * prevRandao 32 | parent hash 32 */
	ATTRIBUTES_NUMBER = 1,
	ATTRIBUTES_TIMESTAMP = 9,
	ATTRIBUTES_BASE_FEE = 17,
	ATTRIBUTES_BLOB_BASE_FEE = 49,
	ATTRIBUTES_PREV_RANDAO = 81,
	ATTRIBUTES_PARENT_HASH = 113,
	ATTRIBUTES_SIZE = 145,

	/* Selector and six words. */
	SET_ATTRIBUTES_SIZE = 4 + 6 * 32,
};

/* Nobody has its key (OP Stack: L1 attributes depositor account). */
static const struct address depositor = { { 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde,
					    0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad,
					    0xde, 0xad, 0xde, 0xad, 0x00, 0x01 } };

/* L1Block.sol: setL1Attributes(uint64,uint64,uint256,uint256,bytes32,bytes32) */
static const uint8_t set_attributes_selector[4] = { 0x46, 0x78, 0x2d, 0x8c };

struct hash32 message_link(const struct hash32 *before, struct bytes raw)
{
	struct hash32 pair[2] = { *before, keccak256(raw) };

	return keccak256(bytes_of(pair, sizeof(pair)));
}

static bool deposit_is_well_formed(struct bytes raw)
{
	return raw.len >= DEPOSIT_DATA && raw.data[DEPOSIT_IS_CREATION] <= 1;
}

static void attributes_decode(struct l1_attributes *attributes, const uint8_t *raw)
{
	attributes->number = be64_load(raw + ATTRIBUTES_NUMBER);
	attributes->timestamp = be64_load(raw + ATTRIBUTES_TIMESTAMP);
	attributes->base_fee = u256_from_be(raw + ATTRIBUTES_BASE_FEE, 32);
	attributes->blob_base_fee = u256_from_be(raw + ATTRIBUTES_BLOB_BASE_FEE, 32);
	memcpy(attributes->prev_randao.b, raw + ATTRIBUTES_PREV_RANDAO, 32);
	memcpy(attributes->parent_hash.b, raw + ATTRIBUTES_PARENT_HASH, 32);
}

void message_decode(struct message *m, uint64_t index, const struct hash32 *link, struct bytes raw)
{
	memset(m, 0, sizeof(*m));
	m->kind = MESSAGE_MALFORMED;
	m->index = index;
	m->link = *link;
	m->raw = raw;
	if (raw.len == 0)
		return;
	if (raw.data[0] == MESSAGE_DEPOSIT && deposit_is_well_formed(raw)) {
		m->kind = MESSAGE_DEPOSIT;
	} else if (raw.data[0] == MESSAGE_ATTRIBUTES && raw.len == ATTRIBUTES_SIZE) {
		m->kind = MESSAGE_ATTRIBUTES;
		attributes_decode(&m->attributes, raw.data);
	}
}

uint64_t message_gas(const struct chain_config *config, const struct message *m)
{
	uint64_t gas = 0;

	switch (m->kind) {
	case MESSAGE_DEPOSIT:
		gas = be64_load(m->raw.data + DEPOSIT_GAS_LIMIT);
		break;
	case MESSAGE_ATTRIBUTES:
		gas = ATTRIBUTES_GAS_LIMIT;
		break;
	case MESSAGE_MALFORMED:
		break;
	}
	return gas < config->gas_limit ? gas : config->gas_limit;
}

/* OP Stack, deposits, "Source hash computation": keccak256(bytes32(uint256(
 * domain)), keccak256(l1BlockHash, bytes32(uint256(l1LogIndex)))). */
static struct hash32 source_hash(const struct message *m)
{
	struct hash32 inner[2] = { m->link };
	struct hash32 outer[2] = { { { 0 } } };

	be64_store(inner[1].b + 24, m->index);
	outer[0].b[31] = m->kind == MESSAGE_ATTRIBUTES ? 1 : 0;
	outer[1] = keccak256(bytes_of(inner, sizeof(inner)));
	return keccak256(bytes_of(outer, sizeof(outer)));
}

static void deposit_fill(struct transaction *tx, struct bytes raw)
{
	memcpy(tx->from.b, raw.data + DEPOSIT_FROM, 20);
	tx->is_creation = raw.data[DEPOSIT_IS_CREATION] == 1;
	if (!tx->is_creation)
		memcpy(tx->to.b, raw.data + DEPOSIT_TO, 20);
	tx->mint = u256_from_be(raw.data + DEPOSIT_MINT, 32);
	tx->value = u256_from_be(raw.data + DEPOSIT_VALUE, 32);
	tx->data = bytes_of(raw.data + DEPOSIT_DATA, raw.len - DEPOSIT_DATA);
}

static void attributes_fill(struct arena *a, struct transaction *tx, struct bytes raw)
{
	uint8_t *call = arena_calloc(a, SET_ATTRIBUTES_SIZE, 1);

	memcpy(call, set_attributes_selector, 4);
	memcpy(call + 4 + 24, raw.data + ATTRIBUTES_NUMBER, 8);
	memcpy(call + 4 + 32 + 24, raw.data + ATTRIBUTES_TIMESTAMP, 8);
	memcpy(call + 4 + 64, raw.data + ATTRIBUTES_BASE_FEE, 4 * 32);
	tx->from = depositor;
	tx->to = predeploy_l1_block;
	tx->data = bytes_of(call, SET_ATTRIBUTES_SIZE);
}

bool message_transaction(struct arena *a, const struct chain_config *config,
			 const struct message *m, struct transaction *tx)
{
	memset(tx, 0, sizeof(*tx));
	switch (m->kind) {
	case MESSAGE_DEPOSIT:
		deposit_fill(tx, m->raw);
		break;
	case MESSAGE_ATTRIBUTES:
		attributes_fill(a, tx, m->raw);
		break;
	case MESSAGE_MALFORMED:
		return false;
	}
	tx->type = TX_DEPOSIT;
	tx->gas_limit = message_gas(config, m);
	tx->source_hash = source_hash(m);
	tx->has_from = true;
	tx_finish(a, tx);
	return true;
}
