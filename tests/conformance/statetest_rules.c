#include "tests/conformance/statetest_rules.h"

#include "crypto/keccak.h"
#include "eth/rlp.h"

static void write_log(struct rlp_writer *w, const struct log *log)
{
	size_t list = rlp_begin_list(w);
	size_t topics;

	rlp_write_string(w, bytes_of_address(&log->address));
	topics = rlp_begin_list(w);
	for (size_t i = 0; i < log->topic_count; i++)
		rlp_write_string(w, bytes_of_hash(&log->topics[i]));
	rlp_end_list(w, topics);
	rlp_write_string(w, log->data);
	rlp_end_list(w, list);
}

struct hash32 statetest_hash_logs(struct arena *a, const struct log *logs, size_t count)
{
	struct rlp_writer w;
	size_t list;

	rlp_writer_init(&w, a);
	list = rlp_begin_list(&w);
	for (size_t i = 0; i < count; i++)
		write_log(&w, &logs[i]);
	rlp_end_list(&w, list);
	return keccak256(rlp_written(&w));
}

bool statetest_block_hash(void *context, uint64_t number, struct hash32 *hash)
{
	char digits[20];
	size_t at = sizeof(digits);

	(void)context;
	do
		digits[--at] = (char)('0' + number % 10);
	while (number /= 10);
	*hash = keccak256(bytes_of(digits + at, sizeof(digits) - at));
	return true;
}
