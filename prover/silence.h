/* silence: for how long somebody who is asked over and over has given no answer that
 * is of use, and what is said of that. */
#ifndef GAVEL_PROVER_SILENCE_H
#define GAVEL_PROVER_SILENCE_H

#include "base/native/complaint.h"

/* Zero beforehand. */
struct silence {
	_Atomic uint64_t since_ms; /* of the first answer of no use since the last that was; 0:
				    * there is none */
	struct complaint complaint;
};

/* What came of asking at `now_ms` (not 0): `wrong` says why it is of no use; NULL: it
 * is.  Logged for part `part`, once it has lasted some seconds, then every minute, and
 * in the words `over` when it is over.  One thread only. */
void silence_note(struct silence *silence, const char *part, const char *wrong, const char *over,
		  uint64_t now_ms);

/* How long it has lasted, in seconds; 0: all is well.  From any thread. */
uint64_t silence_seconds(const struct silence *silence, uint64_t now_ms);

#endif
