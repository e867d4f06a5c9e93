#include "prover/dispute/truth_native.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "prover/dispute/trace.h"
#include "prover/host/evidence_store.h"
#include "prover/host/image.h"

#define DEFAULT_MEMORY ((size_t)256 << 20)
#define DEFAULT_DISK   ((size_t)4 << 30)
#define TRACES_MAX     64u
/* Steps between snapshots: a machine runs that far in less than a tenth of a second. */
#define SNAPSHOT_GRAIN ((uint64_t)1 << 24)
/* What the program takes natively, at most. */
#define NATIVE_MOST ((size_t)180 << 20)

struct truth_native {
	struct evidence_store store;
	const struct rollup_config *config;
	char *directory;     /* of the databases: files go there, too */
	size_t memory, disk; /* bytes */
	const atomic_bool *stop;
	struct truth_native_counts counts;
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
	t->disk = options && options->disk ? options->disk : DEFAULT_DISK;
	t->stop = options ? options->stop : NULL;
	t->directory = strdup(data);
	if (!t->directory || !evidence_store_open(&t->store, data, config, error)) {
		free(t->directory);
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
	free(t->directory);
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

/* What is read between is of one moment of each database. */
static void begin_reading(struct truth_native *t)
{
	database_begin(inbox_database(t->store.inbox));
	chain_reader_begin(t->store.chain);
}

static void end_reading(struct truth_native *t)
{
	chain_reader_end(t->store.chain);
	database_commit(inbox_database(t->store.inbox));
}

static bool has_entry(struct truth_native *t, uint64_t index, struct hash32 *link)
{
	struct entry entry;

	return inbox_entry(t->store.inbox, index, &entry, link);
}

/* Nothing can be said before the inbox is read up to the horizon, nor by one that
 * is of another L1 than the game. */
static enum truth_err check_horizon(struct truth_native *t, uint64_t horizon,
				    const struct hash32 *link, uint64_t block)
{
	struct hash32 ours;

	if (horizon == 0)
		return TRUTH_OK;
	if (!has_entry(t, horizon - 1, &ours))
		return fail(t, TRUTH_NOT_YET, block, "the inbox is not read up to the horizon yet");
	if (!hash32_eq(&ours, link))
		return fail(t, TRUTH_NOT_YET, block,
			    "the inbox has other entries than the game is about (an L1 reorg)");
	return TRUTH_OK;
}

/* A block comes from the entries up to its own.  The links are a hash chain: if that
 * one's is the inbox's, so are those before. */
static enum truth_err check_derived(struct truth_native *t, uint64_t number, uint64_t entry)
{
	struct hash32 applied, ours;

	if (!chain_reader_applied_link(t->store.chain, entry, &applied) ||
	    !has_entry(t, entry, &ours) || !hash32_eq(&applied, &ours))
		return fail(t, TRUTH_NOT_YET, number,
			    "it is not derived from what the inbox has now");
	return TRUTH_OK;
}

/* A block at the safe head or below; genesis comes from no entry, and has no
 * position. */
static enum truth_err read_block(struct truth_native *t, struct arena *a, uint64_t number,
				 struct stored_block *block, struct position *position)
{
	if (!chain_reader_block(t->store.chain, a, number, false, block))
		return fail(t, TRUTH_NOT_YET, number, "it is just being replaced");
	*position = (struct position){ 0 };
	if (number == 0)
		return TRUTH_OK;
	if (!position_decode(position, &block->header))
		return fail(t, TRUTH_UNKNOWN, number, "its header has no position");
	return check_derived(t, number, position->entry);
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
	struct position position;
	enum truth_err read = read_block(t, a, head, &block, &position);
	enum derive_err err;

	if (read != TRUTH_OK)
		return read;
	derive_cache_init(&cache, &arena_heap);
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
	enum truth_err err = read_block(t, a, number, &block, &position);

	if (err == TRUTH_OK)
		*root = number > 0 && position.entry >= horizon ? claim_absent : block.output_root;
	return err;
}

static enum truth_err output(void *context, uint64_t horizon, const struct hash32 *link,
			     uint64_t block, struct hash32 *root)
{
	struct truth_native *t = context;
	enum truth_err err;
	uint64_t head;
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	begin_reading(t);
	err = check_horizon(t, horizon, link, block);
	head = chain_reader_heads(t->store.chain).safe;
	if (err == TRUTH_OK && block <= head)
		err = output_within(t, &a, horizon, block, root);
	else if (err == TRUTH_OK)
		err = output_behind(t, &a, horizon, head, root);
	end_reading(t);
	arena_free(&a);
	return err;
}

bool truth_native_differs(struct truth_native *t, uint64_t horizon, const struct hash32 *link)
{
	struct hash32 ours;

	return horizon > 0 && has_entry(t, horizon - 1, &ours) && !hash32_eq(&ours, link);
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

static size_t file_size(const struct truth_native *t)
{
	size_t size = 0;

	for (size_t i = 0; i < t->trace_count; i++)
		size += trace_file_size(t->traces[i]);
	return size;
}

/* The one that keeps the most, but for `spared`.  NULL: none keeps more than its
 * beginning. */
static struct trace *largest(struct truth_native *t, const struct trace *spared)
{
	struct trace *found = NULL;

	for (size_t i = 0; i < t->trace_count; i++)
		if (t->traces[i] != spared && t->traces[i]->snapshot_count > 1 &&
		    (!found || trace_footprint(t->traces[i]) > trace_footprint(found)))
			found = t->traces[i];
	return found;
}

/* For `size` bytes more. */
static void make_room(struct truth_native *t, struct trace *running, size_t size)
{
	bool gave = false;

	while (footprint(t) + size > t->memory) {
		struct trace *victim = largest(t, running);

		if (!(victim && trace_thin(victim)) && !(running && trace_thin(running)) &&
		    !forget_oldest(t, running))
			break;
		gave = true;
	}
	if (gave)
		malloc_trim(0);
}

static bool is_stopped(const struct truth_native *t)
{
	return t->stop && atomic_load(t->stop);
}

static bool machine_ran(void *context, struct trace *running, uint64_t steps, size_t machine_size)
{
	struct truth_native *t = context;

	t->counts.steps += steps;
	make_room(t, running, machine_size);
	return !is_stopped(t);
}

static bool is_same(const struct claim_trace *a, const struct claim_trace *b)
{
	return a->block == b->block && a->horizon == b->horizon && hash32_eq(&a->link, &b->link) &&
	       hash32_eq(&a->agreed, &b->agreed) && hash32_eq(&a->claimed, &b->claimed);
}

/* The block before has to be derived from the game's entries. */
static enum truth_err check_start(struct truth_native *t, const struct claim_trace *what,
				  struct arena *a)
{
	uint64_t head = chain_reader_heads(t->store.chain).safe;
	struct stored_block before;
	struct position position;

	if (what->block == 0 || what->block - 1 > head)
		return fail(t, TRUTH_NOT_YET, what->block, "the one before is not derived yet");
	return read_block(t, a, what->block - 1, &before, &position);
}

/* Runs the program natively, which collects everything that it reads. */
static enum truth_err collect(struct truth_native *t, struct trace *trace, struct arena *a)
{
	uint64_t number = trace->what.block;
	struct program_report report;
	struct evidence evidence;
	struct dispute dispute;
	struct host host;
	enum truth_err err = check_start(t, &trace->what, a);

	if (err != TRUTH_OK)
		return err;
	if (!evidence_store_claim(&t->store, a, number, &trace->what.claimed, trace->what.horizon,
				  &evidence, &dispute, t->reason))
		return TRUTH_UNKNOWN;
	if (!hash32_eq(&dispute.agreed, &trace->what.agreed))
		return fail(t, TRUTH_UNKNOWN, number - 1, "it has another output root than agreed");
	host_init(&host, &trace->known, &evidence);
	host.asked = &trace->asked;
	host.stop = t->stop;
	(void)host_put_dispute(&trace->known, &dispute);
	host_run_native(&host, a, &report);
	host_free(&host);
	t->counts.traces++;
	if (is_stopped(t))
		return fail(t, TRUTH_NOT_YET, number, "the program is being stopped");
	if (report.verdict == PROGRAM_NO_VERDICT)
		return fail(t, TRUTH_UNKNOWN, number, "something that it needs is pruned");
	return TRUTH_OK;
}

static enum truth_err begin_trace(struct truth_native *t, const struct claim_trace *what,
				  struct trace **out)
{
	struct trace *trace;
	enum truth_err err;
	struct arena a;

	make_room(t, NULL, NATIVE_MOST);
	trace = trace_new(what, image_machine, SNAPSHOT_GRAIN, t->directory);
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	begin_reading(t);
	err = check_horizon(t, what->horizon, &what->link, what->block);
	if (err == TRUTH_OK)
		err = collect(t, trace, &a);
	end_reading(t);
	arena_free(&a);
	malloc_trim(0);
	if (err != TRUTH_OK) {
		trace_free(trace);
		return err;
	}
	if (t->trace_count == TRACES_MAX)
		(void)forget_oldest(t, NULL);
	t->traces[t->trace_count++] = trace;
	while (file_size(t) > t->disk && forget_oldest(t, trace))
		;
	*out = trace;
	return TRUTH_OK;
}

static enum truth_err find_trace(struct truth_native *t, const struct claim_trace *what,
				 struct trace **out)
{
	enum truth_err err = check_horizon(t, what->horizon, &what->link, what->block);
	size_t i = 0;

	if (err != TRUTH_OK)
		return err;
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

/* What the machine asked for, and the native run did not: they are not the same.
 * Unless it was only stopped. */
static enum truth_err differs(struct truth_native *t, const struct trace *trace)
{
	if (is_stopped(t))
		return fail(t, TRUTH_NOT_YET, trace->what.block, "the program is being stopped");
	return fail(t, TRUTH_UNKNOWN, trace->what.block,
		    "the machine reads what the program did not read natively");
}

static enum truth_err states(void *context, const struct claim_trace *what, uint64_t first,
			     uint64_t spacing, struct claim_list *list)
{
	struct truth_native *t = context;
	struct trace_watch watch = { t, machine_ran };
	uint64_t before = t->counts.steps;
	struct trace *trace;
	enum truth_err err = find_trace(t, what, &trace);

	if (err != TRUTH_OK)
		return err;
	if (!trace_states(trace, first, spacing, list, &watch))
		return differs(t, trace);
	if (t->counts.steps > before) {
		t->counts.lists++;
		log_debug("truth", "block %llu: the machine ran %llu steps for states %llu apart",
			  (unsigned long long)what->block,
			  (unsigned long long)(t->counts.steps - before),
			  (unsigned long long)spacing);
	}
	return TRUTH_OK;
}

static enum truth_err step(void *context, const struct claim_trace *what, uint64_t number,
			   struct arena *a, struct truth_step *out)
{
	struct truth_native *t = context;
	struct trace_watch watch = { t, machine_ran };
	struct trace *trace;
	enum truth_err err = find_trace(t, what, &trace);

	if (err != TRUTH_OK)
		return err;
	return trace_step(trace, number, a, out, &watch) ? TRUTH_OK : differs(t, trace);
}

struct truth_native_counts truth_native_counts(const struct truth_native *t)
{
	return t->counts;
}

struct truth truth_native(struct truth_native *t)
{
	return (struct truth){ t, last_reason, output, states, step };
}
