/* l1_account: a key that acts on L1: its client and its transaction manager.  It
 * belongs to one thread, as they do. */
#ifndef GAVEL_NET_L1_ACCOUNT_H
#define GAVEL_NET_L1_ACCOUNT_H

#include "crypto/native/keystore.h"
#include "net/l1_transactions.h"
#include "net/service_options.h"

/* Zero beforehand. */
struct l1_account {
	struct signer_key key;
	struct address address;
	struct l1_client *client;
	struct l1_transactions *transactions; /* NULL: it only reads */
};

struct l1_account_config {
	const char *name; /* whose it is, for the log: "batcher" */
	bool reads_only;  /* no key and no transactions: what follows `stop` is unused */
	const struct service_options *options; /* L1's URL, ceilings of fees */
	const atomic_bool *stop;               /* ends what waits for L1 */
	struct keystore_source key;
	struct database *db; /* as l1_transactions_config has it, and the rest */
	uint64_t chain_id;
	unsigned confirmations;
	unsigned max_in_flight;
};

/* Loads the key and opens client and manager; sends nothing.  False: `error` says
 * why.  To be closed in any case. */
#define L1_ACCOUNT_ERROR_SIZE 320
bool l1_account_open(struct l1_account *account, const struct l1_account_config *config,
		     char error[L1_ACCOUNT_ERROR_SIZE]);
/* Wipes the key.  Does not close `db`. */
void l1_account_close(struct l1_account *account);

#endif
