/* proposer: a claim that is on its way is in the L1 transaction manager's tables; one
 * that is deep enough is written down here, and before that none other is made.  So
 * kill -9 at any moment makes no claim twice, and what failed is tried again. */
#include "sequencer/proposer.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "base/native/pause.h"
#include "crypto/keccak.h"
#include "net/l1_account.h"
#include "net/l1_view.h"
#include "sequencer/own_games.h"
#include "store/chain_check.h"

#define CLAIM "claim/"
/* Of L1's time, after a claim that could not be made. */
#define AGAIN_SECONDS 60

static const char proposal_sql[] =
    "CREATE TABLE proposal(block INTEGER PRIMARY KEY);" OWN_GAMES_SQL;

struct proposer {
	struct sequencer *sequencer;
	struct database *db;
	struct chain_reader *chain;
	struct inbox *inbox;
	struct l1_account account;
	struct own_games *games;
	/* of the factory */
	struct address registry;
	struct hash32 game_type; /* a word */
	struct u256 bond;        /* wei */
	uint64_t max_span;       /* blocks behind the anchor */
	uint64_t l1_time;        /* of L1's newest block */
	uint64_t wait_until;     /* L1 time: no claim before */
	bool is_waiting;         /* for the anchor: said once */
	pthread_t thread;
	bool is_running;
	atomic_bool stop;
};

/* ---- what L1 says ---- */

static bool read_parameters(struct proposer *p)
{
	const struct address *factory = &p->sequencer->config.dispute_game_factory;
	struct l1_client *client = p->account.client;
	struct l1_view type = { *factory, "gameType()", NULL, L1_LATEST };
	struct l1_view bond = { .function = "rootBond()", .at = L1_LATEST };
	struct l1_view span = { .function = "maxSpan()", .at = L1_LATEST };
	struct hash32 word;

	if (!l1_view_address(client, factory, "implementation()", &bond.contract) ||
	    !l1_view_address(client, factory, "anchorStateRegistry()", &p->registry) ||
	    !l1_view(client, &type, &p->game_type, 1) || !l1_view(client, &bond, &word, 1))
		return false;
	p->bond = u256_from_be(word.b, 32);
	span.contract = bond.contract;
	if (!l1_view(client, &span, &word, 1))
		return false;
	p->max_span = l1_word_u64(&word);
	return true;
}

static bool read_anchor(struct proposer *p, uint64_t *block)
{
	struct l1_view view = { p->registry, "getAnchorRoot()", NULL, L1_LATEST };
	struct hash32 words[2];

	if (!l1_view(p->account.client, &view, words, 2))
		return false;
	*block = l1_word_u64(&words[1]);
	return true;
}

/* A claim's bond must be there, or the transaction would only fail. */
static bool can_pay(struct proposer *p)
{
	char bond[U256_DECIMAL_SIZE], has[U256_DECIMAL_SIZE];
	struct u256 balance;

	if (l1_balance(p->account.client, &balance, &p->account.address, L1_LATEST) != L1_OK)
		return false;
	if (!u256_lt(&balance, &p->bond))
		return true;
	p->wait_until = p->l1_time + AGAIN_SECONDS;
	log_warn("proposer", "a claim needs a bond of %s wei, the key has %s: claims wait",
		 u256_to_decimal(bond, &p->bond), u256_to_decimal(has, &balance));
	return false;
}

/* ---- which block ---- */

struct proposal {
	uint64_t block;
	struct hash32 output_root;
	uint64_t entries;   /* of the inbox: all that are final on L1 */
	struct hash32 link; /* of the last of them */
};

static uint64_t last_proposed(struct proposer *p)
{
	sqlite3_stmt *s = database_statement(p->db, "SELECT ifnull(max(block), 0) FROM proposal");
	uint64_t block = database_row(p->db, s) ? database_u64(s, 0) : 0;
	uint64_t newest = own_games_newest(p->games);

	sqlite3_reset(s);
	return block > newest ? block : newest;
}

static void write_proposal(struct proposer *p, uint64_t block)
{
	sqlite3_stmt *s = database_statement(p->db, "INSERT OR REPLACE INTO proposal VALUES (?)");

	database_bind_u64(s, 1, block);
	database_run(p->db, s);
}

/* Everything so far has been claimed, as far as it can be from this anchor. */
static void say_waiting(struct proposer *p, uint64_t anchor, uint64_t last)
{
	if (!p->is_waiting)
		log_warn("proposer",
			 "block %" PRIu64 " is claimed, and the anchor is at block %" PRIu64
			 ": it has to move before the next claim, which can reach %" PRIu64
			 " blocks from it",
			 last, anchor, p->max_span);
	p->is_waiting = true;
}

/* The newest final block, or the last that a game can reach.  0: none is due. */
static uint64_t block_to_claim(struct proposer *p, uint64_t final)
{
	uint64_t last = last_proposed(p), least = p->sequencer->options->propose_interval;
	uint64_t anchor, reach;

	/* A longer interval than games can span would never be over. */
	if (least > p->max_span)
		least = p->max_span;
	if (final < last + least || !read_anchor(p, &anchor) || final <= anchor)
		return 0;
	reach = anchor + p->max_span;
	if (final > reach && reach < last + least) {
		say_waiting(p, anchor, last);
		return 0;
	}
	p->is_waiting = false;
	return final < reach ? final : reach;
}

/* ---- whether it is right ---- */

/* Within a read of chain and inbox. */
static bool check_block(struct proposer *p, struct proposal *proposal)
{
	struct chain_checked checked;
	struct entry entry;
	enum chain_check result = chain_check_block(p->chain, p->inbox, &p->sequencer->config,
						    proposal->block, proposal->entries, &checked);

	if (result == CHAIN_CHECK_RIGHT &&
	    inbox_entry(p->inbox, proposal->entries - 1, &entry, &proposal->link)) {
		proposal->output_root = checked.output_root;
		return true;
	}
	p->wait_until = p->l1_time + AGAIN_SECONDS;
	log_error("proposer", "%s: block %" PRIu64 " is not claimed: %s",
		  result == CHAIN_CHECK_WRONG ? "WRONG BLOCK IN chain.db" : "can't check",
		  proposal->block, checked.reason ? checked.reason : "its entry is gone");
	return false;
}

/* The claim that is due, whose block was executed again. */
static bool find_proposal(struct proposer *p, struct proposal *out)
{
	uint64_t final;
	bool found;

	chain_reader_begin(p->chain);
	database_begin(inbox_database(p->inbox));
	final = chain_reader_heads(p->chain).finalized;
	out->entries = inbox_final_entry_count(p->inbox);
	out->block = final > 0 && out->entries > 0 ? block_to_claim(p, final) : 0;
	found = out->block > 0 && check_block(p, out);
	database_commit(inbox_database(p->inbox));
	chain_reader_end(p->chain);
	return found;
}

/* ---- the claim ---- */

/* create(uint32 gameType, bytes32 rootClaim, bytes extraData) */
static struct bytes create_calldata(struct arena *a, const struct proposer *p,
				    const struct proposal *proposal)
{
	static const char signature[] = "create(uint32,bytes32,bytes)";
	struct hash32 selector = keccak256(bytes_of(signature, sizeof(signature) - 1));
	uint8_t *out = arena_calloc(a, 4 + 7 * 32, 1), *words = out + 4;

	memcpy(out, selector.b, 4);
	memcpy(words, p->game_type.b, 32);
	memcpy(words + 32, proposal->output_root.b, 32);
	be64_store(words + 64 + 24, 3 * 32);
	be64_store(words + 96 + 24, 3 * 32);
	be64_store(words + 128 + 24, proposal->block);
	be64_store(words + 160 + 24, proposal->entries);
	memcpy(words + 192, proposal->link.b, 32);
	return bytes_of(out, 4 + 7 * 32);
}

/* Somebody has made this very claim. */
static bool is_made(const struct l1_node_error *error)
{
	static const char signature[] = "GameExists(address)";
	struct hash32 selector = keccak256(bytes_of(signature, sizeof(signature) - 1));

	return error->data.len >= 4 && memcmp(error->data.data, selector.b, 4) == 0;
}

/* Whether L1 would take it now. */
static bool would_succeed(struct proposer *p, struct arena *a, const struct proposal *proposal,
			  const struct l1_work *work)
{
	struct l1_message message = {
		.has_from = true,
		.from = p->account.address,
		.to = work->to,
		.value = work->value,
		.data = work->data,
	};
	struct bytes answer;
	const struct l1_node_error *error;

	if (l1_call(p->account.client, a, &answer, &message, L1_LATEST) == L1_OK)
		return true;
	error = l1_error(p->account.client);
	if (is_made(error)) {
		log_info("proposer", "block %" PRIu64 " has been claimed by somebody",
			 proposal->block);
		write_proposal(p, proposal->block);
		return false;
	}
	p->wait_until = p->l1_time + AGAIN_SECONDS;
	log_warn("proposer", "a claim of block %" PRIu64 " would fail: %s", proposal->block,
		 error->message);
	return false;
}

/* The key has L1's time, so that one that failed is another when it is made again. */
static void claim(struct proposer *p, const struct proposal *proposal)
{
	char key[80], purpose[64];
	struct arena a;
	struct l1_work work = {
		.purpose = purpose,
		.purpose_key = key,
		.to = p->sequencer->config.dispute_game_factory,
		.value = p->bond,
	};

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	snprintf(purpose, sizeof(purpose), "claim of block %" PRIu64, proposal->block);
	snprintf(key, sizeof(key), CLAIM "%" PRIu64 "/%" PRIu64, proposal->block, p->l1_time);
	work.data = create_calldata(&a, p, proposal);
	if (would_succeed(p, &a, proposal, &work)) {
		l1_transactions_submit(p->account.transactions, &work, NULL);
		log_info("proposer", "claiming the output root of block %" PRIu64, proposal->block);
	}
	arena_free(&a);
}

static void claim_if_due(struct proposer *p)
{
	struct proposal proposal;

	if (p->l1_time >= p->wait_until && find_proposal(p, &proposal) && can_pay(p))
		claim(p, &proposal);
}

/* ---- the thread ---- */

static void take_event(struct proposer *p, const struct l1_transaction_state *event)
{
	bool is_claim = strncmp(event->purpose_key, CLAIM, strlen(CLAIM)) == 0;

	if (event->status == L1_TX_CONFIRMED) {
		log_info("proposer", "%s is on L1", event->purpose_key);
		if (is_claim)
			write_proposal(p, strtoull(event->purpose_key + strlen(CLAIM), NULL, 10));
		return;
	}
	log_warn("proposer", "%s: %s: %s", event->purpose_key,
		 l1_transaction_status_text(event->status), event->reason);
	if (is_claim)
		p->wait_until = p->l1_time + AGAIN_SECONDS;
}

static void take_events(struct proposer *p)
{
	struct l1_transaction_state event;

	while (l1_transactions_next_event(p->account.transactions, &event)) {
		take_event(p, &event);
		l1_transactions_acknowledge(p->account.transactions, event.id);
	}
}

static void look(struct proposer *p)
{
	struct l1_block head;

	if (l1_block(p->account.client, &head, L1_LATEST) != L1_OK)
		return;
	p->l1_time = head.timestamp;
	take_events(p); /* before a claim is thought of */
	if (own_games_tick(p->games, p->l1_time) &&
	    l1_transactions_open_count(p->account.transactions) == 0)
		claim_if_due(p);
}

static void *run(void *argument)
{
	struct proposer *p = argument;

	while (!atomic_load(&p->stop)) {
		look(p);
		l1_transactions_tick(p->account.transactions);
		pause_ms(p->sequencer->options->service.l1_poll_ms, &p->stop);
	}
	return NULL;
}

/* ---- life ---- */

static bool open_databases(struct proposer *p, char error[DATABASE_ERROR_SIZE])
{
	struct sequencer *s = p->sequencer;
	struct database_schema schema = { "propose", 2, proposal_sql, s->owner };
	char path[SEQUENCER_PATH_SIZE];

	return database_open(&p->db, sequencer_path(s, "propose.db", path), &schema, error) &&
	       chain_reader_open(&p->chain, sequencer_path(s, "chain.db", path), &s->config,
				 error) &&
	       inbox_open_reader(&p->inbox, sequencer_path(s, "inbox.db", path), s->owner, error);
}

static bool open_account(struct proposer *p, char error[DATABASE_ERROR_SIZE])
{
	const struct options *o = p->sequencer->options;
	struct l1_account_config config = {
		.name = "proposer",
		.options = &o->service,
		.stop = &p->stop,
		.key = keystore_source_of(o->proposer_key_file, o->proposer_password_file,
					  "GAVEL_PROPOSER_KEY"),
		.db = p->db,
		.chain_id = p->sequencer->config.l1_chain_id,
		.confirmations = o->batch_confirmations,
	};

	return l1_account_open(&p->account, &config, error);
}

bool proposer_open(struct proposer **out, struct sequencer *s, char error[DATABASE_ERROR_SIZE])
{
	static const struct address none = { { 0 } };
	struct proposer *p;

	*out = NULL;
	if (!s->options->propose_interval)
		return true;
	if (address_eq(&s->config.dispute_game_factory, &none)) {
		snprintf(error, DATABASE_ERROR_SIZE,
			 "--propose-interval: rollup.json names no dispute game factory (gavel "
			 "deploy-dispute)");
		return false;
	}
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->sequencer = s;
	if (!open_databases(p, error) || !open_account(p, error)) {
		proposer_close(p);
		return false;
	}
	p->games = own_games_new(&(struct own_games_config){
	    .db = p->db,
	    .account = &p->account,
	    .factory = s->config.dispute_game_factory,
	    .interval = s->options->propose_interval,
	});
	*out = p;
	return true;
}

bool proposer_start(struct proposer *p, char error[DATABASE_ERROR_SIZE])
{
	if (!p)
		return true;
	if (!read_parameters(p)) {
		snprintf(error, DATABASE_ERROR_SIZE, "can't read the dispute game factory: %.200s",
			 l1_error(p->account.client)->message);
		return false;
	}
	(void)can_pay(p); /* says so beforehand */
	if (pthread_create(&p->thread, NULL, run, p) != 0)
		abort();
	pthread_setname_np(p->thread, "proposer");
	p->is_running = true;
	return true;
}

void proposer_stop(struct proposer *p)
{
	if (!p)
		return;
	atomic_store(&p->stop, true);
	if (p->is_running)
		pthread_join(p->thread, NULL);
	p->is_running = false;
}

void proposer_close(struct proposer *p)
{
	if (!p)
		return;
	own_games_free(p->games);
	l1_account_close(&p->account);
	chain_reader_close(p->chain);
	inbox_close(p->inbox);
	database_close(p->db);
	free(p);
}
