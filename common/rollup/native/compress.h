/* compress: makes the payload that goes to L1, by libdeflate.  Native: writing
 * is nobody's consensus, only reading (inflate.h) is. */
#ifndef GAVEL_ROLLUP_NATIVE_COMPRESS_H
#define GAVEL_ROLLUP_NATIVE_COMPRESS_H

#include "rollup/payload.h"

/* The payload of `p`, in `a`.  It decodes to the same blocks (checked before
 * it is returned).  `level` is libdeflate's, 1 to 12.  False when it would be
 * longer than PAYLOAD_MAX_BYTES or inflate to more than PAYLOAD_MAX_INFLATED,
 * or has too many blocks: seal fewer blocks. */
bool payload_compress(struct arena *a, const struct payload *p, uint64_t chain_id, int level,
		      struct bytes *payload);

#endif
