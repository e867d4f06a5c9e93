/* The proof program, natively and in the machine: what the chain says is VALID,
 * and nothing else is. */
#include "tests/prover/proof_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct proof_world *w;

static int start(void **state)
{
	(void)state;
	w = proof_world_new(NULL, 0);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	proof_world_free(w);
	return 0;
}

/* Both ways; they must agree. */
static enum program_verdict verdict_of(const struct evidence *evidence,
				       const struct dispute *dispute)
{
	struct preimages known;
	enum program_verdict verdict;
	enum machine_status status;

	preimages_init(&known);
	verdict = proof_native(evidence, dispute, &known);
	status = proof_machine(&known, NULL, NULL);
	preimages_free(&known);
	assert_int_equal(status, program_exit_code(verdict));
	return verdict;
}

static enum program_verdict honest(uint64_t number)
{
	struct evidence evidence;
	struct dispute dispute;

	proof_evidence(w, number, &evidence, &dispute);
	return verdict_of(&evidence, &dispute);
}

static void a_transfer_is_proven(void **state)
{
	struct address to = { { 0x77 } };
	struct transaction tx = proof_call(w, 0, &to, bytes_of(NULL, 0), 21000);
	struct payload_block block = { .transactions = &tx, .transaction_count = 1 };

	(void)state;
	proof_append(w, &block, 1);
	assert_int_equal(proof_head(w), 1);
	assert_int_equal(w->blocks[1].transaction_count, 1);
	assert_int_equal(honest(1), PROGRAM_VALID);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_transfer_is_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
