/* The permutation (FIPS 202, section 3.3), alone in its file: the guest links
 * its own instead.
 *
 * Natively it is compiled twice: for any machine, and for x86 with BMI, whose
 * and-not is chi's inner step and whose rotation leaves its source alone. */
#include "crypto/keccak.h"
#include "crypto/keccak_permute.h"

static const uint64_t keccak_round_constants[24] = {
	0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
	0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
	0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
	0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
	0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
	0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static inline uint64_t rol(uint64_t a, unsigned n)
{
	return a << n | a >> (64 - n);
}

/* Lane pXY stands in column X, row Y of the state named p. */
#define PARITY(p, x) (p##x##0 ^ p##x##1 ^ p##x##2 ^ p##x##3 ^ p##x##4)

#define CHI_ROW(q, y)                                                                              \
	q##0##y = b0 ^ (~b1 & b2);                                                                 \
	q##1##y = b1 ^ (~b2 & b3);                                                                 \
	q##2##y = b2 ^ (~b3 & b4);                                                                 \
	q##3##y = b3 ^ (~b4 & b0);                                                                 \
	q##4##y = b4 ^ (~b0 & b1)

/* From the lanes named p to the lanes named q: theta, rho and pi bring five
 * lanes together, chi makes a row of them, iota adds the constant. */
#define ROUND(p, q, constant)                                                                      \
	do {                                                                                       \
		uint64_t c0 = PARITY(p, 0), c1 = PARITY(p, 1), c2 = PARITY(p, 2);                  \
		uint64_t c3 = PARITY(p, 3), c4 = PARITY(p, 4);                                     \
		uint64_t d0 = c4 ^ rol(c1, 1), d1 = c0 ^ rol(c2, 1), d2 = c1 ^ rol(c3, 1);         \
		uint64_t d3 = c2 ^ rol(c4, 1), d4 = c3 ^ rol(c0, 1);                               \
		uint64_t b0, b1, b2, b3, b4;                                                       \
                                                                                                   \
		b0 = p##00 ^ d0;                                                                   \
		b1 = rol(p##11 ^ d1, 44);                                                          \
		b2 = rol(p##22 ^ d2, 43);                                                          \
		b3 = rol(p##33 ^ d3, 21);                                                          \
		b4 = rol(p##44 ^ d4, 14);                                                          \
		CHI_ROW(q, 0);                                                                     \
		q##00 ^= (constant);                                                               \
		b0 = rol(p##30 ^ d3, 28);                                                          \
		b1 = rol(p##41 ^ d4, 20);                                                          \
		b2 = rol(p##02 ^ d0, 3);                                                           \
		b3 = rol(p##13 ^ d1, 45);                                                          \
		b4 = rol(p##24 ^ d2, 61);                                                          \
		CHI_ROW(q, 1);                                                                     \
		b0 = rol(p##10 ^ d1, 1);                                                           \
		b1 = rol(p##21 ^ d2, 6);                                                           \
		b2 = rol(p##32 ^ d3, 25);                                                          \
		b3 = rol(p##43 ^ d4, 8);                                                           \
		b4 = rol(p##04 ^ d0, 18);                                                          \
		CHI_ROW(q, 2);                                                                     \
		b0 = rol(p##40 ^ d4, 27);                                                          \
		b1 = rol(p##01 ^ d0, 36);                                                          \
		b2 = rol(p##12 ^ d1, 10);                                                          \
		b3 = rol(p##23 ^ d2, 15);                                                          \
		b4 = rol(p##34 ^ d3, 56);                                                          \
		CHI_ROW(q, 3);                                                                     \
		b0 = rol(p##20 ^ d2, 62);                                                          \
		b1 = rol(p##31 ^ d3, 55);                                                          \
		b2 = rol(p##42 ^ d4, 39);                                                          \
		b3 = rol(p##03 ^ d0, 41);                                                          \
		b4 = rol(p##14 ^ d1, 2);                                                           \
		CHI_ROW(q, 4);                                                                     \
	} while (0)

#define FOR_ROW(DO, y)    DO(0, y) DO(1, y) DO(2, y) DO(3, y) DO(4, y)
#define FOR_ALL_LANES(DO) FOR_ROW(DO, 0) FOR_ROW(DO, 1) FOR_ROW(DO, 2) FOR_ROW(DO, 3) FOR_ROW(DO, 4)
#define LOAD_LANE(x, y)   uint64_t a##x##y = state[5 * y + x], e##x##y;
#define STORE_LANE(x, y)  state[5 * y + x] = a##x##y;

static inline __attribute__((always_inline)) void permute(uint64_t state[25])
{
	FOR_ALL_LANES(LOAD_LANE)

	for (int i = 0; i < 24; i += 2) {
		ROUND(a, e, keccak_round_constants[i]);
		ROUND(e, a, keccak_round_constants[i + 1]);
	}
	FOR_ALL_LANES(STORE_LANE)
}

void keccak_permute_plain(uint64_t state[25])
{
	permute(state);
}

#ifdef KECCAK_X86

bool keccak_has_bmi(void)
{
	return __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
}

__attribute__((target("bmi,bmi2"))) void keccak_permute_bmi(uint64_t state[25])
{
	permute(state);
}

void keccak_permute(uint64_t state[25])
{
	if (keccak_has_bmi())
		keccak_permute_bmi(state);
	else
		keccak_permute_plain(state);
}

#else

void keccak_permute(uint64_t state[25])
{
	keccak_permute_plain(state);
}

#endif
