/* rpc_submit: eth_sendRawTransaction, the hot path of the sequencer: here
 * nothing is allocated that can be avoided, no JSON tree is built, and the
 * database is opened only for a sender that the pool has not met.
 *
 * The hash is returned when the transaction is on disk. */
#include "base/hex.h"
#include "net/json_values.h"
#include "sequencer/rpc.h"
#include "sequencer/rpc_filters.h"
#include "sequencer/rpc_format.h"
#include "sequencer/rpc_view.h"

/* Larger ones are decoded into memory of the call. */
#define SMALL_TRANSACTION 4096

/* How often a sender's account is read while blocks come in between. */
#define ACCOUNT_TRIES 16

/* What is answered when the row is committed; memory of the call. */
struct submission {
	struct rpc_call *call;
	struct hash32 hash;
};

static void durable(void *context)
{
	struct submission *submission = context;
	struct hash32 hash = submission->hash; /* it dies with the call */

	rpc_complete_hash(submission->call, &hash);
}

/* Tells the pool what the state at its head says of `address`. */
static bool read_account(struct sequencer *s, const struct address *address)
{
	struct pool_head head = pool_head(s->pool);
	struct reader_pair *pair = reader_take(s->readers);
	const struct state_reader *reader;
	struct account account = { 0 };
	struct state_trie *trie;
	bool exists = false;

	if (!pair)
		return false;
	trie = chain_reader_state(pair->chain, &pair->arena, head.number);
	if (trie) { /* else the head has just been rolled back: try again */
		reader = state_trie_reader(trie);
		if (reader->account(reader->context, address, &account, &exists)) {
			if (!exists)
				account = (struct account){ 0 };
			pool_set_account(s->pool, head, address, account.nonce, &account.balance);
		}
	}
	reader_give(s->readers, pair);
	return true;
}

static enum pool_result add_to_pool(struct sequencer *s, struct pool_transaction *transaction,
				    struct pool_transaction **replaced, char error[POOL_ERROR_SIZE])
{
	enum pool_result result = pool_add(s->pool, transaction, replaced, error);

	for (int i = 0; i < ACCOUNT_TRIES && result == POOL_NEED_ACCOUNT; i++) {
		if (!read_account(s, &transaction->tx.from))
			break;
		result = pool_add(s->pool, transaction, replaced, error);
	}
	return result;
}

/* The pool has it: to disk with it, and the answer after that. */
static struct rpc_answered *store(struct rpc_call *call, struct rpc_service *service,
				  struct pool_transaction *transaction,
				  struct pool_transaction *replaced)
{
	struct sequencer *s = service->sequencer;
	struct submission *submission = rpc_alloc(call, sizeof(*submission));
	struct rpc_answered *answered = NULL;

	if (submission) {
		*submission = (struct submission){ call, transaction->tx.hash };
		answered = rpc_defer(call);
	}
	rpc_filters_transaction(service->filters, &transaction->tx.hash);
	pool_store_add(s->pool_store, s->pool, transaction, submission ? durable : NULL,
		       submission);
	if (replaced) {
		pool_store_remove(s->pool_store, s->pool, replaced);
		pool_release(s->pool, replaced);
	}
	if (!submission)
		return rpc_fail(call, RPC_INTERNAL_ERROR, "out of memory", NULL);
	return answered;
}

/* What was signed for every chain (before EIP-155) anyone can bring here.  geth's
 * rule and words; it is this door's alone: such a transaction is valid in a batch,
 * and what was taken once is kept. */
static bool is_unprotected(const struct transaction *tx)
{
	return !tx->has_chain_id;
}

/* Adds what pool_prepare() has made, or says why not. */
static struct rpc_answered *admit(struct rpc_call *call, struct pool_transaction *transaction)
{
	struct rpc_service *service = rpc_service_of(call);
	struct sequencer *s = service->sequencer;
	struct pool_transaction *replaced = NULL;
	struct rpc_answered *answered = NULL;
	char error[POOL_ERROR_SIZE];

	if (is_unprotected(&transaction->tx) && !s->options->allow_unprotected)
		return rpc_fail(call, RPC_SERVER_ERROR,
				"only replay-protected (EIP-155) transactions allowed over RPC",
				NULL);
	switch (add_to_pool(s, transaction, &replaced, error)) {
	case POOL_ADDED:
	case POOL_REPLACED:
		answered = store(call, service, transaction, replaced);
		break;
	case POOL_KNOWN:
		answered = rpc_fail(call, RPC_SERVER_ERROR, "already known", NULL);
		break;
	case POOL_REFUSED:
		answered = rpc_fail(call, RPC_SERVER_ERROR, error, NULL);
		break;
	case POOL_NEED_ACCOUNT:
		answered =
		    rpc_fail(call, RPC_INTERNAL_ERROR, "the sender's account can't be read", NULL);
		break;
	}
	return answered;
}

static struct rpc_answered *submit(struct rpc_call *call, struct bytes raw)
{
	struct pool *pool = rpc_service_of(call)->sequencer->pool;
	char error[POOL_ERROR_SIZE];
	struct pool_transaction *transaction = pool_prepare(pool, raw, error);
	struct rpc_answered *answered;

	if (!transaction)
		return rpc_fail(call, RPC_SERVER_ERROR, error, NULL);
	answered = admit(call, transaction);
	pool_release(pool, transaction);
	return answered;
}

/* A plain "0x.." of bytes that fit `buffer`. */
static bool decode_small(struct rpc_call *call, uint8_t buffer[SMALL_TRANSACTION],
			 struct bytes *raw)
{
	struct json_part part, text;
	size_t digits;

	if (!rpc_param_part(call, 0, &part) || !json_plain_string(&text, part) || text.len < 2 ||
	    text.text[0] != '0' || text.text[1] != 'x')
		return false;
	digits = text.len - 2;
	if (digits > 2 * SMALL_TRANSACTION || !hex_decode(buffer, text.text + 2, digits))
		return false;
	*raw = bytes_of(buffer, digits / 2);
	return true;
}

static struct rpc_answered *send_raw_transaction(struct rpc_call *call)
{
	uint8_t buffer[SMALL_TRANSACTION];
	struct bytes raw;

	if (!decode_small(call, buffer, &raw) && !rpc_param_bytes(call, 0, &raw))
		return rpc_fail_params(call);
	return submit(call, raw);
}

static struct rpc_answered *pool_status(struct rpc_call *call)
{
	struct pool_counts counts = pool_counts(rpc_service_of(call)->sequencer->pool);
	json_t *json = json_object();

	rpc_set(json, "pending", json_of_u64(counts.executable));
	rpc_set(json, "queued", json_of_u64(counts.waiting));
	return rpc_reply(call, json);
}

static const struct rpc_method methods[] = {
	/* Inline: handing it to a worker would cost more than it saves. */
	{ "eth_sendRawTransaction", send_raw_transaction, RPC_INLINE, 1 },
	{ "txpool_status", pool_status, RPC_POOLED, 0 },
};

const struct rpc_group rpc_submit_methods = { methods, sizeof(methods) / sizeof(methods[0]) };
