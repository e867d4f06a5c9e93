#include "net/l1_anchor.h"

#include <string.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"

#define LOOK_SECONDS 60

/* What a function without arguments returns: `count` words. */
static bool ask(struct l1_client *client, const struct address *contract, const char *function,
		struct l1_block_id at, struct hash32 *words, size_t count)
{
	struct hash32 selector = keccak256(bytes_of(function, strlen(function)));
	struct l1_message message = { .to = *contract, .data = bytes_of(selector.b, 4) };
	struct bytes answer;
	struct arena a;
	bool good;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	good = l1_call(client, &a, &answer, &message, at) == L1_OK &&
	       answer.len == count * sizeof(*words);
	if (good)
		memcpy(words, answer.data, answer.len);
	arena_free(&a);
	return good;
}

/* The factory's, which never changes. */
static bool find_registry(struct l1_anchor *anchor, struct l1_client *client)
{
	struct hash32 word;

	if (!anchor->has_registry &&
	    ask(client, &anchor->factory, "anchorStateRegistry()", L1_LATEST, &word, 1)) {
		memcpy(anchor->registry.b, word.b + 12, sizeof(anchor->registry.b));
		anchor->has_registry = true;
	}
	return anchor->has_registry;
}

bool l1_anchor_look(struct l1_anchor *anchor, struct l1_client *client, uint64_t now,
		    uint64_t finalized, uint64_t *block)
{
	static const struct address none;
	struct hash32 words[2];

	if (address_eq(&anchor->factory, &none) || finalized == 0 ||
	    now < anchor->looked_at + LOOK_SECONDS)
		return false;
	anchor->looked_at = now;
	if (!find_registry(anchor, client) ||
	    !ask(client, &anchor->registry, "getAnchorRoot()", l1_at_number(finalized), words, 2))
		return false;
	*block = be64_load(words[1].b + 24);
	return true;
}
