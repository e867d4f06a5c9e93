/* json_tree: Jansson's values out of text that json_scan() has passed.  Jansson
 * reads a character at a time; here a string without escapes, which may be a
 * whole batch in hex, is copied as it is. */
#ifndef GAVEL_NET_JSON_TREE_H
#define GAVEL_NET_JSON_TREE_H

#include <jansson.h>

#include "net/json_scan.h"

/* A new reference.  Of members with one name the last one counts.  NULL: a value
 * that json_scan() lets pass and Jansson doesn't hold (a number out of range, an
 * escape of NUL or of half a surrogate pair), or out of memory. */
json_t *json_tree(struct json_part value);

#endif
