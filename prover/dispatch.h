/* dispatch: the moves of all games of one round, the most urgent first.  Where money
 * is short, it is the last that wait. */
#ifndef GAVEL_PROVER_DISPATCH_H
#define GAVEL_PROVER_DISPATCH_H

#include "prover/dispute/play.h"

struct dispatch_move {
	const struct game *game;
	struct play_move move;
};

struct dispatch {
	struct arena arena; /* for what moves consist of, too */
	struct dispatch_move *moves;
	size_t count, room, sent;
};

void dispatch_begin(struct dispatch *d);
void dispatch_end(struct dispatch *d);

/* In the order in which they are to be sent, as play_next() has them; those without a
 * deadline come last.  Moves of the same deadline stay in their order.  `g` and what
 * the moves consist of live until the end. */
void dispatch_add(struct dispatch *d, const struct game *g, const struct play_moves *moves);

/* The next move that has to be mined before `deadline` at the latest, for when no
 * other game can have one that is more urgent than that; UINT64_MAX: any.  NULL: none
 * is left. */
const struct dispatch_move *dispatch_next(struct dispatch *d, uint64_t deadline);

#endif
