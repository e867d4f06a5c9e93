/* evm: runs a message call or a contract creation on a state.  Core. */
#ifndef GAVEL_EVM_EVM_H
#define GAVEL_EVM_EVM_H

#include "crypto/crypto.h"
#include "evm/revision.h"
#include "evm/state.h"

#define EVM_MAX_DEPTH         1024
#define EVM_STACK_SIZE        1024
#define EVM_MAX_CODE_SIZE     24576 /* EIP-170 */
#define EVM_MAX_INITCODE_SIZE 49152 /* EIP-3860 */

/* What one precompile call may cost, and read where all of its input counts however
 * long it is (pairings, MSMs).  A call beyond fails as if out of gas. */
struct precompile_caps {
	uint64_t gas;
	size_t input; /* bytes */
};
#define PRECOMPILE_UNCAPPED                                                                        \
	{                                                                                          \
		UINT64_MAX, SIZE_MAX                                                               \
	}

/* What the block says; constant while its transactions run. */
struct block_context {
	enum evm_revision revision;
	uint64_t chain_id;
	struct address coinbase;
	uint64_t number;
	uint64_t timestamp; /* seconds */
	uint64_t gas_limit;
	struct hash32 prev_randao;
	struct u256 base_fee;      /* wei */
	struct u256 blob_base_fee; /* wei */
	/* BLOCKHASH: the hash of block `number`, which is one of the 256 before
	 * this one.  False where it isn't known (reads as zero). */
	bool (*block_hash)(void *context, uint64_t number, struct hash32 *hash);
	void *block_hash_context;
	/* Where the base fee goes; NULL: it is burned (Ethereum; the state
	 * tests).  DESIGN.md section 4. */
	const struct address *base_fee_recipient;
	struct precompile_caps precompile_caps; /* PRECOMPILE_UNCAPPED on Ethereum */
};

/* What the transaction says. */
struct tx_context {
	struct address origin;
	struct u256 gas_price; /* wei, effective */
	const struct hash32 *blob_hashes;
	size_t blob_hash_count;
};

/* How a frame ended.  Everything but SUCCESS and REVERT takes all gas. */
enum evm_status {
	EVM_SUCCESS,
	EVM_REVERT,
	EVM_OUT_OF_GAS,
	EVM_STACK_UNDERFLOW,
	EVM_STACK_OVERFLOW,
	EVM_BAD_JUMP,
	EVM_UNDEFINED_INSTRUCTION,
	EVM_INVALID_INSTRUCTION, /* 0xfe */
	EVM_STATIC_VIOLATION,
	EVM_RETURN_DATA_OUT_OF_BOUNDS,
	EVM_CODE_TOO_LARGE,          /* EIP-170 */
	EVM_CODE_STORAGE_OUT_OF_GAS, /* a creation can't pay for its code */
	EVM_INITCODE_TOO_LARGE,      /* EIP-3860 */
	EVM_CODE_STARTS_WITH_EF,     /* EIP-3541 */
	EVM_CREATE_COLLISION,
	EVM_PRECOMPILE_FAILED,
	EVM_CALL_TOO_DEEP,        /* the call is not made; the caller keeps the gas */
	EVM_INSUFFICIENT_BALANCE, /* likewise */
	EVM_NONCE_OVERFLOW,       /* likewise: EIP-2681 */
};

/* geth's words: "out of gas", "invalid jump destination", ...; without the
 * figures that it adds to some. */
const char *evm_status_text(enum evm_status status);

enum evm_call_kind {
	EVM_CALL,
	EVM_CALLCODE,
	EVM_DELEGATECALL,
	EVM_STATICCALL,
	EVM_CREATE,
	EVM_CREATE2,
};

struct evm_message {
	enum evm_call_kind kind;
	bool is_static;
	unsigned depth; /* 0: the transaction's own */
	uint64_t gas;
	struct address caller;
	struct address recipient;    /* whose storage and balance; creations: unused */
	struct address code_address; /* whose code runs; EIP-7702 is followed from here */
	struct u256 value;           /* wei; transferred for CALL and creations only */
	struct bytes input;          /* call data, or init code */
	struct u256 salt;            /* CREATE2 */
};

struct evm_result {
	enum evm_status status;
	uint64_t gas_left;
	struct bytes output;    /* return or revert data; lives until the arena is reset */
	struct address created; /* of a successful creation */
};

/* The figures of a failure. */
struct evm_fault {
	uint8_t opcode;     /* stack, undefined and invalid: the instruction that can't run ... */
	size_t stack_len;   /* ... and how many values it met */
	uint64_t code_size; /* EVM_CODE_TOO_LARGE, EVM_INITCODE_TOO_LARGE: bytes; 2^64 - 1
			     * stands for all above, too */
};

struct evm;

/* One step of a trace (EIP-3155), before the instruction runs. */
struct evm_trace_step {
	uint64_t pc;
	uint8_t opcode;
	uint64_t gas;
	uint64_t gas_cost;        /* as far as it is known before it runs */
	unsigned depth;           /* 1: the transaction's own */
	const struct u256 *stack; /* bottom first */
	size_t stack_len;
	size_t memory_size; /* bytes */
	int64_t refund;
};
struct evm_tracer {
	void *context;
	void (*step)(void *context, const struct evm_trace_step *step);
	void (*exit)(void *context, unsigned depth, const struct evm_result *result);
};

/* A machine for the transactions of one block.  Everything passed outlives
 * it; `a` holds its stacks and memories.  `tracer` may be NULL, which costs
 * nothing. */
struct evm *evm_new(struct arena *a, struct state *state, const struct block_context *block,
		    const struct crypto *crypto, const struct evm_tracer *tracer);

/* What it was made with. */
struct state *evm_state(const struct evm *e);
const struct block_context *evm_block(const struct evm *e);
const struct crypto *evm_crypto(const struct evm *e);

/* To be called at the start of each transaction; `tx` outlives it. */
void evm_set_transaction(struct evm *e, const struct tx_context *tx);

/* Runs `message` to its end.  When the status isn't EVM_SUCCESS, the state is
 * as before, except that a creation's caller keeps its nonce bump.  The output
 * lies in the evm's own arena until the next evm_run(). */
void evm_run(struct evm *e, const struct evm_message *message, struct evm_result *result);

/* After an evm_run() that ended with a status which has figures: those.  A nested
 * call's failure is none of the message's, and is not told. */
struct evm_fault evm_fault(const struct evm *e);

#endif
