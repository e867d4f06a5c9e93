#include "prover/rpc.h"

#include <string.h>

#include "net/json_values.h"
#include "net/rollup_rpc.h"
#include "net/rpc_params.h"

static struct rpc_answered *no_reader(struct rpc_call *call)
{
	return rpc_fail(call, RPC_INTERNAL_ERROR, "the database can't be read", NULL);
}

typedef struct rpc_answered *view_handler(struct rpc_call *call, const struct rollup_view *view);

/* Runs a handler on a snapshot of both databases. */
static struct rpc_answered *with_view(struct rpc_call *call, view_handler *handler)
{
	struct prover_rpc *rpc = rpc_context(call);
	struct reader_pair *readers = reader_take(rpc->readers);
	struct rpc_answered *answered;
	struct rollup_view view;

	if (!readers)
		return no_reader(call);
	view = (struct rollup_view){ rpc->config, readers->chain, readers->inbox, &readers->arena };
	answered = handler(call, &view);
	reader_give(rpc->readers, readers);
	return answered;
}

static struct rpc_answered *output_at_block(struct rpc_call *call)
{
	return with_view(call, rollup_rpc_output_at_block);
}

static struct rpc_answered *sync_status(struct rpc_call *call)
{
	return with_view(call, rollup_rpc_sync_status);
}

static struct rpc_answered *version(struct rpc_call *call)
{
	return rpc_reply(call, json_string("gavel-challenger"));
}

static struct rpc_answered *chain_id(struct rpc_call *call)
{
	struct prover_rpc *rpc = rpc_context(call);

	return rpc_reply_u64(call, rpc->config->chain.chain_id);
}

static struct rpc_answered *block_number(struct rpc_call *call)
{
	struct prover_rpc *rpc = rpc_context(call);

	return rpc_reply_u64(call, verifier_status(rpc->verifier).derived);
}

static json_t *claims_of(struct prover_rpc *rpc)
{
	struct claims_status claims;

	if (!rpc->claims)
		return json_null();
	claims = claims_status(rpc->claims);
	return json_pack("{s:o, s:o, s:o, s:o}", "compared", json_of_u64(claims.next), "wrong",
			 json_of_u64(claims.wrong), "firstWrongBlock",
			 claims.wrong ? json_of_u64(claims.first_wrong) : json_null(), "silentFor",
			 json_of_u64(claims.silent_s));
}

static json_t *disputes_of(struct prover_rpc *rpc)
{
	struct challenger_status status;

	if (!rpc->challenger)
		return json_null();
	status = challenger_status(rpc->challenger);
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o}", "games",
			 json_of_u64(status.games), "disputed", json_of_u64(status.disputed),
			 "notKnown", json_of_u64(status.not_known), "tooLate",
			 json_of_u64(status.too_late), "broken", json_of_u64(status.broken),
			 "noFunds", status.no_funds, "lost", json_of_u64(status.lost), "l1Block",
			 json_of_u64(status.l1_block), "age", json_of_u64(status.age));
}

static json_t *status_of(struct prover_rpc *rpc)
{
	struct verifier_status status = verifier_status(rpc->verifier);
	struct reader_pair *readers = reader_take(rpc->readers);
	struct chain_heads heads;

	if (!readers)
		return NULL;
	heads = chain_reader_heads(readers->chain);
	reader_give(rpc->readers, readers);
	return json_pack(
	    "{s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "l1Reachable",
	    status.l1.is_reachable, "synced", status.is_synced, "l1Head",
	    json_of_u64(status.l1.head), "l1Finalized", json_of_u64(status.l1.finalized), "safe",
	    json_of_u64(heads.safe), "finalized", json_of_u64(heads.finalized), "oldestState",
	    json_of_u64(status.oldest_state), "neededState",
	    status.needed_state == UINT64_MAX ? json_null() : json_of_u64(status.needed_state),
	    "claims", claims_of(rpc), "disputes", disputes_of(rpc));
}

static struct rpc_answered *gavel_status(struct rpc_call *call)
{
	json_t *status = status_of(rpc_context(call));

	return status ? rpc_reply(call, status) : no_reader(call);
}

/* Verdict and state of every game, without claims and moves. */
static struct rpc_answered *gavel_games(struct rpc_call *call)
{
	struct prover_rpc *rpc = rpc_context(call);

	return rpc_reply(call, rpc->challenger ? challenger_games(rpc->challenger) : json_array());
}

/* One game, with all its claims and our moves; null: there is no such game. */
static struct rpc_answered *gavel_game(struct rpc_call *call)
{
	struct prover_rpc *rpc = rpc_context(call);
	struct address address;
	json_t *game;

	if (!rpc_param_address(call, 0, &address))
		return rpc_fail_params(call);
	game = rpc->challenger ? challenger_game(rpc->challenger, &address) : NULL;
	return rpc_reply(call, game ? game : json_null());
}

static const struct rpc_method methods[] = {
	{ "optimism_outputAtBlock", output_at_block, RPC_POOLED, 1 },
	{ "optimism_syncStatus", sync_status, RPC_POOLED, 0 },
	{ "optimism_version", version, RPC_INLINE, 0 },
	{ "web3_clientVersion", version, RPC_INLINE, 0 },
	{ "eth_chainId", chain_id, RPC_INLINE, 0 },
	{ "eth_blockNumber", block_number, RPC_INLINE, 0 },
	{ "gavel_status", gavel_status, RPC_POOLED, 0 },
	{ "gavel_games", gavel_games, RPC_POOLED, 0 },
	{ "gavel_game", gavel_game, RPC_POOLED, 1 },
};

/* ---- health ---- */

#define HEALTH_SIZE 1024
/* Seconds: more than a look takes in which claims are judged. */
#define AGE_MOST 300
/* Seconds: more than it takes to start a node again. */
#define SILENCE_MOST 300

/* What is not well, a line each. */
struct health {
	char text[HEALTH_SIZE];
	size_t len;
};

static void check(struct health *health, bool is_well, const char *trouble)
{
	size_t len = strlen(trouble);

	if (is_well || health->len + len + 2 > sizeof(health->text))
		return;
	memcpy(health->text + health->len, trouble, len);
	health->len += len;
	health->text[health->len++] = '\n';
}

static void check_claims(struct health *health, struct claims *claims)
{
	struct claims_status status;

	if (!claims)
		return;
	status = claims_status(claims);
	check(health, status.wrong == 0, "--claims has found a wrong root");
	check(health, status.silent_s < SILENCE_MOST,
	      "--claims was given no roots for five minutes; the log says why");
}

static void check_disputes(struct health *health, struct challenger *challenger)
{
	struct challenger_status status;

	if (!challenger)
		return;
	status = challenger_status(challenger);
	check(health, status.lost == 0, "a dispute is lost");
	check(health, status.too_late == 0, "a wrong claim was not answered in time");
	check(health, !status.no_funds, "a move waits for funds");
	check(health, status.not_known == 0, "a claim can't be judged");
	check(health, status.broken == 0, "a game can't be followed");
	check(health, status.age < AGE_MOST,
	      "games on L1 were not looked at for five minutes; the log says why");
}

static void get(void *context, struct http_exchange *exchange, const struct http_request *request)
{
	struct prover_rpc *rpc = context;
	struct verifier_status status = verifier_status(rpc->verifier);
	struct health health = { .len = 0 };

	if (strcmp(request->path, "/health") != 0 && strcmp(request->path, "/") != 0) {
		http_reply(exchange, 404, "text/plain", bytes_of("not here\n", 9));
		return;
	}
	check(&health, status.oldest_state <= status.needed_state,
	      "states that games on L1 need are pruned: stop, remove chain.db* from the data "
	      "directory, and start again: it is derived anew from L1");
	check(&health, status.l1.is_reachable, "L1 can't be read");
	check(&health, status.is_synced, "not all of L1 is derived");
	check_claims(&health, rpc->claims);
	check_disputes(&health, rpc->challenger);
	if (health.len > 0)
		http_reply(exchange, 503, "text/plain", bytes_of(health.text, health.len));
	else
		http_reply(exchange, 200, "text/plain", bytes_of("ok\n", 3));
}

bool prover_rpc_start(struct rpc_server **server, struct prover_rpc *context,
		      char error[HTTP_SERVER_ERROR_SIZE])
{
	struct rpc_server_config config = {
		.http = { .bind_address = context->options->service.rpc_address,
			  .port = context->options->service.rpc_port },
		.methods = methods,
		.method_count = sizeof(methods) / sizeof(methods[0]),
		.context = context,
		.get = get,
		.workers = 1,
	};

	return rpc_server_start(server, &config, error);
}
