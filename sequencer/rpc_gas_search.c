#include "sequencer/rpc_gas_search.h"

/* What a call with value gives to its callee: it shall not be missing. */
#define CALL_STIPEND 2300

/* geth: estimateGasErrorRatio, 0.015. */
static bool is_close(uint64_t low, uint64_t high)
{
	return (high - low) * 1000 < high * 15;
}

/* With 63/64 of the gas going into a call, this is mostly enough (EIP-150). */
static uint64_t guess(uint64_t used, uint64_t refunded)
{
	return (used + refunded + CALL_STIPEND) * 64 / 63;
}

/* Halfway, but not far above what is known to be too little: most transactions
 * need hardly more than they use. */
static uint64_t between(uint64_t low, uint64_t high)
{
	uint64_t middle = low + (high - low) / 2;

	return low > 0 && middle > low * 2 ? low * 2 : middle;
}

enum gas_trial gas_search(const struct gas_search *search, uint64_t most, uint64_t *limit)
{
	uint64_t used = 0, refunded = 0, ignored, high = most, low;
	enum gas_trial trial = search->try(search->context, most, &used, &refunded);
	uint64_t next;

	if (trial != GAS_SUFFICES)
		return trial;
	low = used > 0 ? used - 1 : 0;
	next = guess(used, refunded);
	while (low + 1 < high) {
		if (next < high) {
			trial = search->try(search->context, next, &ignored, &ignored);
			if (trial == GAS_INVALID)
				return trial;
			if (trial == GAS_SUFFICES)
				high = next;
			else
				low = next;
		}
		if (is_close(low, high))
			break;
		next = between(low, high);
	}
	*limit = high;
	return GAS_SUFFICES;
}
