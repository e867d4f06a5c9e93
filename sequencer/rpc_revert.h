/* rpc_revert: what a contract said when it reverted. */
#ifndef GAVEL_SEQUENCER_RPC_REVERT_H
#define GAVEL_SEQUENCER_RPC_REVERT_H

#include "net/jsonrpc_server.h"

#define REVERT_REASON_SIZE 1024

/* "execution reverted", and ": reason" where `data` is Solidity's
 * Error(string) or Panic(uint256).  A longer reason is cut; what is no
 * printable UTF-8 is left to the JSON writer. */
char *revert_message(char out[REVERT_REASON_SIZE], struct bytes data);

/* Answers with code 3, that message and the data, as geth does. */
struct rpc_answered *rpc_fail_reverted(struct rpc_call *call, struct bytes data);

#endif
