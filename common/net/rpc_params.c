#include "net/rpc_params.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "net/jsonrpc_call.h"

#define REFUSAL_SIZE 256

/* ---- refusing ---- */

/* Where a value stands: parameter `index`, or a member of it. */
struct place {
	struct rpc_call *call;
	size_t index;
	const char *member; /* NULL: the parameter itself */
};

static bool refuse(const struct place *place, const char *reason)
{
	char *text = rpc_alloc(place->call, REFUSAL_SIZE);

	if (!text)
		place->call->refusal = "out of memory";
	else if (place->member)
		snprintf(text, REFUSAL_SIZE, "invalid argument %zu: %s in field %s", place->index,
			 reason, place->member);
	else
		snprintf(text, REFUSAL_SIZE, "invalid argument %zu: %s", place->index, reason);
	if (text)
		place->call->refusal = text;
	return false;
}

static bool refuse_for(const struct place *place, const char *reason, const char *type)
{
	char text[REFUSAL_SIZE];

	snprintf(text, sizeof(text), "%s for %s", reason, type);
	return refuse(place, text);
}

static bool refuse_missing(struct rpc_call *call, size_t index)
{
	char *text = rpc_alloc(call, REFUSAL_SIZE);

	call->refusal = "missing value for required argument";
	if (text) {
		snprintf(text, REFUSAL_SIZE, "missing value for required argument %zu", index);
		call->refusal = text;
	}
	return false;
}

bool rpc_param_refuse(struct rpc_call *call, size_t index, const char *format, ...)
{
	struct place place = { call, index, NULL };
	char reason[REFUSAL_SIZE];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	return refuse(&place, reason);
}

struct rpc_answered *rpc_fail_params(struct rpc_call *call)
{
	return rpc_fail(call, RPC_INVALID_PARAMS, call->refusal ? call->refusal : "invalid params",
			NULL);
}

/* ---- values, as written in the request ---- */

/* The digits behind 0x of a string, whatever they are. */
static bool hex_text(struct json_part *digits, struct json_part value, const struct place *place,
		     const char *type)
{
	if (!json_plain_string(digits, value))
		return refuse_for(
		    place, json_part_is(value, '"') ? "invalid hex string" : "non-string", type);
	if (digits->len == 0)
		return refuse_for(place, "empty hex string", type);
	if (digits->len < 2 || digits->text[0] != '0' ||
	    (digits->text[1] != 'x' && digits->text[1] != 'X'))
		return refuse_for(place, "hex string without 0x prefix", type);
	digits->text += 2;
	digits->len -= 2;
	return true;
}

static bool read_fixed(uint8_t *out, size_t len, struct json_part value, const struct place *place,
		       const char *type)
{
	struct json_part digits;
	uint8_t bytes[32];
	char reason[96];

	if (!hex_text(&digits, value, place, type))
		return false;
	if (digits.len != 2 * len) {
		snprintf(reason, sizeof(reason), "hex string has length %zu, want %zu", digits.len,
			 2 * len);
		return refuse_for(place, reason, type);
	}
	if (!hex_decode(bytes, digits.text, digits.len))
		return refuse_for(place, "invalid hex string", type);
	memcpy(out, bytes, len);
	return true;
}

static bool read_address(void *out, struct json_part value, const struct place *place)
{
	return read_fixed(((struct address *)out)->b, 20, value, place, "address");
}

static bool read_hash(void *out, struct json_part value, const struct place *place)
{
	return read_fixed(((struct hash32 *)out)->b, 32, value, place, "hash");
}

/* A quantity of at most `bits`. */
static bool read_quantity(struct u256 *out, unsigned bits, struct json_part value,
			  const struct place *place)
{
	struct json_part digits;
	char reason[96];
	char text[2 + 64 + 1] = "0x";

	if (!hex_text(&digits, value, place, "quantity"))
		return false;
	if (!digits.len)
		return refuse_for(place, "hex string \"0x\"", "quantity");
	if (digits.text[0] == '0' && digits.len > 1)
		return refuse_for(place, "hex number with leading zero digits", "quantity");
	if (digits.len > bits / 4) {
		snprintf(reason, sizeof(reason), "hex number > %u bits", bits);
		return refuse_for(place, reason, "quantity");
	}
	memcpy(text + 2, digits.text, digits.len);
	text[2 + digits.len] = '\0';
	if (!hex_decode_u256(out, text))
		return refuse_for(place, "invalid hex string", "quantity");
	return true;
}

static bool read_u256(void *out, struct json_part value, const struct place *place)
{
	return read_quantity(out, 256, value, place);
}

static bool read_u64(void *out, struct json_part value, const struct place *place)
{
	struct u256 wide;

	if (!read_quantity(&wide, 64, value, place))
		return false;
	*(uint64_t *)out = wide.limb[0];
	return true;
}

static bool read_bytes(void *out, struct json_part value, const struct place *place)
{
	struct json_part digits;
	uint8_t *data;

	if (!hex_text(&digits, value, place, "data"))
		return false;
	if (digits.len % 2)
		return refuse_for(place, "hex string of odd length", "data");
	data = rpc_alloc(place->call, digits.len / 2 + 1);
	if (!data)
		return refuse(place, "out of memory");
	if (!hex_decode(data, digits.text, digits.len))
		return refuse_for(place, "invalid hex string", "data");
	*(struct bytes *)out = bytes_of(data, digits.len / 2);
	return true;
}

/* ---- blocks ---- */

static bool read_tag(enum block_tag *out, struct json_part text)
{
	static const struct {
		const char *name;
		enum block_tag tag;
	} tags[] = {
		{ "latest", BLOCK_TAG_LATEST },     { "pending", BLOCK_TAG_PENDING },
		{ "safe", BLOCK_TAG_SAFE },         { "finalized", BLOCK_TAG_FINALIZED },
		{ "earliest", BLOCK_TAG_EARLIEST },
	};

	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		if (text.len == strlen(tags[i].name) &&
		    memcmp(text.text, tags[i].name, text.len) == 0) {
			*out = tags[i].tag;
			return true;
		}
	}
	return false;
}

static bool read_block_number(void *out, struct json_part value, const struct place *place)
{
	struct block_id id = { .tag = BLOCK_TAG_NUMBER };

	if (!read_u64(&id.number, value, place))
		return false;
	if (id.number > INT64_MAX)
		return refuse(place, "block number larger than int64");
	*(struct block_id *)out = id;
	return true;
}

static bool find_member(struct json_part *value, struct json_part object, const char *name)
{
	struct json_part rest = object;
	struct json_part key, inside, found;
	bool any = false;

	while (json_next_member(&rest, &key, &found)) {
		if (!json_plain_string(&inside, key) || inside.len != strlen(name) ||
		    memcmp(inside.text, name, inside.len) != 0)
			continue;
		any = !json_part_is(found, 'n');
		*value = found;
	}
	return any;
}

/* EIP-1898. */
static bool read_block_object(struct block_id *out, struct json_part object,
			      const struct place *place)
{
	struct json_part number, hash, canonical;
	bool has_number = find_member(&number, object, "blockNumber");
	bool has_hash = find_member(&hash, object, "blockHash");
	struct block_id id = { .tag = BLOCK_TAG_HASH };

	if (has_number && has_hash)
		return refuse(
		    place,
		    "cannot specify both BlockHash and BlockNumber, choose one or the other");
	if (has_number)
		return read_block_number(out, number, place);
	if (!has_hash)
		return refuse(place, "neither blockHash nor blockNumber is given");
	if (!read_hash(&id.hash, hash, place))
		return false;
	id.require_canonical =
	    find_member(&canonical, object, "requireCanonical") && json_part_is(canonical, 't');
	*out = id;
	return true;
}

static bool read_tag_or_number(void *out, struct json_part value, const struct place *place)
{
	struct block_id id = { .tag = BLOCK_TAG_LATEST };
	struct json_part text;

	if (!json_plain_string(&text, value) || !read_tag(&id.tag, text))
		return read_block_number(out, value, place);
	*(struct block_id *)out = id;
	return true;
}

/* geth also takes a bare hash here. */
static bool read_block(void *out, struct json_part value, const struct place *place)
{
	struct block_id id = { .tag = BLOCK_TAG_HASH };
	struct json_part text;

	if (json_part_is(value, '{'))
		return read_block_object(out, value, place);
	if (!json_plain_string(&text, value) || text.len != 66)
		return read_tag_or_number(out, value, place);
	if (!read_hash(&id.hash, value, place))
		return false;
	*(struct block_id *)out = id;
	return true;
}

/* ---- parameters ---- */

typedef bool reader(void *out, struct json_part value, const struct place *place);

static bool read_param(struct rpc_call *call, size_t index, reader *read, void *out)
{
	struct place place = { call, index, NULL };
	struct json_part value;

	if (!rpc_param_part(call, index, &value))
		return refuse_missing(call, index);
	return read(out, value, &place);
}

bool rpc_param_address(struct rpc_call *call, size_t index, struct address *out)
{
	return read_param(call, index, read_address, out);
}

bool rpc_param_hash(struct rpc_call *call, size_t index, struct hash32 *out)
{
	return read_param(call, index, read_hash, out);
}

bool rpc_param_u64(struct rpc_call *call, size_t index, uint64_t *out)
{
	return read_param(call, index, read_u64, out);
}

bool rpc_param_u256(struct rpc_call *call, size_t index, struct u256 *out)
{
	return read_param(call, index, read_u256, out);
}

bool rpc_param_bytes(struct rpc_call *call, size_t index, struct bytes *out)
{
	return read_param(call, index, read_bytes, out);
}

bool rpc_param_block(struct rpc_call *call, size_t index, struct block_id *out)
{
	return read_param(call, index, read_block, out);
}

bool rpc_param_block_number(struct rpc_call *call, size_t index, struct block_id *out)
{
	return read_param(call, index, read_tag_or_number, out);
}

bool rpc_param_block_or_latest(struct rpc_call *call, size_t index, struct block_id *out)
{
	struct json_part value;

	if (rpc_param_part(call, index, &value))
		return rpc_param_block(call, index, out);
	*out = (struct block_id){ .tag = BLOCK_TAG_LATEST };
	return true;
}

bool rpc_param_bool(struct rpc_call *call, size_t index, bool *out)
{
	struct json_part value;

	*out = false;
	if (!rpc_param_part(call, index, &value))
		return true;
	if (!json_part_is(value, 't') && !json_part_is(value, 'f'))
		return rpc_param_refuse(call, index, "non-boolean");
	*out = json_part_is(value, 't');
	return true;
}

/* geth's decodeStorageKey: an optional 0x, at most 64 digits, which are padded
 * on the left. */
bool rpc_param_storage_key(struct rpc_call *call, size_t index, struct hash32 *out)
{
	struct json_part value, digits;
	char padded[64];
	struct hash32 key;

	if (!rpc_param_part(call, index, &value))
		return refuse_missing(call, index);
	if (!json_plain_string(&digits, value))
		return rpc_param_refuse(call, index, "non-string for storage key");
	if (digits.len >= 2 && digits.text[0] == '0' &&
	    (digits.text[1] == 'x' || digits.text[1] == 'X')) {
		digits.text += 2;
		digits.len -= 2;
	}
	if (digits.len > 64)
		return rpc_param_refuse(call, index, "hex string too long, want at most 32 bytes");
	memset(padded, '0', sizeof(padded));
	memcpy(padded + 64 - digits.len, digits.text, digits.len);
	if (!hex_decode(key.b, padded, 64))
		return rpc_param_refuse(call, index, "invalid hex in storage key");
	*out = key;
	return true;
}

static bool read_tree(struct rpc_call *call, size_t index, const json_t **out, json_type type,
		      const char *reason)
{
	const json_t *param = rpc_param(call, index);

	if (!param)
		return refuse_missing(call, index);
	if (json_typeof(param) != type)
		return rpc_param_refuse(call, index, "%s", reason);
	*out = param;
	return true;
}

bool rpc_param_array(struct rpc_call *call, size_t index, const json_t **out)
{
	return read_tree(call, index, out, JSON_ARRAY, "non-array");
}

bool rpc_param_object(struct rpc_call *call, size_t index, const json_t **out)
{
	return read_tree(call, index, out, JSON_OBJECT, "non-object");
}

/* ---- members ---- */

static bool read_member(struct rpc_call *call, size_t index, const char *member, reader *read,
			void *out, bool *present)
{
	struct place place = { call, index, member };
	struct json_part object, value;

	*present = false;
	if (!rpc_param_part(call, index, &object))
		return refuse_missing(call, index);
	if (!json_part_is(object, '{'))
		return rpc_param_refuse(call, index, "non-object");
	if (!find_member(&value, object, member))
		return true;
	if (!read(out, value, &place))
		return false;
	*present = true;
	return true;
}

bool rpc_member_address(struct rpc_call *call, size_t index, const char *member,
			struct address *out, bool *present)
{
	return read_member(call, index, member, read_address, out, present);
}

bool rpc_member_hash(struct rpc_call *call, size_t index, const char *member, struct hash32 *out,
		     bool *present)
{
	return read_member(call, index, member, read_hash, out, present);
}

bool rpc_member_u64(struct rpc_call *call, size_t index, const char *member, uint64_t *out,
		    bool *present)
{
	return read_member(call, index, member, read_u64, out, present);
}

bool rpc_member_u256(struct rpc_call *call, size_t index, const char *member, struct u256 *out,
		     bool *present)
{
	return read_member(call, index, member, read_u256, out, present);
}

bool rpc_member_bytes(struct rpc_call *call, size_t index, const char *member, struct bytes *out,
		      bool *present)
{
	return read_member(call, index, member, read_bytes, out, present);
}

bool rpc_member_block_number(struct rpc_call *call, size_t index, const char *member,
			     struct block_id *out, bool *present)
{
	return read_member(call, index, member, read_tag_or_number, out, present);
}
