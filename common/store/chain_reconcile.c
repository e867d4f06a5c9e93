/* chain_reconcile: the chain follows L1.
 *
 * Which entries the safe blocks came from is kept with the entries' links, so
 * an L1 reorg shows as a link that differs.  What messages a block consumed is
 * kept as the queue's link after it; links are a hash chain, so the head's
 * link speaks for all blocks before it. */
#include <stdlib.h>

#include "base/native/log.h"
#include "crypto/keccak.h"
#include "store/chain_private.h"
#include "trie/trie.h"

/* One run of chain_reconcile(). */
struct reconciliation {
	struct chain *chain;
	struct inbox *inbox;
	struct inbox_source source;
	const struct chain_dropped *dropped;
	struct arena arena;
	uint64_t entry_count;
	bool confirmed; /* a head moved */
	bool extended;
	bool rolled_back;
};

/* The block that entry `index` is known to reach; that of the entry before if
 * it has none. */
static void write_applied(struct reconciliation *r, uint64_t index, uint64_t last_block)
{
	sqlite3_stmt *s;
	struct entry entry;
	struct hash32 link;

	if (!inbox_entry(r->inbox, index, &entry, &link))
		database_fail(r->chain->db, "an entry that was derived from is gone");
	s = database_statement(r->chain->db,
			       "INSERT OR REPLACE INTO applied_entry VALUES (?, ?, ?)");
	database_bind_u64(s, 1, index);
	database_bind_hash(s, 2, &link);
	database_bind_u64(s, 3, last_block);
	database_run(r->chain->db, s);
}

/* Entries up to and without `end` reach block `last_block` and no further. */
static void apply_entries_before(struct reconciliation *r, uint64_t end, uint64_t last_block)
{
	uint64_t index, from = 0, known_last;
	struct hash32 link;

	if (chain_last_applied(r->chain, &index, &link, &known_last))
		from = index + 1;
	for (uint64_t i = from; i < end; i++)
		write_applied(r, i, last_block);
	if (r->chain->applied_entries < end) {
		r->chain->applied_entries = end;
		r->confirmed = true;
	}
}

/* Takes back "safe" from blocks whose entry L1 has reorganised away. */
static void forget_lost_entries(struct reconciliation *r)
{
	struct chain *chain = r->chain;
	uint64_t index, last_block, safe = 0;
	struct hash32 link, now;
	struct entry entry;
	bool lost = false;

	while (chain_last_applied(chain, &index, &link, &last_block)) {
		if (inbox_entry(r->inbox, index, &entry, &now) && hash32_eq(&now, &link)) {
			safe = last_block;
			break;
		}
		chain_forget_applied(chain, index);
		lost = true;
	}
	if (!lost)
		return;
	if (safe < chain->heads.finalized)
		database_fail(chain->db, "L1 reorganised an entry that it had called final");
	log_warn("chain", "L1 reorg: safe head goes back from %llu to %llu",
		 (unsigned long long)chain->heads.safe, (unsigned long long)safe);
	chain->heads.safe = safe;
	r->confirmed = true;
}

static void roll_back(struct reconciliation *r, uint64_t number, const char *why)
{
	if (number >= r->chain->heads.latest)
		return;
	log_warn("chain", "rolling back from block %llu to %llu: %s",
		 (unsigned long long)r->chain->heads.latest, (unsigned long long)number, why);
	chain_rollback(r->chain, number, r->dropped);
	r->rolled_back = true;
}

/* Whether the messages that block `number` and those before it consumed are
 * the ones that L1 has now. */
static bool queue_agrees(struct reconciliation *r, uint64_t number)
{
	sqlite3_stmt *s = database_statement(
	    r->chain->db, "SELECT header, queue_link FROM block WHERE number = ?");
	struct header header;
	struct position position;
	struct hash32 link, now;
	bool agrees;

	database_bind_u64(s, 1, number);
	if (!database_row(r->chain->db, s) || !header_decode(&header, database_bytes(s, 0)) ||
	    !position_decode(&position, &header) || !database_hash(s, 1, &link))
		database_fail(r->chain->db, "a block's header or queue link is not one");
	sqlite3_reset(s);
	agrees = inbox_message_link(r->inbox, position.queue_next, &now) && hash32_eq(&now, &link);
	return agrees;
}

static void drop_blocks_of_lost_messages(struct reconciliation *r)
{
	uint64_t low = r->chain->heads.safe, high = r->chain->heads.latest;

	/* The link of a safe block's entry speaks for its messages too. */
	if (high == low || queue_agrees(r, high))
		return;
	/* low agrees, high does not */
	while (high - low > 1) {
		uint64_t middle = low + (high - low) / 2;

		if (queue_agrees(r, middle))
			low = middle;
		else
			high = middle;
	}
	roll_back(r, low, "L1 has other queue messages than it consumed");
}

/* Of the transactions that `input` is made of, deposits first. */
static struct hash32 transactions_root_of(struct reconciliation *r, const struct block_input *input)
{
	size_t count = 0, most = input->message_count + input->transaction_count;
	struct bytes *raw = ARENA_ARRAY(&r->arena, struct bytes, most);
	struct transaction deposit;

	for (size_t i = 0; i < input->message_count; i++)
		if (message_transaction(&r->arena, &r->chain->config->chain, &input->messages[i],
					&deposit))
			raw[count++] = tx_encode(&r->arena, &deposit);
	for (size_t i = 0; i < input->transaction_count; i++)
		raw[count++] = tx_bytes(&r->arena, &input->transactions[i]);
	return trie_list_root(&r->arena, raw, count);
}

/* Whether the stored block after the safe head is what `input` makes: then it
 * need not be executed again. */
static bool stored_block_fits(struct reconciliation *r, const struct block_input *input)
{
	struct header header, expected = { 0 };
	struct hash32 hash, root;

	if (!chain_read_header(r->chain->db, input->number, &header, &hash))
		return false;
	position_encode(&expected, &input->position);
	if (header.timestamp != input->timestamp ||
	    !bytes_eq(bytes_of(header.extra_data, header.extra_data_len),
		      bytes_of(expected.extra_data, expected.extra_data_len)))
		return false;
	root = transactions_root_of(r, input);
	return hash32_eq(&root, &header.transactions_root);
}

static void execute(struct reconciliation *r, const struct block_input *input)
{
	const struct transaction *transactions = read_ahead_recover(
	    r->chain->ahead, &r->arena, input->transactions, input->transaction_count);
	struct block_builder *builder = chain_begin_block(r->chain, &r->arena, input);
	struct hash32 queue_link;
	struct block block;

	/* Whoever has no sender now has none: it is not looked for again. */
	for (size_t i = 0; i < input->transaction_count; i++)
		if (transactions[i].has_from)
			(void)block_add_transaction(builder, &transactions[i]);
	if (!inbox_message_link(r->inbox, input->position.queue_next, &queue_link))
		database_fail(r->chain->db, "a message that was derived is gone");
	chain_append(r->chain, builder, &input->position, &queue_link, &block);
	r->extended = true;
}

static void take_block(struct reconciliation *r, const struct block_input *input)
{
	struct chain *chain = r->chain;

	if (input->number <= chain->heads.latest && !stored_block_fits(r, input))
		roll_back(r, input->number - 1, "L1 has another block there");
	if (input->number > chain->heads.latest)
		execute(r, input);
	apply_entries_before(r, input->position.entry, input->number - 1);
	write_applied(r, input->position.entry, input->number);
	chain->heads.safe = input->number;
	r->confirmed = true;
}

/* At the end of the inbox: blocks behind the safe head can only be of the next
 * entry.  Those of one that is there already were not in it; those of a later
 * one were built behind an entry without blocks that L1 has lost, and nobody
 * would post that again. */
static void drop_blocks_of_other_entries(struct reconciliation *r)
{
	struct chain *chain = r->chain;
	struct header header;
	struct position position;
	struct hash32 hash;

	if (chain->heads.latest == chain->heads.safe ||
	    !chain_read_header(chain->db, chain->heads.safe + 1, &header, &hash))
		return;
	if (position_decode(&position, &header) && position.entry == r->entry_count)
		return;
	roll_back(r, chain->heads.safe, "the inbox has another entry in their place");
}

/* ---- entries to come ---- */

static bool take_read_ahead(void *context, uint64_t index, const struct entry *entry,
			    struct payload *payload)
{
	return read_ahead_take(context, index, &entry->payload_hash, payload);
}

static bool read_one_ahead(struct reconciliation *r, uint64_t index)
{
	struct arena_mark mark = arena_mark(&r->arena);
	struct bytes payload = { NULL, 0 };
	struct hash32 link;
	struct entry entry;
	bool found;

	if (!inbox_entry(r->inbox, index, &entry, &link))
		return false;
	/* derive_next() says so when it is missing. */
	found = hash32_eq(&entry.payload_hash, &keccak_empty) ||
		r->source.payload(r->source.context, &r->arena, &entry.payload_hash, &payload);
	if (found)
		read_ahead_add(r->chain->ahead, index, &entry.payload_hash, payload);
	arena_reset(&r->arena, mark);
	return found;
}

/* Not while there are blocks in the chain that only have to be compared. */
static void read_ahead_of(struct reconciliation *r, const struct header *parent)
{
	uint64_t index = read_ahead_next(r->chain->ahead);
	struct position position;

	if (r->chain->heads.latest > r->chain->heads.safe || !position_decode(&position, parent))
		return;
	/* One that was begun before the program's start is not worth it. */
	position.entry += position.blocks_taken > 0 || position.in_tail;
	if (index < position.entry)
		index = position.entry;
	while (index < r->entry_count && read_ahead_has_room(r->chain->ahead) &&
	       read_one_ahead(r, index))
		index++;
}

static enum derive_err derive_one(struct reconciliation *r)
{
	struct chain *chain = r->chain;
	struct arena_mark mark = arena_mark(&r->arena);
	struct block_input input;
	struct header parent;
	struct hash32 hash;
	enum derive_err err;

	if (!chain_read_header(chain->db, chain->heads.safe, &parent, &hash))
		database_fail(chain->db, "the safe head's block is missing");
	read_ahead_of(r, &parent);
	err = derive_next(&r->arena, &input, &chain->config->chain, &parent, &r->source,
			  &chain->cache);
	if (err == DERIVE_OK)
		take_block(r, &input);
	arena_reset(&r->arena, mark);
	return err;
}

static void finalize(struct reconciliation *r)
{
	struct chain *chain = r->chain;
	uint64_t final = inbox_final_entry_count(r->inbox), last;
	sqlite3_stmt *s;

	if (final > chain->applied_entries)
		final = chain->applied_entries;
	if (final == 0)
		return;
	s = database_statement(chain->db, "SELECT last_block FROM applied_entry WHERE id = ?");
	database_bind_u64(s, 1, final - 1);
	if (!database_row(chain->db, s))
		database_fail(chain->db, "an applied entry is missing");
	last = database_u64(s, 0);
	sqlite3_reset(s);
	if (last > chain->heads.finalized) {
		chain->heads.finalized = last;
		r->confirmed = true;
	}
}

static enum derive_err follow(struct reconciliation *r, size_t max_blocks, bool *more)
{
	enum derive_err err = DERIVE_OK;

	/* An L1 reorg may have put another entry under the same index. */
	r->chain->cache.filled = false;
	r->chain->cache.decoded = take_read_ahead;
	r->chain->cache.decoded_context = r->chain->ahead;
	forget_lost_entries(r);
	drop_blocks_of_lost_messages(r);
	for (size_t i = 0; max_blocks == 0 || i < max_blocks; i++) {
		err = derive_one(r);
		if (err != DERIVE_OK)
			break;
	}
	*more = err == DERIVE_OK;
	if (err == DERIVE_END) {
		apply_entries_before(r, r->entry_count, r->chain->heads.safe);
		drop_blocks_of_other_entries(r);
	}
	finalize(r);
	return err;
}

enum reconcile_result chain_reconcile(struct chain *chain, struct inbox *inbox, size_t max_blocks,
				      const struct chain_dropped *dropped, bool *more)
{
	struct inbox_horizon horizon = { inbox, UINT64_MAX };
	struct reconciliation r = { .chain = chain, .inbox = inbox, .dropped = dropped };
	enum derive_err err;
	bool again;

	arena_init(&r.arena, &arena_heap, ARENA_HEAP_BLOCK);
	r.source = inbox_source_of(&horizon);
	database_begin(inbox_database(inbox)); /* one moment of the inbox */
	r.entry_count = inbox_entry_count(inbox);
	database_begin(chain->db);
	chain_batch_begin(chain);
	err = follow(&r, max_blocks, &again);
	chain_batch_end(chain);
	if (r.confirmed || r.rolled_back || r.extended)
		chain_write_heads(chain);
	database_commit(chain->db);
	database_commit(inbox_database(inbox));
	arena_free(&r.arena);
	if (more)
		*more = again;
	if (err == DERIVE_FAILED)
		return RECONCILE_FAILED;
	if (r.rolled_back)
		return RECONCILE_REORGANISED;
	if (r.extended)
		return RECONCILE_EXTENDED;
	return r.confirmed ? RECONCILE_CONFIRMED : RECONCILE_UNCHANGED;
}
