/* config_fields: the table of rollup.json's fields. */
#include "rollup/native/config_private.h"

#define AT(member) offsetof(struct rollup_config, member)

const char *const config_sections[3] = { "l1", "l2", "genesis" };
const char *const config_revisions[3] = { "cancun", "prague", "osaka" };

const struct config_field config_fields[] = {
	{ "l1", "chainId", CONFIG_INTEGER, AT(l1_chain_id), 1, CONFIG_NEEDED },
	{ "l1", "inbox", CONFIG_ADDRESS, AT(inbox), 0, CONFIG_NEEDED },
	{ "l1", "portal", CONFIG_ADDRESS, AT(portal), 0, CONFIG_NEEDED },
	{ "l1", "disputeGameFactory", CONFIG_ADDRESS, AT(dispute_game_factory), 0,
	  CONFIG_OPTIONAL },
	{ "l1", "startBlock", CONFIG_INTEGER, AT(l1_start_block), 1, CONFIG_NEEDED },
	{ "l1", "startBlockHash", CONFIG_HASH, AT(l1_start_hash), 0, CONFIG_NEEDED },
	{ "l2", "chainId", CONFIG_INTEGER, AT(chain.chain_id), 1, CONFIG_NEEDED },
	{ "l2", "revision", CONFIG_REVISION, AT(chain.revision), 0, CONFIG_NEEDED },
	{ "l2", "gasLimit", CONFIG_INTEGER, AT(chain.gas_limit), (int64_t)BLOCK_GAS_LIMIT_MIN,
	  CONFIG_NEEDED },
	{ "l2", "maxPast", CONFIG_INTEGER, AT(chain.max_past), 1, CONFIG_NEEDED },
	{ "l2", "maxFuture", CONFIG_INTEGER, AT(chain.max_future), 1, CONFIG_NEEDED },
	{ "l2", "feeRecipient", CONFIG_ADDRESS, AT(chain.fee_recipient), 0, CONFIG_NEEDED },
	{ "l2", "baseFeeRecipient", CONFIG_ADDRESS, AT(chain.base_fee_recipient), 0,
	  CONFIG_NEEDED },
	{ "genesis", "timestamp", CONFIG_INTEGER, AT(genesis_timestamp), 1, CONFIG_NEEDED },
	{ "genesis", "baseFee", CONFIG_QUANTITY, AT(genesis_base_fee), 0, CONFIG_NEEDED },
	{ "genesis", "hash", CONFIG_HASH, AT(genesis_hash), 0, CONFIG_SEALING },
	{ "genesis", "stateRoot", CONFIG_HASH, AT(genesis_state_root), 0, CONFIG_SEALING },
	{ "genesis", "configHash", CONFIG_HASH, AT(config_hash), 0, CONFIG_SEALING },
};
const size_t config_field_count = sizeof(config_fields) / sizeof(config_fields[0]);
