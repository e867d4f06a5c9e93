/* config_write: writes rollup.json whole or not at all. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "rollup/native/config_private.h"

static json_t *json_of_data(struct bytes data)
{
	char *text = malloc(2 * data.len + 3);
	json_t *json;

	if (text == NULL)
		return NULL;
	memcpy(text, "0x", 2);
	hex_encode(text + 2, data);
	json = json_string(text);
	free(text);
	return json;
}

static json_t *json_of_quantity(const struct u256 *value)
{
	uint8_t bytes[32];
	char text[2 + 64 + 1] = "0x";
	size_t zeros = 0;

	u256_to_be(bytes, value);
	hex_encode(text + 2, bytes_of(bytes, sizeof(bytes)));
	while (zeros < 63 && text[2 + zeros] == '0')
		zeros++;
	memmove(text + 2, text + 2 + zeros, 64 - zeros + 1);
	return json_string(text);
}

static json_t *json_of_field(const struct rollup_config *config, const struct config_field *field)
{
	const void *value = (const uint8_t *)config + field->offset;

	switch (field->kind) {
	case CONFIG_INTEGER:
		return json_integer((json_int_t) * (const uint64_t *)value);
	case CONFIG_ADDRESS:
		return json_of_data(bytes_of_address(value));
	case CONFIG_HASH:
		return json_of_data(bytes_of_hash(value));
	case CONFIG_QUANTITY:
		return json_of_quantity(value);
	case CONFIG_REVISION:
		return json_string(config_revisions[*(const enum evm_revision *)value]);
	}
	return NULL;
}

static bool is_unsealed(const struct rollup_config *config)
{
	static const struct hash32 zero = { { 0 } };

	return hash32_eq(&config->genesis_hash, &zero);
}

static bool is_missing(const struct rollup_config *config, const struct config_field *field)
{
	static const struct address none = { { 0 } };

	switch (field->presence) {
	case CONFIG_NEEDED:
		return false;
	case CONFIG_SEALING:
		return is_unsealed(config);
	case CONFIG_OPTIONAL: /* an address, so far */
		return address_eq((const void *)((const uint8_t *)config + field->offset), &none);
	}
	return false;
}

/* 0 or -1, as jansson has it. */
static int add_storage(json_t *account, const struct genesis_account *genesis)
{
	json_t *storage = json_object();
	int failed = json_object_set_new(account, "storage", storage);

	for (size_t i = 0; i < genesis->storage_count; i++) {
		char key[67] = "0x";

		hex_encode(key + 2, bytes_of_hash(&genesis->storage[i].key));
		failed |=
		    json_object_set_new(storage, key, json_of_quantity(&genesis->storage[i].value));
	}
	return failed;
}

static int add_account(json_t *alloc, const struct genesis_account *genesis)
{
	char name[43] = "0x";
	struct u256 nonce = u256_from_u64(genesis->nonce);
	json_t *account = json_object();
	int failed;

	hex_encode(name + 2, bytes_of_address(&genesis->address));
	failed = json_object_set_new(alloc, name, account);
	if (!u256_is_zero(&genesis->balance))
		failed |=
		    json_object_set_new(account, "balance", json_of_quantity(&genesis->balance));
	if (genesis->nonce != 0)
		failed |= json_object_set_new(account, "nonce", json_of_quantity(&nonce));
	if (genesis->code.len > 0)
		failed |= json_object_set_new(account, "code", json_of_data(genesis->code));
	if (genesis->storage_count > 0)
		failed |= add_storage(account, genesis);
	return failed;
}

static json_t *json_of_config(const struct rollup_config *config)
{
	json_t *root = json_object();
	json_t *alloc = json_object();
	int failed = json_object_set_new(root, "version", json_integer(CONFIG_FILE_VERSION));

	for (size_t i = 0; i < 3; i++)
		failed |= json_object_set_new(root, config_sections[i], json_object());
	for (size_t i = 0; i < config_field_count; i++) {
		const struct config_field *field = &config_fields[i];

		if (is_missing(config, field))
			continue;
		failed |= json_object_set_new(json_object_get(root, field->section), field->key,
					      json_of_field(config, field));
	}
	failed |= json_object_set_new(json_object_get(root, "genesis"), "alloc", alloc);
	for (size_t i = 0; i < config->alloc_count; i++)
		failed |= add_account(alloc, &config->alloc[i]);
	if (failed != 0) {
		json_decref(root);
		return NULL;
	}
	return root;
}

/* Onto the disk before the name changes. */
static bool write_and_rename(const json_t *root, FILE *file, const char *temporary,
			     const char *path)
{
	bool written = json_dumpf(root, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF &&
		       fflush(file) == 0 && fsync(fileno(file)) == 0;

	return fclose(file) == 0 && written && rename(temporary, path) == 0;
}

bool config_file_write(const struct rollup_config *config, const char *path,
		       char error[CONFIG_ERROR_SIZE])
{
	json_t *root = json_of_config(config);
	char temporary[4096];
	FILE *file;
	bool written;

	if (root == NULL ||
	    snprintf(temporary, sizeof(temporary), "%s.new", path) >= (int)sizeof(temporary)) {
		snprintf(error, CONFIG_ERROR_SIZE, "%.100s: out of memory, or path too long", path);
		json_decref(root);
		return false;
	}
	file = fopen(temporary, "w");
	written = file != NULL && write_and_rename(root, file, temporary, path);
	if (!written) {
		snprintf(error, CONFIG_ERROR_SIZE, "%.100s: %s", path, strerror(errno));
		if (file != NULL)
			unlink(temporary);
	}
	json_decref(root);
	return written;
}
