/* games_report: a game and what we think of it, as JSON for gavel_games and
 * gavel_game. */
#ifndef GAVEL_PROVER_GAMES_REPORT_H
#define GAVEL_PROVER_GAMES_REPORT_H

#include <jansson.h>

#include "prover/dispute/play.h"
#include "prover/games.h"

const char *game_status_name(enum game_status status);
const char *game_judgement_name(enum game_judgement judgement);

/* A new reference.  `truth` is asked about claims that are not judged yet. */
json_t *games_report(struct game_entry *e, const struct truth *truth);
/* Its claims, each with our verdict, in the order in which they were made.  Once
 * patience has ended only with what was judged before: *waiting are not. */
json_t *games_report_claims(struct game_entry *e, const struct truth *truth,
			    const struct patience *patience, size_t *waiting);

#endif
