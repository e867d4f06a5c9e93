/* trace: one run of the proof program, to be looked at at any of its steps.
 * Private to truth_native.
 *
 * The machine is kept at some steps of its way, so that a step is never far from one
 * of these: at regular ones while there is memory, and at the beginning of the list
 * of states that was asked for last, because the next one is within it. */
#ifndef GAVEL_PROVER_DISPUTE_TRACE_H
#define GAVEL_PROVER_DISPUTE_TRACE_H

#include "prover/dispute/truth.h"
#include "prover/host/host.h"

#define TRACE_SNAPSHOTS 256u
/* The machine looks around after so many steps, a hundredth of a second. */
#define TRACE_STRIDE ((uint64_t)1 << 22)
#define TRACE_STATES 2048u
/* No run is longer: 32^8 steps. */
#define TRACE_LONGEST ((uint64_t)1 << 40)

struct trace_state {
	uint64_t step;
	struct hash32 hash;
};

/* A new machine before its first step. */
typedef struct machine *trace_machine(const struct machine_host *host);

struct trace {
	struct claim_trace what;
	trace_machine *machine;
	struct preimages known; /* all that the program reads */
	struct preimages asked; /* what the precompiles' results are of */
	struct host host;
	struct machine_snapshot *snapshots[TRACE_SNAPSHOTS]; /* by step; the first is at 0 */
	size_t snapshot_count;
	uint64_t grain;    /* steps: a snapshot nearer than that to another is not worth it */
	uint64_t distance; /* steps between those that are left behind on new ground: multiples
			    * of it, so that lists find them */
	uint64_t recent;   /* step of the snapshot that a machine began with or left last */
	bool has_end;
	uint64_t end; /* the first step at which it has exited */
	struct hash32 end_state;
	struct trace_state *states; /* [TRACE_STATES]: seen last, of snapshots and lists */
	size_t state_count;
	uint64_t used; /* when; for who bounds the number of traces */
};

/* A trace before its first step.  `known` and `asked` are to be filled; they are
 * in files in `directory`, or in memory where that is NULL.  Snapshots are `grain`
 * steps apart at first. */
struct trace *trace_new(const struct claim_trace *what, trace_machine *machine, uint64_t grain,
			const char *directory);
void trace_free(struct trace *t);

/* Bytes of memory; and of its files. */
size_t trace_footprint(const struct trace *t);
size_t trace_file_size(const struct trace *t);

/* Called while the machine runs on, after `steps` of it; may call trace_thin().
 * False: it is to stop. */
struct trace_watch {
	void *context;
	bool (*ran)(void *context, struct trace *t, uint64_t steps, size_t machine_share);
};

/* As truth.h says.  False: the machine asks for what is not known, or was stopped. */
bool trace_states(struct trace *t, uint64_t first, uint64_t spacing, struct claim_list *states,
		  const struct trace_watch *watch);
bool trace_step(struct trace *t, uint64_t step, struct arena *a, struct truth_step *out,
		const struct trace_watch *watch);

/* Gives up every second snapshot, but not the most recent while there are others: it
 * shares most with the machine that runs, and what is asked next begins there.  The
 * states' hashes stay known.  False: only the beginning is left. */
bool trace_thin(struct trace *t);

#endif
