#include "prover/dispute/claim.h"

#include "crypto/keccak.h"
#include "prover/dispute/words.h"

#define LOG_K             5u
#define OUTPUT_LEVELS_MAX 6u
#define TRACE_LEVELS_MAX  12u
#define BOND_BITS_MAX     128u

const struct hash32 claim_absent;

static bool bond_is_good(const struct u256 *bond)
{
	return !u256_is_zero(bond) && u256_bit_length(bond) <= BOND_BITS_MAX;
}

bool game_rules_are_good(const struct game_rules *r)
{
	return r->output_levels >= 1 && r->output_levels <= OUTPUT_LEVELS_MAX &&
	       r->trace_levels >= 1 && r->trace_levels <= TRACE_LEVELS_MAX &&
	       r->block > r->anchor_block &&
	       r->block - r->anchor_block <= (uint64_t)1 << (LOG_K * r->output_levels) &&
	       bond_is_good(&r->root_bond) && bond_is_good(&r->move_bond) &&
	       bond_is_good(&r->last_bond);
}

struct hash32 claim_hash(const struct claim *c)
{
	uint8_t encoded[CLAIM_WORDS * WORD];

	put_claim(encoded, c);
	return keccak256(bytes_of(encoded, sizeof(encoded)));
}

struct hash32 claim_list_hash(const struct claim_list *list)
{
	struct hash32 halves[2] = { half_hash(list, 0), half_hash(list, 1) };

	return keccak256(bytes_of(halves, sizeof(halves)));
}

struct hash32 claim_trace_context(const struct claim_trace *t,
				  const struct hash32 *chain_config_hash)
{
	uint8_t encoded[5 * WORD], *to = encoded;

	to = put_bytes32(to, &t->agreed);
	to = put_bytes32(to, &t->claimed);
	to = put_number(to, t->block);
	to = put_number(to, t->horizon);
	put_bytes32(to, chain_config_hash);
	return keccak256(bytes_of(encoded, sizeof(encoded)));
}

unsigned claim_bottom(const struct game_rules *r)
{
	return (unsigned)(r->output_levels + r->trace_levels);
}

bool claim_is_trace(const struct game_rules *r, unsigned depth)
{
	return depth > r->output_levels;
}

uint64_t claim_spacing(const struct game_rules *r, unsigned depth)
{
	unsigned above = claim_is_trace(r, depth) ? claim_bottom(r) : (unsigned)r->output_levels;

	return (uint64_t)1 << (LOG_K * (above - depth));
}

struct u256 claim_bond(const struct game_rules *r, unsigned depth)
{
	if (depth == 0)
		return r->root_bond;
	return depth == claim_bottom(r) ? r->last_bond : r->move_bond;
}

void claim_root(const struct game_rules *r, struct claim *c, struct claim_list *list)
{
	list->states[0] = r->anchor_root;
	for (unsigned i = 1; i < CLAIM_STATES; i++)
		list->states[i] = r->root;
	*c = (struct claim){ .list_hash = claim_list_hash(list), .start = r->anchor_block };
	put_address(c->parent.b, &r->game);
}
