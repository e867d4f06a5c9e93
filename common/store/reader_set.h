/* reader_set: database readers for threads that come and go: each borrows one. */
#ifndef GAVEL_STORE_READER_SET_H
#define GAVEL_STORE_READER_SET_H

#include "store/chain_reader.h"
#include "store/inbox.h"

struct reader_set;

struct reader_pair {
	struct chain_reader *chain;
	struct inbox *inbox;
	struct arena arena; /* reset when given back */
};

/* Readers are opened as they are needed.  The databases exist already. */
struct reader_set *reader_set_new(const char *chain_path, const char *inbox_path, const char *owner,
				  const struct rollup_config *config);
void reader_set_free(struct reader_set *set);

/* Borrows one, with a snapshot begun on both databases.  NULL: it could not be opened
 * (logged). */
struct reader_pair *reader_take(struct reader_set *set);
/* Ends the snapshots and gives it back. */
void reader_give(struct reader_set *set, struct reader_pair *pair);

#endif
