#include "prover/dispute/trace.h"

#include <stdio.h>
#include <stdlib.h>

/* A machine runs that far in less than a tenth of a second. */
#define FIRST_DISTANCE ((uint64_t)1 << 24)

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

struct trace *trace_new(const struct claim_trace *what, trace_machine *machine,
			const char *directory)
{
	struct trace *t = must(calloc(1, sizeof(*t)));

	t->what = *what;
	t->machine = machine;
	t->distance = FIRST_DISTANCE;
	t->lists = must(calloc(TRACE_LISTS, sizeof(*t->lists)));
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
	free(t->lists);
	free(t);
}

size_t trace_footprint(const struct trace *t)
{
	size_t size = sizeof(*t) + TRACE_LISTS * sizeof(*t->lists) +
		      preimages_footprint(&t->known) + preimages_footprint(&t->asked);

	for (size_t i = 0; i < t->snapshot_count; i++)
		size += machine_snapshot_footprint(t->snapshots[i]);
	return size;
}

bool trace_thin(struct trace *t)
{
	size_t kept = 1, last = t->snapshot_count - 1;

	if (t->snapshot_count < 2)
		return false;
	for (size_t i = 1; i <= last; i++) {
		if (i % 2 == 0 || (i == last && last > 1))
			t->snapshots[kept++] = t->snapshots[i];
		else
			machine_snapshot_free(t->snapshots[i]);
	}
	t->snapshot_count = kept;
	t->distance *= 2;
	return true;
}

/* ---- running ---- */

static void keep_snapshot(struct trace *t, struct machine *m)
{
	if (t->snapshot_count == TRACE_SNAPSHOTS)
		(void)trace_thin(t);
	t->snapshots[t->snapshot_count++] = machine_snapshot_take(m);
}

static uint64_t newest_snapshot(const struct trace *t)
{
	return machine_snapshot_step(t->snapshots[t->snapshot_count - 1]);
}

static void note_end(struct trace *t, struct machine *m)
{
	if (t->has_end)
		return;
	t->has_end = true;
	t->end = machine_step(m);
	t->end_state = machine_hash(m);
}

/* Where to pause on the way to `step`. */
static uint64_t next_pause(uint64_t now, uint64_t snapshot, uint64_t step)
{
	if (snapshot > now && snapshot < step)
		step = snapshot;
	return step - now > TRACE_STRIDE ? now + TRACE_STRIDE : step;
}

/* To `step` or the end, leaving snapshots behind.  False: a preimage is missing, or
 * it is to stop. */
static bool run_to(struct trace *t, struct machine *m, uint64_t step,
		   const struct trace_watch *watch)
{
	while (machine_step(m) < step) {
		uint64_t before = machine_step(m), snapshot = newest_snapshot(t) + t->distance;
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

/* The machine at the last snapshot not behind `step`. */
static struct machine *machine_before(struct trace *t, uint64_t step,
				      const struct machine_host *host)
{
	size_t at = t->snapshot_count;
	struct machine *m;

	if (at == 0) {
		m = t->machine(host);
		keep_snapshot(t, m);
		return m;
	}
	while (at > 1 && machine_snapshot_step(t->snapshots[at - 1]) > step)
		at--;
	return machine_from_snapshot(t->snapshots[at - 1], host);
}

/* ---- lists of states ---- */

static bool find_list(const struct trace *t, uint64_t first, uint64_t spacing,
		      struct claim_list *states)
{
	size_t count = t->list_count < TRACE_LISTS ? t->list_count : TRACE_LISTS;

	for (size_t i = 0; i < count; i++) {
		if (t->lists[i].first == first && t->lists[i].spacing == spacing) {
			*states = t->lists[i].states;
			return true;
		}
	}
	return false;
}

static bool compute_list(struct trace *t, uint64_t first, uint64_t spacing,
			 struct claim_list *states, const struct trace_watch *watch)
{
	struct machine_host host = host_of_machine(&t->host);
	struct machine *m = NULL;
	bool known = true;

	for (unsigned i = 0; i < CLAIM_STATES && known; i++) {
		uint64_t step = first + i * spacing;

		if (t->has_end && step >= t->end) {
			states->states[i] = t->end_state;
			continue;
		}
		if (!m)
			m = machine_before(t, step, &host);
		known = run_to(t, m, step, watch);
		states->states[i] = machine_hash(m);
	}
	machine_free(m);
	return known;
}

bool trace_states(struct trace *t, uint64_t first, uint64_t spacing, struct claim_list *states,
		  const struct trace_watch *watch)
{
	if (find_list(t, first, spacing, states))
		return true;
	if (!compute_list(t, first, spacing, states, watch))
		return false;
	t->lists[t->list_count++ % TRACE_LISTS] =
	    (struct trace_list){ .first = first, .spacing = spacing, .states = *states };
	return true;
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
	struct machine *m = machine_before(t, step, &host);
	bool known;

	*out = (struct truth_step){ 0 };
	known = make_step(t, m, step, a, out, &reading, watch);
	machine_free(m);
	return known;
}
