#include "store/reader_set.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"

struct reader_entry {
	struct reader_pair pair; /* first: it is handed out */
	struct arena_mark empty; /* with its first block */
	struct reader_entry *next;
};

struct reader_set {
	char *chain_path;
	char *inbox_path;
	char *owner;
	const struct rollup_config *config;
	pthread_mutex_t lock;
	struct reader_entry *idle;
};

struct reader_set *reader_set_new(const char *chain_path, const char *inbox_path, const char *owner,
				  const struct rollup_config *config)
{
	struct reader_set *set = calloc(1, sizeof(*set));

	if (!set)
		abort();
	set->chain_path = strdup(chain_path);
	set->inbox_path = strdup(inbox_path);
	set->owner = strdup(owner);
	set->config = config;
	pthread_mutex_init(&set->lock, NULL);
	if (!set->chain_path || !set->inbox_path || !set->owner)
		abort();
	return set;
}

static void close_entry(struct reader_entry *entry)
{
	chain_reader_close(entry->pair.chain);
	inbox_close(entry->pair.inbox);
	arena_free(&entry->pair.arena);
	free(entry);
}

void reader_set_free(struct reader_set *set)
{
	if (!set)
		return;
	while (set->idle) {
		struct reader_entry *entry = set->idle;

		set->idle = entry->next;
		close_entry(entry);
	}
	pthread_mutex_destroy(&set->lock);
	free(set->chain_path);
	free(set->inbox_path);
	free(set->owner);
	free(set);
}

static struct reader_entry *open_entry(struct reader_set *set)
{
	struct reader_entry *entry = calloc(1, sizeof(*entry));
	char error[DATABASE_ERROR_SIZE];

	if (!entry)
		abort();
	arena_init(&entry->pair.arena, &arena_heap, ARENA_HEAP_BLOCK);
	arena_alloc(&entry->pair.arena, 1);
	entry->empty = arena_mark(&entry->pair.arena);
	if (chain_reader_open(&entry->pair.chain, set->chain_path, set->config, error) &&
	    inbox_open_reader(&entry->pair.inbox, set->inbox_path, set->owner, error))
		return entry;
	log_error("database", "a reader can't be opened: %s", error);
	close_entry(entry);
	return NULL;
}

struct reader_pair *reader_take(struct reader_set *set)
{
	struct reader_entry *entry;

	pthread_mutex_lock(&set->lock);
	entry = set->idle;
	if (entry)
		set->idle = entry->next;
	pthread_mutex_unlock(&set->lock);
	if (!entry)
		entry = open_entry(set);
	if (!entry)
		return NULL;
	chain_reader_begin(entry->pair.chain);
	database_begin(inbox_database(entry->pair.inbox));
	return &entry->pair;
}

void reader_give(struct reader_set *set, struct reader_pair *pair)
{
	struct reader_entry *entry = (struct reader_entry *)pair;

	chain_reader_end(pair->chain);
	database_commit(inbox_database(pair->inbox));
	arena_reset(&pair->arena, entry->empty);
	pthread_mutex_lock(&set->lock);
	entry->next = set->idle;
	set->idle = entry;
	pthread_mutex_unlock(&set->lock);
}
