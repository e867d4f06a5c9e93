/* geth: eth/tracers/logger/access_list_tracer.go and AccessList() in
 * internal/ethapi/api.go.  What is warm anyway is left out: sender, receiver,
 * coinbase, precompiles, and what the transaction creates. */
#include "sequencer/rpc_access_list.h"

#include <string.h>

#include "evm/opcodes.h"
#include "evm/precompiles.h"

/* Rounds until the list stands still: each run can only find what a path that
 * was cheaper to take leads to. */
#define ROUNDS_MAX 8

struct touched {
	struct address address;
	struct hash32 *keys;
	size_t key_count, key_capacity;
};

struct watcher {
	struct call_machine *machine;
	struct arena *arena;
	struct touched *touched;
	size_t count, capacity;
	/* Whose storage the frame at each depth works on; `is_known` is false in
	 * what is being created. */
	struct {
		struct address address;
		bool is_known;
	} frames[EVM_MAX_DEPTH + 2];
};

static struct touched *find(struct watcher *w, const struct address *address)
{
	for (size_t i = 0; i < w->count; i++)
		if (address_eq(&w->touched[i].address, address))
			return &w->touched[i];
	return NULL;
}

/* The entry of an address, which is made. */
static struct touched *touch(struct watcher *w, const struct address *address)
{
	struct touched *entry = find(w, address);

	if (entry)
		return entry;
	if (w->count == w->capacity) {
		size_t capacity = w->capacity ? 2 * w->capacity : 16;
		struct touched *grown = ARENA_ARRAY(w->arena, struct touched, capacity);

		if (w->count)
			memcpy(grown, w->touched, w->count * sizeof(*grown));
		w->touched = grown;
		w->capacity = capacity;
	}
	entry = &w->touched[w->count++];
	*entry = (struct touched){ .address = *address };
	return entry;
}

static void touch_slot(struct watcher *w, const struct address *address, const struct u256 *slot)
{
	struct touched *entry = touch(w, address);
	struct hash32 key;

	u256_to_be(key.b, slot);
	for (size_t i = 0; i < entry->key_count; i++)
		if (hash32_eq(&entry->keys[i], &key))
			return;
	if (entry->key_count == entry->key_capacity) {
		size_t capacity = entry->key_capacity ? 2 * entry->key_capacity : 8;
		struct hash32 *grown = ARENA_ARRAY(w->arena, struct hash32, capacity);

		if (entry->key_count)
			memcpy(grown, entry->keys, entry->key_count * sizeof(*grown));
		entry->keys = grown;
		entry->key_capacity = capacity;
	}
	entry->keys[entry->key_count++] = key;
}

static struct address address_of(const struct u256 *word)
{
	struct address address;
	uint8_t be[32];

	u256_to_be(be, word);
	memcpy(address.b, be + 12, sizeof(address.b));
	return address;
}

static bool is_precompile(const struct watcher *w, const struct address *address)
{
	enum precompile_id id;

	return precompile_at(w->machine->context.revision, address, &id);
}

/* The frame that an instruction may open, one deeper. */
static void enter(struct watcher *w, const struct evm_trace_step *step,
		  const struct address *callee)
{
	unsigned deeper = step->depth + 1;

	if (deeper >= sizeof(w->frames) / sizeof(w->frames[0]))
		return;
	if (step->opcode == OP_DELEGATECALL || step->opcode == OP_CALLCODE) {
		w->frames[deeper] = w->frames[step->depth];
	} else if (callee) {
		w->frames[deeper].address = *callee;
		w->frames[deeper].is_known = true;
	} else {
		w->frames[deeper].is_known = false;
	}
}

static void watch(void *context, const struct evm_trace_step *step)
{
	struct watcher *w = context;
	const struct u256 *top = step->stack + step->stack_len;
	struct address address;

	switch (step->opcode) {
	case OP_SLOAD:
	case OP_SSTORE:
		if (step->stack_len >= 1 && w->frames[step->depth].is_known)
			touch_slot(w, &w->frames[step->depth].address, &top[-1]);
		break;
	case OP_BALANCE:
	case OP_EXTCODESIZE:
	case OP_EXTCODECOPY:
	case OP_EXTCODEHASH:
	case OP_SELFDESTRUCT:
		if (step->stack_len < 1)
			break;
		address = address_of(&top[-1]);
		if (!is_precompile(w, &address))
			(void)touch(w, &address);
		break;
	case OP_CALL:
	case OP_CALLCODE:
	case OP_DELEGATECALL:
	case OP_STATICCALL:
		if (step->stack_len < 5)
			break;
		address = address_of(&top[-2]);
		if (!is_precompile(w, &address))
			(void)touch(w, &address);
		enter(w, step, &address);
		break;
	case OP_CREATE:
	case OP_CREATE2:
		enter(w, step, NULL);
		break;
	}
}

/* What was found as an access list; entries that say nothing are left out. */
static bool take_list(const struct watcher *w, struct transaction *tx)
{
	struct access_list_entry *list = ARENA_ARRAY(w->arena, struct access_list_entry, w->count);
	size_t count = 0, keys_before = 0, keys = 0;
	size_t count_before = tx->access_list_count;

	for (size_t i = 0; i < count_before; i++)
		keys_before += tx->access_list[i].storage_key_count;
	for (size_t i = 0; i < w->count; i++) {
		const struct touched *t = &w->touched[i];
		bool is_warm = address_eq(&t->address, &tx->from) ||
			       address_eq(&t->address, &w->machine->context.coinbase) ||
			       (!tx->is_creation && address_eq(&t->address, &tx->to));

		if (is_warm && t->key_count == 0)
			continue;
		list[count++] = (struct access_list_entry){ t->address, t->keys, t->key_count };
		keys += t->key_count;
	}
	tx->access_list = list;
	tx->access_list_count = count;
	return count == count_before && keys == keys_before;
}

static void seed(struct watcher *w, const struct transaction *tx)
{
	for (size_t i = 0; i < tx->access_list_count; i++) {
		const struct access_list_entry *entry = &tx->access_list[i];

		(void)touch(w, &entry->address);
		for (size_t k = 0; k < entry->storage_key_count; k++) {
			struct u256 key = u256_from_be(entry->storage_keys[k].b, 32);

			touch_slot(w, &entry->address, &key);
		}
	}
	w->frames[1].address = tx->to;
	w->frames[1].is_known = !tx->is_creation;
}

void access_list_make(struct call_machine *machine, struct transaction *tx, uint64_t gas_limit,
		      struct call_outcome *outcome)
{
	struct arena *a = machine->view->arena;
	struct watcher *w = ARENA_NEW(a, struct watcher);
	struct evm_tracer tracer = { .context = w, .step = watch };
	bool is_settled = false;

	machine->tracer = &tracer;
	for (int i = 0; i < ROUNDS_MAX && !is_settled; i++) {
		*w = (struct watcher){ .machine = machine, .arena = a };
		seed(w, tx);
		call_machine_run(machine, tx, gas_limit, outcome);
		if (outcome->err != TX_OK || outcome->is_unreadable)
			break;
		is_settled = take_list(w, tx);
	}
	machine->tracer = NULL;
}
