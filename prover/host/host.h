/* host: answers the proof program, natively and in the machine.
 *
 * A host collects what the program hints at from the evidence (a verifier's
 * databases, prover/host/evidence_store.h) into a set of preimages, which then is
 * all that a replay needs.  Without evidence it only replays: it knows what it
 * was given, and computes the precompiles. */
#ifndef GAVEL_PROVER_HOST_HOST_H
#define GAVEL_PROVER_HOST_HOST_H

#include <stdatomic.h>

#include "prover/host/preimages.h"
#include "prover/program/program.h"
#include "prover/vm/machine.h"

/* Which claim it is about: the machine's local preimages. */
struct dispute {
	struct hash32 agreed;  /* output root of block N - 1 */
	struct hash32 claimed; /* output root of block N */
	uint64_t number;       /* N */
	uint64_t entry_count;  /* of the inbox: the horizon */
	struct hash32 config;  /* chain_config_hash() */
};

/* Where things are found.  Nothing of it is believed: what does not have the
 * hash that was asked for does not answer. */
struct evidence {
	void *context;
	const struct chain_config *config;
	struct hash32 agreed_parts[3]; /* state root, passer's storage root, block hash of N - 1 */
	struct state_store state;      /* after block N - 1 */
	struct inbox_source inbox;     /* not bounded by the dispute's horizon */
	bool (*header)(void *context, struct arena *a, const struct hash32 *hash,
		       struct header *header);
	bool (*entry_link)(void *context, uint64_t index, struct hash32 *link);
};

struct host {
	struct preimages *known;
	const struct evidence *evidence; /* NULL: replay */
	/* NULL, or gets under each precompile result's key what it is the result of:
	 * address 20 | gas 8 | input. */
	struct preimages *asked;
	const atomic_bool *stop; /* NULL, or once it is set nothing is known any more */
	struct arena scratch;
	bool precompile_differs; /* a result in `known` is not what it should be */
};

/* `known` and `evidence` outlive the host. */
void host_init(struct host *h, struct preimages *known, const struct evidence *evidence);
void host_free(struct host *h);

/* The local preimages of `d`.  False: `known` has others. */
bool host_put_dispute(struct preimages *known, const struct dispute *d);
/* False: they are not all there. */
bool host_get_dispute(struct preimages *known, struct dispute *d);

/* The program natively.  Everything in the report lies in `a`. */
void host_run_native(struct host *h, struct arena *a, struct program_report *report);

/* For a machine that is to run the program behind host_run_native(), which has
 * asked for everything already; valid as long as `h`. */
struct machine_host host_of_machine(struct host *h);

#endif
