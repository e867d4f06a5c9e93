#include "store/transaction_index.h"

#define RECENT_BLOCKS 16

static uint64_t prefix_of(const struct hash32 *hash)
{
	return be64_load(hash->b);
}

static void merge_recent(struct database *db)
{
	database_run(
	    db, database_statement(db, "INSERT INTO transaction_index SELECT prefix, number, place "
				       "FROM transaction_recent ORDER BY prefix, number, place"));
	database_run(db, database_statement(db, "DELETE FROM transaction_recent"));
}

void transaction_index_add(struct database *db, uint64_t number,
			   const struct block_transaction *transactions, size_t count)
{
	static const char one[] = "INSERT INTO transaction_recent VALUES (?, ?, ?)";
	static const char many[] =
	    "INSERT INTO transaction_recent VALUES " DATABASE_ROWS_OF("(?, ?, ?)");

	for (size_t i = 0, rows; i < count; i += rows) {
		sqlite3_stmt *s;

		rows = count - i < DATABASE_ROWS ? 1 : DATABASE_ROWS;
		s = database_statement(db, rows == 1 ? one : many);
		for (size_t j = 0; j < rows; j++) {
			database_bind_u64(s, (int)(3 * j + 1),
					  prefix_of(&transactions[i + j].tx.hash));
			database_bind_u64(s, (int)(3 * j + 2), number);
			database_bind_u64(s, (int)(3 * j + 3), i + j);
		}
		database_run(db, s);
	}
	if (number % RECENT_BLOCKS == 0)
		merge_recent(db);
}

static void remove_one(struct database *db, sqlite3_stmt *s, uint64_t number,
		       const struct block_transaction *transaction)
{
	database_bind_u64(s, 1, prefix_of(&transaction->tx.hash));
	database_bind_u64(s, 2, number);
	database_run(db, s);
}

void transaction_index_remove(struct database *db, uint64_t number,
			      const struct block_transaction *transactions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		remove_one(db,
			   database_statement(db, "DELETE FROM transaction_recent "
						  "WHERE prefix = ? AND number = ?"),
			   number, &transactions[i]);
		remove_one(db,
			   database_statement(db, "DELETE FROM transaction_index "
						  "WHERE prefix = ? AND number = ?"),
			   number, &transactions[i]);
	}
}

bool transaction_index_find(struct database *db, const struct hash32 *hash, uint64_t *number,
			    size_t *index,
			    bool (*is_it)(void *context, uint64_t number, size_t index),
			    void *context)
{
	sqlite3_stmt *s = database_statement(
	    db, "SELECT number, place FROM transaction_recent WHERE prefix = ?1 UNION ALL "
		"SELECT number, place FROM transaction_index WHERE prefix = ?1");
	bool found = false;

	database_bind_u64(s, 1, prefix_of(hash));
	while (!found && database_row(db, s)) {
		*number = database_u64(s, 0);
		*index = (size_t)database_u64(s, 1);
		found = is_it(context, *number, *index);
	}
	sqlite3_reset(s);
	return found;
}
