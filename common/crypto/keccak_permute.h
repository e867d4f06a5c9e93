/* keccak_permute: the ways in which keccak_permute() can run, for its tests.
 * Both do the same.  Core. */
#ifndef GAVEL_CRYPTO_KECCAK_PERMUTE_H
#define GAVEL_CRYPTO_KECCAK_PERMUTE_H

#include <stdbool.h>
#include <stdint.h>

void keccak_permute_plain(uint64_t state[25]);

#if defined(__x86_64__) && __STDC_HOSTED__
#define KECCAK_X86 1

/* With and-not and three-operand rotation; only where the machine has them. */
bool keccak_has_bmi(void);
void keccak_permute_bmi(uint64_t state[25]);
#endif

#endif
