/* evidence_store: evidence from the databases of a verifier or a sequencer,
 * beside the program that writes them. */
#ifndef GAVEL_PROVER_HOST_EVIDENCE_STORE_H
#define GAVEL_PROVER_HOST_EVIDENCE_STORE_H

#include "prover/host/host.h"
#include "store/chain_reader.h"

struct evidence_store {
	struct chain_reader *chain;
	struct inbox *inbox;
	const struct rollup_config *config;
	struct inbox_horizon horizon;
};

/* Opens chain.db and inbox.db in `data`.  `config` outlives it. */
bool evidence_store_open(struct evidence_store *s, const char *data,
			 const struct rollup_config *config, char error[DATABASE_ERROR_SIZE]);
void evidence_store_close(struct evidence_store *s);

/* What speaks about block `number` (above 0), in `a`, and a dispute about the
 * output root that these databases have for it, with all entries there are.
 * False: `error` says what is missing.  A verifier that goes on deriving may
 * prune or roll back meanwhile: then something will be missing later. */
bool evidence_store_of(struct evidence_store *s, struct arena *a, uint64_t number,
		       struct evidence *evidence, struct dispute *dispute,
		       char error[DATABASE_ERROR_SIZE]);

/* The same for a claim: the claimed root and the horizon are the caller's, and
 * the databases need not have block `number`. */
bool evidence_store_claim(struct evidence_store *s, struct arena *a, uint64_t number,
			  const struct hash32 *claimed, uint64_t entry_count,
			  struct evidence *evidence, struct dispute *dispute,
			  char error[DATABASE_ERROR_SIZE]);

#endif
