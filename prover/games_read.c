#include "prover/games_read.h"

#include "base/native/arena_heap.h"
#include "prover/dispute/calls.h"

enum l1_err games_read_rules(struct l1_client *client, const struct address *game,
			     struct game_rules *rules)
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
	return err;
}
