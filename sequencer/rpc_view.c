#include "sequencer/rpc_view.h"

#include <inttypes.h>

#include "base/native/log.h"

struct rpc_answered *rpc_with_view(struct rpc_call *call, rpc_view_handler *handler)
{
	struct sequencer *s = rpc_service_of(call)->sequencer;
	struct reader_pair *pair = reader_take(s->readers);
	struct rpc_answered *answered;
	struct rpc_view view;

	if (!pair)
		return rpc_fail(call, RPC_INTERNAL_ERROR, "the chain can't be read", NULL);
	view = (struct rpc_view){ s, pair->chain, pair->inbox, &pair->arena,
				  rpc_deadline_in(s->options->rpc_timeout_ms) };
	answered = handler(call, &view);
	reader_give(s->readers, pair);
	return answered;
}

static bool number_of_tag(struct rpc_view *view, enum block_tag tag, uint64_t *number)
{
	struct chain_heads heads = chain_reader_heads(view->chain);

	switch (tag) {
	case BLOCK_TAG_LATEST:
	case BLOCK_TAG_PENDING: /* what is pending has no state of its own */
		*number = heads.latest;
		return true;
	case BLOCK_TAG_SAFE:
		*number = heads.safe;
		return true;
	case BLOCK_TAG_FINALIZED:
		*number = heads.finalized;
		return true;
	case BLOCK_TAG_EARLIEST:
		*number = 0;
		return true;
	case BLOCK_TAG_NUMBER:
	case BLOCK_TAG_HASH:
		break;
	}
	return false;
}

bool rpc_view_number(struct rpc_view *view, const struct block_id *id, uint64_t *number)
{
	if (id->tag == BLOCK_TAG_HASH)
		return chain_reader_number_of(view->chain, &id->hash, number);
	if (id->tag != BLOCK_TAG_NUMBER)
		return number_of_tag(view, id->tag, number);
	*number = id->number;
	return id->number <= chain_reader_heads(view->chain).latest;
}

bool rpc_view_block(struct rpc_view *view, const struct block_id *id, bool bodies,
		    struct stored_block *block)
{
	uint64_t number;

	return rpc_view_number(view, id, &number) &&
	       chain_reader_block(view->chain, view->arena, number, bodies, block);
}

struct rpc_answered *rpc_fail_no_block(struct rpc_call *call, const struct block_id *id)
{
	return rpc_fail(
	    call, RPC_SERVER_ERROR,
	    id->tag == BLOCK_TAG_HASH ? "header for hash not found" : "header not found", NULL);
}

struct rpc_answered *rpc_fail_no_state(struct rpc_call *call, uint64_t number)
{
	return rpc_fail_format(call, RPC_SERVER_ERROR,
			       "missing trie node: the state of block %" PRIu64
			       " is older than the history that is kept",
			       number);
}

struct rpc_answered *rpc_fail_bad_state(struct rpc_call *call)
{
	log_error("rpc", "%s: a state can't be read: is the database damaged?",
		  rpc_method_name(call));
	return rpc_fail(call, RPC_INTERNAL_ERROR, "the state can't be read", NULL);
}
