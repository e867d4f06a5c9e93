/* zlib_inflate: a raw DEFLATE stream as zlib reads it, to compare with. */
#ifndef GAVEL_TESTS_SUPPORT_ZLIB_INFLATE_H
#define GAVEL_TESTS_SUPPORT_ZLIB_INFLATE_H

#include <zlib.h>

#include "base/bytes.h"

/* False: refused, or not all of it used, or longer than `room`. */
static inline bool zlib_inflate(struct bytes in, uint8_t *out, size_t room, size_t *len)
{
	z_stream z = { .next_in = (Bytef *)in.data, .avail_in = (uInt)in.len };
	int code;

	if (inflateInit2(&z, -15) != Z_OK)
		__builtin_trap();
	z.next_out = out;
	z.avail_out = (uInt)room;
	code = inflate(&z, Z_FINISH);
	*len = z.total_out;
	inflateEnd(&z);
	return code == Z_STREAM_END && z.avail_in == 0;
}

#endif
