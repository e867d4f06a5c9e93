#include "prover/host/preimages.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"

#define FIRST_CAPACITY 256

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "preimages: %s: %s\n", what, strerror(errno));
	abort();
}

void preimages_init(struct preimages *p)
{
	*p = (struct preimages){ .capacity = FIRST_CAPACITY, .file = -1 };
	arena_init(&p->arena, &arena_heap, ARENA_HEAP_BLOCK);
	p->slots = calloc(p->capacity, sizeof(*p->slots));
	if (!p->slots)
		die("out of memory");
}

void preimages_init_file(struct preimages *p, const char *directory)
{
	char path[4096];

	preimages_init(p);
	snprintf(path, sizeof(path), "%s/preimages.XXXXXX", directory);
	p->file = mkostemp(path, O_CLOEXEC);
	if (p->file < 0 || unlink(path) != 0)
		die(path);
}

void preimages_free(struct preimages *p)
{
	arena_free(&p->arena);
	free(p->slots);
	free(p->read);
	if (p->file >= 0)
		close(p->file);
	p->slots = NULL;
}

size_t preimages_footprint(const struct preimages *p)
{
	return p->capacity * sizeof(*p->slots) + arena_size(&p->arena) + p->read_room;
}

size_t preimages_file_size(const struct preimages *p)
{
	return p->file >= 0 ? p->bytes : 0;
}

/* Keys may be chosen by whoever wrote a file: a local key's and an entry's
 * variable bytes are at the end, a hash's anywhere. */
static struct preimage_slot *find(const struct preimages *p, const struct hash32 *key)
{
	uint64_t mixed = (le64_load(key->b + 8) ^ be64_load(key->b + 24)) * 0x9e3779b97f4a7c15u;
	size_t at = (size_t)(mixed >> 20) & (p->capacity - 1);

	while (p->slots[at].used && !hash32_eq(&p->slots[at].key, key))
		at = (at + 1) & (p->capacity - 1);
	return &p->slots[at];
}

static void grow(struct preimages *p)
{
	struct preimages larger = *p;

	larger.capacity = 2 * p->capacity;
	larger.slots = calloc(larger.capacity, sizeof(*larger.slots));
	if (!larger.slots)
		die("out of memory");
	for (size_t i = 0; i < p->capacity; i++)
		if (p->slots[i].used)
			*find(&larger, &p->slots[i].key) = p->slots[i];
	free(p->slots);
	*p = larger;
}

/* ---- the file ---- */

static void write_value(struct preimages *p, struct bytes value)
{
	size_t done = 0;

	while (done < value.len) {
		ssize_t written =
		    pwrite(p->file, value.data + done, value.len - done, (off_t)(p->bytes + done));

		if (written < 0 && errno != EINTR)
			die("the file can't be written");
		done += written > 0 ? (size_t)written : 0;
	}
}

static void make_read_room(struct preimages *p, size_t len)
{
	if (p->read && len <= p->read_room)
		return;
	p->read_room = len + 4096;
	p->read = realloc(p->read, p->read_room);
	if (!p->read)
		die("out of memory");
}

static void fill_read(struct preimages *p)
{
	size_t done = 0;

	while (done < p->read_len) {
		ssize_t got = pread(p->file, p->read + done, p->read_len - done,
				    (off_t)(p->read_offset + done));

		if (got == 0 || (got < 0 && errno != EINTR))
			die("the file can't be read");
		done += got > 0 ? (size_t)got : 0;
	}
}

/* A machine asks for the same again and again, for 32 bytes each time. */
static struct bytes read_value(struct preimages *p, const struct preimage_slot *slot)
{
	if (!p->read || p->read_offset != slot->offset || p->read_len != slot->len) {
		make_read_room(p, slot->len);
		p->read_offset = slot->offset;
		p->read_len = slot->len;
		fill_read(p);
	}
	return bytes_of(p->read, p->read_len);
}

/* ---- values ---- */

static struct bytes value_of(struct preimages *p, const struct preimage_slot *slot)
{
	return p->file >= 0 ? read_value(p, slot) : bytes_of(slot->data, slot->len);
}

static const uint8_t *copy(struct preimages *p, struct bytes value)
{
	static const uint8_t nothing[1];

	return value.len ? arena_copy(&p->arena, value).data : nothing;
}

bool preimages_put(struct preimages *p, const struct hash32 *key, struct bytes value)
{
	struct preimage_slot *slot = find(p, key);

	if (slot->used)
		return bytes_eq(value_of(p, slot), value);
	if (2 * p->count >= p->capacity) {
		grow(p);
		slot = find(p, key);
	}
	*slot = (struct preimage_slot){ .key = *key, .len = value.len, .used = 1 };
	if (p->file >= 0) {
		slot->offset = p->bytes;
		write_value(p, value);
	} else {
		slot->data = copy(p, value);
	}
	p->count++;
	p->bytes += value.len;
	return true;
}

bool preimages_get(struct preimages *p, const struct hash32 *key, struct bytes *value)
{
	const struct preimage_slot *slot = find(p, key);

	if (!slot->used)
		return false;
	*value = value_of(p, slot);
	return true;
}

bool preimages_has(const struct preimages *p, const struct hash32 *key)
{
	return find(p, key)->used;
}

struct hash32 preimages_put_hashed(struct preimages *p, struct bytes value)
{
	struct hash32 hash = keccak256(value);
	struct hash32 key = oracle_hash_key(ORACLE_KEY_KECCAK, &hash);

	(void)preimages_put(p, &key, value);
	return hash;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash32)); /* the key comes first */
}

struct preimage *preimages_sorted(const struct preimages *p)
{
	struct preimage *sorted = malloc((p->count + 1) * sizeof(*sorted));
	size_t count = 0;

	if (!sorted)
		die("out of memory");
	assert(p->file < 0);
	for (size_t i = 0; i < p->capacity; i++)
		if (p->slots[i].used)
			sorted[count++] =
			    (struct preimage){ p->slots[i].key,
					       bytes_of(p->slots[i].data, p->slots[i].len) };
	qsort(sorted, count, sizeof(*sorted), compare);
	return sorted;
}
