/* machine: the fault-proof machine, natively.  deploy/contracts/src/machine/Step.sol
 * is the same machine, one step at a time, and L1 believes that one.
 *
 * STATE, packed big-endian, 338 bytes:
 *
 *	memory root 32 | pc 8 | x1..x31 31 * 8 | step 8 | preimage key 32 |
 *	preimage offset 8 | exited 1 | exit code 1
 *
 * State hash: keccak256 of these with the first byte replaced by the status:
 * 3 unfinished while exited is 0, else 0 valid (exit code 0), 1 invalid (1),
 * 2 panic (all others).  exited is 0 or 1, and while it is 0 the exit code is 0.
 *
 * MEMORY: bytes 0 .. 2^32 - 1; a Merkle tree of depth 27 over leaves of 32
 * bytes.  A leaf's node is its 32 bytes themselves, an inner node is
 * keccak256(left | right).  At first all is zero but for the image's segments;
 * so are the registers, the step, the key and the offset; pc is the image's
 * entry.  Code is memory like any other.
 *
 * A STEP of a machine that has not exited, checks in this order:
 *
 *	pc not a multiple of 4, or not below 2^32: PANIC.  Else the 32 bits there
 *	are fetched, little-endian, and executed as RV64IM (RISC-V unprivileged ISA
 *	20191213: RV64I without FENCE.I and CSRs, and M).  FENCE does nothing,
 *	whatever its fields.  An address is rs1 + imm mod 2^64; not below 2^32, or
 *	not a multiple of the width: PANIC.  A jump's target is checked when it is
 *	fetched from, in the next step (jalr clears its lowest bit).  What is
 *	written to x0 vanishes.  An encoding that the manual does not define (also
 *	compressed, EBREAK, CSR): PANIC.
 *
 *	Usually step goes up by 1 (mod 2^64), and pc by 4 (mod 2^64) or to the target.
 *	PANIC: exited = 1, exit code = 2, step + 1, and all else stays.
 *	A machine that has exited steps to itself, step included.
 *
 * ECALL: number in a7, arguments in a0 and a1, result in a0, pc + 4.
 *
 *	0 HALT(code)        exited = 1, exit code = code, or 2 above 255; pc and
 *	                    registers stay.
 *	1 ORACLE_KEY(p)     the leaf at p becomes the key, offset = 0; a0 = 0.
 *	2 ORACLE_READ(p)    the next 32 bytes, from the offset, of (8-byte big-endian
 *	                    length | preimage) go to the leaf at p, zeros behind the
 *	                    end; a0 = how many were valid, and offset goes up by
 *	                    that.  From the end on: zeros, and a0 = 0.
 *	3 KECCAK_F(p)       the 25 little-endian 64-bit lanes at p are permuted; the
 *	                    56 bytes behind them stay; a0 = 0.
 *	4 HINT(p, len)      a0 = 0, nothing else.  Tells the host what will be asked.
 *
 *	p is below 2^32 and a multiple of 32 (KECCAK_F: of 256), or PANIC.  Any
 *	other number: PANIC.
 *
 * PREIMAGE KEYS, by the first byte: IPreimageOracle.sol and preimage keys below.
 *
 * WITNESS of a step: what L1 needs to execute it.
 *
 *	state 338
 *	code leaf 32 | 27 siblings       unless exited, or pc is no valid address
 *	data leaf 32 | 27 siblings       a load or a store at a valid address, and
 *	                                 ORACLE_KEY, ORACLE_READ with a valid one
 *	block 256 | 24 siblings          KECCAK_F with a valid address
 *
 * Siblings are of 32 bytes, from the leaf's up to the root's child.  There is
 * nothing else in it: L1 refuses any other length.  What ORACLE_READ reads comes
 * from L1's preimage oracle.
 *
 * A machine and all snapshots that come from it belong to one thread.  Out of
 * memory: the process says so and aborts. */
#ifndef GAVEL_PROVER_VM_MACHINE_H
#define GAVEL_PROVER_VM_MACHINE_H

#include "base/bytes.h"

#define MACHINE_STATE_SIZE  338
#define MACHINE_LEAF_SIZE   32
#define MACHINE_TREE_DEPTH  27
#define MACHINE_MEMORY_SIZE ((uint64_t)1 << 32)
#define MACHINE_WITNESS_MAX (MACHINE_STATE_SIZE + 28 * 32 + 256 + 24 * 32)

enum machine_ecall {
	MACHINE_HALT = 0,
	MACHINE_ORACLE_KEY = 1,
	MACHINE_ORACLE_READ = 2,
	MACHINE_KECCAK_F = 3,
	MACHINE_HINT = 4,
};

/* First byte of a preimage key. */
enum machine_key_type {
	MACHINE_KEY_LOCAL = 1,      /* 31 bytes of index, big-endian: enum machine_local */
	MACHINE_KEY_KECCAK = 2,     /* keccak256 of the preimage, but for this byte */
	MACHINE_KEY_ENTRY = 3,      /* 31 bytes of index: the inbox's entryLink(index) */
	MACHINE_KEY_PRECOMPILE = 4, /* keccak256(address 20 | gas 8 | input), likewise:
				     * status byte (1 success) | output */
};

/* Local preimages: about which claim this machine runs. */
enum machine_local {
	MACHINE_LOCAL_AGREED_OUTPUT = 1,  /* output root of block N - 1, 32 bytes */
	MACHINE_LOCAL_CLAIMED_OUTPUT = 2, /* of block N, 32 bytes */
	MACHINE_LOCAL_BLOCK_NUMBER = 3,   /* N, 8 bytes big-endian */
	MACHINE_LOCAL_ENTRY_COUNT = 4,    /* of the inbox: the horizon, 8 bytes big-endian */
	MACHINE_LOCAL_CHAIN_CONFIG = 5,   /* chain_config_hash(), 32 bytes */
};

/* First byte of a state hash. */
enum machine_status {
	MACHINE_VALID = 0,
	MACHINE_INVALID = 1,
	MACHINE_PANIC = 2,
	MACHINE_UNFINISHED = 3,
};

struct machine_state {
	struct hash32 memory_root;
	uint64_t pc;
	uint64_t x[32]; /* x[0] is 0 */
	uint64_t step;
	struct hash32 preimage_key;
	uint64_t preimage_offset;
	uint8_t exited;
	uint8_t exit_code;
};

/* The state as 338 bytes, and the hash that claims are made of. */
void machine_state_pack(uint8_t packed[MACHINE_STATE_SIZE], const struct machine_state *s);
struct hash32 machine_state_hash(const struct machine_state *s);
/* False if no machine can be in that state (exited, exit code). */
bool machine_state_unpack(struct machine_state *s, const uint8_t packed[MACHINE_STATE_SIZE]);
enum machine_status machine_state_status(const struct machine_state *s);

/* What a machine asks of the process around it.  Either may be NULL. */
struct machine_host {
	void *context;
	/* The preimage of `key`, which stays where it is until the next call.
	 * False if the host doesn't have it.  Nothing is checked here: the host
	 * answers for what it says. */
	bool (*preimage)(void *context, const struct hash32 *key, struct bytes *preimage);
	/* The bytes of a HINT, valid during the call.  Not called for one that is
	 * out of range or longer than MACHINE_HINT_MAX. */
	void (*hint)(void *context, struct bytes hint);
};

#define MACHINE_HINT_MAX ((uint64_t)1 << 20)

struct machine;

/* A machine with empty memory, in the state that all begin with, pc 0.  `host`
 * is copied. */
struct machine *machine_new(const struct machine_host *host);
void machine_free(struct machine *m);

/* Why an image is refused. */
enum machine_image_err {
	MACHINE_IMAGE_OK,
	MACHINE_IMAGE_NOT_ELF,     /* no ELF header, or cut off */
	MACHINE_IMAGE_WRONG_KIND,  /* not 64-bit little-endian static RISC-V (lp64, no C) */
	MACHINE_IMAGE_BAD_TABLE,   /* program headers outside of the file, or of an odd size */
	MACHINE_IMAGE_DYNAMIC,     /* needs an interpreter or relocation */
	MACHINE_IMAGE_BAD_SEGMENT, /* outside of the file or the memory, or overlapping */
	MACHINE_IMAGE_BAD_ENTRY,   /* pc would not be in an executable segment */
};
const char *machine_image_err_text(enum machine_image_err err);

/* Loads a static RISC-V ELF file into a new machine and points pc to its entry.
 * On failure the machine is as it was. */
enum machine_image_err machine_load_elf(struct machine *m, struct bytes file);

/* Why machine_run() came back. */
enum machine_stop {
	MACHINE_REACHED,     /* it is at the step that was asked for */
	MACHINE_EXITED,      /* it has exited, at that step or before */
	MACHINE_NO_PREIMAGE, /* the host doesn't know machine_preimage_key(); the machine
			      * stands before that ORACLE_READ and can be run again */
};

/* Runs until `step` steps are done, counted from the machine's start, or less if
 * it exits.  A step that has passed already is reached. */
enum machine_stop machine_run(struct machine *m, uint64_t step);

/* The whole state.  Costs the hashing of the pages written since the last time.
 * The others are for free. */
void machine_state(struct machine *m, struct machine_state *s);
struct hash32 machine_hash(struct machine *m); /* machine_state_hash() of it */
enum machine_status machine_status(const struct machine *m);
uint64_t machine_step(const struct machine *m);
uint64_t machine_pc(const struct machine *m);
const struct hash32 *machine_preimage_key(const struct machine *m);

/* The witness of the next step.  Returns its length. */
size_t machine_witness(struct machine *m, uint8_t witness[MACHINE_WITNESS_MAX]);

/* Bytes of memory from `address`, which wraps around at 2^32. */
void machine_read(const struct machine *m, uint64_t address, uint8_t *to, size_t len);
void machine_write(struct machine *m, uint64_t address, struct bytes from);

/* Puts all of the state but the memory (memory_root is not looked at). */
void machine_set_state(struct machine *m, const struct machine_state *s);

/* Bytes of the process's memory that it takes, pages shared with snapshots
 * included. */
size_t machine_footprint(const struct machine *m);
/* The same, with its share only of pages that snapshots hold too, as
 * machine_snapshot_footprint() has theirs: these add up. */
size_t machine_share(const struct machine *m);

/* A machine at rest, sharing all unchanged memory pages.  Any number may be
 * held; they outlive their machine. */
struct machine_snapshot;
struct machine_snapshot *machine_snapshot_take(struct machine *m);
void machine_snapshot_free(struct machine_snapshot *s);
uint64_t machine_snapshot_step(const struct machine_snapshot *s);
/* Bytes that it takes, its share of pages that others hold too included. */
size_t machine_snapshot_footprint(const struct machine_snapshot *s);
/* A new machine at that point. */
struct machine *machine_from_snapshot(const struct machine_snapshot *s,
				      const struct machine_host *host);

#endif
