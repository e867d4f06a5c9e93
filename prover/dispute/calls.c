#include "prover/dispute/calls.h"

#include "crypto/keccak.h"
#include "prover/dispute/words.h"
#include "prover/vm/machine.h"

#define GAME_TYPE 71 /* DisputeGame.gameType */

static void put_selector(uint8_t to[4], const char *signature)
{
	size_t len = 0;
	struct hash32 hash;

	while (signature[len])
		len++;
	hash = keccak256(bytes_of(signature, len));
	memcpy(to, hash.b, 4);
}

/* Room for a call; `*to` is where its arguments go. */
static struct bytes begin(struct arena *a, uint8_t **to, const char *signature, size_t arguments)
{
	uint8_t *data = arena_calloc(a, 4 + arguments, 1);

	put_selector(data, signature);
	*to = data + 4;
	return bytes_of(data, 4 + arguments);
}

static size_t padded(size_t len)
{
	return (len + WORD - 1) / WORD * WORD;
}

/* The tail of a `bytes` argument; the padding is zero already. */
static void put_tail(uint8_t *to, struct bytes value)
{
	to = put_number(to, value.len);
	if (value.len > 0)
		memcpy(to, value.data, value.len);
}

/* ---- to the game ---- */

static uint8_t *put_attack(uint8_t *to, const struct claim *target, unsigned index,
			   const struct claim_list *theirs, const struct claim_list *ours)
{
	to = put_claim(to, target);
	to = put_number(to, index);
	to = put_half(to, theirs, index);
	return put_list(to, ours);
}

#define ATTACK_SIZE ((CLAIM_WORDS + 1 + HALF_WORDS) * WORD + sizeof(struct claim_list))

struct bytes call_attack(struct arena *a, const struct claim *target, unsigned index,
			 const struct claim_list *theirs, const struct claim_list *ours)
{
	uint8_t *to;
	struct bytes call = begin(
	    a, &to, "attack(" CLAIM_TYPE ",uint256," HALF_TYPE "," LIST_TYPE ")", ATTACK_SIZE);

	put_attack(to, target, index, theirs, ours);
	return call;
}

struct bytes call_attack_absence(struct arena *a, const struct claim *target, unsigned index,
				 const struct claim_list *theirs, const struct claim_list *ours,
				 const struct hash32 *root)
{
	uint8_t *to;
	struct bytes call = begin(
	    a, &to, "attackAbsence(" CLAIM_TYPE ",uint256," HALF_TYPE "," LIST_TYPE ",bytes32)",
	    ATTACK_SIZE + WORD);

	to = put_attack(to, target, index, theirs, ours);
	put_bytes32(to, root);
	return call;
}

struct bytes call_step(struct arena *a, const struct claim *c, unsigned index,
		       const struct claim_list *list, struct bytes witness)
{
	size_t head = (CLAIM_WORDS + 1 + HALF_WORDS + 1) * WORD;
	uint8_t *to;
	struct bytes call = begin(a, &to, "step(" CLAIM_TYPE ",uint256," HALF_TYPE ",bytes)",
				  head + WORD + padded(witness.len));

	to = put_claim(to, c);
	to = put_number(to, index);
	to = put_half(to, list, index);
	to = put_number(to, head);
	put_tail(to, witness);
	return call;
}

struct hash32 call_commitment(const struct address *self, const struct hash32 *claim,
			      unsigned index, const struct hash32 *witness)
{
	uint8_t encoded[4 * WORD], *to = encoded;

	to = put_address(to, self);
	to = put_bytes32(to, claim);
	to = put_number(to, index);
	put_bytes32(to, witness);
	return keccak256(bytes_of(encoded, sizeof(encoded)));
}

struct bytes call_commit_step(struct arena *a, const struct hash32 *commitment)
{
	uint8_t *to;
	struct bytes call = begin(a, &to, "commitStep(bytes32)", WORD);

	put_bytes32(to, commitment);
	return call;
}

struct bytes call_load_local(struct arena *a, const struct claim_trace *t, unsigned index,
			     uint64_t offset)
{
	uint8_t *to;
	struct bytes call =
	    begin(a, &to, "loadLocal((bytes32,bytes32,uint64),uint256,uint256)", 5 * WORD);

	to = put_bytes32(to, &t->agreed);
	to = put_bytes32(to, &t->claimed);
	to = put_number(to, t->block);
	to = put_number(to, index);
	put_number(to, offset);
	return call;
}

struct bytes call_resolve_claims(struct arena *a, const struct claim *const *claims, size_t count)
{
	uint8_t *to;
	struct bytes call =
	    begin(a, &to, "resolveClaims(" CLAIM_TYPE "[])", (2 + count * CLAIM_WORDS) * WORD);

	to = put_number(to, WORD);
	to = put_number(to, count);
	for (size_t i = 0; i < count; i++)
		to = put_claim(to, claims[i]);
	return call;
}

struct bytes call_resolve(struct arena *a)
{
	uint8_t *to;

	return begin(a, &to, "resolve()", 0);
}

struct bytes call_claim_credit(struct arena *a, const struct address *recipient)
{
	uint8_t *to;
	struct bytes call = begin(a, &to, "claimCredit(address)", WORD);

	put_address(to, recipient);
	return call;
}

/* ---- to the oracle ---- */

struct bytes call_load_keccak(struct arena *a, uint64_t offset, struct bytes preimage)
{
	uint8_t *to;
	struct bytes call =
	    begin(a, &to, "loadKeccak(uint256,bytes)", 3 * WORD + padded(preimage.len));

	to = put_number(to, offset);
	to = put_number(to, 2 * WORD);
	put_tail(to, preimage);
	return call;
}

struct bytes call_load_precompile(struct arena *a, uint64_t offset, struct bytes asked)
{
	struct bytes input = bytes_of(asked.data + 28, asked.len - 28);
	struct address precompile;
	uint8_t *to;
	struct bytes call = begin(a, &to, "loadPrecompile(uint256,address,uint64,bytes)",
				  5 * WORD + padded(input.len));

	memcpy(precompile.b, asked.data, sizeof(precompile.b));
	to = put_number(to, offset);
	to = put_address(to, &precompile);
	to = put_number(to, be64_load(asked.data + 20));
	to = put_number(to, 4 * WORD);
	put_tail(to, input);
	return call;
}

struct bytes call_read_preimage(struct arena *a, const struct hash32 *key, uint64_t offset)
{
	uint8_t *to;
	struct bytes call = begin(a, &to, "readPreimage(bytes32,uint256)", 2 * WORD);

	to = put_bytes32(to, key);
	put_number(to, offset);
	return call;
}

struct hash32 call_local_key(const struct address *game, unsigned index,
			     const struct hash32 *context)
{
	uint8_t encoded[3 * WORD], *to;
	struct hash32 key;

	to = put_number(encoded, index);
	encoded[0] = MACHINE_KEY_LOCAL;
	to = put_address(to, game);
	put_bytes32(to, context);
	key = keccak256(bytes_of(encoded, sizeof(encoded)));
	key.b[0] = MACHINE_KEY_LOCAL;
	return key;
}

/* ---- to the factory ---- */

struct bytes call_create(struct arena *a, const struct hash32 *root, uint64_t block,
			 uint64_t entries, const struct hash32 *link)
{
	uint8_t *to;
	struct bytes call = begin(a, &to, "create(uint32,bytes32,bytes)", 7 * WORD);

	to = put_number(to, GAME_TYPE);
	to = put_bytes32(to, root);
	to = put_number(to, 3 * WORD);
	to = put_number(to, 3 * WORD);
	to = put_number(to, block);
	to = put_number(to, entries);
	put_bytes32(to, link);
	return call;
}

/* ---- to the inbox ---- */

void call_entry_link(uint8_t calldata[CALL_ENTRY_LINK_SIZE], uint64_t index)
{
	put_selector(calldata, "entryLink(uint256)");
	put_number(calldata + 4, index);
}

/* ---- reading a game ---- */

enum view_type { VIEW_ADDRESS, VIEW_BYTES32, VIEW_NUMBER, VIEW_WEI };

#define VIEW(name, type, field)                                                                    \
	{                                                                                          \
		name, type, offsetof(struct game_rules, field)                                     \
	}

static const struct {
	const char *signature;
	enum view_type type;
	size_t field;
} views[GAME_VIEW_COUNT] = {
	[GAME_VIEW_ORACLE] = VIEW("oracle()", VIEW_ADDRESS, oracle),
	[GAME_VIEW_ABSOLUTE_PRESTATE] = VIEW("absolutePrestate()", VIEW_BYTES32, absolute_prestate),
	[GAME_VIEW_CHAIN_CONFIG_HASH] = VIEW("chainConfigHash()", VIEW_BYTES32, chain_config_hash),
	[GAME_VIEW_OUTPUT_LEVELS] = VIEW("outputLevels()", VIEW_NUMBER, output_levels),
	[GAME_VIEW_TRACE_LEVELS] = VIEW("traceLevels()", VIEW_NUMBER, trace_levels),
	[GAME_VIEW_MAX_CLOCK] = VIEW("maxClockDuration()", VIEW_NUMBER, max_clock),
	[GAME_VIEW_CLOCK_EXTENSION] = VIEW("clockExtension()", VIEW_NUMBER, clock_extension),
	[GAME_VIEW_ROOT_BOND] = VIEW("rootBond()", VIEW_WEI, root_bond),
	[GAME_VIEW_MOVE_BOND] = VIEW("moveBond()", VIEW_WEI, move_bond),
	[GAME_VIEW_LAST_BOND] = VIEW("lastBond()", VIEW_WEI, last_bond),
	[GAME_VIEW_ROOT] = VIEW("rootClaim()", VIEW_BYTES32, root),
	[GAME_VIEW_ANCHOR_ROOT] = VIEW("anchorRoot()", VIEW_BYTES32, anchor_root),
	[GAME_VIEW_ANCHOR_BLOCK] = VIEW("anchorBlock()", VIEW_NUMBER, anchor_block),
	[GAME_VIEW_BLOCK] = VIEW("l2SequenceNumber()", VIEW_NUMBER, block),
	[GAME_VIEW_HORIZON] = VIEW("horizon()", VIEW_NUMBER, horizon),
	[GAME_VIEW_CREATED_AT] = VIEW("createdAt()", VIEW_NUMBER, created_at),
};

void game_view_call(enum game_view view, uint8_t calldata[4])
{
	put_selector(calldata, views[view].signature);
}

bool game_view_answer(struct game_rules *r, enum game_view view, struct bytes answer)
{
	uint8_t *field = (uint8_t *)r + views[view].field;
	struct words words = words_of(answer);
	struct hash32 word = take_bytes32(&words);
	bool bad = !words_are_good(&words);
	struct address address;
	struct u256 wei;
	uint64_t number;

	switch (views[view].type) {
	case VIEW_ADDRESS:
		address = word_address(&word, &bad);
		if (!bad)
			memcpy(field, &address, sizeof(address));
		break;
	case VIEW_BYTES32:
		if (!bad)
			memcpy(field, &word, sizeof(word));
		break;
	case VIEW_NUMBER:
		number = word_number(&word, UINT64_MAX, &bad);
		if (!bad)
			memcpy(field, &number, sizeof(number));
		break;
	case VIEW_WEI:
		wei = u256_from_be(word.b, sizeof(word.b));
		if (!bad)
			memcpy(field, &wei, sizeof(wei));
		break;
	}
	return !bad;
}
