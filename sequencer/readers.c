#include "sequencer/readers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/native/arena_heap.h"
#include "base/native/log.h"

struct reader {
	struct reader_pair pair; /* first: what is borrowed is this */
	struct arena_mark empty; /* behind it one block is kept */
	struct reader *next;
};

struct reader_set {
	pthread_mutex_t lock;
	struct reader *idle;
	char *chain_path;
	char *inbox_path;
	char *owner;
	const struct rollup_config *config;
};

struct reader_set *reader_set_new(const char *chain_path, const char *inbox_path, const char *owner,
				  const struct rollup_config *config)
{
	struct reader_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	pthread_mutex_init(&set->lock, NULL);
	set->chain_path = strdup(chain_path);
	set->inbox_path = strdup(inbox_path);
	set->owner = strdup(owner);
	set->config = config;
	if (!set->chain_path || !set->inbox_path || !set->owner) {
		reader_set_free(set);
		return NULL;
	}
	return set;
}

static void reader_free(struct reader *reader)
{
	chain_reader_close(reader->pair.chain);
	inbox_close(reader->pair.inbox);
	arena_free(&reader->pair.arena);
	free(reader);
}

void reader_set_free(struct reader_set *set)
{
	if (!set)
		return;
	while (set->idle) {
		struct reader *next = set->idle->next;

		reader_free(set->idle);
		set->idle = next;
	}
	pthread_mutex_destroy(&set->lock);
	free(set->chain_path);
	free(set->inbox_path);
	free(set->owner);
	free(set);
}

static struct reader *reader_open(struct reader_set *set)
{
	char error[DATABASE_ERROR_SIZE] = "out of memory";
	struct reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return NULL;
	arena_init(&reader->pair.arena, &arena_heap, ARENA_HEAP_BLOCK);
	if (!chain_reader_open(&reader->pair.chain, set->chain_path, set->config, error) ||
	    !inbox_open_reader(&reader->pair.inbox, set->inbox_path, set->owner, error)) {
		log_error("rpc", "can't open the databases for reading: %s", error);
		reader_free(reader);
		return NULL;
	}
	(void)arena_alloc(&reader->pair.arena, 1);
	reader->empty = arena_mark(&reader->pair.arena);
	return reader;
}

static struct reader *take_idle(struct reader_set *set)
{
	struct reader *reader;

	pthread_mutex_lock(&set->lock);
	reader = set->idle;
	if (reader)
		set->idle = reader->next;
	pthread_mutex_unlock(&set->lock);
	return reader;
}

struct reader_pair *reader_take(struct reader_set *set)
{
	struct reader *reader = take_idle(set);

	if (!reader)
		reader = reader_open(set);
	if (!reader)
		return NULL;
	chain_reader_begin(reader->pair.chain);
	database_begin(inbox_database(reader->pair.inbox));
	return &reader->pair;
}

void reader_give(struct reader_set *set, struct reader_pair *pair)
{
	struct reader *reader = (struct reader *)pair;

	database_commit(inbox_database(pair->inbox));
	chain_reader_end(pair->chain);
	arena_reset(&pair->arena, reader->empty);
	pthread_mutex_lock(&set->lock);
	reader->next = set->idle;
	set->idle = reader;
	pthread_mutex_unlock(&set->lock);
}
