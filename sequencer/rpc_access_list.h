/* rpc_access_list: which addresses and slots a transaction touches (EIP-2930),
 * by watching it run. */
#ifndef GAVEL_SEQUENCER_RPC_ACCESS_LIST_H
#define GAVEL_SEQUENCER_RPC_ACCESS_LIST_H

#include "sequencer/rpc_machine.h"

/* Runs `tx` with the list that it makes, until the list does not change any
 * more.  `tx` has that list afterwards; all lies in the view's arena. */
void access_list_make(struct call_machine *machine, struct transaction *tx, uint64_t gas_limit,
		      struct call_outcome *outcome);

#endif
