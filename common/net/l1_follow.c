#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/log.h"
#include "net/l1_manager.h"

/* More missing nonces than any reorg explains: the node is wrong. */
#define L1_GAP_MAX 64

#define REASON_SIZE L1_ERROR_TEXT_SIZE

/* ---- mined ---- */

/* The attempt that is in the chain now.  L1_ABSENT: none is. */
static enum l1_err find_mined(struct l1_transactions *manager, const struct l1_row *row,
			      struct l1_receipt *receipt, struct l1_attempt *attempt)
{
	size_t count;
	struct l1_attempt *attempts =
	    l1_store_attempts(manager->db, &manager->arena, &count, row->id, row->nonce);

	for (size_t i = 0; i < count; i++) {
		enum l1_err err =
		    l1_receipt(manager->client, &manager->arena, receipt, &attempts[i].hash);

		if (err == L1_OK)
			*attempt = attempts[i];
		if (err != L1_ABSENT)
			return err;
	}
	return L1_ABSENT;
}

/* Why it failed, by running it again on the state before its block: close to
 * what it met, and the best that a node without traces can say. */
static void explain_revert(struct l1_transactions *manager, const struct l1_row *row,
			   const struct l1_receipt *receipt, const struct l1_attempt *attempt,
			   char reason[REASON_SIZE])
{
	struct l1_message message = l1_message_of_row(manager, row);
	const struct l1_node_error *error = l1_error(manager->client);
	char selector[2 * 36 + 1];
	struct bytes ignored;

	if (receipt->gas_used == attempt->gas_limit) {
		snprintf(reason, REASON_SIZE, "reverted: out of gas (limit %" PRIu64 ")",
			 attempt->gas_limit);
		return;
	}
	snprintf(reason, REASON_SIZE, "reverted");
	message.gas_limit = attempt->gas_limit;
	if (l1_call(manager->client, &manager->arena, &ignored, &message,
		    l1_at_number(receipt->block_number - 1)) != L1_NODE_ERROR)
		return;
	hex_encode(selector,
		   bytes_of(error->data.data, error->data.len < 36 ? error->data.len : 36));
	snprintf(reason, REASON_SIZE, "reverted: %.120s%s%s", error->message,
		 error->data.len ? " 0x" : "", selector);
}

static void settle(struct l1_transactions *manager, const struct l1_row *row,
		   const struct l1_receipt *receipt, const struct l1_attempt *attempt)
{
	enum l1_transaction_status status = L1_TX_CONFIRMED;
	char reason[REASON_SIZE] = "";

	if (attempt->is_cancellation) {
		struct l1_transaction_state state;

		status = row->cancelling == L1_FAILING ? L1_TX_FAILED : L1_TX_CANCELLED;
		if (status == L1_TX_FAILED && l1_store_state(manager->db, &state, row->id))
			memcpy(reason, state.reason, sizeof(reason));
	} else if (!receipt->success) {
		status = L1_TX_REVERTED;
		explain_revert(manager, row, receipt, attempt, reason);
	}
	l1_store_finish(manager->db, row->id, status, reason);
	if (status == L1_TX_REVERTED)
		log_error(manager->config.area, "%s: %s", row->purpose, reason);
	else
		log_info(manager->config.area, "%s: %s, L1 block %" PRIu64, row->purpose,
			 l1_transaction_status_text(status), receipt->block_number);
}

static void note_mined(struct l1_transactions *manager, const struct l1_row *row,
		       const struct l1_receipt *receipt)
{
	struct l1_mined mined = {
		.block_number = receipt->block_number,
		.block_hash = receipt->block_hash,
		.hash = receipt->transaction_hash,
		.gas_used = receipt->gas_used,
		.gas_price = receipt->effective_gas_price,
	};

	if (row->status != L1_TX_MINED || !hash32_eq(&row->block_hash, &mined.block_hash))
		l1_store_set_mined(manager->db, row->id, &mined);
}

static bool is_deep(const struct l1_transactions *manager, uint64_t block_number)
{
	return block_number <= manager->head &&
	       manager->head - block_number + 1 >= manager->config.confirmations;
}

/* ---- not mined ---- */

/* Makes the newest attempt due. */
static void send_again(struct l1_transactions *manager, const struct l1_row *row)
{
	size_t count;
	struct l1_attempt *attempts =
	    l1_store_attempts(manager->db, &manager->arena, &count, row->id, row->nonce);

	for (size_t i = 0; i < count; i++) {
		attempts[i].next_send_ms = 0;
		l1_store_set_sent(manager->db, &attempts[i]);
	}
	l1_store_set_status(manager->db, row->id, L1_TX_SENT);
}

/* Nonce `row->nonce` is used, so deep that no reorg is expected to give it
 * back, and not by us. */
static enum l1_err nonce_is_lost(struct l1_transactions *manager, const struct l1_row *row,
				 bool *is_lost)
{
	uint64_t deep_nonce;
	enum l1_err err;

	*is_lost = false;
	if (manager->head + 1 < manager->config.confirmations)
		return L1_OK;
	err = l1_nonce(manager->client, &deep_nonce, &manager->config.from,
		       l1_at_number(manager->head + 1 - manager->config.confirmations));
	if (err == L1_OK)
		*is_lost = deep_nonce > row->nonce;
	return err;
}

static void report_lost(struct l1_transactions *manager, const struct l1_row *row)
{
	char reason[REASON_SIZE];

	snprintf(reason, sizeof(reason),
		 "nonce %" PRIu64 " was used by a transaction that is not ours: does somebody else "
		 "use this key?",
		 row->nonce);
	log_error(manager->config.area, "%s: %s", row->purpose, reason);
	database_begin(manager->db);
	l1_store_requeue(manager->db, row->id, reason);
	if (row->cancelling == L1_CANCELLING)
		l1_store_finish(manager->db, row->id, L1_TX_CANCELLED, reason);
	else if (row->cancelling == L1_FAILING)
		l1_store_finish(manager->db, row->id, L1_TX_FAILED, reason);
	database_commit(manager->db);
}

/* None of the attempts is in the chain. */
static enum l1_err follow_absent(struct l1_transactions *manager, const struct l1_row *row)
{
	struct l1_receipt receipt;
	struct l1_attempt attempt;
	bool is_lost;
	enum l1_err err;

	if (row->status == L1_TX_MINED) {
		log_warn(manager->config.area, "%s: dropped by an L1 reorg, sent again",
			 row->purpose);
		send_again(manager, row);
	}
	if (manager->nonce <= row->nonce)
		return L1_OK;
	err = nonce_is_lost(manager, row, &is_lost);
	if (err != L1_OK || !is_lost)
		return err;
	/* It may have been mined between the two looks, and the node may have been
	 * behind: only a second look after the deep nonce counts. */
	err = find_mined(manager, row, &receipt, &attempt);
	if (err == L1_ABSENT)
		report_lost(manager, row);
	return err == L1_ABSENT ? L1_OK : err;
}

static enum l1_err follow_row(struct l1_transactions *manager, const struct l1_row *row)
{
	struct l1_receipt receipt;
	struct l1_attempt attempt;
	enum l1_err err = find_mined(manager, row, &receipt, &attempt);

	if (err == L1_ABSENT)
		return follow_absent(manager, row);
	if (err != L1_OK)
		return err;
	note_mined(manager, row, &receipt);
	if (is_deep(manager, receipt.block_number))
		settle(manager, row, &receipt, &attempt);
	return L1_OK;
}

enum l1_err l1_follow(struct l1_transactions *manager)
{
	size_t count;
	struct l1_row *rows = l1_store_rows(manager->db, &manager->arena, &count, L1_TX_SENT,
					    L1_TX_MINED, L1_ALL_ROWS);

	for (size_t i = 0; i < count; i++) {
		enum l1_err err;

		if (rows[i].status == L1_TX_SENT && rows[i].nonce >= manager->nonce)
			continue;
		err = follow_row(manager, &rows[i]);
		if (err != L1_OK)
			return err;
	}
	return L1_OK;
}

/* ---- gaps ---- */

/* Nobody has a transaction with `nonce` any more: an empty one takes its place. */
static void fill(struct l1_transactions *manager, uint64_t nonce)
{
	struct l1_work work = { .to = manager->config.from, .gas_limit = 21000 };
	char key[64];
	int64_t id;

	snprintf(key, sizeof(key), "filler/%" PRIu64 "/%" PRIu64, nonce, manager->now_ms);
	work.purpose = key;
	work.purpose_key = key;
	database_begin(manager->db);
	id = l1_store_insert(manager->db, &work, true);
	l1_store_assign_nonce(manager->db, id, nonce);
	database_commit(manager->db);
	log_warn(manager->config.area, "L1 lacks nonce %" PRIu64 ": filled by an empty transfer",
		 nonce);
}

static void refill(struct l1_transactions *manager, uint64_t nonce)
{
	struct l1_row row;

	if (!l1_store_row_of_nonce(manager->db, &manager->arena, &row, nonce)) {
		fill(manager, nonce);
	} else if (row.status > L1_TX_MINED) {
		log_warn(manager->config.area, "%s: a deep L1 reorg dropped it, sent again",
			 row.purpose);
		send_again(manager, &row);
	}
}

/* The lowest nonce that is open; false: none is. */
static bool lowest_open(struct l1_transactions *manager, uint64_t *nonce)
{
	size_t count;
	struct l1_row *rows = l1_store_rows(manager->db, &manager->arena, &count, L1_TX_SENT,
					    L1_TX_MINED, L1_ALL_ROWS);

	if (!count)
		return false;
	*nonce = rows[0].nonce;
	return true;
}

enum l1_err l1_follow_gap(struct l1_transactions *manager)
{
	uint64_t lowest;

	if (!lowest_open(manager, &lowest) || lowest <= manager->nonce) {
		manager->gap_since_ms = 0;
		return L1_OK;
	}
	if (!manager->gap_since_ms)
		manager->gap_since_ms = manager->now_ms;
	/* A node that lags behind looks the same for a while. */
	if (manager->now_ms - manager->gap_since_ms < manager->config.resend_after_ms)
		return L1_OK;
	manager->gap_since_ms = 0;
	if (lowest - manager->nonce > L1_GAP_MAX) {
		log_error(manager->config.area,
			  "L1 says that our next nonce is %" PRIu64 ", we have sent %" PRIu64,
			  manager->nonce, lowest);
		return L1_BAD_ANSWER;
	}
	for (uint64_t nonce = manager->nonce; nonce < lowest; nonce++)
		refill(manager, nonce);
	return L1_OK;
}
