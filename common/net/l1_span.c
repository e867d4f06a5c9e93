#include "net/l1_span.h"

/* Answers, until more is tried. */
#define ANSWERED_WELL 16

struct l1_span l1_span_of(uint64_t most)
{
	return (struct l1_span){ .most = most, .blocks = most };
}

uint64_t l1_span_end(const struct l1_span *span, uint64_t from, uint64_t last)
{
	return last - from < span->blocks ? last : from + span->blocks - 1;
}

bool l1_span_note(struct l1_span *span, enum l1_err err)
{
	if (err == L1_NODE_ERROR) {
		span->answered = 0;
		if (span->blocks == 1)
			return false;
		span->blocks /= 2;
		return true;
	}
	if (err == L1_OK && ++span->answered >= ANSWERED_WELL) {
		span->answered = 0;
		span->blocks = span->blocks < span->most / 2 ? 2 * span->blocks : span->most;
	}
	return false;
}
