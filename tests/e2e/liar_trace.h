/* liar_trace: finds instructions of a kind in a trace of the proof program, for who
 * wants a dispute to end there. */
#ifndef GAVEL_TESTS_E2E_LIAR_TRACE_H
#define GAVEL_TESTS_E2E_LIAR_TRACE_H

#include "prover/dispute/claim.h"
#include "prover/host/evidence_store.h"

/* The number of the first step of that kind from `from` on, or else from the
 * beginning on.  Kinds:
 *
 *	arithmetic, branch, load, store, keccak, halt
 *	local, preimage, entry		ORACLE_READ of such a key
 *	precompile ADDRESS		ORACLE_READ of the result of that one
 *	behind				the machine has exited before
 *
 * False: `why` says it. */
bool liar_trace_find(struct evidence_store *s, const struct claim_trace *trace, const char *kind,
		     unsigned precompile, uint64_t from, uint64_t *step,
		     char why[DATABASE_ERROR_SIZE]);

#endif
