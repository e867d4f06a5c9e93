/* precompile_gas: the price lists.  No sum here can pass 2^64: what grows,
 * grows with an input that lies in memory. */
#include "evm/precompiles.h"

#include "evm/modexp_gas.h"

/* EIP-2537, "Discount table": per mille of the price of one multiplication,
 * by the number of pairs; from 128 pairs on it stays. */
#define MSM_DISCOUNTS 128

static const uint16_t g1_discount[MSM_DISCOUNTS] = {
	1000, 949, 848, 797, 764, 750, 738, 728, 719, 712, 705, 698, 692, 687, 682, 677,
	673,  669, 665, 661, 658, 654, 651, 648, 645, 642, 640, 637, 635, 632, 630, 627,
	625,  623, 621, 619, 617, 615, 613, 611, 609, 608, 606, 604, 603, 601, 599, 598,
	596,  595, 593, 592, 591, 589, 588, 586, 585, 584, 582, 581, 580, 579, 577, 576,
	575,  574, 573, 572, 570, 569, 568, 567, 566, 565, 564, 563, 562, 561, 560, 559,
	558,  557, 556, 555, 554, 553, 552, 551, 550, 549, 548, 547, 547, 546, 545, 544,
	543,  542, 541, 540, 540, 539, 538, 537, 536, 536, 535, 534, 533, 532, 532, 531,
	530,  529, 528, 528, 527, 526, 525, 525, 524, 523, 522, 522, 521, 520, 520, 519,
};

static const uint16_t g2_discount[MSM_DISCOUNTS] = {
	1000, 1000, 923, 884, 855, 832, 812, 796, 782, 770, 759, 749, 740, 732, 724, 717,
	711,  704,  699, 693, 688, 683, 679, 674, 670, 666, 663, 659, 655, 652, 649, 646,
	643,  640,  637, 634, 632, 629, 627, 624, 622, 620, 618, 615, 613, 611, 609, 607,
	606,  604,  602, 600, 598, 597, 595, 593, 592, 590, 589, 587, 586, 584, 583, 582,
	580,  579,  578, 576, 575, 574, 573, 571, 570, 569, 568, 567, 566, 565, 563, 562,
	561,  560,  559, 558, 557, 556, 555, 554, 553, 552, 552, 551, 550, 549, 548, 547,
	546,  545,  545, 544, 543, 542, 541, 541, 540, 539, 538, 537, 537, 536, 535, 535,
	534,  533,  532, 532, 531, 530, 530, 529, 528, 528, 527, 526, 526, 525, 524, 524,
};

/* EIP-2537: k * multiplication cost * discount / 1000. */
static uint64_t msm_gas(uint64_t pairs, uint64_t multiplication, const uint16_t *discount)
{
	if (pairs == 0)
		return 0;
	return pairs * multiplication *
	       discount[pairs < MSM_DISCOUNTS ? pairs - 1 : MSM_DISCOUNTS - 1] / 1000;
}

static uint64_t words(struct bytes input)
{
	return ((uint64_t)input.len + 31) / 32;
}

/* EIP-152: one for each round; an input of another length fails whatever it
 * is given. */
static uint64_t blake2f_gas(struct bytes input)
{
	return input.len == 213 ? be32_load(input.data) : 0;
}

uint64_t precompile_gas(enum evm_revision revision, enum precompile_id id, struct bytes input)
{
	switch (id) {
	case PRECOMPILE_ECRECOVER:
		return 3000;
	case PRECOMPILE_SHA256:
		return 60 + 12 * words(input);
	case PRECOMPILE_RIPEMD160:
		return 600 + 120 * words(input);
	case PRECOMPILE_IDENTITY:
		return 15 + 3 * words(input);
	case PRECOMPILE_MODEXP:
		return modexp_gas(revision, input);
	case PRECOMPILE_BN254_ADD: /* these three: EIP-1108 */
		return 150;
	case PRECOMPILE_BN254_MUL:
		return 6000;
	case PRECOMPILE_BN254_PAIRING:
		return 45000 + 34000 * ((uint64_t)input.len / 192);
	case PRECOMPILE_BLAKE2F:
		return blake2f_gas(input);
	case PRECOMPILE_POINT_EVALUATION: /* EIP-4844 */
		return 50000;
	case PRECOMPILE_BLS12_G1ADD: /* from here on EIP-2537 */
		return 375;
	case PRECOMPILE_BLS12_G1MSM:
		return msm_gas((uint64_t)input.len / 160, 12000, g1_discount);
	case PRECOMPILE_BLS12_G2ADD:
		return 600;
	case PRECOMPILE_BLS12_G2MSM:
		return msm_gas((uint64_t)input.len / 288, 22500, g2_discount);
	case PRECOMPILE_BLS12_PAIRING_CHECK:
		return 37700 + 32600 * ((uint64_t)input.len / 384);
	case PRECOMPILE_BLS12_MAP_FP_TO_G1:
		return 5500;
	case PRECOMPILE_BLS12_MAP_FP2_TO_G2:
		return 23800;
	case PRECOMPILE_P256VERIFY: /* EIP-7951 */
		return 6900;
	}
	return UINT64_MAX; /* no such precompile */
}
