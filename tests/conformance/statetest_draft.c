#include "tests/conformance/statetest_draft.h"

#include <stdlib.h>
#include <string.h>

/* By then the two precompiles were gone, and execution-spec-tests, which says
 * nothing of the kind, had taken over. */
#define FINAL_SINCE 20241101

enum {
	DRAFT_FIRST = 0x0b,
	DRAFT_LAST = 0x13,
	DRAFT_COUNT = DRAFT_LAST, /* with those from 0x01 on */
};

struct draft_precompile {
	enum precompile_id id; /* what computes it today */
	uint64_t gas;          /* of one operation */
	uint64_t pair_gas;     /* of each pair besides; pairing only */
	size_t item;           /* bytes of an item; 0: the price is fixed */
	size_t exact;          /* the only length there is; 0: any */
};

static const struct draft_precompile draft[] = {
	{ PRECOMPILE_BLS12_G1ADD, 500, 0, 0, 0 },
	{ PRECOMPILE_BLS12_G1MSM, 12000, 0, 0, 160 }, /* G1MUL */
	{ PRECOMPILE_BLS12_G1MSM, 12000, 0, 160, 0 },
	{ PRECOMPILE_BLS12_G2ADD, 800, 0, 0, 0 },
	{ PRECOMPILE_BLS12_G2MSM, 45000, 0, 0, 288 }, /* G2MUL */
	{ PRECOMPILE_BLS12_G2MSM, 45000, 0, 288, 0 },
	{ PRECOMPILE_BLS12_PAIRING_CHECK, 65000, 43000, 384, 0 },
	{ PRECOMPILE_BLS12_MAP_FP_TO_G1, 5500, 0, 0, 0 },
	{ PRECOMPILE_BLS12_MAP_FP2_TO_G2, 75000, 0, 0, 0 },
};

/* Per mille, by pairs; the draft had one table for both groups. */
static const uint16_t discounts[128] = {
	1200, 888, 764, 641, 594, 547, 500, 453, 438, 423, 408, 394, 379, 364, 349, 334,
	330,  326, 322, 318, 314, 310, 306, 302, 298, 294, 289, 285, 281, 277, 273, 269,
	268,  266, 265, 263, 262, 260, 259, 257, 256, 254, 253, 251, 250, 248, 247, 245,
	244,  242, 241, 239, 238, 236, 235, 233, 232, 231, 229, 228, 226, 225, 223, 222,
	221,  220, 219, 219, 218, 217, 216, 216, 215, 214, 213, 213, 212, 211, 211, 210,
	209,  208, 208, 207, 206, 205, 205, 204, 203, 202, 202, 201, 200, 199, 199, 198,
	197,  196, 196, 195, 194, 193, 193, 192, 191, 191, 190, 189, 188, 188, 187, 186,
	185,  185, 184, 183, 182, 182, 181, 180, 179, 179, 178, 177, 176, 176, 175, 174,
};

static bool is_draft;

bool statetest_is_draft(const json_t *test, const char *fork)
{
	/* "evm version 1.14.0-unstable-a208e725-20240416" */
	const char *filler = json_string_value(
	    json_object_get(json_object_get(test, "_info"), "filling-rpc-server"));
	const char *date = filler ? strrchr(filler, '-') : NULL;

	return strcmp(fork, "Prague") == 0 && date && strlen(date) == 9 &&
	       atoi(date + 1) < FINAL_SINCE;
}

void statetest_set_draft(bool on)
{
	is_draft = on;
}

bool statetest_draft_is_on(void)
{
	return is_draft;
}

/* The ids that the draft gives out: its addresses, out of reach of ours. */
#define DRAFT_ID(address) ((enum precompile_id)(0x1000 + (address)))

static const struct draft_precompile *draft_of(enum precompile_id id)
{
	if (id < DRAFT_ID(DRAFT_FIRST) || id > DRAFT_ID(DRAFT_LAST))
		return NULL;
	return &draft[id - DRAFT_ID(DRAFT_FIRST)];
}

static uint64_t draft_gas(const struct draft_precompile *p, struct bytes input)
{
	size_t items = p->item ? input.len / p->item : 0;

	if (p->item == 0)
		return p->gas;
	if (p->pair_gas)
		return p->gas + p->pair_gas * items;
	return items ? items * p->gas * discounts[items < 128 ? items - 1 : 127] / 1000 : 0;
}

bool __real_precompile_at(enum evm_revision, const struct address *, enum precompile_id *);
bool __wrap_precompile_at(enum evm_revision, const struct address *, enum precompile_id *);
size_t __real_precompile_list(enum evm_revision, const struct address **);
size_t __wrap_precompile_list(enum evm_revision, const struct address **);
enum evm_status __real_precompile_run(const struct crypto *, struct arena *,
				      const struct block_context *, enum precompile_id,
				      struct bytes, uint64_t *, struct bytes *);
enum evm_status __wrap_precompile_run(const struct crypto *, struct arena *,
				      const struct block_context *, enum precompile_id,
				      struct bytes, uint64_t *, struct bytes *);

bool __wrap_precompile_at(enum evm_revision revision, const struct address *address,
			  enum precompile_id *id)
{
	static const uint8_t zeros[19];

	if (!is_draft || memcmp(address->b, zeros, sizeof(zeros)) != 0 ||
	    address->b[19] < DRAFT_FIRST)
		return __real_precompile_at(revision, address, id);
	*id = DRAFT_ID(address->b[19]);
	return address->b[19] <= DRAFT_LAST;
}

size_t __wrap_precompile_list(enum evm_revision revision, const struct address **list)
{
	static struct address all[DRAFT_COUNT];

	if (!is_draft)
		return __real_precompile_list(revision, list);
	for (size_t i = 0; i < DRAFT_COUNT; i++)
		all[i].b[19] = (uint8_t)(i + 1);
	*list = all;
	return DRAFT_COUNT;
}

enum evm_status __wrap_precompile_run(const struct crypto *crypto, struct arena *a,
				      const struct block_context *block, enum precompile_id id,
				      struct bytes input, uint64_t *gas, struct bytes *output)
{
	const struct draft_precompile *p = draft_of(id);
	enum evm_status status = EVM_SUCCESS;

	if (!p)
		return __real_precompile_run(crypto, a, block, id, input, gas, output);
	if (draft_gas(p, input) > *gas)
		status = EVM_OUT_OF_GAS;
	else if ((p->exact && input.len != p->exact) ||
		 !crypto->precompile(crypto->context, a, output, p->id, input))
		status = EVM_PRECOMPILE_FAILED;
	*gas = status == EVM_SUCCESS ? *gas - draft_gas(p, input) : 0;
	if (status != EVM_SUCCESS)
		*output = bytes_of(NULL, 0);
	return status;
}
