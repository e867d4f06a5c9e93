#include "evm/translation.h"

/* Cells above the stack's limit that translated code may use in between. */
#define STACK_ROOM (EVM_STACK_SIZE + 64)

/* The frame for the next deeper call. */
static struct evm_frame *frame_next(struct evm *e)
{
	struct evm_frame **place = e->frame ? &e->frame->child : &e->outermost;

	if (!*place) {
		*place = ARENA_NEW(e->arena, struct evm_frame);
		(*place)->parent = e->frame;
	}
	return *place;
}

/* Init code runs once: it is copied for its padding to below the frame's
 * memory, and no code object is made of it. */
static void frame_take_init_code(struct evm *e, struct evm_frame *f, struct bytes code)
{
	size_t bitmap_size = code_bitmap_words(code.len) * sizeof(uint64_t);
	size_t bitmap_at = (code.len + CODE_PADDING + 31) & ~(size_t)31;
	uint8_t *copy = region_reserve(&e->memories, bitmap_at + bitmap_size);
	uint64_t *bitmap = (uint64_t *)(void *)(copy + bitmap_at);

	if (code.len)
		memcpy(copy, code.data, code.len);
	memset(copy + code.len, 0, CODE_PADDING);
	f->init_code = (struct evm_code){ .code = bytes_of(copy, code.len) };
	code_find_jumpdests(bitmap, f->init_code.code);
	f->init_analysis = (struct code_analysis){ .jumpdests = bitmap };
	f->init_code.analysis = &f->init_analysis;
	f->code = &f->init_code;
	region_take_to(&e->memories, copy + bitmap_at + bitmap_size);
}

void frame_begin(struct evm *e, const struct evm_message *m, struct state_account *account,
		 const struct evm_code *code, size_t state_mark)
{
	struct evm_frame *f = frame_next(e);

	f->memory_mark = region_mark(&e->memories);
	f->stack_mark = region_mark(&e->stacks);
	f->state_mark = state_mark;
	f->code = code;
	f->input = m->input;
	if (!code) {
		frame_take_init_code(e, f, m->input);
		f->input = bytes_of(NULL, 0);
	}
	/* A caller's stack ends where it is now. */
	if (e->frame)
		region_take_to(&e->stacks, e->frame->sp);
	f->stack =
	    (struct u256 *)(void *)region_reserve(&e->stacks, STACK_ROOM * sizeof(struct u256));
	f->sp = f->stack;
	f->memory = e->memories.top;
	f->memory_len = f->memory_words = 0;
	f->gas = m->gas;
	f->pc = f->code->code.data;
	f->link = e->tracer || !code || !e->interpreter ? NULL : translation_start(e, code);
	f->exact = !f->link;
	f->account = account;
	f->self = *state_address(account);
	f->caller = m->caller;
	f->value = m->value;
	f->kind = m->kind;
	f->is_static = m->is_static;
	f->depth = m->depth;
	f->status = EVM_SUCCESS;
	f->output = bytes_of(NULL, 0);
	e->return_data = bytes_of(NULL, 0);
	e->frame = f;
}

static bool frame_is_creation(const struct evm_frame *f)
{
	return f->kind == EVM_CREATE || f->kind == EVM_CREATE2;
}

/* The output of init code becomes the code. */
static enum evm_status frame_deposit_code(struct evm *e, struct evm_frame *f)
{
	if (f->output.len > EVM_MAX_CODE_SIZE) {
		e->fault = (struct evm_fault){ .code_size = f->output.len };
		return EVM_CODE_TOO_LARGE;
	}
	if (f->output.len && f->output.data[0] == 0xef)
		return EVM_CODE_STARTS_WITH_EF;
	if (!frame_charge(f, GAS_CODE_BYTE * f->output.len))
		return EVM_CODE_STORAGE_OUT_OF_GAS;
	if (f->output.len)
		state_set_code(e->state, f->account, f->output);
	f->output = bytes_of(NULL, 0);
	return EVM_SUCCESS;
}

void frame_end(struct evm *e, struct evm_frame *f, struct evm_result *result)
{
	bool creation = frame_is_creation(f);

	if (creation && f->status == EVM_SUCCESS)
		f->status = frame_deposit_code(e, f);
	if (f->status != EVM_SUCCESS)
		state_undo(e->state, f->state_mark);
	if (f->status != EVM_SUCCESS && f->status != EVM_REVERT) {
		f->gas = 0;
		f->output = bytes_of(NULL, 0);
	}
	/* The output lies in the frame's memory, which ends with it. */
	return_data_set(e, f->output);
	*result = (struct evm_result){ .status = f->status,
				       .gas_left = f->gas,
				       .output = e->return_data };
	if (creation && f->status == EVM_SUCCESS)
		result->created = f->self;
	region_reset(&e->memories, f->memory_mark);
	region_reset(&e->stacks, f->stack_mark);
	e->frame = f->parent;
	if (e->tracer && e->tracer->exit)
		e->tracer->exit(e->tracer->context, f->depth + 1, result);
}
