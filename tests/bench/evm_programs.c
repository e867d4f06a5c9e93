#include "tests/bench/evm_programs.h"

/* Counts the value on the stack down to the JUMPDEST at `at`. */
#define LOOP(at) "60019003 80 60" at " 57 00"

/* An ERC-20 token, as short as it gets: balances in the mapping of slot 0, the
 * check, the Transfer event, `true`. */
#define TOKEN                                                                                      \
	"5f35 60e0 1c 80 63a9059cbb 14 610013 57 5f5ffd"                                           \
	"5b 6024 35 6004 35"                   /* amount, to */                                    \
	"33 5f52 5f 6020 52 6040 5f 20 80 54"  /* the caller's balance */                          \
	"83 81 10 610072 57 83 90 03 90 55"    /* is enough; less */                               \
	"80 5f52 6040 5f 20 80 54 83 01 90 55" /* the other's, more */                             \
	"81 5f52 80 33"                        /* Transfer(caller, to, amount) */                  \
	"7fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"                       \
	"6020 5f a3 6001 5f52 6020 5ff3"                                                           \
	"5b 5f5ffd"

const struct own_program own_programs[] = {
	/* transfer(i % 256, 1), 1000 times. */
	{ "erc20-transfers",
	  { "63a9059cbb 60e0 1b 5f52 6001 6024 52 620003e8"
	    "5b 80 60ff 16 6004 52 6020 6080 6044 5f 5f 611001 5a f1 50"
	    "60019003 80 610013 57 00",
	    TOKEN } },
	/* slot[i % 256]++, 10,000 times. */
	{ "storage-loop", { "61 2710 5b 80 60ff 16 80 54 6001 01 90 55" LOOP("03"), "" } },
	/* f(n) { if (n) f(n - 1); }, with n = 300, 20 times. */
	{ "nested-calls",
	  { "61012c 5f52 6014 5b 5f 5f 6020 5f 5f 611001 5a f1 50" LOOP("07"),
	    "5f35 80 6007 57 00 5b 60019003 5f52 5f 5f 6020 5f 5f 30 5a f1 00" } },
	/* A contract that adds two numbers, called 10,000 times. */
	{ "call-loop",
	  { "61 2710 5b 5f 5f 5f 5f 5f 611001 5a f1 50" LOOP("03"), "6001 6002 01 50 00" } },
	/* h = keccak256(h, 0), 10,000 times. */
	{ "keccak-loop", { "61 2710 5b 6040 5f 20 5f52" LOOP("03"), "" } },
	/* A contract of ten bytes, created 100 times. */
	{ "create-loop", { "63600a5ff3 60e0 1b 5f52 6064 5b 6004 5f 5f f0 50" LOOP("0c"), "" } },
};

const unsigned own_program_count = sizeof(own_programs) / sizeof(own_programs[0]);
