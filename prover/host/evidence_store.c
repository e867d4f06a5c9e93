#include "prover/host/evidence_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/native/arena_heap.h"

bool evidence_store_open(struct evidence_store *s, const char *data,
			 const struct rollup_config *config, char error[DATABASE_ERROR_SIZE])
{
	char path[4096], owner[CONFIG_OWNER_SIZE];

	*s = (struct evidence_store){ .config = config };
	snprintf(path, sizeof(path), "%s/chain.db", data);
	if (!chain_reader_open(&s->chain, path, config, error))
		return false;
	snprintf(path, sizeof(path), "%s/inbox.db", data);
	if (!inbox_open_reader(&s->inbox, path, config_owner(config, owner), error)) {
		chain_reader_close(s->chain);
		return false;
	}
	s->horizon = (struct inbox_horizon){ s->inbox, UINT64_MAX };
	return true;
}

void evidence_store_close(struct evidence_store *s)
{
	inbox_close(s->inbox);
	chain_reader_close(s->chain);
}

static bool find_header(void *context, struct arena *a, const struct hash32 *hash,
			struct header *header)
{
	struct evidence_store *s = context;
	struct stored_block block;
	uint64_t number;

	if (!chain_reader_number_of(s->chain, hash, &number) ||
	    !chain_reader_block(s->chain, a, number, false, &block))
		return false;
	*header = block.header;
	return true;
}

static bool find_entry_link(void *context, uint64_t index, struct hash32 *link)
{
	struct evidence_store *s = context;
	struct entry entry;

	return inbox_entry(s->inbox, index, &entry, link);
}

static bool complain(char error[DATABASE_ERROR_SIZE], uint64_t number, const char *what)
{
	snprintf(error, DATABASE_ERROR_SIZE, "block %llu: %s", (unsigned long long)number, what);
	return false;
}

bool evidence_store_claim(struct evidence_store *s, struct arena *a, uint64_t number,
			  const struct hash32 *claimed, uint64_t entry_count,
			  struct evidence *evidence, struct dispute *dispute,
			  char error[DATABASE_ERROR_SIZE])
{
	struct stored_block parent;

	if (number == 0)
		return complain(error, number, "genesis is given, not claimed");
	if (!chain_reader_block(s->chain, a, number - 1, false, &parent))
		return complain(error, number - 1, "there is no such block");
	*evidence = (struct evidence){
		.context = s,
		.config = &s->config->chain,
		.agreed_parts = { parent.header.state_root, parent.message_passer_storage_root,
				  parent.hash },
		.inbox = inbox_source_of(&s->horizon),
		.header = find_header,
		.entry_link = find_entry_link,
	};
	if (!chain_reader_store(s->chain, a, number - 1, &evidence->state))
		return complain(error, number - 1, "its state is pruned");
	*dispute = (struct dispute){
		.agreed = parent.output_root,
		.claimed = *claimed,
		.number = number,
		.entry_count = entry_count,
		.config = chain_config_hash(&s->config->chain),
	};
	return true;
}

bool evidence_store_of(struct evidence_store *s, struct arena *a, uint64_t number,
		       struct evidence *evidence, struct dispute *dispute,
		       char error[DATABASE_ERROR_SIZE])
{
	struct stored_block block;

	if (!chain_reader_block(s->chain, a, number, false, &block))
		return complain(error, number, "there is no such block");
	return evidence_store_claim(s, a, number, &block.output_root, inbox_entry_count(s->inbox),
				    evidence, dispute, error);
}
