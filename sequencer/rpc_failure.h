/* rpc_failure: what is said of a message that failed. */
#ifndef GAVEL_SEQUENCER_RPC_FAILURE_H
#define GAVEL_SEQUENCER_RPC_FAILURE_H

#include "evm/evm.h"

#define FAILURE_MESSAGE_SIZE 100

/* geth's sentence, with its figures: "stack underflow (0 <=> 2)".  `fault` is
 * looked at where `status` has figures. */
char *failure_message(char out[FAILURE_MESSAGE_SIZE], enum evm_status status,
		      const struct evm_fault *fault);

#endif
