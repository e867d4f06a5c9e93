/* deploy_files: JSON of the contract build, and the list of funded accounts. */
#include "deploy/gavel/deploy_files.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hex.h"
#include "net/wei.h"

__attribute__((format(printf, 2, 3))) static bool fail(char error[DEPLOY_ERROR_SIZE],
						       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(error, DEPLOY_ERROR_SIZE, format, arguments);
	va_end(arguments);
	return false;
}

static const char *join(struct arena *a, const char *folder, const char *rest)
{
	size_t len = strlen(folder) + strlen(rest) + 1;
	char *path = arena_alloc(a, len);

	snprintf(path, len, "%s%s", folder, rest);
	return path;
}

const char *artifact_folder(struct arena *a)
{
	static const char *const places[] = { "/contracts", "/../share/gavel/contracts" };
	char program[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", program, sizeof(program) - 1);

	if (len <= 0)
		return NULL;
	program[len] = '\0';
	*strrchr(program, '/') = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		const char *folder = join(a, program, places[i]);

		if (access(join(a, folder, "/predeploys.json"), R_OK) == 0)
			return folder;
	}
	return NULL;
}

/* ---- contracts ---- */

static bool bytes_of_json(struct arena *a, struct bytes *out, const json_t *json)
{
	const char *text = json_string_value(json);
	size_t digits;
	uint8_t *data;

	if (text == NULL || text[0] != '0' || text[1] != 'x' || text[2] == '\0')
		return false;
	digits = strlen(text + 2);
	data = arena_alloc(a, digits / 2 + 1);
	if (!hex_decode(data, text + 2, digits))
		return false;
	*out = bytes_of(data, digits / 2);
	return true;
}

static json_t *load(const char *path, char error[DEPLOY_ERROR_SIZE])
{
	json_error_t reason;
	json_t *json = json_load_file(path, JSON_REJECT_DUPLICATES, &reason);

	if (json == NULL)
		fail(error, "%.300s: %.150s", path, reason.text);
	return json;
}

bool artifact_read(struct arena *a, struct artifact *artifact, const char *folder, const char *name,
		   char error[DEPLOY_ERROR_SIZE])
{
	const char *path = join(a, join(a, join(a, folder, "/"), name), ".json");
	json_t *json = load(path, error);
	bool good;

	if (json == NULL)
		return false;
	good = bytes_of_json(a, &artifact->init_code, json_object_get(json, "bytecode")) &&
	       bytes_of_json(a, &artifact->code, json_object_get(json, "deployedBytecode"));
	json_decref(json);
	return good || fail(error, "%.300s: no compiled contract", path);
}

/* ---- genesis ---- */

struct alloc {
	struct arena *arena;
	struct genesis_account *list;
	size_t count, capacity;
};

static struct genesis_account *add(struct alloc *alloc)
{
	if (alloc->count == alloc->capacity) {
		size_t larger = alloc->capacity == 0 ? 16 : 2 * alloc->capacity;

		alloc->list =
		    arena_grow(alloc->arena, alloc->list, alloc->capacity * sizeof(*alloc->list),
			       larger * sizeof(*alloc->list));
		alloc->capacity = larger;
	}
	alloc->list[alloc->count] = (struct genesis_account){ 0 };
	return &alloc->list[alloc->count++];
}

static bool read_predeploy(struct alloc *alloc, const char *name, const json_t *json)
{
	struct genesis_account *account = add(alloc);
	const json_t *nonce = json_object_get(json, "nonce");

	account->nonce = (uint64_t)json_integer_value(nonce);
	return hex_decode_fixed(account->address.b, sizeof(account->address.b), name) &&
	       json_is_integer(nonce) && json_integer_value(nonce) >= 0 &&
	       bytes_of_json(alloc->arena, &account->code, json_object_get(json, "code"));
}

static bool read_predeploys(struct alloc *alloc, const char *path, char error[DEPLOY_ERROR_SIZE])
{
	json_t *root = load(path, error), *value;
	const char *key;
	bool good = root != NULL;

	json_object_foreach(root, key, value)
	{
		if (good && !read_predeploy(alloc, key, value))
			good = fail(error, "%.300s: %.50s: should have \"nonce\" and \"code\"",
				    path, key);
	}
	json_decref(root);
	return good;
}

/* "0x... 1000", a comment after '#', or nothing. */
static bool read_fund(struct alloc *alloc, char *line)
{
	char *rest = NULL, *address, *amount;
	struct genesis_account *account;

	line[strcspn(line, "#\n")] = '\0';
	address = strtok_r(line, " \t\r", &rest);
	if (address == NULL)
		return true;
	amount = strtok_r(NULL, " \t\r", &rest);
	if (amount == NULL || strtok_r(NULL, " \t\r", &rest) != NULL)
		return false;
	account = add(alloc);
	return hex_decode_fixed(account->address.b, sizeof(account->address.b), address) &&
	       wei_parse(&account->balance, amount, WEI) && !u256_is_zero(&account->balance);
}

static bool read_funds(struct alloc *alloc, const char *path, char error[DEPLOY_ERROR_SIZE])
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t size = 0, number = 1;
	bool good = true;

	if (in == NULL)
		return fail(error, "%.300s: %s", path, strerror(errno));
	for (; good && getline(&line, &size, in) >= 0; number++) {
		if (!read_fund(alloc, line))
			good = fail(error, "%.300s:%zu: should be an address and its wei", path,
				    number);
	}
	free(line);
	fclose(in);
	return good;
}

static int compare(const void *a, const void *b)
{
	return memcmp(((const struct genesis_account *)a)->address.b,
		      ((const struct genesis_account *)b)->address.b, 20);
}

static bool check_distinct(struct alloc *alloc, char error[DEPLOY_ERROR_SIZE])
{
	char name[41];

	qsort(alloc->list, alloc->count, sizeof(*alloc->list), compare);
	for (size_t i = 1; i < alloc->count; i++) {
		if (compare(&alloc->list[i - 1], &alloc->list[i]) == 0)
			return fail(error, "0x%s is in genesis twice",
				    hex_encode(name, bytes_of_address(&alloc->list[i].address)));
	}
	return true;
}

bool alloc_read(struct arena *a, const struct genesis_account **list, size_t *count,
		const char *folder, const char *fund_file, char error[DEPLOY_ERROR_SIZE])
{
	struct alloc alloc = { .arena = a };

	if (!read_predeploys(&alloc, join(a, folder, "/predeploys.json"), error) ||
	    (fund_file != NULL && !read_funds(&alloc, fund_file, error)))
		return false;
	if (alloc.count == 0)
		return fail(error, "%.300s/predeploys.json: is empty", folder);
	*list = alloc.list;
	*count = alloc.count;
	return check_distinct(&alloc, error);
}
