/* The challenger's moves on their way to an L1 with a script: each arrives once, whatever
 * the node says, L1 takes back, and kill -9 ends; and as long as there are funds. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/native/log.h"
#include "crypto/native/signer.h"
#include "net/json_values.h"
#include "prover/dispatch.h"
#include "prover/moves.h"
#include "tests/support/game_l1.h"
#include "tests/support/test_world.h"

#define GAS  ((uint64_t)100000)
#define BOND UINT64_C(250000000000000000)
/* As game_l1's fees are: twice the base fee, and the tip. */
#define GAS_PRICE (2 * (uint64_t)GAME_L1_BASE_FEE + GAME_L1_TIP)
#define COST      (BOND + GAS * GAS_PRICE)
#define LATE      UINT64_C(4000000000) /* seconds: behind all blocks */

static char directory[WORLD_PATH_SIZE];
static struct game_l1 l1;
static struct game game;
static struct signer_key key = { { [31] = 7 } };
static unsigned bump_after_ms;

/* What a process has. */
static struct l1_client *client;
static struct database *db;
static struct l1_transactions *transactions;
static struct moves *moves;

static void open_moves(void)
{
	static const struct database_schema schema = { "dispute", 1, MOVES_SQL, "aa" };
	struct l1_client_config client_config = { .http.url = l1.url,
						  .retry_budget_ms = 60,
						  .first_wait_ms = 5 };
	struct l1_transactions_config config = {
		.chain_id = GAME_L1_CHAIN_ID,
		.sign = l1_sign_with_key,
		.sign_context = &key,
		.max_fee_ceiling = u256_from_u64(UINT64_C(1000000000000)),
		.bump_after_ms = bump_after_ms,
		.resend_after_ms = 1, /* at each tick */
		.max_in_flight = 16,
	};
	char path[WORLD_PATH_SIZE], error[DATABASE_ERROR_SIZE];

	world_path(path, directory, "dispute.db");
	assert_true(database_open(&db, path, &schema, error));
	client = l1_client_new(&client_config);
	assert_non_null(client);
	assert_true(signer_address(&config.from, &key));
	config.db = db;
	config.client = client;
	assert_true(l1_transactions_open(&transactions, &config, error));
	moves = moves_new(db, client, transactions, &config.from);
}

static void close_moves(void)
{
	moves_free(moves);
	l1_transactions_close(transactions);
	l1_client_free(client);
	database_close(db);
}

static void reopen(void)
{
	close_moves();
	open_moves();
}

static int start(void **state)
{
	struct game_rules rules = {
		.game = { .b = { [0] = 0x6a } },
		.output_levels = 1,
		.trace_levels = 1,
		.root_bond = u256_from_u64(8),
		.move_bond = u256_from_u64(2),
		.last_bond = u256_from_u64(1),
		.block = 1020,
		.anchor_block = 1000,
	};
	struct claim_list list;
	struct claim root;
	struct game_log log;

	(void)state;
	log_set_level(LOG_ERROR + 1);
	world_directory(directory);
	game_l1_start(&l1);
	l1.funds = u256_from_u64(UINT64_MAX);
	assert_true(game_init(&game, &rules));
	claim_root(&rules, &root, &list);
	log = game_log_claim_made(&root, &list, &rules.game, 6000);
	assert_int_equal(
	    game_apply(&game, log.topics, log.topic_count, bytes_of(log.data, log.len), 1, 0),
	    GAME_OK);
	bump_after_ms = 0;
	open_moves();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	close_moves();
	game_free(&game);
	game_l1_stop(&l1);
	world_remove(directory);
	return 0;
}

/* ---- moves ---- */

/* No two numbers are the same move. */
static struct play_move move_of(enum play_kind kind, uint8_t number)
{
	static uint8_t calldata[256];

	calldata[number] = number;
	return (struct play_move){
		.kind = kind,
		.id = { { [0] = number, [1] = 1 } },
		.to = game.rules.game,
		.calldata = bytes_of(&calldata[number], 1),
		.value = u256_from_u64(BOND),
		.gas = GAS,
		.deadline = LATE,
	};
}

static bool begin(void)
{
	struct l1_block head;

	return l1_block(client, &head, L1_LATEST) == L1_OK && moves_begin(moves, &head);
}

static enum moves_sent send_kind(enum play_kind kind, uint8_t number)
{
	struct play_move move = move_of(kind, number);

	return moves_send(moves, &game, &move);
}

static enum moves_sent send(uint8_t number)
{
	return send_kind(PLAY_ATTACK, number);
}

static void mine(unsigned blocks)
{
	for (unsigned i = 0; i < blocks; i++) {
		moves_tick(moves);
		game_l1_mine(&l1);
	}
	moves_tick(moves);
}

/* Transactions of this move in L1's chain. */
static unsigned mined(uint8_t number)
{
	unsigned count = 0;

	for (size_t i = 0; i < l1.transaction_count; i++) {
		const struct game_l1_transaction *t = &l1.transactions[i];

		count += t->mined_in > 0 && t->tx.data.len == 1 && t->tx.data.data[0] == number;
	}
	return count;
}

/* So many seconds pass for all moves. */
static void pass(unsigned seconds)
{
	sqlite3_stmt *s = database_statement(db, "UPDATE move SET made = ?");

	database_bind_u64(s, 1, (uint64_t)time(NULL) - seconds);
	database_run(db, s);
}

static void expect_report(const char *expected)
{
	uint64_t gas;
	json_t *report = moves_report(moves, &game.rules.game, &gas), *move;
	char found[200] = "";
	size_t i;

	json_array_foreach(report, i, move)
	{
		strcat(found, json_string_value(json_object_get(move, "status")));
		strcat(found, " ");
	}
	assert_string_equal(found, expected);
	json_decref(report);
}

/* ---- once ---- */

static void a_move_is_sent_once(void **state)
{
	(void)state;
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	assert_int_equal(l1.transaction_count, 0);
	assert_int_equal(send(1), MOVES_ON_THE_WAY);
	reopen();
	assert_true(begin());
	assert_int_equal(send(1), MOVES_ON_THE_WAY);
	moves_tick(moves);
	assert_int_equal(l1.transaction_count, 1);
	assert_memory_equal(&l1.transactions[0].tx.to, &game.rules.game, 20);
	assert_int_equal(l1.transactions[0].tx.value.limb[0], BOND);
	assert_int_equal(l1.transactions[0].tx.gas_limit, GAS);
	for (unsigned round = 0; round < 6; round++) {
		pass(600);
		assert_true(begin());
		assert_int_equal(send(1), MOVES_ON_THE_WAY);
		if (round == 2)
			mine(1);
		if (round % 2)
			reopen();
		moves_tick(moves);
	}
	expect_report("mined ");
	mine(4);
	expect_report("confirmed ");
	assert_int_equal(l1.transaction_count, 1);
	assert_int_equal(mined(1), 1);
	/* Another kind about the same is another move. */
	pass(0);
	assert_true(begin());
	assert_int_equal(send_kind(PLAY_STEP, 1), MOVES_SENT);
	assert_int_equal(send(2), MOVES_SENT);
	mine(1);
	assert_int_equal(l1.transaction_count, 3);
	assert_int_equal(l1.transactions[2].tx.nonce, 2);
}

static unsigned left;

static void die_at_a_row(void *context, int what, const char *name, const char *table,
			 sqlite3_int64 row)
{
	(void)context, (void)what, (void)name, (void)table, (void)row;
	if (--left == 0)
		kill(getpid(), SIGKILL);
}

static int die_at_a_commit(void *context)
{
	(void)context;
	if (--left == 0)
		kill(getpid(), SIGKILL);
	return 0;
}

static bool play_and_die(unsigned at, bool in_commit, uint8_t number)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		open_moves();
		left = at;
		if (in_commit)
			sqlite3_commit_hook(database_handle(db), die_at_a_commit, NULL);
		else
			sqlite3_update_hook(database_handle(db), die_at_a_row, NULL);
		if (begin())
			(void)send(number);
		for (unsigned tick = 0; tick < 4; tick++)
			moves_tick(moves);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static void killed_at_any_row_or_commit_a_move_is_made_once(void **state)
{
	unsigned died = 0;
	uint8_t number = 0;

	(void)state;
	for (unsigned in_commit = 0; in_commit < 2; in_commit++) {
		bool dies = true;

		for (unsigned at = 1; dies; at++) {
			close_moves();
			dies = play_and_die(at, in_commit, ++number);
			died += dies;
			open_moves();
			assert_true(begin());
			(void)send(number); /* the player asks again */
			mine(5);
			assert_int_equal(mined(number), 1);
			assert_true(begin());
			assert_int_equal(send(number), MOVES_ON_THE_WAY);
		}
	}
	assert_true(died >= 6);
}

/* ---- again ---- */

static void what_a_reorg_drops_is_sent_again(void **state)
{
	(void)state;
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	mine(1);
	expect_report("mined ");
	game_l1_drop(&l1, 1);
	game_l1_forget(&l1);
	game_l1_mine(&l1);
	moves_tick(moves);
	expect_report("sent ");
	assert_true(begin());
	assert_int_equal(send(1), MOVES_ON_THE_WAY);
	mine(4);
	assert_int_equal(l1.transaction_count, 1); /* the same bytes */
	assert_int_equal(mined(1), 1);
	expect_report("confirmed ");
}

static void what_a_node_forgets_is_sent_again(void **state)
{
	(void)state;
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	moves_tick(moves);
	game_l1_forget(&l1);
	reopen();
	mine(4);
	assert_int_equal(l1.transaction_count, 1);
	assert_true(l1.transactions[0].received >= 2);
	expect_report("confirmed ");
}

static void a_move_whose_nonce_is_taken_gets_another(void **state)
{
	(void)state;
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	moves_tick(moves);
	game_l1_steal_nonce(&l1);
	mine(8);
	assert_int_equal(mined(1), 1);
	expect_report("confirmed ");
}

static void a_dearer_one_takes_the_place_of_what_is_not_mined(void **state)
{
	(void)state;
	close_moves();
	bump_after_ms = 1;
	open_moves();
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	moves_tick(moves);
	usleep(2000);
	moves_tick(moves);
	assert_true(l1.transaction_count >= 2);
	assert_int_equal(l1.transactions[1].tx.nonce, 0);
	assert_int_equal(send(1), MOVES_ON_THE_WAY);
	mine(5);
	assert_int_equal(mined(1), 1);
	expect_report("confirmed ");
}

static void a_move_that_reverted_is_tried_again_later(void **state)
{
	(void)state;
	assert_true(begin());
	l1.reverts = true;
	assert_int_equal(send(1), MOVES_SENT);
	mine(4);
	expect_report("reverted ");
	for (unsigned tries = 2; tries <= 3; tries++) {
		assert_true(begin());
		assert_int_equal(send(1), MOVES_ON_THE_WAY);
		reopen();
		assert_true(begin());
		pass(2 << (tries - 2)); /* a half of it */
		assert_int_equal(send(1), MOVES_ON_THE_WAY);
		pass(4 << (tries - 2));
		assert_int_equal(send(1), MOVES_SENT);
		assert_int_equal(send(1), MOVES_ON_THE_WAY);
		l1.reverts = tries < 3;
		mine(4);
		assert_int_equal(mined(1), tries);
	}
	expect_report("reverted reverted confirmed ");
}

/* Attempts take 4, 8, 16... seconds, and never more than ten minutes. */
static void it_is_never_longer_than_ten_minutes_until_the_next_try(void **state)
{
	(void)state;
	l1.reverts = true;
	for (unsigned tries = 0; tries < 12; tries++) {
		assert_true(begin());
		assert_int_equal(send(1), MOVES_SENT);
		mine(4);
		pass(600);
	}
	pass(300);
	assert_int_equal(send(1), MOVES_ON_THE_WAY);
}

static void a_move_that_did_not_help_is_made_again(void **state)
{
	(void)state;
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	assert_int_equal(send_kind(PLAY_LOAD, 2), MOVES_SENT);
	assert_int_equal(send_kind(PLAY_COMMIT_STEP, 3), MOVES_SENT);
	mine(4);
	expect_report("confirmed confirmed confirmed ");
	pass(600);
	/* The game's view has not got there yet. */
	assert_true(moves_begin(moves, &(struct l1_block){ .number = GAME_L1_FIRST + 1 }));
	assert_int_equal(send(1), MOVES_ON_THE_WAY);
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	assert_int_equal(send_kind(PLAY_LOAD, 2), MOVES_ON_THE_WAY); /* these hold */
	assert_int_equal(send_kind(PLAY_COMMIT_STEP, 3), MOVES_ON_THE_WAY);
}

/* ---- what a node says ---- */

static const struct {
	const char *refuses;
	int status;
	bool breaks_off;
} faults[] = {
	{ .refuses = "nonce too low" },
	{ .refuses = "nonce too high" },
	{ .refuses = "already known" },
	{ .refuses = "insufficient funds for gas * price + value" },
	{ .refuses = "txpool is full" },
	{ .refuses = "transaction underpriced" },
	{ .refuses = "replacement transaction underpriced" },
	{ .refuses = "max fee per gas less than block base fee" },
	{ .refuses = "header not found" },
	{ .refuses = "exceeds block gas limit" }, /* given up at once */
	{ .status = 429 },
	{ .status = 500 },
	{ .status = 502 },
	{ .breaks_off = true },
};

/* Some refusals are waited out. */
static void ask_until_mined(uint8_t number)
{
	for (unsigned round = 0; round < 500 && mined(number) == 0; round++) {
		usleep(10000);
		pass(600);
		assert_true(begin());
		assert_int_not_equal(send(number), MOVES_NO_FUNDS);
		mine(4);
	}
	mine(4);
	if (mined(number) != 1)
		fail_msg("move %u is mined %u times", number, mined(number));
}

static void whatever_a_node_says_a_move_arrives_once(void **state)
{
	(void)state;
	for (uint8_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		assert_true(begin());
		assert_int_equal(send(i), MOVES_SENT);
		l1.fails_method = "eth_sendRawTransaction";
		l1.refuses = faults[i].refuses;
		l1.http_status = faults[i].status;
		l1.breaks_off = faults[i].breaks_off;
		for (unsigned tick = 0; tick < 3; tick++)
			moves_tick(moves);
		if (i % 2)
			reopen();
		l1.refuses = NULL;
		l1.http_status = 0;
		l1.breaks_off = false;
		ask_until_mined(i);
	}
}

static void whatever_fails_a_move_arrives_once(void **state)
{
	static const char *const methods[] = {
		"eth_blockNumber",           "eth_getTransactionCount",  "eth_feeHistory",
		"eth_getTransactionReceipt", "eth_maxPriorityFeePerGas",
	};

	(void)state;
	for (uint8_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		assert_true(begin());
		assert_int_equal(send(i), MOVES_SENT);
		l1.fails_method = methods[i];
		l1.http_status = 503;
		mine(2);
		l1.http_status = 0;
		l1.breaks_off = true;
		mine(2);
		l1.breaks_off = false;
		ask_until_mined(i);
	}
}

static void without_an_answer_no_round_begins(void **state)
{
	static const char *const methods[] = { "eth_getBalance", "eth_feeHistory" };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		l1.fails_method = methods[i];
		l1.http_status = 503;
		assert_false(begin());
		l1.http_status = 0;
		l1.breaks_off = true;
		assert_false(begin());
		l1.breaks_off = false;
		assert_true(begin());
	}
}

/* ---- deadlines ---- */

static void an_attack_after_its_deadline_is_not_sent(void **state)
{
	struct play_move attack = move_of(PLAY_ATTACK, 1), step = move_of(PLAY_STEP, 2),
			 later = move_of(PLAY_ATTACK, 3);
	struct l1_block head;

	(void)state;
	assert_true(begin());
	assert_int_equal(l1_block(client, &head, L1_LATEST), L1_OK);
	attack.deadline = step.deadline = head.timestamp + 12;
	later.deadline = head.timestamp + 24;
	l1.fails_method = "eth_feeHistory"; /* so nothing gets a nonce */
	l1.http_status = 503;
	assert_int_equal(moves_send(moves, &game, &attack), MOVES_SENT);
	assert_int_equal(moves_send(moves, &game, &step), MOVES_SENT);
	assert_int_equal(moves_send(moves, &game, &later), MOVES_SENT);
	mine(1);
	reopen();
	l1.http_status = 0;
	assert_true(begin());
	mine(4);
	assert_int_equal(mined(1), 0);
	assert_int_equal(mined(2), 1); /* a step may come until the claim is resolved */
	assert_int_equal(mined(3), 1);
	expect_report("cancelled confirmed confirmed ");
	/* L1's time may go back with a reorg: then it is wanted again. */
	pass(600);
	assert_int_equal(moves_send(moves, &game, &attack), MOVES_SENT);
	mine(1);
	assert_int_equal(mined(1), 1);
}

/* One that L1 may have: its nonce goes to a transfer of nothing to ourselves. */
static void an_attack_that_was_sent_is_replaced_after_its_deadline(void **state)
{
	struct play_move attack = move_of(PLAY_ATTACK, 1);
	struct l1_block head;

	(void)state;
	assert_int_equal(l1_block(client, &head, L1_LATEST), L1_OK);
	attack.deadline = head.timestamp + 12;
	l1.refuses = "txpool is full";
	assert_true(begin());
	assert_int_equal(moves_send(moves, &game, &attack), MOVES_SENT);
	mine(1);
	expect_report("sent ");
	l1.refuses = NULL;
	assert_true(begin());
	mine(4);
	expect_report("cancelled ");
	assert_int_equal(mined(1), 0);
	assert_int_equal(l1.transaction_count, 2);
	assert_int_equal(l1.transactions[1].tx.nonce, 0);
	assert_true(u256_is_zero(&l1.transactions[1].tx.value));
}

static void what_is_due_first_goes_first(void **state)
{
	struct play_move list[3] = { move_of(PLAY_ATTACK, 1), move_of(PLAY_ATTACK, 2),
				     move_of(PLAY_ATTACK, 3) };
	const struct dispatch_move *next;
	struct dispatch dispatch;

	(void)state;
	list[0].deadline = LATE + 30;
	list[1].deadline = LATE + 10;
	list[2].deadline = LATE + 20;
	l1.funds = u256_from_u64(2 * COST); /* for two of them */
	assert_true(begin());
	dispatch_begin(&dispatch);
	dispatch_add(&dispatch, &game, &(struct play_moves){ .moves = list, .count = 3 });
	while ((next = dispatch_next(&dispatch, UINT64_MAX)))
		(void)moves_send(moves, next->game, &next->move);
	dispatch_end(&dispatch);
	assert_true(moves_lack_funds(moves));
	mine(1);
	assert_int_equal(l1.transaction_count, 2);
	assert_int_equal(l1.transactions[0].tx.data.data[0], 2);
	assert_int_equal(l1.transactions[1].tx.data.data[0], 3);
}

/* ---- funds ---- */

/* What is logged meanwhile. */
static enum moves_sent send_aloud(uint8_t number, char log[300])
{
	FILE *to = tmpfile();
	int usual = dup(STDERR_FILENO);
	enum moves_sent sent;

	assert_non_null(to);
	fflush(stderr);
	dup2(fileno(to), STDERR_FILENO);
	log_set_level(LOG_ERROR);
	sent = send(number);
	log_set_level(LOG_ERROR + 1);
	fflush(stderr);
	dup2(usual, STDERR_FILENO);
	close(usual);
	rewind(to);
	log[fread(log, 1, 299, to)] = '\0';
	fclose(to);
	return sent;
}

static void a_move_that_cannot_be_paid_waits(void **state)
{
	char log[300], expected[120];

	(void)state;
	l1.funds = u256_from_u64(COST - 1);
	assert_true(begin());
	assert_false(moves_lack_funds(moves));
	assert_int_equal(send_aloud(1, log), MOVES_NO_FUNDS);
	snprintf(expected, sizeof(expected),
		 "NOT ENOUGH FUNDS: attack needs %llu wei, %llu are free: it waits\n",
		 (unsigned long long)COST, (unsigned long long)(COST - 1));
	assert_non_null(strstr(log, expected));
	assert_int_equal(send_aloud(1, log), MOVES_NO_FUNDS);
	assert_string_equal(log, ""); /* not each time */
	assert_true(moves_lack_funds(moves));
	mine(1);
	assert_int_equal(l1.transaction_count, 0);
	expect_report("");
	l1.funds = u256_from_u64(COST);
	assert_true(begin());
	assert_false(moves_lack_funds(moves));
	assert_int_equal(send(1), MOVES_SENT);
	mine(4);
	expect_report("confirmed ");
}

/* A look at the same head asks for no move again, so nothing is known anew. */
static void the_lack_of_funds_is_said_until_the_next_block(void **state)
{
	(void)state;
	l1.funds = u256_from_u64(1);
	assert_true(begin());
	assert_int_equal(send(1), MOVES_NO_FUNDS);
	assert_true(begin());
	assert_true(moves_lack_funds(moves));
	game_l1_mine(&l1);
	assert_true(begin());
	assert_false(moves_lack_funds(moves));
}

/* Neither in the same round, nor in the next, nor after a restart. */
static void what_is_promised_is_not_spent_twice(void **state)
{
	(void)state;
	l1.funds = u256_from_u64(2 * COST - 1);
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	assert_int_equal(send(2), MOVES_NO_FUNDS);
	for (unsigned round = 0; round < 4; round++) {
		assert_true(begin());
		assert_int_equal(send(2), MOVES_NO_FUNDS);
		if (round % 2)
			reopen();
		else
			moves_tick(moves);
	}
	l1.funds = u256_from_u64(2 * COST);
	assert_true(begin());
	assert_int_equal(send(2), MOVES_SENT);
	mine(5);
	assert_int_equal(mined(1) + mined(2), 2);
	/* What is mined is paid. */
	l1.funds = u256_from_u64(3 * COST);
	assert_true(begin());
	assert_int_equal(send(3), MOVES_SENT);
}

static const char *base_fee;

static json_t *lie_about_fees(struct game_l1 *fake, const char *method, json_t *result)
{
	(void)fake;
	if (strcmp(method, "eth_feeHistory") == 0)
		json_array_set_new(json_object_get(result, "baseFeePerGas"), 0,
				   json_string(base_fee));
	return result;
}

#define ZEROS_60 "000000000000000000000000000000000000000000000000000000000000"

static void a_price_beyond_all_bounds_is_not_a_low_one(void **state)
{
	static const char *const fees[] = {
		"0x8000" ZEROS_60, /* twice that is 2^256 */
		"0x7fff" ZEROS_60, /* that times the gas is more */
		"0x1000" ZEROS_60,
	};
	struct play_move dear = move_of(PLAY_ATTACK, 2);

	(void)state;
	l1.lie = lie_about_fees;
	for (unsigned i = 0; i < 3; i++) {
		base_fee = fees[i];
		assert_true(begin());
		assert_int_equal(send(1), MOVES_NO_FUNDS);
	}
	l1.lie = NULL;
	assert_true(begin());
	memset(&dear.value, 0xff, sizeof(dear.value));
	assert_int_equal(moves_send(moves, &game, &dear), MOVES_NO_FUNDS);
	assert_int_equal(send(1), MOVES_SENT);
}

/* ---- report ---- */

/* Its news are taken, and it is not among the open ones any more. */
static void what_became_of_a_move_is_told_once(void **state)
{
	struct l1_transaction_state event;
	sqlite3_stmt *s;

	(void)state;
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	assert_int_equal(send(2), MOVES_SENT);
	mine(4);
	expect_report("confirmed confirmed ");
	for (unsigned i = 0; i < 2; i++) {
		assert_false(l1_transactions_next_event(transactions, &event));
		s = database_statement(db, "SELECT count(*) FROM move WHERE is_done = 0");
		assert_true(database_row(db, s));
		assert_int_equal(database_u64(s, 0), 0);
		sqlite3_reset(s);
		reopen();
	}
}

static void a_report_tells_what_was_done_in_a_game(void **state)
{
	struct address other = { { 9 } };
	uint64_t gas;
	json_t *report;

	(void)state;
	l1.reverts = true;
	assert_true(begin());
	assert_int_equal(send(1), MOVES_SENT);
	mine(4);
	l1.reverts = false;
	assert_int_equal(send_kind(PLAY_STEP, 2), MOVES_SENT);
	mine(1);
	assert_int_equal(send_kind(PLAY_LOAD, 3), MOVES_SENT);
	for (unsigned i = 0; i < 2; i++) {
		report = moves_report(moves, &game.rules.game, &gas);
		assert_int_equal(json_array_size(report), 3);
		assert_int_equal(gas, 2 * GAS); /* of what is mined */
		assert_string_equal(
		    json_string_value(json_object_get(json_array_get(report, 0), "reason")),
		    "reverted: out of gas (limit 100000)");
		assert_string_equal(
		    json_string_value(json_object_get(json_array_get(report, 1), "move")),
		    play_kind_text(PLAY_STEP));
		assert_true(
		    json_is_null(json_object_get(json_array_get(report, 2), "transactionHash")));
		json_decref(report);
		expect_report("reverted mined queued ");
		report = moves_report(moves, &other, &gas);
		assert_int_equal(json_array_size(report), 0);
		assert_int_equal(gas, 0);
		json_decref(report);
		reopen();
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_move_is_sent_once),
		TEST(killed_at_any_row_or_commit_a_move_is_made_once),
		TEST(what_a_reorg_drops_is_sent_again),
		TEST(what_a_node_forgets_is_sent_again),
		TEST(a_move_whose_nonce_is_taken_gets_another),
		TEST(a_dearer_one_takes_the_place_of_what_is_not_mined),
		TEST(a_move_that_reverted_is_tried_again_later),
		TEST(it_is_never_longer_than_ten_minutes_until_the_next_try),
		TEST(a_move_that_did_not_help_is_made_again),
		TEST(whatever_a_node_says_a_move_arrives_once),
		TEST(whatever_fails_a_move_arrives_once),
		TEST(without_an_answer_no_round_begins),
		TEST(an_attack_after_its_deadline_is_not_sent),
		TEST(an_attack_that_was_sent_is_replaced_after_its_deadline),
		TEST(what_is_due_first_goes_first),
		TEST(a_move_that_cannot_be_paid_waits),
		TEST(the_lack_of_funds_is_said_until_the_next_block),
		TEST(what_is_promised_is_not_spent_twice),
		TEST(a_price_beyond_all_bounds_is_not_a_low_one),
		TEST(what_became_of_a_move_is_told_once),
		TEST(a_report_tells_what_was_done_in_a_game),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
