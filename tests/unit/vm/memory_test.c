/* The Merkle tree, against its definition, and witnesses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/keccak.h"
#include "tests/unit/vm/code.h"

static struct hash32 pair(const struct hash32 *left, const struct hash32 *right)
{
	uint8_t both[64];

	memcpy(both, left->b, 32);
	memcpy(both + 32, right->b, 32);
	return keccak256(bytes_of(both, sizeof(both)));
}

/* Leaves that are not zero, in order. */
struct leaf {
	uint64_t index;
	struct hash32 bytes;
};

/* The node over 2^height leaves from `first`, by the definition. */
static struct hash32 node(const struct leaf *leaves, size_t count, uint64_t first, unsigned height)
{
	struct hash32 left = { 0 }, right;
	uint64_t half = height > 0 ? (uint64_t)1 << (height - 1) : 0;
	size_t lower = 0;

	if (height == 0)
		return count > 0 ? leaves[0].bytes : left;
	while (lower < count && leaves[lower].index < first + half)
		lower++;
	left = node(leaves, lower, first, height - 1);
	right = count == 0 ? left : node(leaves + lower, count - lower, first + half, height - 1);
	return pair(&left, &right);
}

static struct hash32 root_of(struct machine *m)
{
	struct machine_state s;

	machine_state(m, &s);
	return s.memory_root;
}

static const uint64_t places[] = {
	0, 1, 3, 127, 128, 129, 1 << 10, 1 << 20, (1 << 26) + 77, (1 << 27) - 2, (1 << 27) - 1
};
#define PLACES (sizeof(places) / sizeof(places[0]))

static void the_root_is_the_tree_of_its_definition(void **unused)
{
	struct machine *m = machine_new(NULL);
	struct leaf leaves[PLACES];
	struct hash32 expected = node(NULL, 0, 0, MACHINE_TREE_DEPTH), found = root_of(m);

	(void)unused;
	assert_true(hash32_eq(&expected, &found));
	for (size_t i = 0; i < PLACES; i++) {
		leaves[i].index = places[i];
		memset(leaves[i].bytes.b, (int)i + 1, 32);
		machine_write(m, places[i] * 32, bytes_of_hash(&leaves[i].bytes));
		expected = node(leaves, i + 1, 0, MACHINE_TREE_DEPTH);
		found = root_of(m);
		assert_true(hash32_eq(&expected, &found));
	}
	/* Back to zero, and the root with it. */
	memset(&leaves[0].bytes, 0, 32);
	for (size_t i = 0; i < PLACES; i++)
		machine_write(m, places[i] * 32, bytes_of_hash(&leaves[0].bytes));
	expected = node(NULL, 0, 0, MACHINE_TREE_DEPTH);
	found = root_of(m);
	assert_true(hash32_eq(&expected, &found));
	machine_free(m);
}

static void a_root_kept_up_to_date_equals_one_from_scratch(void **unused)
{
	struct machine *kept = machine_new(NULL);
	uint64_t seed = 99;

	(void)unused;
	for (unsigned round = 0; round < 20; round++) {
		struct machine *fresh = machine_new(NULL);
		struct hash32 a, b;

		for (unsigned i = 0; i < 30; i++) {
			seed = seed * 6364136223846793005 + 1442695040888963407;
			machine_write(kept, (seed >> 20 & 0xf8000fff) | (seed >> 50 & 1) << 12,
				      bytes_of(&seed, 1 + (seed >> 60) % 8));
		}
		for (uint64_t page = 0; page < 1 << 20; page += page % 2 ? 0x7fff : 1) {
			uint8_t data[4096];

			machine_read(kept, page << 12, data, sizeof(data));
			machine_write(fresh, page << 12, bytes_of(data, sizeof(data)));
		}
		a = root_of(kept);
		b = root_of(fresh);
		assert_true(hash32_eq(&a, &b));
		machine_free(fresh);
	}
	machine_free(kept);
}

/* Climbs from a leaf at `witness`; the rest of the proof follows it. */
static struct hash32 climb(const uint8_t *witness, uint64_t path, unsigned depth)
{
	struct hash32 at, sibling;

	memcpy(at.b, witness, 32);
	for (unsigned i = 0; i < depth; i++, path >>= 1) {
		memcpy(sibling.b, witness + 32 * (size_t)(i + 1), 32);
		at = path & 1 ? pair(&sibling, &at) : pair(&at, &sibling);
	}
	return at;
}

static void a_witness_proves_code_and_data(void **unused)
{
	struct machine *m = machine_new(NULL);
	const uint32_t word = code_ld(A0, A1, 8);
	struct machine_state s = { .pc = 0x40000ff8 };
	uint8_t witness[MACHINE_WITNESS_MAX];
	struct hash32 root, code, data;

	(void)unused;
	code_put(m, s.pc, &word, 1);
	machine_write(m, 0xfffffff0, bytes_of("0123456789abcdef", 16));
	s.x[A1] = 0xfffffff0;
	machine_set_state(m, &s);
	assert_int_equal(machine_witness(m, witness), 338 + 2 * 28 * 32);
	root = root_of(m);
	assert_memory_equal(witness, root.b, 32);
	code = climb(witness + 338, s.pc >> 5, 27);
	data = climb(witness + 338 + 28 * 32, 0xfffffff8 >> 5, 27);
	assert_true(hash32_eq(&code, &root));
	assert_true(hash32_eq(&data, &root));
	assert_memory_equal(witness + 338 + 28 * 32 + 16, "0123456789abcdef", 16);
	machine_free(m);
}

static void a_state_is_packed_and_unpacked(void **unused)
{
	uint8_t packed[MACHINE_STATE_SIZE], again[MACHINE_STATE_SIZE];
	struct machine_state s;
	struct hash32 hash, expected;

	(void)unused;
	for (size_t i = 0; i < sizeof(packed); i++)
		packed[i] = (uint8_t)(i * 5 + 1);
	packed[336] = 1;
	packed[337] = 7;
	assert_true(machine_state_unpack(&s, packed));
	assert_int_equal(s.x[0], 0);
	assert_int_equal(s.x[1], be64_load(packed + 40));
	assert_int_equal(s.step, be64_load(packed + 288));
	machine_state_pack(again, &s);
	assert_memory_equal(packed, again, sizeof(packed));
	hash = machine_state_hash(&s);
	expected = keccak256(bytes_of(packed, sizeof(packed)));
	expected.b[0] = MACHINE_PANIC;
	assert_true(hash32_eq(&hash, &expected));
	packed[336] = 0;
	assert_false(machine_state_unpack(&s, packed));
	packed[337] = 0;
	assert_true(machine_state_unpack(&s, packed));
	assert_int_equal(machine_state_status(&s), MACHINE_UNFINISHED);
	packed[336] = 2;
	assert_false(machine_state_unpack(&s, packed));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_root_is_the_tree_of_its_definition),
		cmocka_unit_test(a_root_kept_up_to_date_equals_one_from_scratch),
		cmocka_unit_test(a_witness_proves_code_and_data),
		cmocka_unit_test(a_state_is_packed_and_unpacked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
