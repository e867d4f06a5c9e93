#include "prover/moves.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "base/native/log.h"
#include "net/anchor.h"
#include "net/json_values.h"

/* A move that failed is tried again after so many seconds, then twice as many... */
#define AGAIN_SECONDS     4
#define AGAIN_SECONDS_MAX 600
#define FUNDS_WARNING     60

struct moves {
	struct database *db;
	struct l1_client *client;
	struct l1_transactions *l1;
	struct address from;
	struct l1_block head;
	struct u256 free_wei;  /* not yet promised to a move */
	struct u256 gas_price; /* what a move is taken to cost, wei per gas */
	time_t warned;
	bool lacks_funds;
};

struct moves *moves_new(struct database *db, struct l1_client *client, struct l1_transactions *l1,
			const struct address *from)
{
	struct moves *m = calloc(1, sizeof(*m));

	if (!m)
		abort();
	*m = (struct moves){ .db = db, .client = client, .l1 = l1, .from = *from };
	return m;
}

void moves_free(struct moves *m)
{
	free(m);
}

static bool is_open(enum l1_transaction_status status)
{
	return status == L1_TX_QUEUED || status == L1_TX_SENT || status == L1_TX_MINED;
}

/* ---- funds ---- */

static void mark_done(struct moves *m, const char *key)
{
	sqlite3_stmt *s = database_statement(m->db, "UPDATE move SET is_done = 1 WHERE key = ?");

	sqlite3_bind_text(s, 1, key, -1, SQLITE_TRANSIENT);
	database_run(m->db, s);
}

static void spend(struct moves *m, const struct u256 *wei)
{
	if (u256_sub_underflow(&m->free_wei, &m->free_wei, wei))
		m->free_wei = U256_ZERO;
}

static const struct u256 too_much = { { UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX } };

static struct u256 sum_of(const struct u256 *a, const struct u256 *b)
{
	struct u256 sum;

	return u256_add_overflow(&sum, a, b) ? too_much : sum;
}

static struct u256 cost_of(const struct moves *m, const struct u256 *value, uint64_t gas)
{
	struct u256 limit = u256_from_u64(gas), fee;

	if (u256_mul_overflow(&fee, &limit, &m->gas_price))
		return too_much;
	return sum_of(&fee, value);
}

/* A move that is not done: row of `open_moves`. */
static sqlite3_stmt *open_moves(struct moves *m)
{
	return database_statement(
	    m->db, "SELECT key, value, gas, kind, deadline FROM move WHERE is_done = 0");
}

/* False: L1 has it, or it is not known to the manager. */
static bool find_unmined(struct moves *m, sqlite3_stmt *s, struct l1_transaction_state *state)
{
	const char *key = (const char *)sqlite3_column_text(s, 0);

	return key && l1_transactions_find(m->l1, state, key) &&
	       (state->status == L1_TX_QUEUED || state->status == L1_TX_SENT);
}

/* Less what moves that are not mined yet will take. */
static void subtract_promised(struct moves *m)
{
	sqlite3_stmt *s = open_moves(m);
	struct l1_transaction_state state;
	struct u256 value, cost;

	while (database_row(m->db, s)) {
		const char *text = (const char *)sqlite3_column_text(s, 1);

		if (!text || !find_unmined(m, s, &state) || !hex_decode_u256(&value, text))
			continue;
		cost = cost_of(m, &value, database_u64(s, 2));
		spend(m, &cost);
	}
	sqlite3_reset(s);
}

static bool is_attack(enum play_kind kind)
{
	return kind == PLAY_ATTACK || kind == PLAY_ATTACK_ABSENCE;
}

/* L1 refuses an attack from its deadline on; what else is played may still help. */
static void cancel_overdue(struct moves *m)
{
	sqlite3_stmt *s = open_moves(m);
	struct l1_transaction_state state;

	while (database_row(m->db, s)) {
		bool is_overdue = is_attack((enum play_kind)database_u64(s, 3)) &&
				  database_u64(s, 4) <= m->head.timestamp;

		if (!is_overdue || !find_unmined(m, s, &state) || state.is_cancelling)
			continue;
		log_warn("moves", "%s: its deadline is over, not wanted any more",
			 state.purpose_key);
		l1_transactions_cancel(m->l1, state.id);
	}
	sqlite3_reset(s);
}

bool moves_lack_funds(const struct moves *m)
{
	return m->lacks_funds;
}

bool moves_begin(struct moves *m, const struct l1_block *head)
{
	struct l1_fees fees;

	if (l1_balance(m->client, &m->free_wei, &m->from, L1_LATEST) != L1_OK ||
	    l1_fees(m->client, &fees) != L1_OK)
		return false;
	if (head->number != m->head.number) /* else no game is looked at again */
		m->lacks_funds = false;
	m->head = *head;
	/* The base fee may double before it is mined. */
	m->gas_price = sum_of(&fees.next_base_fee, &fees.next_base_fee);
	m->gas_price = sum_of(&m->gas_price, &fees.priority_fee);
	cancel_overdue(m);
	subtract_promised(m);
	return true;
}

static bool can_pay(struct moves *m, const struct play_move *move)
{
	char needed[U256_DECIMAL_SIZE], has[U256_DECIMAL_SIZE];
	struct u256 cost = cost_of(m, &move->value, move->gas);

	if (!u256_lt(&m->free_wei, &cost)) {
		spend(m, &cost);
		return true;
	}
	m->lacks_funds = true;
	if (time(NULL) - m->warned >= FUNDS_WARNING) {
		m->warned = time(NULL);
		log_error("moves", "NOT ENOUGH FUNDS: %s needs %s wei, %s are free: it waits",
			  play_kind_text(move->kind), u256_to_decimal(needed, &cost),
			  u256_to_decimal(has, &m->free_wei));
	}
	return false;
}

/* ---- sending ---- */

#define KEY_SIZE 128

/* Each try of a move is a piece of work of its own. */
static char *key_of(char out[KEY_SIZE], const struct play_move *move, unsigned attempt)
{
	char id[65];

	snprintf(out, KEY_SIZE, "%u/%s/%u", (unsigned)move->kind,
		 hex_encode(id, bytes_of_hash(&move->id)), attempt);
	return out;
}

static uint64_t made_at(struct moves *m, const char *key)
{
	sqlite3_stmt *s = database_statement(m->db, "SELECT made FROM move WHERE key = ?");
	uint64_t made;

	sqlite3_bind_text(s, 1, key, -1, SQLITE_TRANSIENT);
	made = database_row(m->db, s) ? database_u64(s, 0) : 0;
	sqlite3_reset(s);
	return made;
}

/* A move that is asked for although its last try is over.  Loads and commitments
 * hold once they are mined; what else is done shows in the game, so that the player
 * asks again only if it did not help. */
static bool is_due_again(struct moves *m, const struct play_move *move, const char *key,
			 const struct l1_transaction_state *last, unsigned attempt)
{
	uint64_t wait = AGAIN_SECONDS, now = (uint64_t)time(NULL), made = made_at(m, key);

	if (last->status == L1_TX_CONFIRMED &&
	    (move->kind == PLAY_LOAD || move->kind == PLAY_COMMIT_STEP))
		return false;
	if (last->status == L1_TX_CONFIRMED && m->head.number <= last->block_number)
		return false;
	for (unsigned i = 0; i < attempt && wait < AGAIN_SECONDS_MAX; i++)
		wait = 2 * wait < AGAIN_SECONDS_MAX ? 2 * wait : AGAIN_SECONDS_MAX;
	return now < made || now - made >= wait; /* a clock may be set back */
}

/* False: nothing is to be sent now. */
static bool next_key(struct moves *m, const struct play_move *move, char key[KEY_SIZE])
{
	struct l1_transaction_state last;
	char last_key[KEY_SIZE];
	unsigned attempt = 0;

	while (l1_transactions_find(m->l1, &last, key_of(key, move, attempt)))
		attempt++;
	if (attempt == 0)
		return true;
	key_of(last_key, move, attempt - 1);
	return !is_open(last.status) && is_due_again(m, move, last_key, &last, attempt - 1);
}

static void write_move(struct moves *m, const struct game *g, const struct play_move *move,
		       const char *key)
{
	sqlite3_stmt *s = database_statement(
	    m->db, "INSERT OR IGNORE INTO move(key, game, kind, claim, state, value, gas, deadline,"
		   " made) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
	uint64_t deadline = move->deadline < INT64_MAX ? move->deadline : INT64_MAX;
	char value[HEX_U256_SIZE];

	sqlite3_bind_text(s, 1, key, -1, SQLITE_TRANSIENT);
	database_bind_bytes(s, 2, bytes_of_address(&g->rules.game));
	database_bind_u64(s, 3, (uint64_t)move->kind);
	database_bind_hash(s, 4, &g->claims[move->claim].hash);
	database_bind_u64(s, 5, move->index);
	sqlite3_bind_text(s, 6, hex_encode_u256(value, &move->value), -1, SQLITE_TRANSIENT);
	database_bind_u64(s, 7, move->gas);
	database_bind_u64(s, 8, deadline);
	database_bind_u64(s, 9, (uint64_t)time(NULL));
	database_run(m->db, s);
}

enum moves_sent moves_send(struct moves *m, const struct game *g, const struct play_move *move)
{
	char key[KEY_SIZE], purpose[96], game[41];
	struct l1_work work = {
		.purpose = purpose,
		.purpose_key = key,
		.to = move->to,
		.value = move->value,
		.data = move->calldata,
		.gas_limit = move->gas,
	};

	if (!next_key(m, move, key))
		return MOVES_ON_THE_WAY;
	if (!can_pay(m, move))
		return MOVES_NO_FUNDS;
	snprintf(purpose, sizeof(purpose), "%s in game 0x%s", play_kind_text(move->kind),
		 hex_encode(game, bytes_of_address(&g->rules.game)));
	write_move(m, g, move, key);
	l1_transactions_submit(m->l1, &work, NULL);
	if (is_attack(move->kind) || move->kind == PLAY_STEP)
		log_info("moves", "%s: claim %zu at depth %u, state %u", purpose, move->claim,
			 g->claims[move->claim].claim.depth, move->index);
	else
		log_info("moves", "%s", purpose);
	return MOVES_SENT;
}

void moves_tick(struct moves *m)
{
	struct l1_transaction_state event;

	l1_transactions_tick(m->l1);
	while (l1_transactions_next_event(m->l1, &event)) {
		if (event.status == L1_TX_CONFIRMED)
			log_debug("moves", "%s is on L1, %llu gas", event.purpose_key,
				  (unsigned long long)event.gas_used);
		else if (anchor_is_purpose(event.purpose_key))
			log_info("anchor", "not moved by us: %s", event.reason);
		else
			log_warn("moves", "%s: %s: %s", event.purpose_key,
				 l1_transaction_status_text(event.status), event.reason);
		mark_done(m, event.purpose_key);
		l1_transactions_acknowledge(m->l1, event.id);
	}
}

/* ---- report ---- */

static json_t *report_move(sqlite3_stmt *s, const struct l1_transaction_state *state)
{
	json_t *move = json_object();
	struct bytes claim = database_bytes(s, 2);
	bool is_mined = !(state->status == L1_TX_QUEUED || state->status == L1_TX_SENT) &&
			state->block_number > 0;

	json_object_set_new(move, "move",
			    json_string(play_kind_text((enum play_kind)database_u64(s, 1))));
	json_object_set_new(move, "claim", json_of_bytes(claim));
	json_object_set_new(move, "index", json_of_u64(database_u64(s, 3)));
	json_object_set_new(move, "status", json_string(l1_transaction_status_text(state->status)));
	json_object_set_new(move, "transactionHash",
			    state->attempts ? json_of_hash(&state->hash) : json_null());
	json_object_set_new(move, "gasUsed", is_mined ? json_of_u64(state->gas_used) : json_null());
	json_object_set_new(move, "reason", json_string(state->reason));
	return move;
}

json_t *moves_report(struct moves *m, const struct address *game, uint64_t *gas)
{
	sqlite3_stmt *s = database_statement(
	    m->db, "SELECT key, kind, claim, state FROM move WHERE game = ? ORDER BY rowid");
	json_t *list = json_array();
	struct l1_transaction_state state;

	*gas = 0;
	database_bind_bytes(s, 1, bytes_of_address(game));
	while (database_row(m->db, s)) {
		const char *key = (const char *)sqlite3_column_text(s, 0);

		if (!key || !l1_transactions_find(m->l1, &state, key))
			continue;
		if (state.status == L1_TX_CONFIRMED || state.status == L1_TX_REVERTED ||
		    state.status == L1_TX_MINED)
			*gas += state.gas_used;
		json_array_append_new(list, report_move(s, &state));
	}
	sqlite3_reset(s);
	return list;
}
