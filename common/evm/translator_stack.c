#include "evm/translator.h"

/* Words of a piece of the list; the first one of a code is smaller. */
#define PIECE_WORDS       1024
#define FIRST_PIECE_WORDS 128

/* Room for a CONTINUE, at the end of each piece. */
#define LINK_WORDS 2

static void new_piece(struct translator *t, unsigned words)
{
	struct translation *out = t->out;
	size_t count = out->next ? PIECE_WORDS : FIRST_PIECE_WORDS;
	union word *piece;

	if (count < words + LINK_WORDS)
		count = words + LINK_WORDS;
	piece = arena_alloc(code_analysis(t->code)->arena, count * sizeof(*piece));
	t->evm->translated += count * sizeof(*piece);
	if (out->next) {
		out->next[0].handler = out->handlers[HANDLER_CONTINUE];
		out->next[1].to = piece;
	}
	out->next = piece;
	out->limit = piece + count - LINK_WORDS;
}

union word *emit_words(struct translator *t, unsigned words)
{
	struct translation *out = t->out;
	union word *w;

	if (!out->next || words > (size_t)(out->limit - out->next))
		new_piece(t, words);
	w = out->next;
	out->next = w + words;
	return w;
}

union word *emit(struct translator *t, enum handler handler, unsigned words)
{
	union word *w = emit_words(t, 1 + words);

	w->handler = t->out->handlers[handler];
	t->last = w;
	t->last_handler = handler;
	return w + 1;
}

static void note_use(struct translator *t, int slot)
{
	if (slot != NO_SLOT)
		slot_at(t, slot)->touched = t->emitted;
}

union word *emit_places(struct translator *t, enum handler handler, unsigned words, int d, int a,
			int b, int c)
{
	union word *places = emit(t, handler, words + 1);

	places->place[0] = place_of(d);
	places->place[1] = place_of(a);
	places->place[2] = place_of(b);
	places->place[3] = place_of(c);
	t->emitted++;
	note_use(t, a);
	note_use(t, b);
	note_use(t, c);
	note_use(t, d);
	if (d != NO_SLOT) {
		slot_at(t, d)->written = t->emitted;
		slot_at(t, d)->writer = places;
	}
	return places + 1;
}

void stack_begin(struct translator *t)
{
	t->height = t->lowest = t->highest = t->dirty = t->slots_end = 0;
	t->constant_count = 0;
	t->emitted = 0;
	t->crowded = false;
}

/* Makes the slots below `end` known. */
static void slots_need(struct translator *t, int end)
{
	while (t->slots_end < end)
		*slot_at(t, t->slots_end++) = (struct slot){ 0 };
}

void stack_dup(struct translator *t, int depth)
{
	stack_need(t, depth);
	stack_push(t, *value_at(t, t->height - depth));
}

void stack_swap(struct translator *t, int depth)
{
	struct value *top, *other, v;

	stack_need(t, depth + 1);
	top = value_at(t, t->height - 1);
	other = value_at(t, t->height - 1 - depth);
	v = *top;
	*top = *other;
	*other = v;
	if (t->height - 1 - depth < t->dirty)
		t->dirty = t->height - 1 - depth;
}

/* The first unused slot from `start` on. */
static int free_slot(struct translator *t, int start)
{
	int slot = start;

	for (;; slot++) {
		slots_need(t, slot + 1);
		if (slot_at(t, slot)->uses == 0)
			break;
	}
	if (slot > t->height + SLOTS_ABOVE)
		t->crowded = true;
	return slot;
}

/* Emits what brings `v` to `slot`. */
static void emit_load(struct translator *t, int slot, struct value v)
{
	const struct u256 *constant;

	if (!value_is_constant(v)) {
		emit_places(t, HANDLER_MOVE, 0, slot, v.slot, NO_SLOT, NO_SLOT);
		return;
	}
	constant = value_constant(t, v);
	if (u256_fits_u64(constant)) {
		emit_places(t, HANDLER_CONST, 1, slot, NO_SLOT, NO_SLOT, NO_SLOT)->bits =
		    constant->limb[0];
	} else {
		union word *w =
		    emit_places(t, HANDLER_CONST_WIDE, 4, slot, NO_SLOT, NO_SLOT, NO_SLOT);

		memcpy(w, constant, sizeof(*constant));
	}
}

int value_slot(struct translator *t, struct value v)
{
	int slot;

	if (!value_is_constant(v))
		return v.slot;
	slot = free_slot(t, t->height);
	emit_load(t, slot, v);
	++slot_at(t, slot)->uses;
	return slot;
}

int stack_push_result(struct translator *t)
{
	int slot = free_slot(t, t->height);

	stack_push(t, (struct value){ (int16_t)slot, NOT_CONSTANT });
	return slot;
}

static bool is_settled(struct translator *t, int height)
{
	struct value v = *value_at(t, height);

	return !value_is_constant(v) && v.slot == height;
}

/* The part of the stack that stack_settle() works on: [start, end) is to be
 * settled, [end, held_end) only read. */
struct settling {
	int start, end, held_end;
};

/* Has what lies in `slot` written to `to` in the first place, if nobody has looked
 * at either slot since. */
static bool retarget(struct translator *t, int slot, int to)
{
	struct slot *from = slot_at(t, slot), *target = slot_at(t, to);

	if (!from->writer || from->uses != 1 || from->touched != from->written ||
	    target->touched > from->written)
		return false;
	from->writer->place[0] = place_of(to);
	target->writer = from->writer;
	target->written = target->touched = from->written;
	from->writer = NULL;
	return true;
}

/* Brings the value of `height` home while nothing is in the way, then the one
 * that this has made way for. */
static void settle_from(struct translator *t, const struct settling *s, int height)
{
	while (height >= s->start && height < s->end && !is_settled(t, height) &&
	       slot_at(t, height)->uses == 0) {
		struct value v = *value_at(t, height);

		if (value_is_constant(v) || !retarget(t, v.slot, height))
			emit_load(t, height, v);
		*value_at(t, height) = (struct value){ (int16_t)height, NOT_CONSTANT };
		slot_at(t, height)->uses = 1;
		if (value_is_constant(v))
			return;
		slot_release(t, v.slot);
		height = v.slot;
	}
}

/* Two values that lie in each other's slots, and nobody else does. */
static bool settle_pair(struct translator *t, const struct settling *s, int height)
{
	struct value v = *value_at(t, height);
	struct value other;

	if (value_is_constant(v) || v.slot < s->start || v.slot >= s->end)
		return false;
	other = *value_at(t, v.slot);
	if (value_is_constant(other) || other.slot != height || slot_at(t, height)->uses != 1 ||
	    slot_at(t, v.slot)->uses != 1)
		return false;
	emit_places(t, HANDLER_SWAP, 0, NO_SLOT, height, v.slot, NO_SLOT);
	*value_at(t, height) = other;
	*value_at(t, v.slot) = v;
	slot_at(t, height)->writer = slot_at(t, v.slot)->writer = NULL;
	return true;
}

/* Moves what lies in the slot of `height` out of the way. */
static void evacuate(struct translator *t, const struct settling *s, int height)
{
	int slot = free_slot(t, s->held_end);

	emit_places(t, HANDLER_MOVE, 0, slot, height, NO_SLOT, NO_SLOT);
	for (int i = s->start; i < s->held_end; i++) {
		struct value *v = value_at(t, i);

		if (!value_is_constant(*v) && v->slot == height)
			v->slot = (int16_t)slot;
	}
	slot_at(t, slot)->uses = slot_at(t, height)->uses;
	slot_at(t, height)->uses = 0;
}

/* Gives the topmost `held` values slots. */
static void hold(struct translator *t, int held)
{
	stack_need(t, held);
	for (int i = t->height - held; i < t->height; i++) {
		struct value *v = value_at(t, i);

		if (value_is_constant(*v))
			*v = (struct value){ (int16_t)value_slot(t, *v), NOT_CONSTANT };
	}
}

void stack_settle(struct translator *t, int held)
{
	struct settling s = { .start = t->dirty, .end = t->height - held, .held_end = t->height };

	hold(t, held);
	if (s.start > s.end)
		s.start = s.end;
	slots_need(t, s.end);
	for (int i = s.start; i < s.end; i++)
		settle_from(t, &s, i);
	for (int i = s.start; i < s.end; i++) {
		if (is_settled(t, i) || settle_pair(t, &s, i))
			continue;
		if (slot_at(t, i)->uses)
			evacuate(t, &s, i);
		settle_from(t, &s, i);
	}
	t->dirty = s.end;
}
