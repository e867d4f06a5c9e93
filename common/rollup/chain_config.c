/* chain_config: the hash that binds a dispute to the chain's parameters. */
#include "rollup/chain_config.h"

#include "crypto/keccak.h"

static void append_u64(struct keccak *k, uint64_t value)
{
	uint8_t encoded[8];

	be64_store(encoded, value);
	keccak_append(k, bytes_of(encoded, sizeof(encoded)));
}

struct hash32 chain_config_hash(const struct chain_config *config)
{
	struct keccak k;
	struct hash32 hash;

	keccak_init(&k);
	append_u64(&k, config->chain_id);
	append_u64(&k, (uint64_t)config->revision);
	append_u64(&k, config->gas_limit);
	append_u64(&k, config->max_past);
	append_u64(&k, config->max_future);
	keccak_append(&k, bytes_of_address(&config->fee_recipient));
	keccak_append(&k, bytes_of_address(&config->base_fee_recipient));
	keccak_append(&k, bytes_of_hash(&config->genesis_hash));
	keccak_finish(&k, &hash);
	return hash;
}
