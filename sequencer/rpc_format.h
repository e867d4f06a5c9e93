/* rpc_format: blocks, transactions, receipts and logs as JSON, field for field
 * as geth writes them (and op-geth, for deposits).  Every function returns a
 * new reference. */
#ifndef GAVEL_SEQUENCER_RPC_FORMAT_H
#define GAVEL_SEQUENCER_RPC_FORMAT_H

#include <jansson.h>

#include "store/chain_reader.h"

/* json_object_set_new_nocheck() by a shorter name. */
void rpc_set(json_t *object, const char *name, json_t *value);

json_t *rpc_format_header(const struct stored_block *block);
/* `block` has its bodies.  With `full`, transactions are objects, not hashes. */
json_t *rpc_format_block(const struct stored_block *block, bool full);

/* Transaction `index` of `block`, which has its bodies. */
json_t *rpc_format_transaction(const struct stored_block *block, size_t index);
/* One that is in no block yet. */
json_t *rpc_format_pending(const struct transaction *tx);

/* `first_log`: how many logs the transactions before it have. */
json_t *rpc_format_receipt(const struct stored_block *block, size_t index, size_t first_log);
size_t rpc_format_first_log(const struct stored_block *block, size_t index);
/* `log_index` counts within the block. */
json_t *rpc_format_log(const struct stored_block *block, size_t index, const struct log *log,
		       size_t log_index);

/* "0x" and 40 digits. */
#define RPC_ADDRESS_SIZE 43
char *rpc_format_address(char out[RPC_ADDRESS_SIZE], const struct address *address);

#endif
