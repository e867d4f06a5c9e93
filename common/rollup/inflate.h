/* inflate: the one reader of DEFLATE (RFC 1951) in the project: small, total,
 * bounded, so that no two parties can differ on a payload.  Core. */
#ifndef GAVEL_ROLLUP_INFLATE_H
#define GAVEL_ROLLUP_INFLATE_H

#include "base/arena.h"

enum inflate_err {
	INFLATE_OK,
	INFLATE_TRUNCATED, /* the input ends before the final block does */
	INFLATE_CORRUPT,   /* bad block type, code lengths, symbol or distance */
	INFLATE_TOO_LONG,  /* would pass max_out */
	INFLATE_TRAILING,  /* bytes are left behind the final block */
};

/* A raw DEFLATE stream that fills `in` exactly.  On INFLATE_OK `*out` lies in
 * `a`, at most `max_out` bytes; otherwise `*out` is untouched (memory of `a`
 * may have been used). Incomplete code sets are accepted where zlib accepts them (a single
 * distance code of one bit, or none); over-subscribed ones never. */
enum inflate_err inflate_stream(struct arena *a, struct bytes in, size_t max_out,
				struct bytes *out);

#endif
