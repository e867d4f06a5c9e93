#include "prover/host/host.h"

#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/native.h"

void host_init(struct host *h, struct preimages *known, const struct evidence *evidence)
{
	*h = (struct host){ .known = known, .evidence = evidence };
	arena_init(&h->scratch, &arena_heap, ARENA_HEAP_BLOCK);
}

void host_free(struct host *h)
{
	arena_free(&h->scratch);
}

/* ---- the local preimages ---- */

static bool put_local(struct preimages *known, enum oracle_local local, struct bytes value)
{
	struct hash32 key = oracle_local_key(local);

	return preimages_put(known, &key, value);
}

static bool put_local_u64(struct preimages *known, enum oracle_local local, uint64_t value)
{
	uint8_t encoded[8];

	be64_store(encoded, value);
	return put_local(known, local, bytes_of(encoded, sizeof(encoded)));
}

bool host_put_dispute(struct preimages *known, const struct dispute *d)
{
	return put_local(known, ORACLE_AGREED_OUTPUT, bytes_of_hash(&d->agreed)) &&
	       put_local(known, ORACLE_CLAIMED_OUTPUT, bytes_of_hash(&d->claimed)) &&
	       put_local_u64(known, ORACLE_BLOCK_NUMBER, d->number) &&
	       put_local_u64(known, ORACLE_ENTRY_COUNT, d->entry_count) &&
	       put_local(known, ORACLE_CHAIN_CONFIG, bytes_of_hash(&d->config));
}

static bool read_known(void *context, struct arena *a, const struct hash32 *key,
		       struct bytes *preimage)
{
	struct host *h = context;

	if ((h->stop && atomic_load(h->stop)) || !preimages_get(h->known, key, preimage))
		return false;
	*preimage = arena_copy(a, *preimage);
	return true;
}

static void ignore_hint(void *context, struct bytes hint)
{
	(void)context, (void)hint;
}

bool host_get_dispute(struct preimages *known, struct dispute *d)
{
	struct host h = { .known = known };
	struct oracle o = { &h, read_known, ignore_hint };
	struct arena a;
	bool found;

	arena_init(&a, &arena_heap, 1024);
	found = oracle_read_local(&o, &a, ORACLE_AGREED_OUTPUT, &d->agreed) &&
		oracle_read_local(&o, &a, ORACLE_CLAIMED_OUTPUT, &d->claimed) &&
		oracle_read_local_u64(&o, &a, ORACLE_BLOCK_NUMBER, &d->number) &&
		oracle_read_local_u64(&o, &a, ORACLE_ENTRY_COUNT, &d->entry_count) &&
		oracle_read_local(&o, &a, ORACLE_CHAIN_CONFIG, &d->config);
	arena_free(&a);
	return found;
}

/* ---- hints: each brings what the program asks for next ---- */

static bool take_hash(struct bytes *in, struct hash32 *hash)
{
	if (in->len < sizeof(hash->b))
		return false;
	memcpy(hash->b, in->data, sizeof(hash->b));
	*in = bytes_of(in->data + sizeof(hash->b), in->len - sizeof(hash->b));
	return true;
}

static bool take_u64(struct bytes *in, uint64_t *value)
{
	if (in->len < 8)
		return false;
	*value = be64_load(in->data);
	*in = bytes_of(in->data + 8, in->len - 8);
	return true;
}

static void fetch_output(struct host *h)
{
	struct hash32 parts[4] = { { { 0 } } };

	memcpy(parts + 1, h->evidence->agreed_parts, sizeof(h->evidence->agreed_parts));
	(void)preimages_put_hashed(h->known, bytes_of(parts, sizeof(parts)));
}

static void fetch_header(struct host *h, const struct hash32 *hash)
{
	struct header header;

	if (h->evidence->header(h->evidence->context, &h->scratch, hash, &header))
		(void)preimages_put_hashed(h->known, header_encode(&h->scratch, &header));
}

/* 1 and the owner, or 0; the nibbles. */
static void fetch_node(struct host *h, const struct hash32 *hash, struct bytes place)
{
	const struct state_store *state = &h->evidence->state;
	struct hash32 owner;
	struct bytes rlp;
	bool has_owner;

	if (place.len == 0)
		return;
	has_owner = place.data[0] != 0;
	place = bytes_of(place.data + 1, place.len - 1);
	if ((has_owner && !take_hash(&place, &owner)) || place.len > 64)
		return;
	if (state->load_node(state->context, &h->scratch, &rlp, has_owner ? &owner : NULL,
			     (struct trie_path){ place.data, place.len }, hash))
		(void)preimages_put_hashed(h->known, rlp);
}

static void fetch_code(struct host *h, const struct hash32 *hash)
{
	const struct state_store *state = &h->evidence->state;
	struct bytes code;

	if (state->load_code(state->context, &h->scratch, &code, hash))
		(void)preimages_put_hashed(h->known, code);
}

static void fetch_config(struct host *h)
{
	uint8_t encoded[CHAIN_CONFIG_SIZE];

	chain_config_encode(encoded, h->evidence->config);
	(void)preimages_put_hashed(h->known, bytes_of(encoded, sizeof(encoded)));
}

static void fetch_payload(struct host *h, const struct hash32 *hash)
{
	const struct inbox_source *inbox = &h->evidence->inbox;
	struct bytes payload;

	if (inbox->payload(inbox->context, &h->scratch, hash, &payload))
		(void)preimages_put_hashed(h->known, payload);
}

static void fetch_entry(struct host *h, uint64_t index)
{
	const struct evidence *e = h->evidence;
	struct hash32 key = oracle_entry_key(index), before = { { 0 } }, link;
	uint8_t linked[32 + ENTRY_SIZE];
	struct entry entry;

	if (e->inbox.entry(e->inbox.context, index, &entry) != DERIVE_OK ||
	    (index > 0 && !e->entry_link(e->context, index - 1, &before)))
		return;
	memcpy(linked, before.b, sizeof(before.b));
	entry_encode(linked + 32, &entry);
	link = preimages_put_hashed(h->known, bytes_of(linked, sizeof(linked)));
	(void)preimages_put(h->known, &key, bytes_of_hash(&link));
}

static void fetch_message(struct host *h, uint64_t index)
{
	const struct inbox_source *inbox = &h->evidence->inbox;
	struct hash32 linked[2];
	struct bytes raw;

	if (!inbox->message(inbox->context, &h->scratch, index, &raw, &linked[0]))
		return;
	linked[1] = preimages_put_hashed(h->known, raw);
	(void)preimages_put_hashed(h->known, bytes_of(linked, sizeof(linked)));
}

static void fetch_hashed(struct host *h, enum oracle_hint kind, const struct hash32 *hash,
			 struct bytes rest)
{
	struct hash32 key = oracle_hash_key(ORACLE_KEY_KECCAK, hash);

	if (preimages_has(h->known, &key))
		return;
	switch (kind) {
	case HINT_OUTPUT:
		fetch_output(h);
		break;
	case HINT_HEADER:
		fetch_header(h, hash);
		break;
	case HINT_NODE:
		fetch_node(h, hash, rest);
		break;
	case HINT_CODE:
		fetch_code(h, hash);
		break;
	case HINT_CHAIN_CONFIG:
		fetch_config(h);
		break;
	case HINT_PAYLOAD:
		fetch_payload(h, hash);
		break;
	case HINT_ENTRY:
	case HINT_MESSAGE:
	case HINT_PRECOMPILE:
		break; /* not by hash */
	}
}

/* Address 20, gas 8, input.  Computed anew, whatever is known already. */
static void compute(struct host *h, struct bytes asked)
{
	const struct crypto *crypto = crypto_native();
	struct hash32 hash = keccak256(asked);
	struct hash32 key = oracle_hash_key(ORACLE_KEY_PRECOMPILE, &hash);
	struct bytes output = { NULL, 0 };
	uint8_t *answer;
	bool success;

	if (asked.len < 28)
		return;
	success = crypto->precompile(crypto->context, &h->scratch, &output,
				     (enum precompile_id)(asked.data[18] << 8 | asked.data[19]),
				     bytes_of(asked.data + 28, asked.len - 28));
	if (!success)
		output.len = 0;
	answer = arena_alloc(&h->scratch, 1 + output.len);
	answer[0] = success;
	if (output.len > 0)
		memcpy(answer + 1, output.data, output.len);
	if (!preimages_put(h->known, &key, bytes_of(answer, 1 + output.len)))
		h->precompile_differs = true;
	if (h->asked)
		(void)preimages_put(h->asked, &key, asked);
}

static void fetch(struct host *h, enum oracle_hint kind, struct bytes rest)
{
	struct hash32 hash;
	uint64_t index;

	if (kind == HINT_PRECOMPILE) {
		compute(h, rest);
	} else if (!h->evidence) {
		return;
	} else if (kind == HINT_ENTRY) {
		if (take_u64(&rest, &index))
			fetch_entry(h, index);
	} else if (kind == HINT_MESSAGE) {
		if (take_u64(&rest, &index))
			fetch_message(h, index);
	} else if (take_hash(&rest, &hash)) {
		fetch_hashed(h, kind, &hash, rest);
	}
}

static void take_hint(void *context, struct bytes hint)
{
	struct host *h = context;
	struct arena_mark mark = arena_mark(&h->scratch);

	if (hint.len > 0)
		fetch(h, (enum oracle_hint)hint.data[0], bytes_of(hint.data + 1, hint.len - 1));
	arena_reset(&h->scratch, mark);
}

void host_run_native(struct host *h, struct arena *a, struct program_report *report)
{
	struct oracle *oracle = ARENA_NEW(a, struct oracle);

	*oracle = (struct oracle){ h, read_known, take_hint };
	program_run(a, &arena_heap, oracle, report);
}

static bool machine_preimage(void *context, const struct hash32 *key, struct bytes *preimage)
{
	return preimages_get(((struct host *)context)->known, key, preimage);
}

struct machine_host host_of_machine(struct host *h)
{
	return (struct machine_host){ h, machine_preimage, NULL };
}
