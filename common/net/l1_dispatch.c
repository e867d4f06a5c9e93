#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/native/log.h"
#include "eth/transaction.h"
#include "net/l1_manager.h"

#define L1_TRANSFER_GAS 21000

/* After so many clear refusals in a row it is given up, and its nonce goes to
 * an empty transfer, since those behind it wait. */
#define L1_REFUSALS_MAX 10

#define L1_FIRST_RETRY_MS 500

/* ---- signing ---- */

static struct transaction plain_transaction(struct l1_transactions *manager,
					    const struct l1_row *row, uint64_t nonce,
					    const struct l1_attempt *attempt)
{
	struct transaction tx;

	memset(&tx, 0, sizeof(tx));
	tx.type = TX_DYNAMIC_FEE;
	tx.has_chain_id = true;
	tx.chain_id = manager->config.chain_id;
	tx.nonce = nonce;
	tx.max_fee_per_gas = attempt->price.max_fee;
	tx.max_priority_fee_per_gas = attempt->price.priority_fee;
	tx.gas_limit = attempt->gas_limit;
	if (attempt->is_cancellation) {
		tx.to = manager->config.from;
		return tx;
	}
	tx.is_creation = row->is_creation;
	tx.to = row->to;
	tx.value = row->value;
	tx.data = l1_store_data(manager->db, &manager->arena, row->id);
	return tx;
}

/* Fills in the hash of `attempt`, whose price, gas and kind are set. */
static bool sign(struct l1_transactions *manager, const struct l1_row *row, uint64_t nonce,
		 struct l1_attempt *attempt, struct bytes *raw)
{
	struct transaction tx = plain_transaction(manager, row, nonce, attempt);
	struct hash32 hash = tx_signing_hash(&manager->arena, &tx);
	struct hash32 r, s;

	if (!manager->config.sign(manager->config.sign_context, &hash, &r, &s, &tx.y_parity))
		return false;
	tx.r = u256_from_be(r.b, sizeof(r.b));
	tx.s = u256_from_be(s.b, sizeof(s.b));
	tx_finish(&manager->arena, &tx);
	attempt->nonce = nonce;
	attempt->hash = tx.hash;
	*raw = tx_encode(&manager->arena, &tx);
	attempt->created_ms = manager->now_ms;
	return true;
}

/* Signs `attempt` and stores it; with `assign` the nonce is given in the same
 * database transaction.  False: no signature to be had. */
static bool add_attempt(struct l1_transactions *manager, const struct l1_row *row, uint64_t nonce,
			bool assign, struct l1_attempt *attempt)
{
	struct bytes raw;

	if (!sign(manager, row, nonce, attempt, &raw)) {
		log_warn(manager->config.area, "%s: the signer does not answer", row->purpose);
		return false;
	}
	database_begin(manager->db);
	if (assign)
		l1_store_assign_nonce(manager->db, row->id, nonce);
	l1_store_add_attempt(manager->db, row->id, attempt, raw);
	database_commit(manager->db);
	return true;
}

/* ---- queued ---- */

/* Anything else of ours that is not mined may be what it builds on. */
static bool has_unmined(struct l1_transactions *manager)
{
	return l1_store_count(manager->db, L1_TX_SENT, L1_TX_SENT) > 0;
}

struct l1_message l1_message_of_row(struct l1_transactions *manager, const struct l1_row *row)
{
	return (struct l1_message){
		.has_from = true,
		.from = manager->config.from,
		.is_creation = row->is_creation,
		.to = row->to,
		.value = row->value,
		.data = l1_store_data(manager->db, &manager->arena, row->id),
	};
}

/* L1_ABSENT: not now.  L1_NODE_ERROR: it would fail, and is finished. */
static enum l1_err estimate(struct l1_transactions *manager, const struct l1_row *row,
			    uint64_t *gas_limit)
{
	struct l1_message message = l1_message_of_row(manager, row);
	char reason[L1_ERROR_TEXT_SIZE];
	uint64_t gas;
	enum l1_err err = l1_estimate_gas(manager->client, &gas, &message);

	if (err == L1_OK && gas > UINT64_MAX / 1000)
		return L1_BAD_ANSWER;
	if (err == L1_OK)
		*gas_limit = gas + gas * manager->config.gas_margin_percent / 100;
	if (err != L1_NODE_ERROR)
		return err;
	if (has_unmined(manager))
		return L1_ABSENT;
	if (!strcasestr(l1_error(manager->client)->message, "revert")) {
		l1_store_set_reason(manager->db, row->id, l1_error(manager->client)->message);
		return L1_ABSENT;
	}
	snprintf(reason, sizeof(reason), "would revert: %.200s",
		 l1_error(manager->client)->message);
	log_error(manager->config.area, "%s: %s", row->purpose, reason);
	l1_store_finish(manager->db, row->id, L1_TX_FAILED, reason);
	return L1_NODE_ERROR;
}

/* L1_ABSENT: it has to wait, and so have those behind it. */
static enum l1_err dispatch_queued(struct l1_transactions *manager, const struct l1_row *row,
				   const struct l1_fees *fees)
{
	struct l1_attempt attempt = { .gas_limit = row->gas_limit };
	uint64_t next = l1_store_next_nonce(manager->db);

	if (!attempt.gas_limit) {
		enum l1_err err = estimate(manager, row, &attempt.gas_limit);

		if (err != L1_OK)
			return err == L1_NODE_ERROR ? L1_OK : err;
	}
	attempt.price = l1_price_now(fees, &manager->limits);
	if (next < manager->nonce)
		next = manager->nonce;
	return add_attempt(manager, row, next, true, &attempt) ? L1_OK : L1_ABSENT;
}

enum l1_err l1_dispatch_queued(struct l1_transactions *manager)
{
	size_t count;
	struct l1_row *rows = l1_store_rows(manager->db, &manager->arena, &count, L1_TX_QUEUED,
					    L1_TX_QUEUED, manager->config.max_in_flight);
	unsigned in_flight = l1_store_count(manager->db, L1_TX_SENT, L1_TX_MINED);
	struct l1_fees fees;
	enum l1_err err;

	if (!count || in_flight >= manager->config.max_in_flight)
		return L1_OK;
	err = l1_fees(manager->client, &fees);
	for (size_t i = 0; err == L1_OK && i < count; i++) {
		if (in_flight + i >= manager->config.max_in_flight)
			break;
		err = dispatch_queued(manager, &rows[i], &fees);
	}
	return err == L1_ABSENT ? L1_OK : err;
}

/* ---- sending ---- */

static uint64_t retry_wait(unsigned failures, unsigned longest)
{
	uint64_t wait = (uint64_t)L1_FIRST_RETRY_MS << (failures < 8 ? failures : 8);

	return wait < longest ? wait : longest;
}

static void hinder(struct l1_transactions *manager, const struct l1_row *row, const char *what)
{
	char reason[L1_ERROR_TEXT_SIZE];

	snprintf(reason, sizeof(reason), "%.40s: %.200s", what, l1_error(manager->client)->message);
	log_warn(manager->config.area, "%s: L1 says %s", row->purpose, reason);
	if (row->cancelling != L1_FAILING) /* whose reason is the first one */
		l1_store_set_reason(manager->db, row->id, reason);
}

/* A clear refusal, for another reason than its price or nonce. */
static void refused(struct l1_transactions *manager, const struct l1_row *row,
		    struct l1_attempt *attempt, bool is_final)
{
	attempt->refusals++;
	attempt->next_send_ms =
	    manager->now_ms + retry_wait(attempt->refusals, manager->config.resend_after_ms);
	if (attempt->is_cancellation || row->cancelling)
		return;
	if (is_final || attempt->refusals >= L1_REFUSALS_MAX) {
		log_error(manager->config.area, "%s: given up, its nonce goes to an empty transfer",
			  row->purpose);
		l1_store_set_cancelling(manager->db, row->id, L1_FAILING);
	}
}

/* Too cheap, as L1 says: makes the attempt look old, so that it is bumped in
 * the next round. */
static void too_cheap(struct l1_transactions *manager, struct l1_attempt *attempt, unsigned wait_ms)
{
	attempt->next_send_ms = manager->now_ms + wait_ms;
	attempt->failures = 0;
	attempt->refusals++;
}

static enum l1_err after_send(struct l1_transactions *manager, const struct l1_row *row,
			      struct l1_attempt *attempt, enum l1_send send,
			      unsigned retry_after_ms)
{
	unsigned resend = manager->config.resend_after_ms;
	enum l1_err err = L1_OK;

	if (send != L1_SEND_ACCEPTED && send != L1_SEND_ALREADY_KNOWN &&
	    send != L1_SEND_NONCE_TOO_LOW)
		hinder(manager, row, l1_send_text(send));
	switch (send) {
	case L1_SEND_ACCEPTED:
	case L1_SEND_ALREADY_KNOWN:
		attempt->refusals = 0;
		attempt->failures = 0;
		attempt->next_send_ms = manager->now_ms + resend;
		if (row->cancelling != L1_FAILING)
			l1_store_set_reason(manager->db, row->id, "");
		break;
	case L1_SEND_NONCE_TOO_LOW: /* the next round finds out whose it is */
	case L1_SEND_INSUFFICIENT_FUNDS:
	case L1_SEND_POOL_FULL:
		attempt->next_send_ms = manager->now_ms + resend;
		break;
	case L1_SEND_NONCE_TOO_HIGH: /* those below come first */
		attempt->next_send_ms = manager->now_ms + retry_wait(2, resend);
		break;
	case L1_SEND_UNDERPRICED:
	case L1_SEND_FEE_TOO_LOW:
		too_cheap(manager, attempt, L1_FIRST_RETRY_MS);
		break;
	case L1_SEND_REPLACE_UNDERPRICED: /* what is there may be our own, and mined soon */
		too_cheap(manager, attempt, resend);
		break;
	case L1_SEND_GAS_LIMIT:
		refused(manager, row, attempt, true);
		break;
	case L1_SEND_REFUSED:
		refused(manager, row, attempt, false);
		break;
	case L1_SEND_UNKNOWN:
		attempt->failures++;
		attempt->next_send_ms = manager->now_ms + retry_wait(attempt->failures, resend);
		if (attempt->next_send_ms < manager->now_ms + retry_after_ms)
			attempt->next_send_ms = manager->now_ms + retry_after_ms;
		err = L1_UNAVAILABLE;
		break;
	}
	l1_store_set_sent(manager->db, attempt);
	return err;
}

static enum l1_err send(struct l1_transactions *manager, const struct l1_row *row,
			struct l1_attempt *attempt)
{
	unsigned retry_after_ms = 0;
	struct hash32 hash;
	struct bytes raw = l1_store_raw(manager->db, &manager->arena, attempt->id);
	enum l1_send answer = l1_send_raw(manager->client, &hash, raw, &retry_after_ms);

	return after_send(manager, row, attempt, answer, retry_after_ms);
}

/* ---- bumping ---- */

/* Is it time to offer more? */
static bool wants_bump(const struct l1_transactions *manager, const struct l1_attempt *newest,
		       bool is_lowest, const struct l1_fees *fees)
{
	bool is_old = manager->now_ms >= newest->created_ms + manager->config.bump_after_ms;
	bool is_cheap = u256_lt(&newest->price.max_fee, &fees->next_base_fee);

	/* Those behind the lowest wait for it, not for a better price. */
	return (newest->refusals && is_cheap) ||
	       (is_old && (is_lowest || is_cheap || newest->refusals));
}

/* L1's own words for what hinders it count for more. */
static void warn_ceiling(struct l1_transactions *manager, const struct l1_row *row)
{
	struct l1_transaction_state state;

	log_warn(manager->config.area, "%s: not mined, and a higher fee is above the ceiling",
		 row->purpose);
	if (l1_store_state(manager->db, &state, row->id) && state.reason[0] == '\0')
		l1_store_set_reason(manager->db, row->id, L1_REASON_CEILING);
}

/* A new attempt with nonce and kind of `row`, that replaces `newest`. */
static bool replace(struct l1_transactions *manager, const struct l1_row *row,
		    struct l1_attempt *newest, const struct l1_fees *fees, bool *is_capped)
{
	struct l1_attempt attempt = {
		.is_cancellation = row->cancelling != L1_NOT_CANCELLING,
		.gas_limit = row->cancelling ? L1_TRANSFER_GAS : newest->gas_limit,
	};

	*is_capped = !l1_price_bump(&attempt.price, &newest->price, fees, &manager->limits);
	if (*is_capped || !add_attempt(manager, row, newest->nonce, false, &attempt))
		return false;
	*newest = attempt;
	return true;
}

/* A filler, whose nonce came without a first attempt. */
static enum l1_err first_attempt(struct l1_transactions *manager, const struct l1_row *row,
				 const struct l1_fees *fees)
{
	struct l1_attempt attempt = { .gas_limit = row->gas_limit };

	attempt.price = l1_price_now(fees, &manager->limits);
	(void)add_attempt(manager, row, row->nonce, false, &attempt);
	return L1_OK;
}

static enum l1_err dispatch_row(struct l1_transactions *manager, const struct l1_row *row,
				bool is_lowest, const struct l1_fees *fees)
{
	size_t count;
	struct l1_attempt *attempts =
	    l1_store_attempts(manager->db, &manager->arena, &count, row->id, row->nonce);
	bool is_due, is_capped = false;
	enum l1_err err = L1_OK;

	if (!count)
		return first_attempt(manager, row, fees);
	is_due = attempts[0].next_send_ms <= manager->now_ms;
	if (!is_due && !(row->cancelling && !attempts[0].is_cancellation))
		return L1_OK;
	if (((row->cancelling && !attempts[0].is_cancellation) ||
	     wants_bump(manager, &attempts[0], is_lowest, fees)) &&
	    replace(manager, row, &attempts[0], fees, &is_capped)) {
		/* Its row id is needed to note what comes of it. */
		attempts =
		    l1_store_attempts(manager->db, &manager->arena, &count, row->id, row->nonce);
		is_due = true;
	}
	if (is_due)
		err = send(manager, row, &attempts[0]);
	if (is_capped)
		warn_ceiling(manager, row);
	return err;
}

static bool any_due(struct l1_transactions *manager, const struct l1_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t attempts_count;
		struct l1_attempt *attempts = l1_store_attempts(
		    manager->db, &manager->arena, &attempts_count, rows[i].id, rows[i].nonce);

		if (!attempts_count || attempts[0].next_send_ms <= manager->now_ms ||
		    (rows[i].cancelling && !attempts[0].is_cancellation))
			return true;
	}
	return false;
}

enum l1_err l1_dispatch_due(struct l1_transactions *manager)
{
	size_t count;
	struct l1_row *rows = l1_store_rows(manager->db, &manager->arena, &count, L1_TX_SENT,
					    L1_TX_SENT, L1_ALL_ROWS);
	struct l1_fees fees;
	enum l1_err err;

	if (!any_due(manager, rows, count))
		return L1_OK;
	err = l1_fees(manager->client, &fees);
	for (size_t i = 0; err == L1_OK && i < count; i++)
		err = dispatch_row(manager, &rows[i], i == 0, &fees);
	return err;
}
