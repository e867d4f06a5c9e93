/* config_file: reads rollup.json.  Nothing is taken on trust: a field that is
 * missing, unknown or out of range stops the program with its name, and the
 * genesis must have the hash that the file states. */
#include "rollup/native/config_file.h"

#include <errno.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "crypto/keccak.h"
#include "rollup/native/config_private.h"

struct reading {
	struct arena *arena;
	struct rollup_config *config;
	char *error; /* CONFIG_ERROR_SIZE */
};

__attribute__((format(printf, 2, 3))) static bool fail(struct reading *r, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(r->error, CONFIG_ERROR_SIZE, format, arguments);
	va_end(arguments);
	return false;
}

/* "0x" and 1 to 64 hex digits. */
static bool quantity_from_text(struct u256 *out, const char *text)
{
	char padded[64];
	uint8_t bytes[32];
	size_t digits;

	if (text == NULL || text[0] != '0' || text[1] != 'x')
		return false;
	text += 2;
	digits = strlen(text);
	if (digits == 0 || digits > sizeof(padded))
		return false;
	memset(padded, '0', sizeof(padded));
	memcpy(padded + sizeof(padded) - digits, text, digits);
	if (!hex_decode(bytes, padded, sizeof(padded)))
		return false;
	*out = u256_from_be(bytes, sizeof(bytes));
	return true;
}

/* "0x" and pairs of hex digits, or just "0x". */
static bool bytes_from_text(struct arena *a, struct bytes *out, const char *text)
{
	size_t digits;
	uint8_t *data;

	if (text == NULL || text[0] != '0' || text[1] != 'x')
		return false;
	digits = strlen(text + 2);
	data = arena_alloc(a, digits / 2 + 1);
	if (!hex_decode(data, text + 2, digits))
		return false;
	*out = bytes_of(data, digits / 2);
	return true;
}

static bool fixed_from_json(uint8_t *out, size_t len, const json_t *json)
{
	const char *text = json_string_value(json);

	return text != NULL && hex_decode_fixed(out, len, text);
}

static bool read_integer(struct reading *r, const struct config_field *field, uint64_t *out,
			 const json_t *json)
{
	json_int_t value = json_integer_value(json);

	if (!json_is_integer(json) || value < field->least || value > CONFIG_INTEGER_MAX)
		return fail(r, "%s.%s: should be an integer from %lld to %lld", field->section,
			    field->key, (long long)field->least, (long long)CONFIG_INTEGER_MAX);
	*out = (uint64_t)value;
	return true;
}

static bool read_revision(enum evm_revision *out, const json_t *json)
{
	for (int i = 0; json_is_string(json) && i < 3; i++) {
		if (strcmp(json_string_value(json), config_revisions[i]) == 0) {
			*out = (enum evm_revision)i;
			return true;
		}
	}
	return false;
}

static bool read_address(struct address *out, const json_t *json)
{
	static const struct address none = { { 0 } };

	return fixed_from_json(out->b, sizeof(out->b), json) && !address_eq(out, &none);
}

static bool read_field(struct reading *r, const struct config_field *field, const json_t *json)
{
	void *target = (uint8_t *)r->config + field->offset;
	const char *expected = NULL;
	bool good = false;

	switch (field->kind) {
	case CONFIG_INTEGER:
		return read_integer(r, field, target, json);
	case CONFIG_ADDRESS:
		good = read_address(target, json);
		expected = "an address that is not zero: \"0x\" and 40 hex digits";
		break;
	case CONFIG_HASH:
		good = fixed_from_json(((struct hash32 *)target)->b, 32, json);
		expected = "a hash: \"0x\" and 64 hex digits";
		break;
	case CONFIG_QUANTITY:
		good = quantity_from_text(target, json_string_value(json));
		expected = "a number: \"0x\" and 1 to 64 hex digits";
		break;
	case CONFIG_REVISION:
		good = read_revision(target, json);
		expected = "\"cancun\", \"prague\" or \"osaka\"";
		break;
	}
	return good || fail(r, "%s.%s: should be %s", field->section, field->key, expected);
}

static const struct config_field *find_field(const char *section, const char *key)
{
	for (size_t i = 0; i < config_field_count; i++) {
		if (strcmp(config_fields[i].section, section) == 0 &&
		    strcmp(config_fields[i].key, key) == 0)
			return &config_fields[i];
	}
	return NULL;
}

static bool check_known_keys(struct reading *r, const char *section, json_t *json)
{
	const char *key;
	json_t *value;

	json_object_foreach(json, key, value)
	{
		bool is_alloc = strcmp(section, "genesis") == 0 && strcmp(key, "alloc") == 0;

		if (!is_alloc && find_field(section, key) == NULL)
			return fail(r, "%s.%.60s: unknown field", section, key);
	}
	return true;
}

static bool read_fields(struct reading *r, json_t *root)
{
	for (size_t i = 0; i < config_field_count; i++) {
		const struct config_field *field = &config_fields[i];
		json_t *json = json_object_get(json_object_get(root, field->section), field->key);

		if (json == NULL && field->presence != CONFIG_NEEDED)
			continue;
		if (json == NULL)
			return fail(r, "%s.%s: missing", field->section, field->key);
		if (!read_field(r, field, json))
			return false;
	}
	return true;
}

static bool check_sections(struct reading *r, json_t *root)
{
	const char *key;
	json_t *value;

	if (!json_is_object(root))
		return fail(r, "should be a JSON object");
	value = json_object_get(root, "version");
	if (!json_is_integer(value) || json_integer_value(value) != CONFIG_FILE_VERSION)
		return fail(r, "version: should be %d", CONFIG_FILE_VERSION);
	for (size_t i = 0; i < 3; i++) {
		value = json_object_get(root, config_sections[i]);
		if (!json_is_object(value))
			return fail(r, "%s: missing, or no object", config_sections[i]);
		if (!check_known_keys(r, config_sections[i], value))
			return false;
	}
	json_object_foreach(root, key, value)
	{
		bool known = strcmp(key, "version") == 0;

		for (size_t i = 0; i < 3; i++)
			known = known || strcmp(key, config_sections[i]) == 0;
		if (!known)
			return fail(r, "%.60s: unknown field", key);
	}
	return true;
}

static bool read_storage(struct reading *r, struct genesis_account *account, const char *name,
			 json_t *json)
{
	struct genesis_slot *slots;
	const char *key;
	json_t *value;
	size_t count = 0;

	if (!json_is_object(json))
		return fail(r, "genesis.alloc.%.60s.storage: should be an object", name);
	slots = ARENA_ARRAY(r->arena, struct genesis_slot, json_object_size(json));
	json_object_foreach(json, key, value)
	{
		if (!hex_decode_fixed(slots[count].key.b, 32, key) ||
		    !quantity_from_text(&slots[count].value, json_string_value(value)))
			return fail(r,
				    "genesis.alloc.%.60s.storage.%.70s: should be \"0x\" and 64 "
				    "hex digits, with \"0x\" and 1 to 64 as its value",
				    name, key);
		count++;
	}
	account->storage = slots;
	account->storage_count = count;
	return true;
}

static bool read_nonce(uint64_t *out, const json_t *json)
{
	struct u256 nonce;

	if (!quantity_from_text(&nonce, json_string_value(json)) || !u256_fits_u64(&nonce))
		return false;
	*out = nonce.limb[0];
	return true;
}

static bool read_account_field(struct reading *r, struct genesis_account *account, const char *name,
			       const char *key, json_t *value)
{
	bool good;

	if (strcmp(key, "storage") == 0)
		return read_storage(r, account, name, value);
	if (strcmp(key, "balance") == 0)
		good = quantity_from_text(&account->balance, json_string_value(value));
	else if (strcmp(key, "nonce") == 0)
		good = read_nonce(&account->nonce, value);
	else if (strcmp(key, "code") == 0)
		good = bytes_from_text(r->arena, &account->code, json_string_value(value));
	else
		return fail(r, "genesis.alloc.%.60s.%.60s: unknown field", name, key);
	return good ||
	       fail(r, "genesis.alloc.%.60s.%s: should be \"0x\" and hex digits", name, key);
}

static bool read_account(struct reading *r, struct genesis_account *account, const char *name,
			 json_t *json)
{
	const char *key;
	json_t *value;

	if (!hex_decode_fixed(account->address.b, 20, name))
		return fail(r, "genesis.alloc.%.60s: should be \"0x\" and 40 hex digits", name);
	if (!json_is_object(json))
		return fail(r, "genesis.alloc.%.60s: should be an object", name);
	json_object_foreach(json, key, value)
	{
		if (!read_account_field(r, account, name, key, value))
			return false;
	}
	if (account->nonce == 0 && account->code.len == 0 && u256_is_zero(&account->balance))
		return fail(r, "genesis.alloc.%.60s: should have a balance, nonce or code", name);
	return true;
}

static int compare_accounts(const void *a, const void *b)
{
	return memcmp(((const struct genesis_account *)a)->address.b,
		      ((const struct genesis_account *)b)->address.b, 20);
}

static bool read_alloc(struct reading *r, json_t *json)
{
	struct genesis_account *accounts;
	const char *key;
	json_t *value;
	size_t count = 0;

	if (!json_is_object(json))
		return fail(r, "genesis.alloc: missing, or no object");
	accounts = ARENA_ARRAY(r->arena, struct genesis_account, json_object_size(json));
	json_object_foreach(json, key, value)
	{
		if (!read_account(r, &accounts[count++], key, value))
			return false;
	}
	if (count > 1)
		qsort(accounts, count, sizeof(*accounts), compare_accounts);
	for (size_t i = 1; i < count; i++) {
		char name[41];

		if (address_eq(&accounts[i - 1].address, &accounts[i].address))
			return fail(r, "genesis.alloc.0x%s: stands there twice",
				    hex_encode(name, bytes_of_address(&accounts[i].address)));
	}
	r->config->alloc = accounts;
	r->config->alloc_count = count;
	return true;
}

static bool hash_is_zero(const struct hash32 *hash)
{
	static const struct hash32 zero = { { 0 } };

	return hash32_eq(hash, &zero);
}

/* The genesis has the hash that the file states. */
static bool check_genesis(struct reading *r, bool allow_unsealed)
{
	struct rollup_config *config = r->config;
	struct header header;
	struct hash32 hash;
	char text[65];

	if (hash_is_zero(&config->genesis_hash))
		return allow_unsealed || fail(r, "genesis.hash: missing");
	if (!genesis_build(r->arena, config, NULL, &header))
		return fail(r, "genesis.alloc: gives no state");
	if (!hash32_eq(&header.state_root, &config->genesis_state_root))
		return fail(r, "genesis.stateRoot: genesis.alloc gives 0x%s",
			    hex_encode(text, bytes_of_hash(&header.state_root)));
	hash = header_hash(r->arena, &header);
	if (!hash32_eq(&hash, &config->genesis_hash))
		return fail(r, "genesis.hash: the other fields give 0x%s",
			    hex_encode(text, bytes_of_hash(&hash)));
	hash = config_hash_of(config);
	if (hash_is_zero(&config->config_hash))
		return fail(r, "genesis.configHash: missing; the fields of l1 and l2 give 0x%s",
			    hex_encode(text, bytes_of_hash(&hash)));
	if (!hash32_eq(&hash, &config->config_hash))
		return fail(r,
			    "genesis.configHash: the fields of l1 and l2 give 0x%s; one of them is "
			    "not what the chain was deployed with",
			    hex_encode(text, bytes_of_hash(&hash)));
	return true;
}

static bool read_root(struct reading *r, json_t *root, bool allow_unsealed)
{
	struct rollup_config *config = r->config;

	memset(config, 0, sizeof(*config));
	if (!check_sections(r, root) || !read_fields(r, root) ||
	    !read_alloc(r, json_object_get(json_object_get(root, "genesis"), "alloc")))
		return false;
	if (address_eq(&config->inbox, &config->portal))
		return fail(r, "l1.portal: should differ from l1.inbox");
	config->chain.genesis_hash = config->genesis_hash;
	return check_genesis(r, allow_unsealed);
}

bool config_file_read(struct arena *a, struct rollup_config *config, const char *path,
		      bool allow_unsealed, char error[CONFIG_ERROR_SIZE])
{
	struct reading r = { a, config, error };
	json_error_t where;
	json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	bool good;

	if (root == NULL && json_error_code(&where) == json_error_cannot_open_file)
		return fail(&r, "can't be opened: %s", strerror(errno));
	if (root == NULL)
		return fail(&r, "line %d: %.100s", where.line, where.text);
	good = read_root(&r, root, allow_unsealed);
	json_decref(root);
	return good;
}

struct hash32 config_hash_of(const struct rollup_config *config)
{
	struct hash32 chain = chain_config_hash(&config->chain);
	uint8_t raw[32 + 8 + 20 + 20 + 8 + 32];

	memcpy(raw, chain.b, 32);
	be64_store(raw + 32, config->l1_chain_id);
	memcpy(raw + 40, config->inbox.b, 20);
	memcpy(raw + 60, config->portal.b, 20);
	be64_store(raw + 80, config->l1_start_block);
	memcpy(raw + 88, config->l1_start_hash.b, 32);
	return keccak256(bytes_of(raw, sizeof(raw)));
}

const char *config_owner(const struct rollup_config *config, char out[CONFIG_OWNER_SIZE])
{
	struct hash32 hash = config_hash_of(config);

	return hex_encode(out, bytes_of_hash(&hash));
}
