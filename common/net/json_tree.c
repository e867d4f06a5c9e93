#include "net/json_tree.h"

static json_t *array_of(struct json_part part)
{
	json_t *array = json_array();
	struct json_part element;

	while (json_next_element(&part, &element))
		if (json_array_append_new(array, json_tree(element)) != 0) {
			json_decref(array);
			return NULL;
		}
	return array;
}

static int set_member(json_t *object, struct json_part name, json_t *value)
{
	struct json_part plain;
	json_t *read;
	int failed;

	if (json_plain_string(&plain, name))
		return json_object_setn_new_nocheck(object, plain.text, plain.len, value);
	read = json_tree(name);
	failed = json_object_set_new_nocheck(object, json_string_value(read), value);
	json_decref(read);
	return failed;
}

static json_t *object_of(struct json_part part)
{
	json_t *object = json_object();
	struct json_part name, value;

	while (json_next_member(&part, &name, &value))
		if (set_member(object, name, json_tree(value)) != 0) {
			json_decref(object);
			return NULL;
		}
	return object;
}

/* Nesting is bounded by json_scan(). */
json_t *json_tree(struct json_part value)
{
	struct json_part plain;

	if (json_part_is(value, '['))
		return array_of(value);
	if (json_part_is(value, '{'))
		return object_of(value);
	if (json_plain_string(&plain, value))
		return json_stringn_nocheck(plain.text, plain.len);
	return json_loadb(value.text, value.len, JSON_DECODE_ANY, NULL);
}
