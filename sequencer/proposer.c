/* proposer: which blocks were claimed is kept by the L1 transaction manager: a
 * claim's purpose is its block and root, so none is made twice. */
#include "sequencer/proposer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"
#include "base/native/pause.h"
#include "crypto/keccak.h"
#include "net/l1_account.h"
#include "store/inbox.h"

static const char proposal_sql[] = "CREATE TABLE proposal(block INTEGER PRIMARY KEY,"
				   "  output_root BLOB NOT NULL, entries INTEGER NOT NULL);";

struct proposer {
	struct sequencer *sequencer;
	struct database *db;
	struct chain_reader *chain;
	struct inbox *inbox;
	struct l1_account account;
	/* of the factory */
	struct address registry;
	struct hash32 game_type; /* a word */
	struct u256 bond;        /* wei */
	uint64_t max_span;       /* blocks behind the anchor */
	pthread_t thread;
	bool is_running;
	atomic_bool stop;
};

/* ---- what L1 says ---- */

/* `words` words that a function without arguments returns. */
static bool read_words(struct proposer *p, const struct address *contract, const char *function,
		       struct hash32 *words, size_t count)
{
	struct hash32 selector = keccak256(bytes_of(function, strlen(function)));
	struct l1_message message = { .to = *contract, .data = bytes_of(selector.b, 4) };
	struct bytes answer;
	struct arena a;
	bool good;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	good = l1_call(p->account.client, &a, &answer, &message, L1_LATEST) == L1_OK &&
	       answer.len == 32 * count;
	if (good)
		memcpy(words, answer.data, 32 * count);
	arena_free(&a);
	return good;
}

static bool read_parameters(struct proposer *p)
{
	const struct address *factory = &p->sequencer->config.dispute_game_factory;
	struct hash32 word;
	struct address game;

	if (!read_words(p, factory, "implementation()", &word, 1))
		return false;
	memcpy(game.b, word.b + 12, 20);
	if (!read_words(p, factory, "gameType()", &p->game_type, 1) ||
	    !read_words(p, factory, "anchorStateRegistry()", &word, 1))
		return false;
	memcpy(p->registry.b, word.b + 12, 20);
	if (!read_words(p, &game, "rootBond()", &word, 1))
		return false;
	p->bond = u256_from_be(word.b, 32);
	if (!read_words(p, &game, "maxSpan()", &word, 1))
		return false;
	p->max_span = be64_load(word.b + 24);
	return true;
}

static bool read_anchor(struct proposer *p, uint64_t *block)
{
	struct hash32 words[2];

	if (!read_words(p, &p->registry, "getAnchorRoot()", words, 2))
		return false;
	*block = be64_load(words[1].b + 24);
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
	log_warn("proposer", "a claim needs a bond of %s wei, the key has %s: claims wait",
		 u256_to_decimal(bond, &p->bond), u256_to_decimal(has, &balance));
	return false;
}

/* ---- claims ---- */

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

	sqlite3_reset(s);
	return block;
}

static void write_proposal(struct proposer *p, const struct proposal *proposal)
{
	sqlite3_stmt *s =
	    database_statement(p->db, "INSERT OR REPLACE INTO proposal VALUES (?, ?, ?)");

	database_bind_u64(s, 1, proposal->block);
	database_bind_hash(s, 2, &proposal->output_root);
	database_bind_u64(s, 3, proposal->entries);
	database_run(p->db, s);
}

/* The newest block that is final on L1, with all entries that are. */
static bool find_final(struct proposer *p, struct proposal *out)
{
	struct stored_block block;
	struct entry entry;
	struct arena a;
	bool found;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	chain_reader_begin(p->chain);
	database_begin(inbox_database(p->inbox));
	out->block = chain_reader_heads(p->chain).finalized;
	out->entries = inbox_final_entry_count(p->inbox);
	found = out->block > 0 && out->entries > 0 &&
		chain_reader_block(p->chain, &a, out->block, false, &block) &&
		inbox_entry(p->inbox, out->entries - 1, &entry, &out->link);
	if (found)
		out->output_root = block.output_root;
	database_commit(inbox_database(p->inbox));
	chain_reader_end(p->chain);
	arena_free(&a);
	return found;
}

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
	snprintf(purpose, sizeof(purpose), "claim of block %llu",
		 (unsigned long long)proposal->block);
	snprintf(key, sizeof(key), "claim/%llu/%llu", (unsigned long long)proposal->block,
		 (unsigned long long)proposal->entries);
	work.data = create_calldata(&a, p, proposal);
	l1_transactions_submit(p->account.transactions, &work, NULL);
	write_proposal(p, proposal);
	arena_free(&a);
	log_info("proposer", "claiming the output root of block %llu",
		 (unsigned long long)proposal->block);
}

static void claim_if_due(struct proposer *p)
{
	uint64_t anchor, least = p->sequencer->options->propose_interval;
	struct proposal proposal;

	if (l1_transactions_open_count(p->account.transactions) > 0 || !find_final(p, &proposal) ||
	    proposal.block < last_proposed(p) + least || !read_anchor(p, &anchor) ||
	    proposal.block <= anchor)
		return;
	if (proposal.block - anchor > p->max_span) {
		log_warn("proposer", "block %llu is too far behind the anchor %llu for a claim",
			 (unsigned long long)proposal.block, (unsigned long long)anchor);
		return;
	}
	if (can_pay(p))
		claim(p, &proposal);
}

static void report(struct proposer *p)
{
	struct l1_transaction_state event;

	while (l1_transactions_next_event(p->account.transactions, &event)) {
		if (event.status == L1_TX_CONFIRMED)
			log_info("proposer", "%s is on L1", event.purpose_key);
		else
			log_warn("proposer", "%s: %s: %s", event.purpose_key,
				 l1_transaction_status_text(event.status), event.reason);
		l1_transactions_acknowledge(p->account.transactions, event.id);
	}
}

static void *run(void *argument)
{
	struct proposer *p = argument;

	while (!atomic_load(&p->stop)) {
		claim_if_due(p);
		l1_transactions_tick(p->account.transactions);
		report(p);
		pause_ms(p->sequencer->options->service.l1_poll_ms, &p->stop);
	}
	return NULL;
}

/* ---- life ---- */

static bool open_databases(struct proposer *p, char error[DATABASE_ERROR_SIZE])
{
	struct sequencer *s = p->sequencer;
	struct database_schema schema = { "propose", 1, proposal_sql, s->owner };
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
		.db = database_handle(p->db),
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
	l1_account_close(&p->account);
	chain_reader_close(p->chain);
	inbox_close(p->inbox);
	database_close(p->db);
	free(p);
}
