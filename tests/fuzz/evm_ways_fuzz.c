/* Any programs, run in each way that there is: step by step, traced, and
 * translated for this machine and for any.  They agree in the status, the gas,
 * the output, the logs and everything that changed.
 *
 * The input is a recipe: programs that keep to the stack's rules more often than
 * not, jump to each other's JUMPDESTs, and call each other. */
#include <stdio.h>
#include <stdlib.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"
#include "evm/opcodes.h"
#include "evm/translation.h"
#include "tests/fuzz/fuzz.h"

#define CONTRACTS     4
#define CODE_MAX      4096
#define LABELS_MAX    64
#define FIXUPS_MAX    128
#define STORAGE_WORDS 4

struct recipe {
	const uint8_t *data;
	size_t len;
};

static uint8_t take(struct recipe *r)
{
	if (!r->len)
		return 0;
	r->len--;
	return *r->data++;
}

static struct address contract_address(unsigned i)
{
	struct address a = { { 0 } };

	a.b[18] = 0x10;
	a.b[19] = (uint8_t)i;
	return a;
}

/* A program in the making. */
struct program {
	uint8_t code[CODE_MAX + 64];
	size_t len;
	int height; /* of the stack, where control has come straight down */
	size_t labels[LABELS_MAX];
	size_t label_count;
	size_t fixups[FIXUPS_MAX]; /* where a PUSH2 wants a label */
	size_t fixup_count;
};

static void put(struct program *p, uint8_t byte)
{
	if (p->len < CODE_MAX)
		p->code[p->len++] = byte;
}

static void put_opcode(struct program *p, uint8_t opcode)
{
	const struct opcode_traits *traits = &opcode_traits[opcode];

	put(p, opcode);
	p->height += traits->pushes - traits->pops;
	if (p->height < 0)
		p->height = 0;
}

static void put_small(struct program *p, uint8_t value)
{
	put_opcode(p, OP_PUSH1);
	put(p, value);
}

/* Numbers at which arithmetic turns. */
static void put_number(struct program *p, struct recipe *r)
{
	uint8_t kind = take(r);
	unsigned len = kind % 33;

	switch (kind % 7) {
	case 0:
		put_opcode(p, OP_PUSH0);
		break;
	case 1:
	case 2:
		put_small(p, take(r));
		break;
	case 3: /* a power of two */
		put_small(p, 1);
		put_small(p, take(r));
		put_opcode(p, OP_SHL);
		break;
	case 4: /* -1, -2 ... */
		put_small(p, take(r) % 4);
		put_opcode(p, OP_NOT);
		break;
	default:
		if (!len)
			len = 1;
		put_opcode(p, (uint8_t)(OP_PUSH0 + len));
		for (unsigned i = 0; i < len; i++)
			put(p, kind & 0x40 ? 0xff : take(r));
	}
}

static void put_label(struct program *p)
{
	if (p->label_count < LABELS_MAX)
		p->labels[p->label_count++] = p->len;
	put_opcode(p, OP_JUMPDEST);
}

static void put_jump(struct program *p, uint8_t opcode)
{
	put_opcode(p, OP_PUSH1 + 1);
	if (p->fixup_count < FIXUPS_MAX)
		p->fixups[p->fixup_count++] = p->len;
	put(p, 0);
	put(p, 0);
	put_opcode(p, opcode);
}

static void put_call(struct program *p, struct recipe *r)
{
	static const uint8_t calls[] = { OP_CALL, OP_CALLCODE, OP_DELEGATECALL, OP_STATICCALL };
	uint8_t kind = take(r);
	uint8_t opcode = calls[kind % 4];
	uint8_t callee = take(r);

	for (int i = 0; i < 4; i++)
		put_small(p, take(r));
	if (opcode == OP_CALL || opcode == OP_CALLCODE)
		put_small(p, kind & 0x10 ? take(r) % 4 : 0);
	put_opcode(p, OP_PUSH1 + 1);
	put(p, callee & 0x80 ? 0 : 0x10);
	put(p, callee & 0x80 ? callee & 0x1f : callee % (CONTRACTS + 1));
	if (kind & 0x20) {
		put_opcode(p, OP_PUSH1 + 1);
		put(p, take(r));
		put(p, take(r));
	} else {
		put_opcode(p, OP_GAS);
	}
	put_opcode(p, opcode);
}

/* Init code that returns some of its own memory, or anything in memory. */
static void put_create(struct program *p, struct recipe *r)
{
	uint8_t kind = take(r);

	if (kind & 1) {
		/* PUSH1 n, PUSH0, RETURN in the first bytes of a word. */
		put_opcode(p, OP_PUSH1 + 3);
		put(p, OP_PUSH1);
		put(p, take(r));
		put(p, OP_PUSH0);
		put(p, kind & 2 ? OP_RETURN : OP_REVERT);
		put_small(p, 224);
		put_opcode(p, OP_SHL);
		put_small(p, 0);
		put_opcode(p, OP_MSTORE);
	}
	if (kind & 4)
		put_small(p, take(r) % 2);
	put_small(p, kind & 8 ? take(r) : 4);
	put_small(p, 0);
	put_small(p, kind & 16 ? 1 : 0);
	put_opcode(p, kind & 4 ? OP_CREATE2 : OP_CREATE);
}

static void put_memory_operation(struct program *p, struct recipe *r)
{
	static const uint8_t operations[] = { OP_MLOAD,          OP_MSTORE,       OP_MSTORE8,
					      OP_MCOPY,          OP_KECCAK256,    OP_CALLDATACOPY,
					      OP_CODECOPY,       OP_CALLDATALOAD, OP_LOG0 + 2,
					      OP_RETURNDATACOPY, OP_RETURN,       OP_REVERT,
					      OP_EXTCODECOPY };
	uint8_t opcode = operations[take(r) % sizeof(operations)];

	for (int i = 0; i < opcode_traits[opcode].pops; i++) {
		uint8_t size = take(r);

		if (size == 0xff)
			put_number(p, r);
		else if (size > 0xf0)
			continue; /* whatever is on the stack */
		else
			put_small(p, size);
	}
	put_opcode(p, opcode);
}

static void put_storage_operation(struct program *p, struct recipe *r)
{
	static const uint8_t operations[] = { OP_SLOAD, OP_SSTORE, OP_TLOAD, OP_TSTORE };
	uint8_t kind = take(r);
	uint8_t opcode = operations[kind % 4];

	if (kind % 4 & 1 && kind & 0x80)
		put_small(p, kind >> 4 & 3);
	put_small(p, kind >> 2 & (STORAGE_WORDS - 1));
	put_opcode(p, opcode);
}

/* An instruction for which the stack has enough; else a number for it. */
static void put_fitting(struct program *p, struct recipe *r, uint8_t opcode)
{
	if (opcode_traits[opcode].pops > p->height)
		put_number(p, r);
	else
		put_opcode(p, opcode);
}

static void put_any(struct program *p, struct recipe *r)
{
	uint8_t kind = take(r);
	uint8_t what = take(r);

	switch (kind % 16) {
	case 0 ... 2:
		put_number(p, r);
		break;
	case 3 ... 5:
		put_fitting(p, r, OP_ADD + what % (OP_SIGNEXTEND - OP_ADD + 1));
		break;
	case 6 ... 7:
		put_fitting(p, r, OP_LT + what % (OP_CLZ - OP_LT + 1));
		break;
	case 8:
		put_fitting(p, r, OP_DUP1 + what % 16);
		break;
	case 9:
		put_fitting(p, r, OP_SWAP1 + what % 16);
		break;
	case 10:
		put_fitting(p, r, what & 1 ? OP_POP : OP_ADDRESS + what / 2 % 27);
		break;
	case 11:
		put_memory_operation(p, r);
		break;
	case 12:
		put_storage_operation(p, r);
		break;
	case 13:
		if (what & 1)
			put_label(p);
		else
			put_jump(p, what & 2 && p->height > 1 ? OP_JUMPI : OP_JUMP);
		break;
	case 14:
		if (what & 3)
			put_call(p, r);
		else
			put_create(p, r);
		break;
	default: /* now and then anything, with or without what it needs */
		if (kind >> 4)
			put_fitting(p, r, OP_DUP1 + what % 32);
		else
			put_opcode(p, what);
	}
}

static void program_make(struct program *p, struct recipe *r, size_t share)
{
	size_t end = r->len > share ? r->len - share : 0;
	bool raw = take(r) % 16 == 0;

	p->len = p->label_count = p->fixup_count = 0;
	p->height = 0;
	while (r->len > end && p->len < CODE_MAX) {
		if (raw)
			put(p, take(r));
		else
			put_any(p, r);
	}
	for (size_t i = 0; i < p->fixup_count && p->label_count; i++) {
		size_t label = p->labels[(i * 7 + p->len) % p->label_count];

		if (p->fixups[i] + 1 < p->len) {
			p->code[p->fixups[i]] = (uint8_t)(label >> 8);
			p->code[p->fixups[i] + 1] = (uint8_t)label;
		}
	}
}

/* What all runs start from. */
struct world {
	struct program programs[CONTRACTS];
	struct hash32 code_hashes[CONTRACTS];
	uint64_t gas;
	uint8_t input[64];
	size_t input_len;
	enum evm_revision revision;
	bool is_static, is_creation;
};

static bool read_account(void *context, const struct address *address, struct account *account,
			 bool *exists)
{
	const struct world *w = context;

	*exists = address->b[18] == 0x10 && address->b[19] <= CONTRACTS;
	*account = (struct account){ .nonce = 1,
				     .balance = u256_from_u64(1000),
				     .storage_root = keccak_empty,
				     .code_hash = keccak_empty };
	if (*exists && address->b[19] < CONTRACTS)
		account->code_hash = w->code_hashes[address->b[19]];
	return true;
}

static bool read_storage(void *context, const struct address *address, const struct hash32 *key,
			 struct u256 *value)
{
	(void)context;
	*value = u256_from_u64((key->b[31] ^ address->b[19]) & 1);
	return true;
}

static bool read_code(void *context, const struct hash32 *hash, struct bytes *code)
{
	const struct world *w = context;

	for (unsigned i = 0; i < CONTRACTS; i++) {
		if (hash32_eq(&w->code_hashes[i], hash)) {
			*code = bytes_of(w->programs[i].code, w->programs[i].len);
			return true;
		}
	}
	return false;
}

/* What came of a run. */
struct outcome {
	enum evm_status status;
	uint64_t gas_left;
	int64_t refund;
	size_t log_count;
	struct hash32 digest; /* of output, logs and changes */
};

static void digest_account(void *context, const struct address *address,
			   const struct account *account, bool storage_reset, struct bytes code)
{
	struct keccak *k = context;

	keccak_append(k, bytes_of_address(address));
	keccak_append(k, bytes_of(&storage_reset, sizeof(storage_reset)));
	keccak_append(k, code);
	if (!account)
		return;
	keccak_append(k, bytes_of(&account->nonce, sizeof(account->nonce)));
	keccak_append(k, bytes_of(&account->balance, sizeof(account->balance)));
	keccak_append(k, bytes_of_hash(&account->code_hash));
}

static void digest_slot(void *context, const struct hash32 *key, const struct u256 *value)
{
	keccak_append(context, bytes_of_hash(key));
	keccak_append(context, bytes_of(value, sizeof(*value)));
}

static void digest_nothing(void *context)
{
	(void)context;
}

static void digest_logs(struct keccak *k, const struct log *logs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		keccak_append(k, bytes_of_address(&logs[i].address));
		keccak_append(k, bytes_of(logs[i].topics, logs[i].topic_count * 32));
		keccak_append(k, logs[i].data);
	}
}

enum way { STEP_BY_STEP, TRACED, TRANSLATED, TRANSLATED_V3, WAYS };

/* A trace sees a stack and a program counter that exist. */
static void check_step(void *context, const struct evm_trace_step *step)
{
	(void)context;
	FUZZ_CHECK(step->stack_len <= EVM_STACK_SIZE && step->memory_size % 32 == 0 &&
		   step->depth <= EVM_MAX_DEPTH + 1);
}

static void choose_way(struct evm *e, enum way way)
{
	switch (way) {
	case STEP_BY_STEP:
	case TRACED:
		evm_use(e, NULL);
		break;
	case TRANSLATED:
		evm_use(e, interpreter_run);
		break;
	case TRANSLATED_V3: /* what evm_new() has chosen */
	case WAYS:
		break;
	}
}

static struct evm_message message_of(const struct world *w)
{
	struct evm_message m = { .kind = w->is_creation ? EVM_CREATE : EVM_CALL,
				 .is_static = w->is_static,
				 .gas = w->gas,
				 .caller = contract_address(CONTRACTS),
				 .recipient = contract_address(0),
				 .code_address = contract_address(0),
				 .value = u256_from_u64(!w->is_static),
				 .input = bytes_of(w->input, w->input_len) };

	if (w->is_creation)
		m.input = bytes_of(w->programs[0].code, w->programs[0].len);
	return m;
}

static void run(const struct world *w, enum way way, struct outcome *out)
{
	static const struct evm_tracer tracer = { .step = check_step };
	struct state_reader reader = { (void *)(uintptr_t)w, read_account, read_storage,
				       read_code };
	struct block_context block = { .revision = w->revision,
				       .chain_id = 1,
				       .number = 1000,
				       .timestamp = 1000,
				       .gas_limit = 30000000,
				       .precompile_caps = PRECOMPILE_UNCAPPED };
	struct tx_context tx = { .origin = contract_address(CONTRACTS) };
	struct evm_message message = message_of(w);
	struct state_change_visitor visitor = { NULL, digest_account, digest_slot, digest_nothing };
	struct evm_result result;
	const struct log *logs;
	struct arena arena;
	struct state *state;
	struct keccak k;
	struct evm *e;

	arena_init(&arena, &arena_heap, 16384);
	state = state_new(&arena, &reader);
	e = evm_new(&arena, state, &block, crypto_native(), way == TRACED ? &tracer : NULL);
	choose_way(e, way);
	state_begin_transaction(state);
	evm_set_transaction(e, &tx);
	evm_run(e, &message, &result);
	out->status = result.status;
	out->gas_left = result.gas_left;
	out->refund = state_refund(state);
	state_logs(state, &logs, &out->log_count);
	keccak_init(&k);
	keccak_append(&k, result.output);
	digest_logs(&k, logs, out->log_count);
	state_end_transaction(state);
	visitor.context = &k;
	state_each_change(state, &visitor);
	keccak_finish(&k, &out->digest);
	arena_free(&arena);
}

static void make_world(struct world *w, struct recipe *r)
{
	uint8_t flags = take(r);
	uint64_t gas = take(r);

	w->gas = flags & 1 ? gas * 8 : (gas + 1) * 1500;
	w->is_static = (flags & 0x0e) == 0x0e;
	w->is_creation = (flags & 0x70) == 0x70;
	w->revision = (enum evm_revision)(flags % 3);
	w->input_len = take(r) % sizeof(w->input);
	for (size_t i = 0; i < w->input_len; i++)
		w->input[i] = take(r);
	for (unsigned i = 0; i < CONTRACTS; i++) {
		program_make(&w->programs[i], r, i ? r->len / (CONTRACTS - i) : r->len / 2);
		w->code_hashes[i] = keccak256(bytes_of(w->programs[i].code, w->programs[i].len));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct world w;
	struct recipe recipe = { data, size };
	struct outcome first, other;

	make_world(&w, &recipe);
	run(&w, STEP_BY_STEP, &first);
	for (enum way way = TRACED; way < WAYS; way++) {
		run(&w, way, &other);
		FUZZ_CHECK(other.status == first.status);
		FUZZ_CHECK(other.gas_left == first.gas_left);
		FUZZ_CHECK(other.refund == first.refund);
		FUZZ_CHECK(other.log_count == first.log_count);
		FUZZ_CHECK(hash32_eq(&other.digest, &first.digest));
	}
	return 0;
}
