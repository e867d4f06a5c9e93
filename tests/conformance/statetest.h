/* statetest: runs the official GeneralStateTests format.  statetest.c is the
 * command, statetest_file.c reads the JSON, statetest_state.c sets the state up,
 * statetest_run.c runs a case, statetest_expect.c knows the names of exceptions, statetest_trace.c
 * prints EIP-3155. */
#ifndef GAVEL_TESTS_STATETEST_H
#define GAVEL_TESTS_STATETEST_H

#include <jansson.h>
#include <stdio.h>

#include "evm/execute.h"
#include "evm/state_trie.h"

/* The environment of a test; constant over its cases. */
struct statetest_env {
	struct address coinbase;
	uint64_t number;
	uint64_t timestamp;
	uint64_t gas_limit;
	struct hash32 prev_randao;
	struct u256 base_fee;
	uint64_t excess_blob_gas;
	uint64_t chain_id;
};

/* One entry of `post`. */
struct statetest_case {
	const char *file;
	const char *test;
	const char *fork; /* as the file names it */
	size_t index;
	enum evm_revision revision;
	struct block_context block;
	const json_t *pre;

	/* `transaction` is what was decoded, when `decoded` is TX_DECODE_OK. */
	enum tx_decode_err decoded;
	struct transaction transaction;
	bool sender_differs; /* the signature's signer is not the named sender */

	struct hash32 root;    /* expected */
	struct hash32 logs;    /* expected: keccak of the RLP of the logs */
	const char *exception; /* expected, or NULL */
};

struct statetest_counts {
	size_t passed, failed, not_run;
};

struct statetest_options {
	const char *fork; /* only this one, or NULL */
	bool trace;
};

/* What a case came to. */
struct statetest_outcome {
	struct hash32 root;
	struct hash32 logs;
	enum tx_err refused;
	bool state_is_broken; /* our own trie failed */
};

/* Reads `path` and runs what is in it.  Failures are printed. */
void statetest_run_file(struct statetest_counts *counts, const char *path,
			const struct statetest_options *options);

/* Runs `c`; everything it needs is in `a`. */
struct statetest_outcome statetest_run_case(struct arena *a, const struct statetest_case *c,
					    bool trace);

/* The accounts of `pre` ({address: {nonce, balance, code, storage}}) as a state;
 * everything is in `a`.  `*ok` false: some could not be read. */
struct state_trie *statetest_state(struct arena *a, const json_t *pre, bool *ok);

/* Whether being refused like this is what `exception` ("A|B") asks for.
 * A name that is not known is fine with any refusal, and is reported. */
bool statetest_exception_fits(const char *exception, enum tx_decode_err decoded,
			      enum tx_err refused);

/* Prints EIP-3155 lines to `context`, a FILE. */
struct evm_tracer statetest_tracer(FILE *out);
void statetest_trace_end(FILE *out, const struct tx_result *result, const struct hash32 *root);

/* JSON's values.  False where it is not what it should be. */
bool statetest_bytes(struct arena *a, struct bytes *out, const json_t *value);
bool statetest_fixed(uint8_t *out, size_t len, const json_t *value);
bool statetest_u256(struct u256 *out, const json_t *value);
bool statetest_u64(uint64_t *out, const json_t *value);

/* The transaction of a case out of its fields, for files without `txbytes`. */
enum tx_decode_err statetest_build_transaction(struct arena *a, struct transaction *tx,
					       const json_t *fields, const json_t *indexes,
					       uint64_t chain_id);

#endif
