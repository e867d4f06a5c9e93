/* deploy_l1: puts Inbox and Portal on L1 and looks whether they are what they
 * should be.
 *
 * Each contract must know the other's address when it is made, so the portal's
 * is predicted: the deployer's next nonce but one. */
#ifndef GAVEL_DEPLOY_L1_H
#define GAVEL_DEPLOY_L1_H

#include "deploy/gavel/deploy_options.h"

struct deployed {
	uint64_t l1_chain_id;
	struct address inbox;
	struct address portal;
	uint64_t block; /* that has the inbox */
	struct hash32 block_hash;
	uint64_t block_timestamp;
	uint64_t gas_used; /* of both */
};

/* False: `error` says why.  What is on L1 by then stays there, and is of no
 * further use. */
bool deploy_to_l1(struct arena *a, struct deployed *deployed, const struct deploy_options *o,
		  const struct artifact *inbox, const struct artifact *portal,
		  char error[DEPLOY_ERROR_SIZE]);

/* A chain id that test nodes come with. */
bool is_dev_chain(uint64_t l1_chain_id);

#endif
