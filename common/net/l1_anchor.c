#include "net/l1_anchor.h"

#include "net/l1_view.h"

#define LOOK_SECONDS 60

/* The factory's, which never changes. */
static bool find_registry(struct l1_anchor *anchor, struct l1_client *client)
{
	if (!anchor->has_registry)
		anchor->has_registry = l1_view_address(client, &anchor->factory,
						       "anchorStateRegistry()", &anchor->registry);
	return anchor->has_registry;
}

static bool read_anchor(const struct l1_anchor *anchor, struct l1_client *client,
			uint64_t finalized, uint64_t *block)
{
	struct l1_view view = { anchor->registry, "getAnchorRoot()", NULL,
				l1_at_number(finalized) };
	struct hash32 root_and_block[2];

	if (!l1_view(client, &view, root_and_block, 2))
		return false;
	*block = l1_word_u64(&root_and_block[1]);
	return true;
}

bool l1_anchor_look(struct l1_anchor *anchor, struct l1_client *client, uint64_t now,
		    uint64_t finalized, uint64_t *block)
{
	static const struct address none;

	if (address_eq(&anchor->factory, &none) || finalized == 0 ||
	    now < anchor->looked_at + LOOK_SECONDS)
		return false;
	anchor->looked_at = now;
	return find_registry(anchor, client) && read_anchor(anchor, client, finalized, block);
}
