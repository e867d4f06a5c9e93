/* claims: the thread that asks somebody for its output roots and compares each
 * with the verifier's own.  A wrong one is reported loudly, and never forgotten
 * while the program runs.  Where there is nothing to compare with, because nobody
 * answers or the answer is of no use, that is said, too. */
#ifndef GAVEL_PROVER_CLAIMS_H
#define GAVEL_PROVER_CLAIMS_H

#include "store/reader_set.h"

struct claims;

struct claims_config {
	const char *url;
	struct reader_set *readers;
	/* From the thread, at each wrong claim. */
	void (*wrong)(void *context);
	void *context;
};

/* NULL: not an http or https URL. */
struct claims *claims_start(const struct claims_config *config);
void claims_stop(struct claims *claims);

/* From any thread. */
struct claims_status {
	uint64_t next;        /* blocks below were compared */
	uint64_t wrong;       /* how many differed */
	uint64_t first_wrong; /* block number; meaningful when wrong > 0 */
	uint64_t silent_s;    /* for so long it has given no root of block `next`; 0: all is well */
};
struct claims_status claims_status(const struct claims *claims);

#endif
