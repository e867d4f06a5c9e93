/* The same claims about the code that the fault-proof program runs, where no
 * instruction adds with carry, divides 128 bits or counts leading zeros. */
#define U256_PORTABLE 1

#include "common/eth/u256.c"
#include "common/eth/u256_divide.c"
#include "common/eth/u256_modulus.c"
#include "tests/unit/eth/u256_test.c"
