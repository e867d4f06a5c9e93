#include "prover/dispute/truth_native.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/native/arena_heap.h"
#include "prover/dispute/trace.h"
#include "prover/host/evidence_store.h"
#include "prover/host/image.h"

#define DEFAULT_MEMORY ((size_t)384 << 20)
#define TRACES_MAX     64u

struct truth_native {
	struct evidence_store store;
	const struct rollup_config *config;
	size_t memory;
	struct trace *traces[TRACES_MAX];
	size_t trace_count;
	uint64_t clock; /* for `used` */
	char reason[DATABASE_ERROR_SIZE];
};

bool truth_native_open(struct truth_native **out, const char *data,
		       const struct rollup_config *config,
		       const struct truth_native_options *options, char error[DATABASE_ERROR_SIZE])
{
	struct truth_native *t = calloc(1, sizeof(*t));

	if (!t) {
		snprintf(error, DATABASE_ERROR_SIZE, "out of memory");
		return false;
	}
	t->config = config;
	t->memory = options && options->memory ? options->memory : DEFAULT_MEMORY;
	if (!evidence_store_open(&t->store, data, config, error)) {
		free(t);
		return false;
	}
	*out = t;
	return true;
}

void truth_native_close(struct truth_native *t)
{
	if (!t)
		return;
	for (size_t i = 0; i < t->trace_count; i++)
		trace_free(t->traces[i]);
	evidence_store_close(&t->store);
	free(t);
}

static const char *last_reason(void *context)
{
	return ((struct truth_native *)context)->reason;
}

static enum truth_err fail(struct truth_native *t, enum truth_err err, uint64_t block,
			   const char *why)
{
	snprintf(t->reason, sizeof(t->reason), "block %llu: %s", (unsigned long long)block, why);
	return err;
}

/* ---- output roots ---- */

/* Nothing can be said before the inbox is read up to the horizon. */
static enum truth_err check_horizon(struct truth_native *t, uint64_t horizon, uint64_t block)
{
	if (inbox_entry_count(t->store.inbox) < horizon)
		return fail(t, TRUTH_NOT_YET, block, "the inbox is not read up to the horizon yet");
	return TRUTH_OK;
}

/* A block that is not in the database: it isn't there, or not yet. */
static enum truth_err output_behind(struct truth_native *t, struct arena *a, uint64_t horizon,
				    uint64_t head, struct hash32 *root)
{
	struct inbox_horizon bounded = { t->store.inbox, horizon };
	struct inbox_source source = inbox_source_of(&bounded);
	struct derive_cache cache;
	struct block_input input;
	struct stored_block block;
	enum derive_err err = DERIVE_FAILED;

	derive_cache_init(&cache, &arena_heap);
	if (chain_reader_block(t->store.chain, a, head, false, &block))
		err = derive_next(a, &input, &t->config->chain, &block.header, &source, &cache);
	derive_cache_free(&cache);
	if (err != DERIVE_END)
		return fail(t, TRUTH_NOT_YET, head + 1, "not derived yet");
	*root = claim_absent;
	return TRUTH_OK;
}

static enum truth_err output_within(struct truth_native *t, struct arena *a, uint64_t horizon,
				    uint64_t number, struct hash32 *root)
{
	struct stored_block block;
	struct position position;

	if (!chain_reader_block(t->store.chain, a, number, false, &block))
		return fail(t, TRUTH_NOT_YET, number, "it is just being replaced");
	*root = block.output_root;
	if (number == 0)
		return TRUTH_OK;
	if (!position_decode(&position, &block.header))
		return fail(t, TRUTH_UNKNOWN, number, "its header has no position");
	if (position.entry >= horizon)
		*root = claim_absent;
	return TRUTH_OK;
}

static enum truth_err output(void *context, uint64_t horizon, uint64_t block, struct hash32 *root)
{
	struct truth_native *t = context;
	enum truth_err err = check_horizon(t, horizon, block);
	uint64_t head;
	struct arena a;

	if (err != TRUTH_OK)
		return err;
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	head = chain_reader_heads(t->store.chain).safe;
	if (block <= head)
		err = output_within(t, &a, horizon, block, root);
	else
		err = output_behind(t, &a, horizon, head, root);
	arena_free(&a);
	return err;
}

/* ---- traces ---- */

static void forget(struct truth_native *t, size_t at)
{
	trace_free(t->traces[at]);
	t->traces[at] = t->traces[--t->trace_count];
}

/* Of those that are not `kept`, the one not used for longest.  False: there is
 * none. */
static bool forget_oldest(struct truth_native *t, const struct trace *kept)
{
	size_t oldest = TRACES_MAX;

	for (size_t i = 0; i < t->trace_count; i++)
		if (t->traces[i] != kept &&
		    (oldest == TRACES_MAX || t->traces[i]->used < t->traces[oldest]->used))
			oldest = i;
	if (oldest == TRACES_MAX)
		return false;
	forget(t, oldest);
	return true;
}

static size_t footprint(const struct truth_native *t)
{
	size_t size = 0;

	for (size_t i = 0; i < t->trace_count; i++)
		size += trace_footprint(t->traces[i]);
	return size;
}

static void make_room(void *context, struct trace *running, size_t machine_size)
{
	struct truth_native *t = context;

	while (footprint(t) + machine_size > t->memory)
		if (!forget_oldest(t, running) && !trace_thin(running))
			return;
}

static bool is_same(const struct claim_trace *a, const struct claim_trace *b)
{
	return a->block == b->block && a->horizon == b->horizon &&
	       hash32_eq(&a->agreed, &b->agreed) && hash32_eq(&a->claimed, &b->claimed);
}

/* Runs the program natively, which collects everything that it reads. */
static enum truth_err collect(struct truth_native *t, struct trace *trace, struct arena *a)
{
	uint64_t number = trace->what.block;
	struct program_report report;
	struct evidence evidence;
	struct dispute dispute;
	struct host host;

	if (!evidence_store_claim(&t->store, a, number, &trace->what.claimed, trace->what.horizon,
				  &evidence, &dispute, t->reason))
		return TRUTH_UNKNOWN;
	if (!hash32_eq(&dispute.agreed, &trace->what.agreed))
		return fail(t, TRUTH_UNKNOWN, number - 1, "it has another output root than agreed");
	host_init(&host, &trace->known, &evidence);
	host.asked = &trace->asked;
	(void)host_put_dispute(&trace->known, &dispute);
	host_run_native(&host, a, &report);
	host_free(&host);
	if (report.verdict == PROGRAM_NO_VERDICT)
		return fail(t, TRUTH_UNKNOWN, number, "something that it needs is pruned");
	return TRUTH_OK;
}

static enum truth_err begin_trace(struct truth_native *t, const struct claim_trace *what,
				  struct trace **out)
{
	enum truth_err err = check_horizon(t, what->horizon, what->block);
	struct trace *trace;
	struct arena a;

	if (err != TRUTH_OK)
		return err;
	trace = trace_new(what, image_machine);
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	err = collect(t, trace, &a);
	arena_free(&a);
	if (err != TRUTH_OK) {
		trace_free(trace);
		return err;
	}
	if (t->trace_count == TRACES_MAX)
		(void)forget_oldest(t, NULL);
	t->traces[t->trace_count++] = trace;
	*out = trace;
	return TRUTH_OK;
}

static enum truth_err find_trace(struct truth_native *t, const struct claim_trace *what,
				 struct trace **out)
{
	enum truth_err err = TRUTH_OK;
	size_t i = 0;

	while (i < t->trace_count && !is_same(&t->traces[i]->what, what))
		i++;
	if (i < t->trace_count)
		*out = t->traces[i];
	else
		err = begin_trace(t, what, out);
	if (err == TRUTH_OK)
		(*out)->used = ++t->clock;
	return err;
}

/* What the machine asked for, and the native run did not: they are not the same. */
static enum truth_err differs(struct truth_native *t, const struct trace *trace)
{
	return fail(t, TRUTH_UNKNOWN, trace->what.block,
		    "the machine reads what the program did not read natively");
}

static enum truth_err states(void *context, const struct claim_trace *what, uint64_t first,
			     uint64_t spacing, struct claim_list *list)
{
	struct truth_native *t = context;
	struct trace_watch watch = { t, make_room };
	struct trace *trace;
	enum truth_err err = find_trace(t, what, &trace);

	if (err != TRUTH_OK)
		return err;
	return trace_states(trace, first, spacing, list, &watch) ? TRUTH_OK : differs(t, trace);
}

static enum truth_err step(void *context, const struct claim_trace *what, uint64_t number,
			   struct arena *a, struct truth_step *out)
{
	struct truth_native *t = context;
	struct trace_watch watch = { t, make_room };
	struct trace *trace;
	enum truth_err err = find_trace(t, what, &trace);

	if (err != TRUTH_OK)
		return err;
	return trace_step(trace, number, a, out, &watch) ? TRUTH_OK : differs(t, trace);
}

struct truth truth_native(struct truth_native *t)
{
	return (struct truth){ t, last_reason, output, states, step };
}
