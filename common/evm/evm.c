#include "evm/translation.h"

/* First chunks; they grow with what the calls need. */
#define STACKS_SIZE   ((size_t)64 * 1024)
#define MEMORIES_SIZE ((size_t)64 * 1024)

/* Code for newer machines is chosen when it runs.  The proof program goes step by
 * step: it runs a block once, so that translations take more memory than they
 * are worth, and there is less of it to trust. */
static interpreter_function *interpreter_choose(void)
{
#if !__STDC_HOSTED__
	return NULL;
#else
#if defined(__x86_64__)
	/* Machines that have these have all of x86-64-v3. */
	if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
	    __builtin_cpu_supports("fma"))
		return interpreter_run_v3;
#endif
	return interpreter_run;
#endif
}

void evm_use(struct evm *e, interpreter_function *interpreter)
{
	e->interpreter = interpreter;
	if (!interpreter)
		return;
	if (!e->translator)
		e->translator = translator_new(e->arena);
	(void)interpreter(e, NULL);
}

struct evm *evm_new(struct arena *a, struct state *state, const struct block_context *block,
		    const struct crypto *crypto, const struct evm_tracer *tracer)
{
	static const struct tx_context no_transaction;
	struct evm *e = ARENA_NEW(a, struct evm);

	e->arena = a;
	e->state = state;
	e->block = block;
	e->crypto = crypto;
	e->tracer = tracer;
	e->tx = &no_transaction;
	region_init(&e->stacks, a, STACKS_SIZE);
	region_init(&e->memories, a, MEMORIES_SIZE);
	evm_use(e, interpreter_choose());
	return e;
}

struct state *evm_state(const struct evm *e)
{
	return e->state;
}

const struct block_context *evm_block(const struct evm *e)
{
	return e->block;
}

const struct crypto *evm_crypto(const struct evm *e)
{
	return e->crypto;
}

void evm_set_transaction(struct evm *e, const struct tx_context *tx)
{
	e->tx = tx;
}

/* EIP-7702: at this level the delegation's target costs nothing, and is warm
 * afterwards. */
static const struct evm_code *message_code(struct evm *e, const struct evm_message *m)
{
	const struct evm_code *code = state_code(e->state, evm_account(e, &m->code_address));
	struct address address;
	struct state_account *target;

	if (e->block->revision < EVM_PRAGUE || !evm_code_is_delegation(code->code, &address))
		return code;
	target = evm_account(e, &address);
	(void)state_warm_account(e->state, target);
	return state_code(e->state, target);
}

static bool frame_run(struct evm *e, struct evm_frame *f)
{
	if (!f->exact)
		return e->interpreter(e, f);
	return e->tracer ? step_run_traced(e, f) : step_run(e, f);
}

void evm_run(struct evm *e, const struct evm_message *message, struct evm_result *result)
{
	bool creation = message->kind == EVM_CREATE || message->kind == EVM_CREATE2;

	if (creation) {
		if (!creation_begin(e, message, result))
			return;
	} else if (!call_begin(e, message, evm_account(e, &message->caller),
			       evm_account(e, &message->recipient), message_code(e, message),
			       result)) {
		return;
	}
	for (;;) {
		struct evm_frame *f = e->frame;

		if (!frame_run(e, f))
			continue;
		frame_end(e, f, result);
		if (!e->frame)
			return;
		operation_resume(e->frame, result, f->kind == EVM_CREATE || f->kind == EVM_CREATE2);
	}
}

struct evm_fault evm_fault(const struct evm *e)
{
	return e->fault;
}

const char *evm_status_text(enum evm_status status)
{
	switch (status) {
	case EVM_SUCCESS:
		return "success";
	case EVM_REVERT:
		return "execution reverted";
	case EVM_OUT_OF_GAS:
		return "out of gas";
	case EVM_STACK_UNDERFLOW:
		return "stack underflow";
	case EVM_STACK_OVERFLOW:
		return "stack limit reached";
	case EVM_BAD_JUMP:
		return "invalid jump destination";
	case EVM_UNDEFINED_INSTRUCTION:
	case EVM_INVALID_INSTRUCTION:
		return "invalid opcode";
	case EVM_STATIC_VIOLATION:
		return "write protection";
	case EVM_RETURN_DATA_OUT_OF_BOUNDS:
		return "return data out of bounds";
	case EVM_CODE_TOO_LARGE:
		return "max code size exceeded";
	case EVM_CODE_STORAGE_OUT_OF_GAS:
		return "contract creation code storage out of gas";
	case EVM_INITCODE_TOO_LARGE:
		return "max initcode size exceeded";
	case EVM_CODE_STARTS_WITH_EF:
		return "invalid code: must not begin with 0xef";
	case EVM_CREATE_COLLISION:
		return "contract address collision";
	case EVM_PRECOMPILE_FAILED:
		return "precompile failed";
	case EVM_CALL_TOO_DEEP:
		return "max call depth exceeded";
	case EVM_INSUFFICIENT_BALANCE:
		return "insufficient balance for transfer";
	case EVM_NONCE_OVERFLOW:
		return "nonce uint64 overflow";
	}
	return "unknown";
}
