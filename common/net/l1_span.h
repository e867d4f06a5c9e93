/* l1_span: of how many blocks a node is asked for logs at once.  Nodes refuse what is
 * too much for them, each by its own measure, or their answer is too large for us
 * (L1_NODE_ERROR): then for fewer, and for more again after a while. */
#ifndef GAVEL_NET_L1_SPAN_H
#define GAVEL_NET_L1_SPAN_H

#include "net/l1_client.h"

struct l1_span {
	uint64_t most, blocks; /* at least 1 */
	unsigned answered;     /* in a row */
};

struct l1_span l1_span_of(uint64_t most);

/* The last block to ask for, from block `from` on, up to `last`. */
uint64_t l1_span_end(const struct l1_span *span, uint64_t from, uint64_t last);

/* After the answer.  True: the same may be asked for again, of fewer blocks. */
bool l1_span_note(struct l1_span *span, enum l1_err err);

#endif
