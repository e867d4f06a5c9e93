/* l1_transactions: the owner's calls, and a round of the manager's work.
 *
 * A transaction's way: QUEUED, then SENT once a nonce, signed bytes and hash
 * are committed (whether or not anything has been sent), MINED while a receipt
 * of one of its attempts is in the chain, and a final state once that receipt
 * is deep.  Back from MINED to SENT when a reorg drops it.  Back from SENT to
 * QUEUED only when its nonce is used, that deep, by what is not ours. */
#include "net/l1_transactions.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "net/l1_manager.h"

/* Larger nonces can't be (EIP-2681 bounds them by 2^64 - 1; nobody gets there). */
#define L1_NONCE_MAX (UINT64_C(1) << 62)

const char *l1_transaction_status_text(enum l1_transaction_status status)
{
	switch (status) {
	case L1_TX_QUEUED:
		return "queued";
	case L1_TX_SENT:
		return "sent";
	case L1_TX_MINED:
		return "mined";
	case L1_TX_CONFIRMED:
		return "confirmed";
	case L1_TX_REVERTED:
		return "reverted";
	case L1_TX_CANCELLED:
		return "cancelled";
	case L1_TX_FAILED:
		return "failed";
	}
	return "?";
}

static uint64_t wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void set_defaults(struct l1_transactions_config *config)
{
	if (!config->area)
		config->area = "l1";
	if (!config->clock_ms)
		config->clock_ms = wall_ms;
	if (!config->confirmations)
		config->confirmations = 3;
	if (!config->bump_after_ms)
		config->bump_after_ms = 60000;
	if (!config->resend_after_ms)
		config->resend_after_ms = 15000;
	if (!config->max_in_flight)
		config->max_in_flight = 8;
	if (!config->gas_margin_percent)
		config->gas_margin_percent = 20;
}

bool l1_transactions_open(struct l1_transactions **out, const struct l1_transactions_config *config,
			  char error[L1_TRANSACTIONS_ERROR_SIZE])
{
	struct l1_transactions *manager;

	if (!l1_store_open(config->db, config->chain_id, &config->from, error))
		return false;
	manager = calloc(1, sizeof(*manager));
	if (!manager) {
		snprintf(error, L1_TRANSACTIONS_ERROR_SIZE, "out of memory");
		return false;
	}
	manager->config = *config;
	set_defaults(&manager->config);
	manager->limits.max_fee_ceiling = config->max_fee_ceiling;
	manager->limits.max_priority_ceiling = config->max_priority_ceiling;
	manager->limits.min_priority_fee = config->min_priority_fee;
	manager->db = config->db;
	manager->client = config->client;
	arena_init(&manager->arena, &arena_heap, ARENA_HEAP_BLOCK);
	*out = manager;
	return true;
}

void l1_transactions_close(struct l1_transactions *manager)
{
	if (!manager)
		return;
	arena_free(&manager->arena);
	free(manager);
}

/* ---- the owner's calls ---- */

int64_t l1_transactions_submit(struct l1_transactions *manager, const struct l1_work *work,
			       bool *known)
{
	int64_t id;

	database_begin(manager->db);
	id = l1_store_find(manager->db, work->purpose_key);
	if (known)
		*known = id != 0;
	if (!id)
		id = l1_store_insert(manager->db, work, false);
	database_commit(manager->db);
	return id;
}

bool l1_transactions_cancel(struct l1_transactions *manager, int64_t id)
{
	struct arena_mark mark = arena_mark(&manager->arena);
	struct l1_row row;
	bool is_open =
	    l1_store_row(manager->db, &manager->arena, &row, id) && row.status <= L1_TX_MINED;

	if (is_open && row.status == L1_TX_QUEUED)
		l1_store_finish(manager->db, id, L1_TX_CANCELLED, "");
	else if (is_open && row.cancelling == L1_NOT_CANCELLING)
		l1_store_set_cancelling(manager->db, id, L1_CANCELLING);
	arena_reset(&manager->arena, mark);
	return is_open;
}

void l1_transactions_recheck(struct l1_transactions *manager, int64_t id)
{
	struct l1_transaction_state state;

	if (l1_store_state(manager->db, &state, id) && state.status == L1_TX_CONFIRMED)
		l1_store_set_status(manager->db, id, L1_TX_MINED);
}

bool l1_transactions_get(struct l1_transactions *manager, struct l1_transaction_state *out,
			 int64_t id)
{
	return l1_store_state(manager->db, out, id);
}

bool l1_transactions_find(struct l1_transactions *manager, struct l1_transaction_state *out,
			  const char *purpose_key)
{
	int64_t id = l1_store_find(manager->db, purpose_key);

	return id && l1_store_state(manager->db, out, id);
}

bool l1_transactions_oldest(struct l1_transactions *manager, struct l1_transaction_state *out)
{
	int64_t id = l1_store_oldest(manager->db);

	return id && l1_store_state(manager->db, out, id);
}

unsigned l1_transactions_open_count(struct l1_transactions *manager)
{
	return l1_store_count(manager->db, L1_TX_QUEUED, L1_TX_MINED);
}

bool l1_transactions_next_event(struct l1_transactions *manager, struct l1_transaction_state *out)
{
	int64_t id = l1_store_next_event(manager->db);

	return id && l1_store_state(manager->db, out, id);
}

void l1_transactions_acknowledge(struct l1_transactions *manager, int64_t id)
{
	l1_store_acknowledge(manager->db, id);
}

/* ---- a round ---- */

/* What was stored by a clock that has been set back since would wait until it has
 * caught up: no time that is stored is further ahead than one of now would be. */
static void take_time(struct l1_transactions *manager)
{
	uint64_t now = manager->config.clock_ms();
	bool is_first = manager->now_ms == 0, is_back = now < manager->now_ms;

	manager->now_ms = now;
	if (!is_first && !is_back)
		return;
	if (manager->gap_since_ms > now)
		manager->gap_since_ms = now;
	if (l1_store_bound_times(manager->db, now, now + manager->config.resend_after_ms))
		log_warn(manager->config.area,
			 "the clock was set back: what was sent to L1 is sent again, and offers "
			 "more, as if it had been sent now");
}

/* The head comes first: depths are then counted too low, never too high. */
static enum l1_err look(struct l1_transactions *manager)
{
	enum l1_err err = l1_block_number(manager->client, &manager->head);

	if (err == L1_OK)
		err = l1_nonce(manager->client, &manager->nonce, &manager->config.from, L1_LATEST);
	if (err == L1_OK && (manager->nonce > L1_NONCE_MAX || manager->head > L1_NONCE_MAX))
		err = L1_BAD_ANSWER;
	return err;
}

static enum l1_err round_of_work(struct l1_transactions *manager)
{
	static enum l1_err (*const parts[])(struct l1_transactions *) = {
		look, l1_follow, l1_follow_gap, l1_dispatch_queued, l1_dispatch_due,
	};
	enum l1_err err = L1_OK;

	for (size_t i = 0; err == L1_OK && i < sizeof(parts) / sizeof(parts[0]); i++)
		err = parts[i](manager);
	return err;
}

enum l1_err l1_transactions_tick(struct l1_transactions *manager)
{
	struct arena_mark mark = arena_mark(&manager->arena);
	enum l1_err err;

	if (!l1_transactions_open_count(manager))
		return L1_OK;
	take_time(manager);
	err = round_of_work(manager);
	if (err != L1_OK && err != L1_STOPPED)
		log_warn(manager->config.area, "L1 %s: %s %s", l1_client_name(manager->client),
			 l1_err_text(err), l1_error(manager->client)->message);
	arena_reset(&manager->arena, mark);
	return err;
}
