/* modexp: precompile 5 (EIP-198) by GMP.  EIP-7823's limit of 1024 bytes
 * depends on the revision, so it is the EVM's to check. */
#include "crypto/native/precompiles.h"

#include <gmp.h>

#define HEADER_SIZE 96

/* No operand beyond this can have been paid for when there is a modulus: at
 * the prices of EIP-2565, a longer exponent costs over 44 million gas, and a
 * longer base or modulus over 10^12, more than any block holds. */
#define LENGTH_MAX ((size_t)16 << 20)

/* The `index`th length.  False when it is above LENGTH_MAX. */
static bool length_read(size_t *length, struct bytes input, size_t index)
{
	uint8_t word[32];

	input_read(word, sizeof(word), input, 32 * index);
	for (size_t i = 0; i < 24; i++)
		if (word[i] != 0)
			return false;
	*length = be64_load(word + 24);
	return *length <= LENGTH_MAX;
}

static bool is_zero_word(struct bytes input, size_t offset)
{
	static const uint8_t zeros[32];
	uint8_t word[32];

	input_read(word, sizeof(word), input, offset);
	return memcmp(word, zeros, sizeof(word)) == 0;
}

/* A new number from `len` bytes at `offset`; those beyond the input are zeros. */
static void operand_init(mpz_t number, struct bytes input, size_t offset, size_t len)
{
	size_t there = offset < input.len ? input.len - offset : 0;

	if (there > len)
		there = len;
	mpz_init(number);
	if (there == 0)
		return;
	mpz_import(number, there, 1, 1, 1, 0, input.data + offset);
	mpz_mul_2exp(number, number, 8 * (len - there));
}

bool precompile_modexp(struct arena *a, struct bytes *output, struct bytes input)
{
	size_t base_len, exponent_len, modulus_len, result_len;
	mpz_t base, exponent, modulus;
	uint8_t *result;

	/* Without a modulus there is no output, whatever the other lengths say:
	 * they may be absurd and yet cost nothing. */
	if (is_zero_word(input, 64)) {
		output_new(a, output, 0);
		return true;
	}
	if (!length_read(&base_len, input, 0) || !length_read(&exponent_len, input, 1) ||
	    !length_read(&modulus_len, input, 2))
		return false;

	result = output_new(a, output, modulus_len);
	operand_init(base, input, HEADER_SIZE, base_len);
	operand_init(exponent, input, HEADER_SIZE + base_len, exponent_len);
	operand_init(modulus, input, HEADER_SIZE + base_len + exponent_len, modulus_len);
	/* EIP-198: a modulus of zero gives zero; 0^0 is 1. */
	if (mpz_sgn(modulus) != 0) {
		mpz_powm(base, base, exponent, modulus);
		result_len = mpz_sgn(base) ? (mpz_sizeinbase(base, 2) + 7) / 8 : 0;
		mpz_export(result + modulus_len - result_len, NULL, 1, 1, 1, 0, base);
	}
	mpz_clears(base, exponent, modulus, NULL);
	return true;
}
