/* Products by a prepared modulus are those of u256_mulmod(), which u256_test.c
 * has checked against GMP. */
#include "eth/u256.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state * 0x2545f4914f6cdd1du;
}

/* Limbs that are often all zeros or all ones. */
static struct u256 odd_number(uint64_t *state)
{
	struct u256 v;

	for (int i = 0; i < 4; i++) {
		uint64_t kind = next_random(state) % 4;

		v.limb[i] = kind == 0 ? 0 : kind == 1 ? UINT64_MAX : next_random(state);
	}
	return v;
}

static void check(const struct u256 *a, const struct u256 *b, const struct u256 *m)
{
	struct u256_modulus modulus;
	struct u256 expected, product;

	u256_modulus_prepare(&modulus, m);
	u256_mulmod(&expected, a, b, m);
	u256_mulmod_prepared(&product, a, b, &modulus);
	assert_true(u256_eq(&product, &expected));
	/* In place. */
	product = *a;
	u256_mulmod_prepared(&product, &product, b, &modulus);
	assert_true(u256_eq(&product, &expected));
}

static void a_prepared_modulus_changes_no_product(void **unused)
{
	uint64_t state = 1;
	(void)unused;

	for (int i = 0; i < 200000; i++) {
		struct u256 a = odd_number(&state), b = odd_number(&state), m = odd_number(&state);

		/* Any top limb but 0, of any length. */
		m.limb[3] = next_random(&state) >> next_random(&state) % 64 | 1;
		check(&a, &b, &m);
	}
}

static void the_ends_of_the_range_are_right(void **unused)
{
	static const struct u256 ends[] = {
		{ { 0, 0, 0, 1 } },
		{ { 1, 0, 0, 1 } },
		{ { UINT64_MAX, UINT64_MAX, UINT64_MAX, 1 } },
		{ { 0, 0, 0, (uint64_t)1 << 63 } },
		{ { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX >> 1 } },
		{ { UINT64_MAX - 1, UINT64_MAX, UINT64_MAX, UINT64_MAX } },
		{ { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } },
		{ { 0, 0, 0, 0 } },
		{ { 1, 0, 0, 0 } },
	};
	size_t count = sizeof(ends) / sizeof(ends[0]);
	(void)unused;

	for (size_t m = 0; m + 2 < count; m++)
		for (size_t a = 0; a < count; a++)
			for (size_t b = 0; b < count; b++)
				check(&ends[a], &ends[b], &ends[m]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prepared_modulus_changes_no_product),
		cmocka_unit_test(the_ends_of_the_range_are_right),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
