/* hex: bytes to and from the text of JSON-RPC and configuration files.
 * Needs no allocation and no libc, but is not consensus code. */
#ifndef GAVEL_BASE_HEX_H
#define GAVEL_BASE_HEX_H

#include "base/bytes.h"

/* Writes 2 * in.len lower-case digits and a NUL to `out` (which has room for
 * 2 * in.len + 1), no prefix.  Returns `out`. */
char *hex_encode(char *out, struct bytes in);

/* Reads `digits` hex digits (no prefix, an even number) at `text` into `out`,
 * which has room for digits / 2 bytes.  False when a character is no hex digit
 * or the count is odd; `out` is then undefined. */
bool hex_decode(uint8_t *out, const char *text, size_t digits);

/* A string of exactly `len` bytes as "0x" and 2 * len digits.  False
 * otherwise, and `out` is then undefined. */
bool hex_decode_fixed(uint8_t *out, size_t len, const char *text);

/* A JSON-RPC quantity (execution-apis: "0x", no leading zeros, at least one
 * digit) that fits 64 bits.  False otherwise; `*out` is then untouched. */
bool hex_decode_u64(uint64_t *out, const char *text);

/* Writes a JSON-RPC quantity with its NUL: at most 19 characters. */
#define HEX_U64_SIZE 19
char *hex_encode_u64(char out[HEX_U64_SIZE], uint64_t value);

#endif
