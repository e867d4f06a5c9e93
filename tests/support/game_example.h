/* game_example: the dispute game that unit tests are about: short, with small numbers;
 * block n has the root game_state(n). */
#ifndef GAVEL_TESTS_SUPPORT_GAME_EXAMPLE_H
#define GAVEL_TESTS_SUPPORT_GAME_EXAMPLE_H

#include "prover/dispute/claim.h"

struct hash32 game_state(uint64_t n);
struct game_rules game_example(const struct address *game);

#endif
