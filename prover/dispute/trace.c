#include "prover/dispute/trace.h"

#include <stdio.h>
#include <stdlib.h>

static void *must(void *allocated)
{
	if (allocated)
		return allocated;
	fprintf(stderr, "out of memory: a trace of the proof program\n");
	abort();
}

static void init_preimages(struct preimages *p, const char *directory)
{
	if (directory)
		preimages_init_file(p, directory);
	else
		preimages_init(p);
}

struct trace *trace_new(const struct claim_trace *what, trace_machine *machine, uint64_t grain,
			const char *directory)
{
	struct trace *t = must(calloc(1, sizeof(*t)));

	t->what = *what;
	t->machine = machine;
	t->grain = grain;
	t->distance = grain;
	t->states = must(calloc(TRACE_STATES, sizeof(*t->states)));
	init_preimages(&t->known, directory);
	init_preimages(&t->asked, directory);
	host_init(&t->host, &t->known, NULL);
	return t;
}

void trace_free(struct trace *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->snapshot_count; i++)
		machine_snapshot_free(t->snapshots[i]);
	host_free(&t->host);
	preimages_free(&t->known);
	preimages_free(&t->asked);
	free(t->states);
	free(t);
}

size_t trace_footprint(const struct trace *t)
{
	size_t size = sizeof(*t) + TRACE_STATES * sizeof(*t->states) +
		      preimages_footprint(&t->known) + preimages_footprint(&t->asked);

	for (size_t i = 0; i < t->snapshot_count; i++)
		size += machine_snapshot_footprint(t->snapshots[i]);
	return size;
}

size_t trace_file_size(const struct trace *t)
{
	return preimages_file_size(&t->known) + preimages_file_size(&t->asked);
}

bool trace_thin(struct trace *t)
{
	size_t kept = 1, others = 0;

	if (t->snapshot_count < 2)
		return false;
	for (size_t i = 1; i < t->snapshot_count; i++) {
		struct machine_snapshot *s = t->snapshots[i];
		bool is_recent = machine_snapshot_step(s) == t->recent;

		if ((is_recent && t->snapshot_count > 2) || (!is_recent && others++ % 2 == 1))
			t->snapshots[kept++] = s;
		else
			machine_snapshot_free(s);
	}
	t->snapshot_count = kept;
	if (t->distance < TRACE_LONGEST)
		t->distance *= 2;
	return true;
}

/* ---- states ---- */

static bool find_state(const struct trace *t, uint64_t step, struct hash32 *hash)
{
	size_t count = t->state_count < TRACE_STATES ? t->state_count : TRACE_STATES;

	if (t->has_end && step >= t->end) {
		*hash = t->end_state;
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		if (t->states[i].step == step) {
			*hash = t->states[i].hash;
			return true;
		}
	}
	return false;
}

static void note_state(struct trace *t, struct machine *m)
{
	struct hash32 known;

	if (!find_state(t, machine_step(m), &known))
		t->states[t->state_count++ % TRACE_STATES] =
		    (struct trace_state){ machine_step(m), machine_hash(m) };
}

/* ---- snapshots ---- */

/* How many snapshots are not behind `step`: all but those are. */
static size_t count_up_to(const struct trace *t, uint64_t step)
{
	size_t count = t->snapshot_count;

	while (count > 0 && machine_snapshot_step(t->snapshots[count - 1]) > step)
		count--;
	return count;
}

/* Of the last one not behind `step`. */
static uint64_t snapshot_up_to(const struct trace *t, uint64_t step)
{
	return machine_snapshot_step(t->snapshots[count_up_to(t, step) - 1]);
}

/* Where the machine is, if none is there yet. */
static void keep_snapshot(struct trace *t, struct machine *m)
{
	uint64_t step = machine_step(m);
	size_t at;

	if (t->snapshot_count > 0 && snapshot_up_to(t, step) == step)
		return;
	if (t->snapshot_count == TRACE_SNAPSHOTS)
		(void)trace_thin(t);
	at = count_up_to(t, step);
	for (size_t i = t->snapshot_count++; i > at; i--)
		t->snapshots[i] = t->snapshots[i - 1];
	t->snapshots[at] = machine_snapshot_take(m);
	t->recent = step;
	note_state(t, m);
}

/* Puts *m at the last snapshot not behind `step`, unless it is there almost. */
static void jump_to(struct trace *t, struct machine **m, uint64_t step,
		    const struct machine_host *host)
{
	size_t count = count_up_to(t, step);
	uint64_t best;

	if (count == 0) {
		*m = t->machine(host);
		keep_snapshot(t, *m);
		return;
	}
	best = machine_snapshot_step(t->snapshots[count - 1]);
	if (*m && best < machine_step(*m) + t->grain)
		return;
	machine_free(*m);
	*m = machine_from_snapshot(t->snapshots[count - 1], host);
	t->recent = best;
}

/* ---- running ---- */

static void note_end(struct trace *t, struct machine *m)
{
	if (t->has_end)
		return;
	t->has_end = true;
	t->end = machine_step(m);
	t->end_state = machine_hash(m);
}

/* Where a snapshot is left behind next, on ground where there are none. */
static uint64_t next_snapshot(const struct trace *t, uint64_t now)
{
	uint64_t newest = machine_snapshot_step(t->snapshots[t->snapshot_count - 1]);
	uint64_t from = now > newest ? now : newest;

	return (from / t->distance + 1) * t->distance;
}

/* Where to pause on the way to `step`. */
static uint64_t next_pause(uint64_t now, uint64_t snapshot, uint64_t step)
{
	if (snapshot < step)
		step = snapshot;
	return step - now > TRACE_STRIDE ? now + TRACE_STRIDE : step;
}

/* To `step` or the end, leaving snapshots behind.  False: a preimage is missing, or
 * it is to stop. */
static bool run_to(struct trace *t, struct machine *m, uint64_t step,
		   const struct trace_watch *watch)
{
	while (machine_step(m) < step) {
		uint64_t before = machine_step(m), snapshot = next_snapshot(t, before);
		enum machine_stop stop = machine_run(m, next_pause(before, snapshot, step));

		if (!watch->ran(watch->context, t, machine_step(m) - before, machine_share(m)))
			return false;
		switch (stop) {
		case MACHINE_NO_PREIMAGE:
			return false;
		case MACHINE_EXITED:
			note_end(t, m);
			return true;
		case MACHINE_REACHED:
			break;
		}
		if (machine_step(m) == snapshot)
			keep_snapshot(t, m);
	}
	return true;
}

/* ---- lists of states ---- */

/* To the beginning of a list.  It is kept: within the list is what is asked next. */
static bool enter_list(struct trace *t, struct machine **m, uint64_t first,
		       const struct machine_host *host, const struct trace_watch *watch)
{
	jump_to(t, m, first, host);
	if (!run_to(t, *m, first, watch))
		return false;
	if (machine_step(*m) == first && first - snapshot_up_to(t, first) >= t->grain)
		keep_snapshot(t, *m);
	return true;
}

static bool compute_state(struct trace *t, struct machine **m, uint64_t step, struct hash32 *state,
			  const struct machine_host *host, const struct trace_watch *watch)
{
	jump_to(t, m, step, host);
	if (!run_to(t, *m, step, watch))
		return false;
	note_state(t, *m);
	*state = machine_hash(*m);
	return true;
}

bool trace_states(struct trace *t, uint64_t first, uint64_t spacing, struct claim_list *states,
		  const struct trace_watch *watch)
{
	struct machine_host host = host_of_machine(&t->host);
	struct machine *m = NULL;
	bool known = true;

	for (unsigned i = 0; i < CLAIM_STATES && known; i++) {
		uint64_t step = first + i * spacing;

		if (find_state(t, step, &states->states[i]))
			continue;
		known = (m || enter_list(t, &m, first, &host, watch)) &&
			compute_state(t, &m, step, &states->states[i], &host, watch);
	}
	machine_free(m);
	return known;
}

/* ---- one step ---- */

/* Notices what the machine reads. */
struct reading {
	struct host *host;
	bool read;
	struct hash32 key;
};

static bool noticed_preimage(void *context, const struct hash32 *key, struct bytes *preimage)
{
	struct reading *r = context;

	r->read = true;
	r->key = *key;
	return preimages_get(r->host->known, key, preimage);
}

static bool find_need(struct trace *t, const struct hash32 *key, struct arena *a,
		      struct truth_step *out)
{
	struct bytes preimage;

	out->key = *key;
	switch ((enum machine_key_type)key->b[0]) {
	case MACHINE_KEY_LOCAL:
		out->need = TRUTH_NEEDS_LOCAL;
		out->local = key->b[31];
		return true;
	case MACHINE_KEY_KECCAK:
		out->need = TRUTH_NEEDS_KECCAK;
		if (!preimages_get(&t->known, key, &preimage))
			return false;
		break;
	case MACHINE_KEY_PRECOMPILE:
		out->need = TRUTH_NEEDS_PRECOMPILE;
		if (!preimages_get(&t->asked, key, &preimage))
			return false;
		break;
	case MACHINE_KEY_ENTRY: /* the oracle asks the inbox */
	default:
		return true;
	}
	out->preimage = arena_copy(a, preimage);
	return true;
}

static bool make_step(struct trace *t, struct machine *m, uint64_t step, struct arena *a,
		      struct truth_step *out, struct reading *r, const struct trace_watch *watch)
{
	struct machine_state s;

	if (!run_to(t, m, step, watch))
		return false;
	machine_state(m, &s);
	out->before = machine_state_hash(&s);
	out->witness_len = machine_witness(m, out->witness);
	out->offset = s.preimage_offset;
	r->read = false;
	if (machine_run(m, machine_step(m) + 1) == MACHINE_NO_PREIMAGE)
		return false;
	out->after = machine_hash(m);
	return !r->read || find_need(t, &r->key, a, out);
}

bool trace_step(struct trace *t, uint64_t step, struct arena *a, struct truth_step *out,
		const struct trace_watch *watch)
{
	struct reading reading = { .host = &t->host };
	struct machine_host host = { &reading, noticed_preimage, NULL };
	struct machine *m = NULL;
	bool known;

	*out = (struct truth_step){ 0 };
	jump_to(t, &m, step, &host);
	known = make_step(t, m, step, a, out, &reading, watch);
	machine_free(m);
	return known;
}
