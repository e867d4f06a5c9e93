/* machine: the inside of the EVM: frames, and what instructions do to them.
 *
 * A frame is one running message call.  Frames are linked in a list and do not
 * nest on the C stack: an instruction that calls leaves a new frame in
 * `evm.frame`, and the interpreter returns to evm_run(), which goes on with
 * that one.  Core; private to this folder. */
#ifndef GAVEL_EVM_MACHINE_H
#define GAVEL_EVM_MACHINE_H

#include "eth/u256.h"
#include "evm/code_private.h"
#include "evm/evm.h"
#include "evm/gas.h"
#include "evm/region.h"

/* More memory than any gas could buy: 2^32 bytes cost 3.5 * 10^13. */
#define EVM_MEMORY_LIMIT ((uint64_t)1 << 32)

union word; /* translation.h */

struct evm_frame {
	struct evm_frame *parent; /* NULL: evm_run()'s own */
	struct evm_frame *child;  /* for reuse: the frame of a deeper call */

	/* Where it is.  Interpreters keep these in registers, and write them
	 * back before they call what looks at them. */
	uint64_t gas;
	struct u256 *sp;        /* one above the top of the stack */
	const uint8_t *pc;      /* step by step ... */
	const union word *link; /* ... or the link to follow, translated */
	bool exact;             /* step by step */

	struct u256 *stack; /* its bottom */
	uint8_t *memory;
	uint64_t memory_len;   /* bytes, a multiple of 32 */
	uint64_t memory_words; /* offsets below it have a whole word */

	const struct evm_code *code;
	struct state_account *account; /* whose storage it works on */
	struct address self;
	struct address caller;
	struct u256 value;
	struct bytes input;
	enum evm_call_kind kind;
	bool is_static;
	unsigned depth;

	/* Of the call that it makes: where the output goes in its memory. */
	uint64_t output_offset, output_size;

	/* How it ended. */
	enum evm_status status;
	struct bytes output;

	/* To be restored when it ends. */
	size_t state_mark;
	struct region_mark memory_mark, stack_mark;

	/* A creation's own code. */
	struct evm_code init_code;
	struct code_analysis init_analysis;
};

/* Runs `f` until it ends (true; f->status says how) or something else is to be
 * run first: another frame, or this one step by step (false). */
typedef bool interpreter_function(struct evm *e, struct evm_frame *f);

/* Programs that multiply modulo something do it again and again with the same
 * modulus.  Which, is noticed here. */
struct modulus_memory {
	struct u256 candidate; /* the last one seen ... */
	unsigned uses;         /* ... so many times in a row */
	struct u256_modulus prepared;
};

/* Accounts that were used lately, by their address's last bits. */
#define RECENT_ACCOUNTS 64

struct evm {
	struct state_account *recent_accounts[RECENT_ACCOUNTS];
	struct modulus_memory modulus;
	struct arena *arena;
	struct state *state;
	const struct block_context *block;
	const struct crypto *crypto;
	const struct evm_tracer *tracer;
	const struct tx_context *tx;
	interpreter_function *interpreter; /* of translated code; NULL: step by step */
	const void *const *handlers;       /* its own; see translation.h */
	struct translator *translator;     /* a workspace */
	size_t translated;                 /* bytes of translations that it made */

	struct evm_frame *frame; /* the running one */
	struct evm_frame *outermost;
	struct region memories, stacks;

	/* What the running frame's last call returned.  One is enough for all:
	 * a frame's is void while it waits for a call. */
	struct bytes return_data;
	uint8_t *return_buffer;
	size_t return_capacity;
	struct address created; /* by the last creation */

	/* Of the last frame that failed with figures: the outermost one's where that
	 * is how evm_run() ends, since it ends last. */
	struct evm_fault fault;
};

/* evm.c.  Instead of the one that evm_new() has chosen, `interpreter` runs, or,
 * where it is NULL, everything goes step by step.  Before anything runs. */
void evm_use(struct evm *e, interpreter_function *interpreter);

/* False: not enough, and nothing changed. */
static inline bool frame_charge(struct evm_frame *f, uint64_t gas)
{
	if (f->gas < gas)
		return false;
	f->gas -= gas;
	return true;
}

static inline uint64_t words_of(uint64_t bytes)
{
	return (bytes + 31) / 32;
}

/* Yellow paper, appendix H: 3 a word, and the square of the words / 512. */
static inline uint64_t memory_gas(uint64_t words)
{
	return GAS_MEMORY_WORD * words + words * words / 512;
}

/* memory.c.  Makes `f`'s memory reach `end` and charges for it; `f` is the
 * running frame.  EVM_OUT_OF_GAS leaves it as it was. */
enum evm_status memory_grow(struct evm *e, struct evm_frame *f, uint64_t end);

/* Makes [offset, offset + size) part of the memory.  On EVM_SUCCESS `*start` is
 * where it starts; no bytes start at 0. */
static inline enum evm_status memory_reach(struct evm *e, struct evm_frame *f, uint64_t *start,
					   const struct u256 *offset, uint64_t size)
{
	*start = 0;
	if (size == 0)
		return EVM_SUCCESS;
	if (!u256_fits_u64(offset) || offset->limb[0] >= EVM_MEMORY_LIMIT ||
	    size >= EVM_MEMORY_LIMIT)
		return EVM_OUT_OF_GAS;
	*start = offset->limb[0];
	if (*start + size > f->memory_len)
		return memory_grow(e, f, *start + size);
	return EVM_SUCCESS;
}

/* state_account(), by a shorter way if it was used lately. */
static inline struct state_account *evm_account(struct evm *e, const struct address *address)
{
	struct state_account **recent =
	    &e->recent_accounts[(address->b[19] ^ address->b[0]) % RECENT_ACCOUNTS];

	if (!*recent || !address_eq(state_address(*recent), address))
		*recent = state_account(e->state, address);
	return *recent;
}

/* Touches an account without a change.  EIP-161 wants to know only of those that
 * are there and empty, of which hardly any is left. */
static inline void touch(struct evm *e, struct state_account *account)
{
	if (state_exists(account) && state_is_empty(account))
		state_touch(e->state, account);
}

/* A size operand; what no memory can have becomes the largest number. */
static inline uint64_t size_operand(const struct u256 *size)
{
	return u256_fits_u64(size) ? size->limb[0] : UINT64_MAX;
}

/* Keeps `data` as the return data of the last call, copied. */
void return_data_set(struct evm *e, struct bytes data);

/* frame.c.  Makes a frame for `m`, on `account`, the running one.  `code` NULL:
 * it runs the input, as init code. */
void frame_begin(struct evm *e, const struct evm_message *m, struct state_account *account,
		 const struct evm_code *code, size_t state_mark);

/* Ends the running frame: settles its creation, undoes it where it failed, and
 * makes its parent the running one.  `*result` is what there is to tell. */
void frame_end(struct evm *e, struct evm_frame *f, struct evm_result *result);

/* call.c.  Starts a message call (not a creation) of `code`, with EIP-7702
 * followed already, on `account`, its recipient, at the expense of `payer`, its
 * caller; or a creation.  True: there is a frame for it, the running one.  False:
 * it was over at once, with `*result`. */
bool call_begin(struct evm *e, const struct evm_message *m, struct state_account *payer,
		struct state_account *account, const struct evm_code *code,
		struct evm_result *result);
bool creation_begin(struct evm *e, const struct evm_message *m, struct evm_result *result);

/* step.c */
interpreter_function step_run;
interpreter_function step_run_traced;

/* The operations: instructions with more to them than arithmetic.  Operands
 * are in the order in which the EVM pops them, and may be the same place as
 * the result, `out`.  f->gas is up to date before and after.  When the status
 * is not EVM_SUCCESS, the frame has ended that way.
 *
 * operations_arithmetic.c */
enum evm_status operation_exp(struct evm_frame *f, struct u256 *out, const struct u256 *base,
			      const struct u256 *exponent);
void operation_mulmod(struct evm *e, struct u256 *out, const struct u256 *a, const struct u256 *b,
		      const struct u256 *m);

/* operations_memory.c */
enum evm_status operation_keccak256(struct evm *e, struct evm_frame *f, struct u256 *out,
				    const struct u256 *offset, const struct u256 *size);
void operation_calldataload(const struct evm_frame *f, struct u256 *out, const struct u256 *offset);
enum evm_status operation_mload(struct evm *e, struct evm_frame *f, struct u256 *out,
				const struct u256 *offset);
enum evm_status operation_mstore(struct evm *e, struct evm_frame *f, const struct u256 *offset,
				 const struct u256 *value);
enum evm_status operation_mstore8(struct evm *e, struct evm_frame *f, const struct u256 *offset,
				  const struct u256 *value);
enum evm_status operation_mcopy(struct evm *e, struct evm_frame *f, const struct u256 *to,
				const struct u256 *from, const struct u256 *size);
/* CALLDATACOPY and CODECOPY. */
enum evm_status operation_copy(struct evm *e, struct evm_frame *f, struct bytes source,
			       const struct u256 *to, const struct u256 *from,
			       const struct u256 *size);
enum evm_status operation_returndatacopy(struct evm *e, struct evm_frame *f, const struct u256 *to,
					 const struct u256 *from, const struct u256 *size);
/* RETURN and REVERT: sets f->output. */
enum evm_status operation_return(struct evm *e, struct evm_frame *f, const struct u256 *offset,
				 const struct u256 *size);

/* operations_state.c */
enum evm_status operation_balance(struct evm *e, struct evm_frame *f, struct u256 *out,
				  const struct u256 *address);
enum evm_status operation_extcodesize(struct evm *e, struct evm_frame *f, struct u256 *out,
				      const struct u256 *address);
enum evm_status operation_extcodehash(struct evm *e, struct evm_frame *f, struct u256 *out,
				      const struct u256 *address);
enum evm_status operation_extcodecopy(struct evm *e, struct evm_frame *f,
				      const struct u256 *address, const struct u256 *to,
				      const struct u256 *from, const struct u256 *size);
void operation_blockhash(struct evm *e, struct u256 *out, const struct u256 *number);
void operation_blobhash(struct evm *e, struct u256 *out, const struct u256 *index);
enum evm_status operation_sload(struct evm *e, struct evm_frame *f, struct u256 *out,
				const struct u256 *key);
enum evm_status operation_sstore(struct evm *e, struct evm_frame *f, const struct u256 *key,
				 const struct u256 *value);
void operation_tload(struct evm *e, struct evm_frame *f, struct u256 *out, const struct u256 *key);
enum evm_status operation_tstore(struct evm *e, struct evm_frame *f, const struct u256 *key,
				 const struct u256 *value);
/* The operands lie below `sp` on the stack. */
enum evm_status operation_log(struct evm *e, struct evm_frame *f, const struct u256 *sp,
			      unsigned topics);
enum evm_status operation_selfdestruct(struct evm *e, struct evm_frame *f,
				       const struct u256 *address);

/* operations_call.c.  These work on the stack at f->sp, whose operands they
 * replace by the result.  When evm.frame is another one afterwards, that one is
 * to be run first; it sets the result. */
enum evm_status operation_call(struct evm *e, struct evm_frame *f, uint8_t opcode);
enum evm_status operation_create(struct evm *e, struct evm_frame *f, uint8_t opcode);

/* What the caller `f` sees of a call or creation that is over. */
void operation_resume(struct evm_frame *f, const struct evm_result *result, bool creation);

static inline struct u256 u256_from_address(const struct address *a)
{
	return (struct u256){ { be64_load(a->b + 12), be64_load(a->b + 4), be32_load(a->b), 0 } };
}

/* The low 20 bytes; stored in the pieces in which they will be read. */
static inline struct address address_from_u256(const struct u256 *v)
{
	struct address a;

	be64_store(a.b, v->limb[2] << 32 | v->limb[1] >> 32);
	be64_store(a.b + 8, v->limb[1] << 32 | v->limb[0] >> 32);
	be32_store(a.b + 16, (uint32_t)v->limb[0]);
	return a;
}

#endif
