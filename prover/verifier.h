/* verifier: the thread that derives every block from what L1 has, executes it,
 * and owns chain.db.  It knows nothing but L1 and rollup.json. */
#ifndef GAVEL_PROVER_VERIFIER_H
#define GAVEL_PROVER_VERIFIER_H

#include "net/l1_thread.h"
#include "prover/options.h"
#include "store/chain.h"

struct verifier;

/* Opens inbox.db and chain.db in the data directory. */
bool verifier_open(struct verifier **out, const struct rollup_config *config,
		   const struct options *options, char error[DATABASE_ERROR_SIZE]);
/* Checks that L1 is the right one, then starts the threads. */
bool verifier_start(struct verifier *verifier, char error[DATABASE_ERROR_SIZE]);
void verifier_stop(struct verifier *verifier);
void verifier_close(struct verifier *verifier);

/* From any thread. */
struct verifier_status {
	struct l1_thread_status l1;
	bool is_synced;   /* everything that was read from L1 is derived */
	uint64_t derived; /* the newest block derived */
	/* Games on L1 may need the states from block `needed_state` on (UINT64_MAX: not
	 * known yet, or there are no games); those before `oldest_state` are pruned.  So
	 * all is well while `oldest_state` is not above `needed_state`. */
	uint64_t needed_state;
	uint64_t oldest_state;
};
struct verifier_status verifier_status(struct verifier *verifier);

/* From any thread: games on L1 may need the states from `block` on. */
void verifier_keep_from(struct verifier *verifier, uint64_t block);

/* The path of a database in the data directory. */
#define VERIFIER_PATH_SIZE 4096
char *verifier_path(const struct options *options, const char *file, char out[VERIFIER_PATH_SIZE]);

#endif
