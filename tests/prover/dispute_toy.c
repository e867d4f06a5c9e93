#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "prover/dispute/trace.h"
#include "tests/prover/dispute_toy.h"
#include "tests/support/dispute_chain.h"

#define KEYS        0x20000 /* as dispute_guest.S */
#define ENTRY_INDEX 5
#define TOY_TRACES  32
#define TOY_GRAIN   256 /* its runs are short */
#define SHA256      2
#define SHA256_GAS  72

static uint8_t guest[1 << 16];
static size_t guest_len;
static struct hash32 roots[TOY_BLOCKS];
static const uint8_t some_bytes[40] = "a preimage longer than one part of it..";

static void die(const char *what, const char *where)
{
	fprintf(stderr, "dispute_toy: %s: %s\n", where, what);
	exit(1);
}

/* address 20 | gas 8 | input */
static struct bytes asked_bytes(uint8_t asked[31])
{
	memset(asked, 0, 28);
	asked[19] = SHA256;
	be64_store(asked + 20, SHA256_GAS);
	memcpy(asked + 28, "abc", 3);
	return bytes_of(asked, 31);
}

static void toy_keys(struct hash32 keys[3])
{
	uint8_t asked[31];

	keys[0] = keccak256(bytes_of(some_bytes, sizeof(some_bytes)));
	keys[0].b[0] = MACHINE_KEY_KECCAK;
	keys[1] = oracle_entry_key(ENTRY_INDEX);
	keys[2] = keccak256(asked_bytes(asked));
	keys[2].b[0] = MACHINE_KEY_PRECOMPILE;
}

static struct machine *toy_machine(const struct machine_host *host)
{
	struct machine *m = machine_new(host);
	enum machine_image_err err = machine_load_elf(m, bytes_of(guest, guest_len));
	struct hash32 keys[3];

	if (err != MACHINE_IMAGE_OK)
		die(machine_image_err_text(err), "guest");
	toy_keys(keys);
	machine_write(m, KEYS, bytes_of(keys, sizeof(keys)));
	return m;
}

static void make_roots(void)
{
	uint64_t lanes[25] __attribute__((aligned(256)));

	memset(roots[0].b, 0x11, sizeof(roots[0].b));
	for (uint64_t b = 1; b < TOY_BLOCKS; b++) {
		uint8_t number[8];

		be64_store(number, b);
		memset(lanes, 0, sizeof(lanes));
		memcpy(lanes, roots[b - 1].b, 32);
		memcpy(lanes + 4, number, 8);
		keccak_permute(lanes);
		memcpy(roots[b].b, lanes, 32);
	}
}

void toy_init(const char *guest_path)
{
	FILE *f = fopen(guest_path, "rb");

	if (!f)
		die("can't be opened", guest_path);
	guest_len = fread(guest, 1, sizeof(guest), f);
	fclose(f);
	make_roots();
}

struct hash32 toy_prestate(void)
{
	struct machine *m = toy_machine(NULL);
	struct hash32 hash = machine_hash(m);

	machine_free(m);
	return hash;
}

struct hash32 toy_chain_config(void)
{
	return keccak256(bytes_of("toy", 3));
}

struct hash32 toy_root(uint64_t horizon, uint64_t block)
{
	if (block >= TOY_BLOCKS)
		die("so many blocks are not made", "toy_root");
	return block <= horizon * TOY_ENTRY_BLOCKS ? roots[block] : claim_absent;
}

/* ---- the truth ---- */

struct toy {
	struct trace *traces[TOY_TRACES];
	size_t count;
};

struct toy *toy_new(void)
{
	return calloc(1, sizeof(struct toy));
}

void toy_free(struct toy *t)
{
	for (size_t i = 0; i < t->count; i++)
		trace_free(t->traces[i]);
	free(t);
}

static void put(struct preimages *p, const struct hash32 *key, struct bytes value)
{
	(void)preimages_put(p, key, value);
}

static void fill(struct trace *t)
{
	const struct crypto *crypto = crypto_native();
	struct dispute d = { t->what.agreed, t->what.claimed, t->what.block, t->what.horizon,
			     toy_chain_config() };
	uint8_t asked[31], answer[33] = { 1 };
	struct bytes output;
	struct hash32 keys[3];
	struct arena a;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	toy_keys(keys);
	(void)host_put_dispute(&t->known, &d);
	put(&t->known, &keys[0], bytes_of(some_bytes, sizeof(some_bytes)));
	put(&t->known, &keys[1], bytes_of_hash(&dispute_chain_link));
	(void)asked_bytes(asked);
	if (!crypto->precompile(crypto->context, &a, &output, SHA256, bytes_of(asked + 28, 3)))
		die("fails", "sha256");
	memcpy(answer + 1, output.data, 32);
	put(&t->known, &keys[2], bytes_of(answer, sizeof(answer)));
	put(&t->asked, &keys[2], bytes_of(asked, sizeof(asked)));
	arena_free(&a);
}

static struct trace *find(struct toy *t, const struct claim_trace *what)
{
	for (size_t i = 0; i < t->count; i++)
		if (memcmp(&t->traces[i]->what, what, sizeof(*what)) == 0)
			return t->traces[i];
	if (t->count == TOY_TRACES)
		trace_free(t->traces[--t->count]);
	t->traces[t->count] = trace_new(what, toy_machine, TOY_GRAIN, NULL);
	fill(t->traces[t->count]);
	return t->traces[t->count++];
}

static bool watch_nothing(void *context, struct trace *t, uint64_t steps, size_t machine_footprint)
{
	(void)context, (void)t, (void)steps, (void)machine_footprint;
	return true;
}

static const struct trace_watch no_watch = { NULL, watch_nothing };

void toy_states(struct toy *t, const struct claim_trace *trace, uint64_t first, uint64_t spacing,
		struct claim_list *states)
{
	if (!trace_states(find(t, trace), first, spacing, states, &no_watch))
		die("a preimage is missing", "toy_states");
}

static const char *reason(void *context)
{
	(void)context;
	return "the agreed root is not right";
}

static enum truth_err output(void *context, uint64_t horizon, const struct hash32 *link,
			     uint64_t block, struct hash32 *root)
{
	(void)context, (void)link;
	*root = toy_root(horizon, block);
	return TRUTH_OK;
}

static bool agreed_is_right(const struct claim_trace *trace)
{
	struct hash32 right = toy_root(trace->horizon, trace->block - 1);

	return hash32_eq(&right, &trace->agreed);
}

static enum truth_err states_of(void *context, const struct claim_trace *trace, uint64_t first,
				uint64_t spacing, struct claim_list *states)
{
	if (!agreed_is_right(trace))
		return TRUTH_UNKNOWN;
	toy_states(context, trace, first, spacing, states);
	return TRUTH_OK;
}

static enum truth_err step_of(void *context, const struct claim_trace *trace, uint64_t step,
			      struct arena *a, struct truth_step *out)
{
	if (!agreed_is_right(trace) || !trace_step(find(context, trace), step, a, out, &no_watch))
		return TRUTH_UNKNOWN;
	return TRUTH_OK;
}

struct truth toy_truth(struct toy *t)
{
	return (struct truth){ t, reason, output, states_of, step_of };
}

/* splitmix64 */
uint64_t toy_random(struct toy_random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

uint64_t toy_below(struct toy_random *r, uint64_t bound)
{
	return toy_random(r) % bound;
}
