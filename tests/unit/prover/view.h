/* view: a challenger's view of games on an L1 with a script, in words, so that two can be
 * compared; and what happens in those games. */
#ifndef GAVEL_TESTS_UNIT_PROVER_VIEW_H
#define GAVEL_TESTS_UNIT_PROVER_VIEW_H

#include "prover/games.h"
#include "tests/support/game_example.h"
#include "tests/support/game_l1.h"
#include "tests/support/test_world.h"

struct view {
	struct database *db;
	struct games *games;
};

extern const struct address me, liar;
extern char directory[WORLD_PATH_SIZE];
extern struct game_l1 l1;
extern struct l1_client *client;
extern struct view view; /* in view.db */
extern unsigned confirmations;

/* Before and after each test: all of the above. */
int start(void **state);
int stop(void **state);

void open_view(struct view *v, const char *file);
void close_view(struct view *v);
void reopen(void);

/* Until there is nothing more to be read; fails where there is no way to. */
void follow_to_the_end(struct view *v);
void follow(void);
/* Up to where the database has read. */
uint64_t view_head(void);

/* All of it but the marks, which depend on when L1 was looked at; to be freed. */
char *describe(struct view *v);
/* Frees `expected`. */
void expect_described(struct view *v, char *expected);
/* As one that has seen nothing but L1's chain of now. */
void expect_as_fresh(void);

/* Games by number.  All are about the same. */
struct game_rules rules(unsigned number);
struct game_entry *entry(unsigned number); /* NULL: there is none */
struct hash32 root_claim(unsigned number);
/* Attacks on the root claim; no two variants are the same. */
struct claim attack(unsigned number, uint64_t variant, struct claim_list *list);
struct game_log attack_log(unsigned number, uint64_t variant);
struct hash32 attack_hash(unsigned number, uint64_t variant);

/* Into the next block, and on to the one behind. */
void create(unsigned number);
void log_in(unsigned number, struct game_log log);
void mine(unsigned count);

#endif
