/* workload: signed transactions for the benchmarks, the same at each run. */
#ifndef GAVEL_TESTS_BENCH_WORKLOAD_H
#define GAVEL_TESTS_BENCH_WORKLOAD_H

#include "base/arena.h"
#include "crypto/native/signer.h"
#include "eth/transaction.h"

#define WORKLOAD_CHAIN_ID 845300
#define WORKLOAD_SENDERS  200

/* 200 senders take turns, each with nonces from 0 on, except in MIXED.
 * Transfers: type 2, 0.001 ETH, gas limit 21000, one fee for all.  ERC-20: type
 * 2, transfer(address,uint256) of 10^18 on one token, gas limit 65000.  FRESH:
 * no recipient comes twice.  RECURRING: drawn from the 200 senders at random.
 * MIXED: senders at random; of 20 transactions 9 transfers (2 of them legacy)
 * to 2000 accounts with amounts of 3 digits, 7 ERC-20 transfers on 10 tokens with
 * amounts of 4 digits, 2 approvals without limit, 1 swap of 7 words, 1 transfer
 * of 18 random digits; fees change every 200 transactions, and gas limits of
 * calls vary. */
enum workload {
	WORKLOAD_TRANSFER_FRESH,
	WORKLOAD_TRANSFER_RECURRING,
	WORKLOAD_ERC20_FRESH,
	WORKLOAD_ERC20_RECURRING,
	WORKLOAD_MIXED,
};
#define WORKLOAD_COUNT 5

extern const char *const workload_names[WORKLOAD_COUNT];

/* The key and address of sender `index`, below WORKLOAD_SENDERS. */
struct signer_key workload_sender_key(unsigned index);
struct address workload_sender(unsigned index);
/* The token of the ERC-20 workloads. */
extern const struct address workload_token;

/* `count` transactions in `a`, with hash and without sender. */
struct transaction *workload_make(struct arena *a, enum workload workload, size_t count);

#endif
