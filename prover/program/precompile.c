/* precompile: the precompiled contracts, as far as possible by L1.
 *
 * L1 computes what is asked of it in one transaction, so what is asked is made
 * as short as can be: bytes that a precompile ignores are cut off, and inputs of
 * a length that it refuses are refused here.  What remains is bounded: by the
 * caps of one call (PRECOMPILE_GAS_CAP, PRECOMPILE_INPUT_CAP). */
#include "crypto/keccak.h"
#include "evm/modexp_gas.h"
#include "evm/precompiles.h"
#include "prover/program/hashes.h"
#include "prover/program/sources.h"

enum length_rule {
	LENGTH_NONE = 0,   /* done here */
	LENGTH_CUT,        /* what is behind is ignored */
	LENGTH_EXACT,      /* else it fails */
	LENGTH_OR_EMPTY,   /* else it succeeds with no output */
	LENGTH_MULTIPLE,   /* else it fails */
	LENGTH_MULTIPLE_1, /* likewise, and at least one */
	LENGTH_MODEXP,     /* EIP-198: the input says it */
};

struct shape {
	enum length_rule rule;
	size_t size;
};

static const struct shape shapes[] = {
	[PRECOMPILE_ECRECOVER] = { LENGTH_CUT, 128 },
	[PRECOMPILE_MODEXP] = { LENGTH_MODEXP, 96 },
	[PRECOMPILE_BN254_ADD] = { LENGTH_CUT, 128 },
	[PRECOMPILE_BN254_MUL] = { LENGTH_CUT, 96 },
	[PRECOMPILE_BN254_PAIRING] = { LENGTH_MULTIPLE, 192 },
	[PRECOMPILE_BLAKE2F] = { LENGTH_EXACT, 213 },
	[PRECOMPILE_POINT_EVALUATION] = { LENGTH_EXACT, 192 },
	[PRECOMPILE_BLS12_G1ADD] = { LENGTH_EXACT, 256 },
	[PRECOMPILE_BLS12_G1MSM] = { LENGTH_MULTIPLE_1, 160 },
	[PRECOMPILE_BLS12_G2ADD] = { LENGTH_EXACT, 512 },
	[PRECOMPILE_BLS12_G2MSM] = { LENGTH_MULTIPLE_1, 288 },
	[PRECOMPILE_BLS12_PAIRING_CHECK] = { LENGTH_MULTIPLE_1, 384 },
	[PRECOMPILE_BLS12_MAP_FP_TO_G1] = { LENGTH_EXACT, 64 },
	[PRECOMPILE_BLS12_MAP_FP2_TO_G2] = { LENGTH_EXACT, 128 },
};

static struct shape shape_of(enum precompile_id id)
{
	if (id == PRECOMPILE_P256VERIFY)
		return (struct shape){ LENGTH_OR_EMPTY, 160 };
	return shapes[id];
}

/* Lengths are at most 1024 each: precompile_run() has looked (EIP-7823). */
static size_t modexp_length(struct bytes input)
{
	size_t len = 96;

	for (size_t i = 0; i < 3; i++)
		for (size_t byte = 30; byte < 32; byte++)
			if (32 * i + byte < input.len)
				len += (size_t)input.data[32 * i + byte] << (byte == 30 ? 8 : 0);
	return len;
}

static struct bytes cut(struct bytes input, size_t len)
{
	return input.len > len ? bytes_of(input.data, len) : input;
}

/* Whether L1 is to be asked.  If not, `*success` is what there is to say. */
static bool fit(enum precompile_id id, struct bytes *input, bool *success)
{
	struct shape shape = shape_of(id);

	*success = false;
	switch (shape.rule) {
	case LENGTH_NONE:
		return false;
	case LENGTH_CUT:
		*input = cut(*input, shape.size);
		return true;
	case LENGTH_EXACT:
		return input->len == shape.size;
	case LENGTH_OR_EMPTY:
		*success = true;
		return input->len == shape.size;
	case LENGTH_MULTIPLE:
		return input->len % shape.size == 0;
	case LENGTH_MULTIPLE_1:
		return input->len > 0 && input->len % shape.size == 0;
	case LENGTH_MODEXP:
		if (!modexp_within_bounds(*input))
			return false;
		*input = cut(*input, modexp_length(*input));
		return true;
	}
	return false;
}

/* HINT_PRECOMPILE | address | gas | input; the key is of what follows the kind. */
static struct bytes request(struct arena *a, enum precompile_id id, struct bytes input)
{
	size_t len = 1 + 20 + 8 + input.len;
	uint8_t *out = arena_alloc(a, len);

	memset(out, 0, 1 + 20);
	out[0] = HINT_PRECOMPILE;
	out[19] = (uint8_t)(id >> 8);
	out[20] = (uint8_t)id;
	be64_store(out + 21, precompile_gas(EVM_OSAKA, id, input));
	if (input.len > 0)
		memcpy(out + 29, input.data, input.len);
	return bytes_of(out, len);
}

/* L1's answer.  Succeeded: `*output` lies in `a`. */
static bool ask(struct program_source *s, struct arena *a, struct bytes *output,
		enum precompile_id id, struct bytes input)
{
	const struct oracle *o = s->oracle;
	struct bytes asked = request(a, id, input);
	struct hash32 key = keccak256(bytes_of(asked.data + 1, asked.len - 1));
	struct bytes answer;

	key = oracle_hash_key(ORACLE_KEY_PRECOMPILE, &key);
	o->hint(o->context, asked);
	if (!o->read(o->context, a, &key, &answer) || answer.len == 0 || answer.data[0] > 1) {
		s->failed = true;
		return false;
	}
	if (answer.data[0] == 0)
		return false;
	*output = bytes_of(answer.data + 1, answer.len - 1);
	return true;
}

/* A buffer of `len` zeros as output. */
static uint8_t *output_new(struct arena *a, struct bytes *output, size_t len)
{
	uint8_t *bytes = arena_calloc(a, len, 1);

	*output = bytes_of(bytes, len);
	return bytes;
}

static bool run(void *context, struct arena *a, struct bytes *output, enum precompile_id id,
		struct bytes input)
{
	bool success;

	switch (id) {
	case PRECOMPILE_IDENTITY:
		*output = arena_copy(a, input);
		return true;
	case PRECOMPILE_SHA256:
		sha256(output_new(a, output, 32), input);
		return true;
	case PRECOMPILE_RIPEMD160:
		/* Yellow paper, appendix E.1: the 20 bytes, left-padded. */
		ripemd160(output_new(a, output, 32) + 12, input);
		return true;
	default:
		break;
	}
	if (fit(id, &input, &success))
		return ask(context, a, output, id, input);
	if (success)
		*output = bytes_of(NULL, 0);
	return success;
}

struct crypto program_crypto(struct program_source *source)
{
	return (struct crypto){ source, run };
}
