/* trietest: the pieces of gavel-trietest. */
#ifndef GAVEL_TESTS_TRIETEST_H
#define GAVEL_TESTS_TRIETEST_H

#include "tests/unit/trie/support.h"

#include <jansson.h>

/* A key or a value as the vectors write it: hex when it starts with 0x, else
 * the characters themselves; null is nothing.  In `a`. */
struct bytes trietest_bytes(struct arena *a, const json_t *text);

/* A case of trietestnextprev.json: NULL, or what was wrong. */
const char *trietest_neighbours(struct arena *a, const json_t *vector);

#endif
