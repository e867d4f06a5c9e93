/* oracle: where the program gets everything that it knows: preimages by key.
 *
 * Keys, by first byte (the same as in the machine, prover/vm/machine.h):
 *	0x01  local to the dispute; 31 bytes of index, see enum oracle_local
 *	0x02  keccak256 of the preimage, but for this byte
 *	0x03  the link of an inbox entry; 31 bytes of index
 *	0x04  a precompile's result: keccak256(address 20 | gas 8 | input) likewise;
 *	      the preimage is a status byte (1 success) and the output
 *
 * In the machine L1 answers for what is read.  Natively the host does
 * (prover/host/).  Before the program reads anything but a local preimage, it
 * gives a hint: enough for a host to find it, and without effect otherwise. */
#ifndef GAVEL_PROVER_PROGRAM_ORACLE_H
#define GAVEL_PROVER_PROGRAM_ORACLE_H

#include "base/arena.h"
#include "crypto/crypto.h"

enum oracle_key_type {
	ORACLE_KEY_LOCAL = 1,
	ORACLE_KEY_KECCAK = 2,
	ORACLE_KEY_ENTRY = 3,
	ORACLE_KEY_PRECOMPILE = 4,
};

enum oracle_local {
	ORACLE_AGREED_OUTPUT = 1,  /* output root of block N - 1, 32 bytes */
	ORACLE_CLAIMED_OUTPUT = 2, /* of block N, 32 bytes */
	ORACLE_BLOCK_NUMBER = 3,   /* N, 8 bytes big-endian */
	ORACLE_ENTRY_COUNT = 4,    /* of the inbox: the horizon, 8 bytes big-endian */
	ORACLE_CHAIN_CONFIG = 5,   /* chain_config_hash(), 32 bytes */
};

/* A hint is one byte of kind and what follows here. */
enum oracle_hint {
	HINT_OUTPUT = 1,       /* output root 32: 128 bytes, see output_root() */
	HINT_HEADER = 2,       /* block hash 32: the header's RLP */
	HINT_NODE = 3,         /* hash 32 | 1 and owner 32, or 0 | nibbles of the path:
				* the trie node there in the state after block N - 1 */
	HINT_CODE = 4,         /* hash 32 */
	HINT_CHAIN_CONFIG = 5, /* hash 32: chain_config_encode() */
	HINT_ENTRY = 6,        /* index 8: its link (key type 3), and the link before | entry */
	HINT_MESSAGE = 7,      /* index 8: the link before | keccak256(raw), and raw */
	HINT_PAYLOAD = 8,      /* hash 32 */
	HINT_PRECOMPILE = 9,   /* address 20 | gas 8 | input */
};

struct oracle {
	void *context;
	/* The preimage of `key`, in `a` or living longer.  False: unknown, which
	 * ends the program without a verdict. */
	bool (*read)(void *context, struct arena *a, const struct hash32 *key,
		     struct bytes *preimage);
	void (*hint)(void *context, struct bytes hint);
};

struct hash32 oracle_local_key(enum oracle_local local);
struct hash32 oracle_entry_key(uint64_t index);
/* Of a hash: the first byte says what it is of. */
struct hash32 oracle_hash_key(enum oracle_key_type type, const struct hash32 *hash);

/* Hints at `hash` and reads its preimage. */
bool oracle_read_hash(const struct oracle *o, struct arena *a, enum oracle_hint kind,
		      const struct hash32 *hash, struct bytes *preimage);
/* Local values, of exactly their sizes. */
bool oracle_read_local(const struct oracle *o, struct arena *a, enum oracle_local local,
		       struct hash32 *value);
bool oracle_read_local_u64(const struct oracle *o, struct arena *a, enum oracle_local local,
			   uint64_t *value);

#endif
