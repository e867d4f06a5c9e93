#include "tests/support/game_example.h"

struct hash32 game_state(uint64_t n)
{
	struct hash32 h = { .b = { [0] = 3 } };

	be64_store(h.b + 24, n);
	return h;
}

struct game_rules game_example(const struct address *game)
{
	return (struct game_rules){
		.game = *game,
		.oracle = { .b = { [0] = 0x0a } },
		.absolute_prestate = game_state(0),
		.output_levels = 1,
		.trace_levels = 1,
		.max_clock = 1000,
		.clock_extension = 100,
		.root_bond = u256_from_u64(8),
		.move_bond = u256_from_u64(2),
		.last_bond = u256_from_u64(1),
		.root = game_state(1020),
		.anchor_root = game_state(1000),
		.anchor_block = 1000,
		.block = 1020,
		.horizon = 7,
		.created_at = 5000,
	};
}
