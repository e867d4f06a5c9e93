#include "prover/games_read.h"

#include <string.h>

#include "base/native/arena_heap.h"
#include "prover/dispute/calls.h"

enum l1_err games_read_link(struct l1_client *client, const struct address *inbox, uint64_t horizon,
			    struct hash32 *link)
{
	uint8_t calldata[CALL_ENTRY_LINK_SIZE];
	struct l1_message message = { .to = *inbox, .data = bytes_of(calldata, sizeof(calldata)) };
	struct bytes answer;
	enum l1_err err;
	struct arena a;

	*link = (struct hash32){ 0 };
	if (horizon == 0)
		return L1_OK;
	call_entry_link(calldata, horizon - 1);
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	err = l1_call(client, &a, &answer, &message, L1_LATEST);
	if (err == L1_OK && answer.len != sizeof(link->b))
		err = L1_BAD_ANSWER;
	if (err == L1_OK)
		memcpy(link->b, answer.data, sizeof(link->b));
	arena_free(&a);
	return err;
}

enum l1_err games_read_rules(struct l1_client *client, const struct address *game,
			     const struct address *inbox, struct game_rules *rules)
{
	enum l1_err err = L1_OK;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	*rules = (struct game_rules){ .game = *game };
	for (unsigned view = 0; view < GAME_VIEW_COUNT && err == L1_OK; view++) {
		uint8_t calldata[4];
		struct l1_message message = { .to = *game, .data = bytes_of(calldata, 4) };
		struct bytes answer;

		game_view_call(view, calldata);
		err = l1_call(client, &a, &answer, &message, L1_LATEST);
		if (err == L1_OK && !game_view_answer(rules, view, answer))
			err = L1_BAD_ANSWER;
	}
	arena_free(&a);
	return err == L1_OK ? games_read_link(client, inbox, rules->horizon, &rules->link) : err;
}
