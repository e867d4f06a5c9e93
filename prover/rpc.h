/* rpc: the verifier's small JSON-RPC: output roots, heads, and what was found. */
#ifndef GAVEL_PROVER_RPC_H
#define GAVEL_PROVER_RPC_H

#include "net/jsonrpc_server.h"
#include "prover/challenger.h"
#include "prover/claims.h"
#include "prover/verifier.h"

struct prover_rpc {
	const struct options *options;
	const struct rollup_config *config;
	struct verifier *verifier;
	struct reader_set *readers;
	struct claims *claims;         /* or NULL */
	struct challenger *challenger; /* or NULL */
};

/* `context` outlives the server.  Serves until rpc_server_stop(). */
bool prover_rpc_start(struct rpc_server **server, struct prover_rpc *context,
		      char error[HTTP_SERVER_ERROR_SIZE]);

#endif
