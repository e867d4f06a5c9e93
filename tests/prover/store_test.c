/* Proofs out of a verifier's databases, and what the command line makes of them.
 *
 *	store_test GAVEL		the gavel program */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "prover/host/evidence_store.h"
#include "prover/host/image.h"
#include "rollup/native/compress.h"
#include "tests/support/test_chain.h"

static const char *gavel;
static char directory[WORLD_PATH_SIZE];
static struct rollup_config config;
static struct world_l1 l1;
static struct arena arena;
static uint64_t head;

/* Two blocks that write, two deposits, and an entry of nonsense with another. */
static void fill_inbox(void)
{
	struct transaction txs[] = {
		world_keep(&arena, 0, 0, 1, 2),
		world_create(&arena, 1, 0),
		world_keep(&arena, 0, 1, 1, 3),
		world_transfer(&arena, 2, 0, 5),
	};
	struct payload_block blocks[] = {
		{ WORLD_T0 + 10, 1, txs, 2 },
		{ WORLD_T0 + 11, 0, txs + 2, 2 },
	};
	struct payload payload = { blocks, 2 };
	struct bytes made;

	assert_true(payload_compress(&arena, &payload, config.chain.chain_id, 6, &made));
	world_l1_begin(&l1);
	world_l1_mine(&l1);
	world_l1_deposit(&l1, 3, 1000);
	world_l1_attributes(&l1);
	world_l1_append(&l1, made, 2);
	world_l1_deposit(&l1, 4, 1000);
	world_l1_append(&l1, bytes_of("nonsense", 8), 3);
	world_l1_commit(&l1);
}

static void derive_all(const char *owner)
{
	char path[WORLD_PATH_SIZE], error[DATABASE_ERROR_SIZE];
	struct inbox *inbox;
	struct chain *chain;
	bool more = true;

	world_path(path, directory, "inbox.db");
	assert_true(inbox_open_reader(&inbox, path, owner, error));
	world_path(path, directory, "chain.db");
	chain = test_chain_open(path, &config, 0, 0);
	while (more)
		assert_int_not_equal(chain_reconcile(chain, inbox, 0, NULL, &more),
				     RECONCILE_FAILED);
	head = chain_heads(chain).latest;
	chain_close(chain);
	inbox_close(inbox);
}

static int start(void **state)
{
	char path[WORLD_PATH_SIZE], owner[CONFIG_OWNER_SIZE], error[CONFIG_ERROR_SIZE];
	struct header genesis;

	(void)state;
	log_set_level(LOG_ERROR);
	arena_init(&arena, &arena_heap, ARENA_HEAP_BLOCK);
	world_config(&arena, &config);
	config.l1_chain_id = 31337;
	config.inbox.b[0] = 1;
	config.portal.b[0] = 2;
	config.l1_start_block = 1;
	config.l1_start_hash.b[0] = 1;
	world_owner(&config, owner);
	world_directory(directory);
	world_path(path, directory, "inbox.db");
	world_l1_open(&l1, path, owner);
	fill_inbox();
	derive_all(owner);
	world_path(path, directory, "rollup.json");
	assert_true(genesis_build(&arena, &config, NULL, &genesis));
	config.genesis_state_root = genesis.state_root;
	config.config_hash = config_hash_of(&config);
	if (!config_file_write(&config, path, error))
		fail_msg("%s", error);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	world_l1_close(&l1);
	world_remove(directory);
	arena_free(&arena);
	return 0;
}

/* Natively and in the machine. */
static enum program_verdict verdict_of(const struct evidence *evidence,
				       const struct dispute *dispute)
{
	struct program_report report;
	struct machine_host machine_host;
	struct preimages known;
	struct machine *m;
	struct host h;

	preimages_init(&known);
	host_init(&h, &known, evidence);
	assert_true(host_put_dispute(&known, dispute));
	host_run_native(&h, &arena, &report);
	machine_host = host_of_machine(&h);
	m = image_machine(&machine_host);
	assert_int_equal(machine_run(m, UINT64_MAX), MACHINE_EXITED);
	assert_int_equal(machine_status(m), program_exit_code(report.verdict));
	machine_free(m);
	host_free(&h);
	preimages_free(&known);
	return report.verdict;
}

static void every_block_of_a_database_is_proven(void **state)
{
	char error[DATABASE_ERROR_SIZE];
	struct evidence_store store;
	struct evidence evidence;
	struct dispute dispute;

	(void)state;
	assert_int_equal(head, 4);
	assert_true(evidence_store_open(&store, directory, &config, error));
	for (uint64_t n = 1; n <= head; n++) {
		assert_true(evidence_store_of(&store, &arena, n, &evidence, &dispute, error));
		assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_VALID);
		dispute.claimed.b[9] ^= 1;
		assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_OUTPUT_WRONG);
	}
	assert_false(evidence_store_of(&store, &arena, 0, &evidence, &dispute, error));
	assert_false(evidence_store_of(&store, &arena, head + 1, &evidence, &dispute, error));
	assert_true(evidence_store_claim(&store, &arena, head + 1, &dispute.claimed, 2, &evidence,
					 &dispute, error));
	assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_NO_BLOCK);
	assert_false(evidence_store_claim(&store, &arena, head + 2, &dispute.claimed, 2, &evidence,
					  &dispute, error));
	evidence_store_close(&store);
}

/* The exit status of `gavel WORDS`, and what it printed. */
static int run_gavel(char *said, size_t room, const char *format, ...)
{
	char command[4 * WORLD_PATH_SIZE];
	size_t len = (size_t)snprintf(command, sizeof(command), "%s ", gavel);
	va_list arguments;
	FILE *out;
	int status;

	va_start(arguments, format);
	vsnprintf(command + len, sizeof(command) - len, format, arguments);
	va_end(arguments);
	strncat(command, " 2>&1", sizeof(command) - strlen(command) - 1);
	out = popen(command, "r");
	assert_non_null(out);
	len = fread(said, 1, room - 1, out);
	said[len] = '\0';
	status = pclose(out);
	print_message("%s\n%s", command, said);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void change_byte(const char *path, long from_end)
{
	FILE *file = fopen(path, "r+b");
	int byte;

	assert_non_null(file);
	fseek(file, -from_end, SEEK_END);
	byte = fgetc(file);
	fseek(file, -from_end, SEEK_END);
	fputc(byte ^ 1, file);
	fclose(file);
}

static void a_witness_is_replayed_offline(void **state)
{
	char witness[WORLD_PATH_SIZE], rollup[WORLD_PATH_SIZE], said[4096];
	char moved[WORLD_PATH_SIZE], aside[WORLD_PATH_SIZE];

	(void)state;
	world_path(witness, directory, "w");
	world_path(rollup, directory, "rollup.json");
	assert_int_equal(run_gavel(said, sizeof(said), "prove 2 --config %s --data %s --out %s",
				   rollup, directory, witness),
			 0);
	assert_non_null(strstr(said, "block 2: VALID"));
	/* Without the databases. */
	world_path(moved, directory, "chain.db");
	world_path(aside, directory, "aside");
	assert_int_equal(rename(moved, aside), 0);
	assert_int_equal(run_gavel(said, sizeof(said), "verify %s", witness), 0);
	assert_non_null(strstr(said, "block 2: VALID"));
	assert_non_null(strstr(said, "machine: "));
	assert_int_equal(run_gavel(said, sizeof(said), "verify %s --native", witness), 0);
	assert_int_equal(rename(aside, moved), 0);
	change_byte(witness, 1);
	assert_int_equal(run_gavel(said, sizeof(said), "verify %s", witness), 1);
	assert_int_equal(run_gavel(said, sizeof(said), "verify %s", rollup), 1);
}

static void a_wrong_claim_is_invalid_offline(void **state)
{
	char witness[WORLD_PATH_SIZE], rollup[WORLD_PATH_SIZE], said[4096];

	(void)state;
	world_path(witness, directory, "w");
	world_path(rollup, directory, "rollup.json");
	assert_int_equal(run_gavel(said, sizeof(said),
				   "prove 2 --config %s --data %s --out %s --claim 0x%064d", rollup,
				   directory, witness, 7),
			 0);
	assert_int_equal(run_gavel(said, sizeof(said), "verify %s", witness), 3);
	assert_non_null(strstr(said, "block 2: INVALID: another block follows"));
	assert_int_equal(run_gavel(said, sizeof(said),
				   "prove 3 --config %s --data %s --out %s --entries 0", rollup,
				   directory, witness),
			 0);
	assert_int_equal(run_gavel(said, sizeof(said), "verify %s", witness), 3);
	assert_non_null(strstr(said, "the inbox ends before it"));
	assert_int_equal(run_gavel(said, sizeof(said), "prove 9 --config %s --data %s --out %s",
				   rollup, directory, witness),
			 1);
	assert_int_equal(run_gavel(said, sizeof(said), "prove"), 2);
	assert_int_equal(run_gavel(said, sizeof(said), "verify"), 2);
}

static void the_image_is_named(void **state)
{
	struct hash32 hash = image_hash();
	char said[256], expected[70] = "0x";

	(void)state;
	hex_encode(expected + 2, bytes_of_hash(&hash));
	strcat(expected, "\n");
	assert_int_equal(run_gavel(said, sizeof(said), "image"), 0);
	assert_string_equal(said, expected);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_block_of_a_database_is_proven),
		cmocka_unit_test(a_witness_is_replayed_offline),
		cmocka_unit_test(a_wrong_claim_is_invalid_offline),
		cmocka_unit_test(the_image_is_named),
	};

	if (argc != 2) {
		fprintf(stderr, "usage: store_test GAVEL\n");
		return 2;
	}
	gavel = argv[1];
	return cmocka_run_group_tests(tests, start, stop);
}
