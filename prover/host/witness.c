#include "prover/host/witness.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/keccak.h"

#define HEAD_SIZE (8 + 4 + 32 + 8)
#define ITEM_SIZE (32 + 8)

static const char magic[8] = { 'G', 'A', 'V', 'E', 'L', 'W', 'I', 'T' };

static bool put(FILE *out, const void *data, size_t len)
{
	return len == 0 || fwrite(data, len, 1, out) == 1;
}

static bool write_head(FILE *out, const struct hash32 *image, size_t count)
{
	uint8_t head[HEAD_SIZE];

	memcpy(head, magic, sizeof(magic));
	be32_store(head + 8, WITNESS_VERSION);
	memcpy(head + 12, image->b, sizeof(image->b));
	be64_store(head + 44, count);
	return put(out, head, sizeof(head));
}

static bool write_item(FILE *out, const struct preimage *p)
{
	uint8_t head[ITEM_SIZE];

	memcpy(head, p->key.b, sizeof(p->key.b));
	be64_store(head + 32, p->value.len);
	return put(out, head, sizeof(head)) && put(out, p->value.data, p->value.len);
}

static bool write_all(FILE *out, const struct hash32 *image, const struct preimages *p)
{
	struct preimage *sorted = preimages_sorted(p);
	bool good = write_head(out, image, p->count);

	for (size_t i = 0; good && i < p->count; i++)
		good = write_item(out, &sorted[i]);
	free(sorted);
	return good && fflush(out) == 0 && fsync(fileno(out)) == 0;
}

bool witness_write(const char *path, const struct hash32 *image, const struct preimages *p)
{
	size_t len = strlen(path) + 5;
	char *temporary = malloc(len);
	bool good;
	FILE *out;

	if (!temporary)
		abort();
	snprintf(temporary, len, "%s.new", path);
	out = fopen(temporary, "wb");
	good = out && write_all(out, image, p);
	if (out)
		good = fclose(out) == 0 && good;
	good = good && rename(temporary, path) == 0;
	if (!good && out) {
		int reason = errno;

		unlink(temporary);
		errno = reason;
	}
	free(temporary);
	return good;
}

const char *witness_err_text(enum witness_err err)
{
	switch (err) {
	case WITNESS_OK:
		return "fine";
	case WITNESS_UNREADABLE:
		return strerror(errno);
	case WITNESS_NOT_ONE:
		return "not a witness, or of another version";
	case WITNESS_CUT:
		return "shorter or longer than it says";
	case WITNESS_UNSORTED:
		return "its keys are out of order";
	case WITNESS_BAD_KEY:
		return "a key of no type that there is";
	case WITNESS_BAD_PREIMAGE:
		return "a preimage does not have the hash that its key says";
	}
	return "unknown";
}

/* The whole file, malloc'ed. */
static bool read_file(const char *path, struct bytes *file)
{
	size_t len = 0, capacity = 1 << 16, got;
	uint8_t *data = malloc(capacity);
	FILE *in = fopen(path, "rb");
	bool good;

	if (!data)
		abort();
	while (in && (got = fread(data + len, 1, capacity - len, in)) > 0) {
		len += got;
		if (len == capacity) {
			capacity *= 2;
			data = realloc(data, capacity);
			if (!data)
				abort();
		}
	}
	good = in && !ferror(in);
	if (in)
		fclose(in);
	*file = bytes_of(data, len);
	return good;
}

static bool take(struct bytes *in, size_t len, const uint8_t **data)
{
	if (in->len < len)
		return false;
	*data = in->data;
	*in = bytes_of(in->data + len, in->len - len);
	return true;
}

static enum witness_err check(const struct hash32 *key, struct bytes value)
{
	struct hash32 hash;

	switch ((enum oracle_key_type)key->b[0]) {
	case ORACLE_KEY_LOCAL:
	case ORACLE_KEY_ENTRY:
	case ORACLE_KEY_PRECOMPILE:
		return WITNESS_OK;
	case ORACLE_KEY_KECCAK:
		hash = keccak256(value);
		return memcmp(hash.b + 1, key->b + 1, 31) == 0 ? WITNESS_OK : WITNESS_BAD_PREIMAGE;
	}
	return WITNESS_BAD_KEY;
}

/* `*last` is the key before, and becomes this one. */
static enum witness_err read_item(struct bytes *in, struct preimages *p, struct hash32 *last)
{
	const uint8_t *head, *value;
	enum witness_err err;
	uint64_t len;

	if (!take(in, ITEM_SIZE, &head))
		return WITNESS_CUT;
	len = be64_load(head + 32);
	if (len > in->len || !take(in, (size_t)len, &value))
		return WITNESS_CUT;
	if (memcmp(head, last->b, sizeof(last->b)) <= 0)
		return WITNESS_UNSORTED;
	memcpy(last->b, head, sizeof(last->b));
	err = check(last, bytes_of(value, (size_t)len));
	if (err == WITNESS_OK)
		(void)preimages_put(p, last, bytes_of(value, (size_t)len));
	return err;
}

static enum witness_err read_all(struct bytes in, struct hash32 *image, struct preimages *p)
{
	enum witness_err err = WITNESS_OK;
	struct hash32 last = { { 0 } };
	const uint8_t *head;
	uint64_t count;

	if (!take(&in, HEAD_SIZE, &head) || memcmp(head, magic, sizeof(magic)) != 0 ||
	    be32_load(head + 8) != WITNESS_VERSION)
		return WITNESS_NOT_ONE;
	memcpy(image->b, head + 12, sizeof(image->b));
	count = be64_load(head + 44);
	for (uint64_t i = 0; err == WITNESS_OK && i < count; i++)
		err = read_item(&in, p, &last);
	return err == WITNESS_OK && in.len > 0 ? WITNESS_CUT : err;
}

enum witness_err witness_read(const char *path, struct hash32 *image, struct preimages *p)
{
	enum witness_err err = WITNESS_UNREADABLE;
	struct bytes file;

	if (read_file(path, &file))
		err = read_all(file, image, p);
	free((void *)(uintptr_t)file.data);
	return err;
}
