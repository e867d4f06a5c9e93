/* geth: eth/filters/api.go (FilterCriteria.UnmarshalJSON) and filter.go
 * (includes, bloomFilter). */
#include "sequencer/rpc_log_filter.h"

#include "net/json_values.h"

static const char *read_addresses(struct log_filter *filter, struct arena *a, const json_t *json)
{
	struct address *addresses;
	size_t count = json_is_array(json) ? json_array_size(json) : 1;

	if (!json || json_is_null(json))
		return NULL;
	if (count > LOG_FILTER_ADDRESSES_MAX)
		return "exceed max addresses";
	addresses = ARENA_ARRAY(a, struct address, count);
	for (size_t i = 0; i < count; i++)
		if (!json_to_address(&addresses[i],
				     json_is_array(json) ? json_array_get(json, i) : json))
			return "invalid address";
	filter->addresses = addresses;
	filter->address_count = count;
	return NULL;
}

/* null: any; a hash; or an array of hashes, where a null means any again. */
static const char *read_topic(struct log_filter *filter, struct arena *a, const json_t *json)
{
	size_t count = json_is_array(json) ? json_array_size(json) : 1, at = filter->topic_count++;
	struct hash32 *choices;

	if (json_is_null(json))
		return NULL;
	if (count > LOG_FILTER_CHOICES_MAX)
		return "exceed max topics";
	choices = ARENA_ARRAY(a, struct hash32, count);
	for (size_t i = 0; i < count; i++) {
		const json_t *choice = json_is_array(json) ? json_array_get(json, i) : json;

		if (json_is_null(choice))
			return NULL;
		if (!json_to_hash(&choices[i], choice))
			return "invalid topic(s)";
	}
	filter->topics[at].choices = choices;
	filter->topics[at].count = count;
	return NULL;
}

const char *log_filter_read(struct log_filter *filter, struct arena *a, const json_t *object)
{
	const json_t *topics = json_object_get(object, "topics");
	const char *wrong = read_addresses(filter, a, json_object_get(object, "address"));

	if (wrong || !topics || json_is_null(topics))
		return wrong;
	if (!json_is_array(topics))
		return "invalid topic(s)";
	if (json_array_size(topics) > LOG_FILTER_TOPICS_MAX)
		return "exceed max topics";
	for (size_t i = 0; !wrong && i < json_array_size(topics); i++)
		wrong = read_topic(filter, a, json_array_get(topics, i));
	return wrong;
}

static bool address_matches(const struct log_filter *filter, const struct address *address)
{
	for (size_t i = 0; i < filter->address_count; i++)
		if (address_eq(&filter->addresses[i], address))
			return true;
	return filter->address_count == 0;
}

static bool topic_matches(const struct log_filter *filter, size_t at, const struct hash32 *topic)
{
	for (size_t i = 0; i < filter->topics[at].count; i++)
		if (hash32_eq(&filter->topics[at].choices[i], topic))
			return true;
	return filter->topics[at].count == 0;
}

bool log_filter_matches(const struct log_filter *filter, const struct log *log)
{
	if (!address_matches(filter, &log->address) || log->topic_count < filter->topic_count)
		return false;
	for (size_t i = 0; i < filter->topic_count; i++)
		if (!topic_matches(filter, i, &log->topics[i]))
			return false;
	return true;
}

static bool address_may_match(const struct log_filter *filter, const struct bloom *bloom)
{
	for (size_t i = 0; i < filter->address_count; i++)
		if (bloom_may_contain(bloom, bytes_of_address(&filter->addresses[i])))
			return true;
	return filter->address_count == 0;
}

static bool topic_may_match(const struct log_filter *filter, size_t at, const struct bloom *bloom)
{
	for (size_t i = 0; i < filter->topics[at].count; i++)
		if (bloom_may_contain(bloom, bytes_of_hash(&filter->topics[at].choices[i])))
			return true;
	return filter->topics[at].count == 0;
}

bool log_filter_may_match(const struct log_filter *filter, const struct bloom *bloom)
{
	for (size_t i = 0; i < filter->topic_count; i++)
		if (!topic_may_match(filter, i, bloom))
			return false;
	return address_may_match(filter, bloom);
}
