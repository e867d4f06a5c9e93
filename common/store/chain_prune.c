/* chain: which old states are kept. */
#include "store/chain_private.h"

/* In a table of its own, which files of before don't have. */
void chain_load_kept_from(struct chain *chain)
{
	static const struct address none;
	sqlite3_stmt *s;

	database_run(chain->db,
		     database_statement(chain->db, "CREATE TABLE IF NOT EXISTS kept_from"
						   "(id INTEGER PRIMARY KEY CHECK (id = 0),"
						   " block INTEGER NOT NULL)"));
	chain->kept_from = UINT64_MAX;
	if (address_eq(&chain->config->dispute_game_factory, &none))
		return;
	s = database_statement(chain->db, "SELECT block FROM kept_from");
	chain->kept_from = database_row(chain->db, s) ? database_u64(s, 0) : 0;
	sqlite3_reset(s);
}

void chain_keep_from(struct chain *chain, uint64_t block)
{
	sqlite3_stmt *s;

	if (block == chain->kept_from)
		return;
	s = database_statement(chain->db, "INSERT OR REPLACE INTO kept_from VALUES (0, ?)");
	database_bind_u64(s, 1, block);
	database_run(chain->db, s);
	chain->kept_from = block;
}

uint64_t chain_oldest_state(const struct chain *chain)
{
	uint64_t pruned;

	chain_read_heads(chain->db, NULL, &pruned);
	return pruned;
}

/* Whether everything that block `number` replaced may go. */
static bool is_history(struct chain *chain, uint64_t number, uint64_t now)
{
	struct header header;
	struct hash32 hash;

	return number <= chain->heads.finalized && number <= chain->kept_from &&
	       chain_read_header(chain->db, number, &header, &hash) &&
	       header.timestamp + chain->options.history_window < now;
}

void chain_prune(struct chain *chain, uint64_t clock, uint64_t l1_time, size_t max_blocks)
{
	uint64_t now = clock < l1_time ? clock : l1_time;
	uint64_t pruned = chain_oldest_state(chain);
	bool entered;
	sqlite3_stmt *s;

	if (!max_blocks || !is_history(chain, pruned + 1, now))
		return;
	entered = chain_enter(chain);
	for (size_t i = 0; i < max_blocks && is_history(chain, pruned + 1, now); i++)
		node_store_prune(chain->db, ++pruned);
	s = database_statement(chain->db, "UPDATE heads SET pruned = ?");
	database_bind_u64(s, 1, pruned);
	database_run(chain->db, s);
	chain_leave(chain, entered);
}
