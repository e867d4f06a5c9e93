#include "prover/program/oracle.h"

static struct hash32 index_key(enum oracle_key_type type, uint64_t index)
{
	struct hash32 key = { { (uint8_t)type } };

	be64_store(key.b + 24, index);
	return key;
}

struct hash32 oracle_local_key(enum oracle_local local)
{
	return index_key(ORACLE_KEY_LOCAL, local);
}

struct hash32 oracle_entry_key(uint64_t index)
{
	return index_key(ORACLE_KEY_ENTRY, index);
}

struct hash32 oracle_hash_key(enum oracle_key_type type, const struct hash32 *hash)
{
	struct hash32 key = *hash;

	key.b[0] = (uint8_t)type;
	return key;
}

bool oracle_read_hash(const struct oracle *o, struct arena *a, enum oracle_hint kind,
		      const struct hash32 *hash, struct bytes *preimage)
{
	struct hash32 key = oracle_hash_key(ORACLE_KEY_KECCAK, hash);
	uint8_t hint[33] = { (uint8_t)kind };

	memcpy(hint + 1, hash->b, sizeof(hash->b));
	o->hint(o->context, bytes_of(hint, sizeof(hint)));
	return o->read(o->context, a, &key, preimage);
}

static bool read_local(const struct oracle *o, struct arena *a, enum oracle_local local, void *to,
		       size_t size)
{
	struct hash32 key = oracle_local_key(local);
	struct bytes value;

	if (!o->read(o->context, a, &key, &value) || value.len != size)
		return false;
	memcpy(to, value.data, size);
	return true;
}

bool oracle_read_local(const struct oracle *o, struct arena *a, enum oracle_local local,
		       struct hash32 *value)
{
	return read_local(o, a, local, value->b, sizeof(value->b));
}

bool oracle_read_local_u64(const struct oracle *o, struct arena *a, enum oracle_local local,
			   uint64_t *value)
{
	uint8_t encoded[8];

	if (!read_local(o, a, local, encoded, sizeof(encoded)))
		return false;
	*value = be64_load(encoded);
	return true;
}
