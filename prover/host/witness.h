/* witness: everything that decides one claim, in a file: which program, which
 * claim, and all preimages.  Whoever has the program can replay it offline.
 *
 *	"GAVELWIT" | version 4 | image hash 32 | count 8 | preimages, by key:
 *	key 32 | length 8 | bytes
 *
 * Integers big-endian.  The claim is among the preimages (the local ones). */
#ifndef GAVEL_PROVER_HOST_WITNESS_H
#define GAVEL_PROVER_HOST_WITNESS_H

#include "prover/host/preimages.h"

#define WITNESS_VERSION 1

/* Through a temporary file, then rename.  False: errno says why. */
bool witness_write(const char *path, const struct hash32 *image, const struct preimages *p);

enum witness_err {
	WITNESS_OK,
	WITNESS_UNREADABLE,   /* errno says why */
	WITNESS_NOT_ONE,      /* not such a file, or of another version */
	WITNESS_CUT,          /* shorter or longer than it says */
	WITNESS_UNSORTED,     /* keys twice, or out of order */
	WITNESS_BAD_KEY,      /* of no type that there is */
	WITNESS_BAD_PREIMAGE, /* does not have the hash that its key says */
};
const char *witness_err_text(enum witness_err err);

/* Reads into `p`, which is initialised and empty.  Preimages by keccak256 are
 * checked; results of precompiles can't be without their input (a replay
 * computes them, see struct host); what L1 says (local, entries) is as the file
 * has it. */
enum witness_err witness_read(const char *path, struct hash32 *image, struct preimages *p);

#endif
