/* deploy_session: contracts go to L1 one after the other, through the L1
 * transaction manager, and are looked at afterwards.
 *
 * The deployer's nonce is its own while a session lasts: addresses of contracts
 * that are still to be made can be told beforehand. */
#ifndef GAVEL_DEPLOY_SESSION_H
#define GAVEL_DEPLOY_SESSION_H

#include <time.h>

#include "deploy/gavel/deploy_files.h"
#include "deploy/gavel/deploy_session_options.h"
#include "net/l1_transactions.h"

struct deploy_session {
	struct arena *arena;
	const struct deploy_session_options *options;
	char *error; /* DEPLOY_ERROR_SIZE; set by whatever returns false */
	struct l1_client *client;
	uint64_t l1_chain_id;
	uint64_t nonce;    /* of the next creation */
	uint64_t gas_used; /* by what is confirmed */
	/* private */
	struct database *db; /* in memory: a deployment that breaks off is done anew */
	struct l1_transactions *manager;
	time_t deadline;
};

/* False: L1 can't be reached, or the deployer has no ETH or something pending.
 * To be closed in any case. */
bool deploy_session_open(struct deploy_session *s, struct arena *a,
			 const struct deploy_session_options *options,
			 char error[DEPLOY_ERROR_SIZE]);
void deploy_session_close(struct deploy_session *s);

/* Where the creation after `ahead` others goes. */
struct address deploy_session_address(const struct deploy_session *s, uint64_t ahead);

/* Creates it with `words` 32-byte arguments (Solidity ABI) at
 * deploy_session_address(s, 0), and waits until it is mined. */
bool deploy_session_create(struct deploy_session *s, const char *name,
			   const struct artifact *artifact, const struct hash32 *arguments,
			   size_t words, struct address *address, int64_t *id);
/* Waits until it is as deep as the options say. */
bool deploy_session_confirm(struct deploy_session *s, int64_t id,
			    struct l1_transaction_state *state);

struct hash32 deploy_word_of_address(const struct address *address);
struct hash32 deploy_word_of_u64(uint64_t value);

/* Whether L1 has that code there, apart from immutables. */
bool deploy_check_code(struct deploy_session *s, const char *name, const struct address *address,
		       const struct artifact *artifact);
/* A function without arguments that must return that word. */
bool deploy_check_word(struct deploy_session *s, const struct address *contract,
		       const char *function, struct hash32 expected);
/* What such a function returns. */
bool deploy_read_word(struct deploy_session *s, const struct address *contract,
		      const char *function, struct hash32 *word);

bool deploy_fail(struct deploy_session *s, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Whether the call went well; tells what L1 says otherwise. */
bool deploy_check(struct deploy_session *s, enum l1_err err);

#endif
