/* Any bytes as an L1 node's answer, single or batch, read as everything that it
 * could be. */
#include "tests/fuzz/fuzz.h"

#include "base/native/arena_heap.h"
#include "net/l1_answer.h"

static void read_as_everything(struct arena *a, const json_t *result)
{
	struct l1_block block;
	struct l1_transaction transaction;
	struct l1_receipt receipt;
	const struct l1_log *logs;
	size_t count;

	(void)l1_answer_block(&block, result);
	(void)l1_answer_transaction(a, &transaction, result);
	(void)l1_answer_receipt(a, &receipt, result);
	if (l1_answer_logs(a, &logs, &count, result) == L1_OK)
		for (size_t i = 0; i < count; i++)
			FUZZ_CHECK(logs[i].topic_count <= L1_LOG_TOPICS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct l1_node_error error;
	json_t *results[2] = { NULL, NULL };
	enum l1_err errs[2];
	struct arena arena;

	arena_init(&arena, &arena_heap, 4096);
	switch (l1_answer_parse(&arena, &results[0], &error, bytes_of(data, len), 1)) {
	case L1_OK:
		read_as_everything(&arena, results[0]);
		json_decref(results[0]);
		break;
	case L1_NODE_ERROR:
		(void)l1_send_classify(error.code, error.message);
		break;
	case L1_BAD_ANSWER:
		FUZZ_CHECK(error.message[0]);
		break;
	case L1_ABSENT:
	case L1_UNAVAILABLE:
	case L1_STOPPED:
		FUZZ_CHECK(false);
	}
	if (l1_answer_parse_batch(&arena, results, errs, &error, bytes_of(data, len), 1, 2) ==
	    L1_OK) {
		for (int i = 0; i < 2; i++) {
			FUZZ_CHECK((errs[i] == L1_OK) == (results[i] != NULL));
			read_as_everything(&arena, results[i]);
			json_decref(results[i]);
		}
	}
	arena_free(&arena);
	return 0;
}
