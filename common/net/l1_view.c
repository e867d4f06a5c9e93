#include "net/l1_view.h"

#include <string.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"

#define SELECTOR_SIZE ((size_t)4)

struct bytes l1_view_call(uint8_t out[L1_VIEW_CALL_SIZE], const char *function,
			  const struct hash32 *argument)
{
	struct hash32 selector = keccak256(bytes_of(function, strlen(function)));

	memcpy(out, selector.b, SELECTOR_SIZE);
	if (argument)
		memcpy(out + SELECTOR_SIZE, argument->b, sizeof(argument->b));
	return bytes_of(out, argument ? L1_VIEW_CALL_SIZE : SELECTOR_SIZE);
}

bool l1_view(struct l1_client *client, const struct l1_view *view, struct hash32 *words,
	     size_t count)
{
	uint8_t call[L1_VIEW_CALL_SIZE];
	struct l1_message message = { .to = view->contract,
				      .data = l1_view_call(call, view->function, view->argument) };
	struct bytes answer;
	struct arena a;
	bool good;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	good = l1_call(client, &a, &answer, &message, view->at) == L1_OK &&
	       answer.len == count * sizeof(*words);
	if (good)
		memcpy(words, answer.data, answer.len);
	arena_free(&a);
	return good;
}

bool l1_view_address(struct l1_client *client, const struct address *contract, const char *function,
		     struct address *out)
{
	struct l1_view view = { *contract, function, NULL, L1_LATEST };
	struct hash32 word;

	if (!l1_view(client, &view, &word, 1))
		return false;
	*out = l1_word_address(&word);
	return true;
}

struct hash32 l1_word_of_u64(uint64_t value)
{
	struct hash32 word = { { 0 } };

	be64_store(word.b + 24, value);
	return word;
}

struct hash32 l1_word_of_address(const struct address *address)
{
	struct hash32 word = { { 0 } };

	memcpy(word.b + 12, address->b, sizeof(address->b));
	return word;
}

uint64_t l1_word_u64(const struct hash32 *word)
{
	return be64_load(word->b + 24);
}

struct address l1_word_address(const struct hash32 *word)
{
	struct address address;

	memcpy(address.b, word->b + 12, sizeof(address.b));
	return address;
}
