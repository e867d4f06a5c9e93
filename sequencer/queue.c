#include "sequencer/queue.h"

bool queue_waits(struct inbox *inbox, const struct queue_place *place)
{
	struct hash32 link;

	return inbox_message_count(inbox) > place->next &&
	       inbox_message_link(inbox, place->next, &link) && hash32_eq(&link, &place->link);
}

static size_t read_now(struct inbox *inbox, struct arena *a, const struct queue_place *place,
		       uint64_t room, struct message **out)
{
	uint64_t waiting;
	size_t wanted;

	if (!queue_waits(inbox, place))
		return 0;
	waiting = inbox_message_count(inbox) - place->next;
	wanted = (size_t)(waiting < room ? waiting : room);
	*out = ARENA_ARRAY(a, struct message, wanted);
	for (size_t i = 0; i < wanted; i++) {
		struct hash32 link;
		struct bytes raw;

		if (!inbox_message(inbox, a, place->next + i, &raw, &link))
			return i;
		message_decode(&(*out)[i], place->next + i, &link, raw);
	}
	return wanted;
}

size_t queue_read(struct inbox *inbox, struct arena *a, const struct queue_place *place,
		  uint64_t room, struct message **out)
{
	size_t count;

	database_begin(inbox_database(inbox));
	count = read_now(inbox, a, place, room, out);
	database_commit(inbox_database(inbox));
	return count;
}
