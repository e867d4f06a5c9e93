#include "net/jsonrpc_turns.h"

#include <stddef.h>

#include "net/jsonrpc_call.h"

static struct rpc_turns_client *client_of(struct rpc_turns *turns, uint64_t client)
{
	return &turns->clients[(client * 0x9e3779b97f4a7c15u >> 32) % RPC_TURNS_CLIENTS];
}

static void queue_client(struct rpc_turns *turns, struct rpc_turns_client *client)
{
	client->next = NULL;
	if (turns->first)
		turns->last->next = client;
	else
		turns->first = client;
	turns->last = client;
}

/* `lane` is behind the others of its client, which is behind the other clients
 * unless it has a turn anyway. */
static void queue_lane(struct rpc_turns *turns, struct rpc_turns_client *client,
		       struct rpc_lane *lane)
{
	lane->next = NULL;
	if (client->first) {
		client->last->next = lane;
		client->last = lane;
		return;
	}
	client->first = client->last = lane;
	queue_client(turns, client);
}

bool rpc_turns_add(struct rpc_turns *turns, struct rpc_lane *lane, struct rpc_call *call,
		   unsigned max_waiting)
{
	struct rpc_turns_client *client = client_of(turns, call->message->client);

	if (client->waiting >= max_waiting)
		return false;
	client->waiting++;
	call->next_queued = NULL;
	if (lane->first) {
		lane->last->next_queued = call;
		lane->last = call;
		return true;
	}
	lane->first = lane->last = call;
	if (!lane->is_running)
		queue_lane(turns, client, lane);
	return true;
}

/* The lane whose turn it is; its client has the next turn after all others. */
static struct rpc_lane *take_lane(struct rpc_turns *turns)
{
	struct rpc_turns_client *client = turns->first;
	struct rpc_lane *lane = client->first;

	turns->first = client->next;
	client->first = lane->next;
	if (client->first)
		queue_client(turns, client);
	return lane;
}

struct rpc_call *rpc_turns_take(struct rpc_turns *turns, struct rpc_lane **lane)
{
	struct rpc_call *call;

	if (!turns->first)
		return NULL;
	*lane = take_lane(turns);
	(*lane)->is_running = true;
	call = (*lane)->first;
	(*lane)->first = call->next_queued;
	client_of(turns, call->message->client)->waiting--;
	return call;
}

void rpc_turns_ran(struct rpc_turns *turns, struct rpc_lane *lane, uint64_t client)
{
	lane->is_running = false;
	if (lane->first)
		queue_lane(turns, client_of(turns, client), lane);
}
