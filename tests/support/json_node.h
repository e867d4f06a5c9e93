/* json_node: what the L1 nodes of unit tests have in common: JSON-RPC calls, single or in
 * an array, and how blocks are named. */
#ifndef GAVEL_TESTS_SUPPORT_JSON_NODE_H
#define GAVEL_TESTS_SUPPORT_JSON_NODE_H

#include <jansson.h>

#include "base/bytes.h"

/* The result of a call: a new reference.  NULL: the error -32000 with the text in
 * *error. */
typedef json_t *json_node_call(void *context, const char *method, const json_t *params,
			       const char **error);

/* The answer to a request, to be freed. */
char *json_node_answer(struct bytes request, json_node_call *call, void *context);

/* A number, "latest" or "finalized".  False: another. */
bool json_node_block(const json_t *tag, uint64_t head, uint64_t finalized, uint64_t *number);

#endif
