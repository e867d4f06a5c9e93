#include "prover/dispatch.h"

#include <string.h>

#include "base/native/arena_heap.h"

void dispatch_begin(struct dispatch *d)
{
	*d = (struct dispatch){ 0 };
	arena_init(&d->arena, &arena_heap, ARENA_HEAP_BLOCK);
	d->moves = arena_alloc(&d->arena, 0);
}

void dispatch_end(struct dispatch *d)
{
	arena_free(&d->arena);
}

/* Behind all that are as urgent, and not before what was given out. */
static void insert(struct dispatch *d, const struct dispatch_move *move)
{
	size_t at = d->count;

	if (d->count == d->room) {
		size_t room = d->room ? 2 * d->room : 64;

		d->moves = arena_grow(&d->arena, d->moves, d->room * sizeof(*d->moves),
				      room * sizeof(*d->moves));
		d->room = room;
	}
	while (at > d->sent && d->moves[at - 1].move.deadline > move->move.deadline)
		at--;
	memmove(&d->moves[at + 1], &d->moves[at], (d->count - at) * sizeof(*d->moves));
	d->moves[at] = *move;
	d->count++;
}

void dispatch_add(struct dispatch *d, const struct game *g, const struct play_moves *moves)
{
	for (size_t i = 0; i < moves->count; i++)
		insert(d, &(struct dispatch_move){ g, moves->moves[i] });
}

const struct dispatch_move *dispatch_next(struct dispatch *d, uint64_t deadline)
{
	if (d->sent == d->count || d->moves[d->sent].move.deadline > deadline)
		return NULL;
	return &d->moves[d->sent++];
}
