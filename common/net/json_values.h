/* json_values: Ethereum's values in JSON (execution-apis: quantities without
 * leading zeros, data as "0x" and pairs of digits), both ways.
 *
 * json_of_*: a new reference, NULL when out of memory.
 * json_to_*: false when `json` is NULL, not a string, or not exactly that
 * form; the output is then untouched. */
#ifndef GAVEL_NET_JSON_VALUES_H
#define GAVEL_NET_JSON_VALUES_H

#include <jansson.h>

#include "base/arena.h"
#include "eth/u256.h"

json_t *json_of_u64(uint64_t value);
json_t *json_of_u256(const struct u256 *value);
json_t *json_of_hash(const struct hash32 *hash);
json_t *json_of_address(const struct address *address);
json_t *json_of_bytes(struct bytes data);

bool json_to_u64(uint64_t *out, const json_t *json);
bool json_to_u256(struct u256 *out, const json_t *json);
bool json_to_hash(struct hash32 *out, const json_t *json);
bool json_to_address(struct address *out, const json_t *json);
/* The bytes lie in `a`. */
bool json_to_bytes(struct arena *a, struct bytes *out, const json_t *json);

/* Writes a quantity with its NUL: at most 67 characters. */
#define HEX_U256_SIZE 67
char *hex_encode_u256(char out[HEX_U256_SIZE], const struct u256 *value);
/* The inverse: strict as hex_decode_u64(). */
bool hex_decode_u256(struct u256 *out, const char *text);

/* Parses `text`, whole, with bounds: at most `max_depth` nested arrays and
 * objects.  Duplicate keys: the last one counts.  NULL: not JSON, or too deep. */
json_t *json_parse_bounded(struct bytes text, unsigned max_depth);

#endif
