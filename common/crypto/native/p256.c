/* p256: precompile 0x100 (EIP-7951), ECDSA over NIST's P-256 by OpenSSL's
 * group arithmetic; the steps of the verification are written out here, as
 * the EIP has them. */
#include "crypto/native/precompiles.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <pthread.h>
#include <stdlib.h>

/* EIP-7951: h, r, s, qx, qy, 32 bytes each. */
#define INPUT_SIZE 160

/* Written once, then shared by all threads: the group holds its own constants
 * only, and reading it is safe. */
static EC_GROUP *group;

static void group_make(void)
{
	group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	if (!group)
		abort(); /* this OpenSSL lacks the curve, or no memory: we can't answer */
}

struct verification {
	BN_CTX *numbers; /* owner of the following */
	BIGNUM *h, *r, *s, *x, *y, *inverse;
	EC_POINT *key, *sum;
};

static void verification_begin(struct verification *v)
{
	v->numbers = BN_CTX_new();
	if (!v->numbers)
		abort();
	BN_CTX_start(v->numbers);
	v->h = BN_CTX_get(v->numbers);
	v->r = BN_CTX_get(v->numbers);
	v->s = BN_CTX_get(v->numbers);
	v->x = BN_CTX_get(v->numbers);
	v->y = BN_CTX_get(v->numbers);
	v->inverse = BN_CTX_get(v->numbers);
	v->key = EC_POINT_new(group);
	v->sum = EC_POINT_new(group);
	if (!v->inverse || !v->key || !v->sum)
		abort();
}

static void verification_end(struct verification *v)
{
	EC_POINT_free(v->key);
	EC_POINT_free(v->sum);
	BN_CTX_end(v->numbers);
	BN_CTX_free(v->numbers);
}

static bool in_scalar_range(const BIGNUM *k)
{
	return !BN_is_zero(k) && BN_cmp(k, EC_GROUP_get0_order(group)) < 0;
}

/* EIP-7951's input checks on r and s. */
static bool signature_read(struct verification *v, const uint8_t input[INPUT_SIZE])
{
	return BN_bin2bn(input, 32, v->h) && BN_bin2bn(input + 32, 32, v->r) &&
	       BN_bin2bn(input + 64, 32, v->s) && in_scalar_range(v->r) && in_scalar_range(v->s);
}

/* ... and on the key: coordinates below p, on the curve, not infinity, which
 * (0, 0) stands for and which does not satisfy the equation. */
static bool key_read(struct verification *v, const uint8_t input[INPUT_SIZE])
{
	const BIGNUM *p = EC_GROUP_get0_field(group);

	return BN_bin2bn(input + 96, 32, v->x) && BN_bin2bn(input + 128, 32, v->y) &&
	       BN_cmp(v->x, p) < 0 && BN_cmp(v->y, p) < 0 &&
	       EC_POINT_set_affine_coordinates(group, v->key, v->x, v->y, v->numbers);
}

/* "R' = (h * s1) * G + (r * s1) * (qx, qy)", valid if R' is not infinity and
 * "R'.x mod n == r". */
static bool equation_holds(struct verification *v)
{
	const BIGNUM *n = EC_GROUP_get0_order(group);

	return BN_mod_inverse(v->inverse, v->s, n, v->numbers) &&
	       BN_mod_mul(v->x, v->h, v->inverse, n, v->numbers) &&
	       BN_mod_mul(v->y, v->r, v->inverse, n, v->numbers) &&
	       EC_POINT_mul(group, v->sum, v->x, v->key, v->y, v->numbers) &&
	       !EC_POINT_is_at_infinity(group, v->sum) &&
	       EC_POINT_get_affine_coordinates(group, v->sum, v->x, NULL, v->numbers) &&
	       BN_nnmod(v->x, v->x, n, v->numbers) && BN_cmp(v->x, v->r) == 0;
}

bool precompile_p256verify(struct arena *a, struct bytes *output, struct bytes input)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct verification v;
	bool valid;

	if (input.len != INPUT_SIZE) {
		output_new(a, output, 0);
		return true;
	}
	pthread_once(&once, group_make);
	/* A key off the curve is no error that anybody should find in OpenSSL's
	 * queue afterwards. */
	ERR_set_mark();
	verification_begin(&v);
	valid = signature_read(&v, input.data) && key_read(&v, input.data) && equation_holds(&v);
	verification_end(&v);
	ERR_pop_to_mark();

	if (valid)
		output_new(a, output, 32)[31] = 1;
	else
		output_new(a, output, 0);
	return true;
}
