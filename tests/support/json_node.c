#include "tests/support/json_node.h"

#include <string.h>

#include "net/json_values.h"

static json_t *answer_one(const json_t *asked, json_node_call *call, void *context)
{
	const char *error = "";
	json_t *result,
	    *answer = json_pack("{s:s, s:O}", "jsonrpc", "2.0", "id", json_object_get(asked, "id"));

	result = call(context, json_string_value(json_object_get(asked, "method")),
		      json_object_get(asked, "params"), &error);
	if (result)
		json_object_set_new(answer, "result", result);
	else
		json_object_set_new(answer, "error",
				    json_pack("{s:i, s:s}", "code", -32000, "message", error));
	return answer;
}

char *json_node_answer(struct bytes request, json_node_call *call, void *context)
{
	json_t *asked = json_loadb((const char *)request.data, request.len, 0, NULL);
	json_t *answer, *item;
	size_t index;
	char *text;

	if (json_is_array(asked)) {
		answer = json_array();
		json_array_foreach(asked, index, item)
		    json_array_append_new(answer, answer_one(item, call, context));
	} else {
		answer = answer_one(asked, call, context);
	}
	text = json_dumps(answer, JSON_COMPACT);
	json_decref(answer);
	json_decref(asked);
	return text;
}

bool json_node_block(const json_t *tag, uint64_t head, uint64_t finalized, uint64_t *number)
{
	const char *text = json_string_value(tag);

	*number = text && strcmp(text, "finalized") == 0 ? finalized : head;
	return (text && (strcmp(text, "latest") == 0 || strcmp(text, "finalized") == 0)) ||
	       json_to_u64(number, tag);
}
