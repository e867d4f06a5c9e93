/* interpreter: runs translated code; see translation.h.
 *
 * Each handler goes to the next one by itself.  The gas, the stack pointer (of
 * the block's entry) and the place in the list are in registers; they are
 * written back to the frame before anything that may look at them.
 *
 * The handlers are in handlers_*.h.  256-bit numbers are read and written limb
 * by limb: a wider load would have to wait for narrow stores. */
#include "evm/environment.h"
#include "evm/translation.h"

#ifndef INTERPRETER_NAME
#define INTERPRETER_NAME interpreter_run
#endif

#define LIKELY(condition)   __builtin_expect(!!(condition), 1)
#define UNLIKELY(condition) __builtin_expect(!!(condition), 0)

static inline void copy_limbs(struct u256 *out, const struct u256 *a)
{
	uint64_t a0 = a->limb[0], a1 = a->limb[1], a2 = a->limb[2], a3 = a->limb[3];

	*out = (struct u256){ { a0, a1, a2, a3 } };
}

/* SIGNEXTEND from byte `index`, which is below 31, without a branch. */
static inline void sign_extend(struct u256 *out, const struct u256 *a, unsigned index)
{
	unsigned limb = index / 8, unused_bits = 56 - 8 * (index % 8);
	uint64_t extended = (uint64_t)((int64_t)(a->limb[limb] << unused_bits) >> unused_bits);
	uint64_t fill = 0 - (extended >> 63);

	out->limb[0] = limb == 0 ? extended : a->limb[0];
	out->limb[1] = limb == 1 ? extended : limb < 1 ? fill : a->limb[1];
	out->limb[2] = limb == 2 ? extended : limb < 2 ? fill : a->limb[2];
	out->limb[3] = limb == 3 ? extended : fill;
}

/* As a signed number of 256 bits, and of 64. */
static inline bool fits_i64(const struct u256 *a)
{
	uint64_t sign = 0 - (a->limb[0] >> 63);

	return ((a->limb[1] ^ sign) | (a->limb[2] ^ sign) | (a->limb[3] ^ sign)) == 0;
}

static inline struct u256 u256_from_i64(int64_t v)
{
	uint64_t sign = 0 - ((uint64_t)v >> 63);

	return (struct u256){ { (uint64_t)v, sign, sign, sign } };
}

/* The block that a computed jump to `target` enters; NULL: there is none, or
 * none yet. */
static inline const union word *find_block(const struct evm_code *code, const struct u256 *target)
{
	const struct code_analysis *analysis = code_analysis(code);
	uint64_t pc = target->limb[0];

	if (!u256_fits_u64(target) || !code_is_jumpdest(code, analysis->jumpdests, pc))
		return NULL;
	return translation_block(analysis->translation, analysis->jumpdests, pc);
}

/* The block of a computed jump that was not made before.  NULL: it is to be
 * made step by step, or `*status` is EVM_BAD_JUMP. */
static const union word *translate_jump(struct evm *e, const struct evm_code *code,
					const struct u256 *target, enum evm_status *status)
{
	if (!u256_fits_u64(target) ||
	    !code_is_jumpdest(code, code_jumpdests(code), target->limb[0])) {
		*status = EVM_BAD_JUMP;
		return NULL;
	}
	*status = EVM_SUCCESS;
	return translate(e, code, target->limb[0]);
}

/* The rest of the frame goes step by step from `pc` on. */
static bool leave_at(struct evm_frame *f, uint64_t gas, struct u256 *sp, uint64_t pc)
{
	f->gas = gas;
	f->sp = sp;
	f->pc = f->code->code.data + pc;
	f->exact = true;
	return false;
}

/* Words of a handler: its own and its places; what it has more lies behind. */
#define PLACES 2

#define PLACE(i) ((struct u256 *)(void *)((char *)sp + pc[1].place[i]))
#define D        PLACE(0)
#define A        PLACE(1)
#define B        PLACE(2)
#define C        PLACE(3)

#define BITS                  (pc[PLACES].bits)
#define WIDE                  ((const struct u256 *)(const void *)&pc[PLACES])
#define LINK                  (&pc[PLACES])
#define ELSE_LINK             (&pc[PLACES + 2])
#define BITS_BEHIND_LINK      (pc[PLACES + 2].bits)
#define BITS_BEHIND_TWO_LINKS (pc[PLACES + 4].bits)

#define DISPATCH() goto * pc->handler

/* Moves the stack pointer to where it is in the code; no places after that. */
#define MOVE_STACK() (sp = D)

/* Enters the block at `target`, if the gas and the stack allow. */
#define ENTER()                                                                                    \
	do {                                                                                       \
		uint64_t rest_;                                                                    \
		if (UNLIKELY(__builtin_sub_overflow(gas, target->entry.gas, &rest_) ||             \
			     (uint32_t)((char *)sp - (char *)f->stack) - target->entry.need >      \
				 target->entry.range))                                             \
			goto refused;                                                              \
		gas = rest_;                                                                       \
		pc = target + BLOCK_HEAD_WORDS;                                                    \
		DISPATCH();                                                                        \
	} while (0)

#define FOLLOW(words)                                                                              \
	do {                                                                                       \
		link = (words);                                                                    \
		target = link->to;                                                                 \
		ENTER();                                                                           \
	} while (0)

/* What may fail, or look at the frame. */
#define OPERATION(call)                                                                            \
	do {                                                                                       \
		f->gas = gas;                                                                      \
		status = (call);                                                                   \
		gas = f->gas;                                                                      \
		if (UNLIKELY(status != EVM_SUCCESS))                                               \
			goto ended;                                                                \
	} while (0)

#define HANDLER(name) handle_##name:

#define DONE(words)                                                                                \
	do {                                                                                       \
		pc += (words);                                                                     \
		DISPATCH();                                                                        \
	} while (0)

#define FUNCTION(name, call)                                                                       \
	HANDLER(name)                                                                              \
	{                                                                                          \
		call;                                                                              \
		DONE(PLACES);                                                                      \
	}

#define FUNCTION_BITS(name, call)                                                                  \
	HANDLER(name)                                                                              \
	{                                                                                          \
		struct u256 b = u256_from_u64(BITS);                                               \
		call;                                                                              \
		DONE(PLACES + 1);                                                                  \
	}

#define FUNCTION_WIDE(name, call)                                                                  \
	HANDLER(name)                                                                              \
	{                                                                                          \
		call;                                                                              \
		DONE(PLACES + 4);                                                                  \
	}

#define RESULT(name, value) FUNCTION(name, *D = (value))

#define TRUTH(name, words, condition)                                                              \
	HANDLER(name)                                                                              \
	{                                                                                          \
		*D = u256_from_u64(condition);                                                     \
		DONE(words);                                                                       \
	}

/* The expression for limb i of the result, from those of a and b. */
#define LIMBWISE(name, words, expression)                                                          \
	HANDLER(name)                                                                              \
	{                                                                                          \
		const struct u256 *a = A, *b = B;                                                  \
		uint64_t r[4];                                                                     \
		(void)b;                                                                           \
		_Pragma("GCC unroll 4") for (int i = 0; i < 4; i++) r[i] = (expression);           \
		*D = (struct u256){ { r[0], r[1], r[2], r[3] } };                                  \
		DONE(words);                                                                       \
	}

#define BRANCH(name, condition)                                                                    \
	HANDLER(name)                                                                              \
	{                                                                                          \
		if (condition) {                                                                   \
			MOVE_STACK();                                                              \
			FOLLOW(LINK);                                                              \
		} else {                                                                           \
			MOVE_STACK();                                                              \
			FOLLOW(ELSE_LINK);                                                         \
		}                                                                                  \
	}

/* A against one word. */
#define COMPARE(operator, word) (u256_fits_u64(A) && A->limb[0] operator(word))

bool INTERPRETER_NAME(struct evm *e, struct evm_frame *f)
{
#define HANDLER_LABEL(name) &&handle_##name,
	static const void *const handlers[HANDLER_COUNT] = { FOR_EACH_HANDLER(HANDLER_LABEL) };
#undef HANDLER_LABEL
	const union word *pc, *link, *target;
	struct u256 *sp;
	uint64_t gas;
	enum evm_status status;

	if (!f) {
		e->handlers = handlers;
		return false;
	}
	gas = f->gas;
	sp = f->sp;
	FOLLOW(f->link);

refused:
	if (target != translation_unlinked)
		return leave_at(f, gas, sp, target[1].bits);
	/* The link was not followed before. */
	target = translate(e, f->code, link[1].bits);
	if (!target)
		return leave_at(f, gas, sp, link[1].bits);
	((union word *)(uintptr_t)link)->to = target;
	ENTER();

ended:
	f->gas = gas;
	f->status = status;
	return true;

#include "evm/handlers_arithmetic.h"
#include "evm/handlers_environment.h"
#include "evm/handlers_control.h"
}
