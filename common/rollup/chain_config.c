/* chain_config: the hash that binds a dispute to the chain's parameters. */
#include "rollup/chain_config.h"

#include "crypto/keccak.h"

enum {
	AT_CHAIN_ID = 0,
	AT_REVISION = 8,
	AT_GAS_LIMIT = 16,
	AT_MAX_PAST = 24,
	AT_MAX_FUTURE = 32,
	AT_FEE_RECIPIENT = 40,
	AT_BASE_FEE_RECIPIENT = 60,
	AT_GENESIS_HASH = 80,
};

void chain_config_encode(uint8_t out[CHAIN_CONFIG_SIZE], const struct chain_config *config)
{
	be64_store(out + AT_CHAIN_ID, config->chain_id);
	be64_store(out + AT_REVISION, (uint64_t)config->revision);
	be64_store(out + AT_GAS_LIMIT, config->gas_limit);
	be64_store(out + AT_MAX_PAST, config->max_past);
	be64_store(out + AT_MAX_FUTURE, config->max_future);
	memcpy(out + AT_FEE_RECIPIENT, config->fee_recipient.b, 20);
	memcpy(out + AT_BASE_FEE_RECIPIENT, config->base_fee_recipient.b, 20);
	memcpy(out + AT_GENESIS_HASH, config->genesis_hash.b, 32);
}

bool chain_config_decode(struct chain_config *config, struct bytes raw)
{
	uint64_t revision;

	if (raw.len != CHAIN_CONFIG_SIZE)
		return false;
	revision = be64_load(raw.data + AT_REVISION);
	if (revision > EVM_OSAKA)
		return false;
	config->chain_id = be64_load(raw.data + AT_CHAIN_ID);
	config->revision = (enum evm_revision)revision;
	config->gas_limit = be64_load(raw.data + AT_GAS_LIMIT);
	config->max_past = be64_load(raw.data + AT_MAX_PAST);
	config->max_future = be64_load(raw.data + AT_MAX_FUTURE);
	memcpy(config->fee_recipient.b, raw.data + AT_FEE_RECIPIENT, 20);
	memcpy(config->base_fee_recipient.b, raw.data + AT_BASE_FEE_RECIPIENT, 20);
	memcpy(config->genesis_hash.b, raw.data + AT_GENESIS_HASH, 32);
	return true;
}

struct hash32 chain_config_hash(const struct chain_config *config)
{
	uint8_t encoded[CHAIN_CONFIG_SIZE];

	chain_config_encode(encoded, config);
	return keccak256(bytes_of(encoded, sizeof(encoded)));
}
