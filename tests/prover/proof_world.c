#include "tests/prover/proof_world.h"

#include <libdeflate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/signer.h"
#include "prover/host/image.h"
#include "rollup/native/compress.h"
#include "tests/bench/workload.h"

const struct address proof_caller = { { 0xca, 0x11 } };
const struct address proof_block_hash = { { 0xb1, 0x0c } };
const struct address proof_keeper = { { 0x6e, 0xe9 } };

static const struct address history = { { 0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5,
					  0x3a, 0x10, 0xcb, 0x7a, 0x02, 0x33, 0x5b,
					  0x17, 0x53, 0x20, 0x00, 0x29, 0x35 } };

/* EIP-2935's contract, as deployed. */
static const char history_code[] =
    "3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257"
    "611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";
static const char caller_code[] =
    "602036038060205f375f5f915f5f355afa3d5f5f3e3d5f20015f35553d5fa000";
static const char block_hash_code[] = "5f35405f355500";
static const char keeper_code[] = "6020355f355560203560205fa100";
/* Stores the first word behind the selector at slot 0, then logs it. */
static const char predeploy_code[] = "6004355f5560043560205fa100";

static void need(bool fact, const char *what)
{
	if (fact)
		return;
	fprintf(stderr, "proof_world: %s\n", what);
	abort();
}

static struct bytes unhex(struct arena *a, const char *text)
{
	size_t len = strlen(text);
	uint8_t *out = arena_alloc(a, len / 2 + 1);

	need(hex_decode(out, text, len), "bad hex");
	return bytes_of(out, len / 2);
}

static struct u256 ether(uint64_t count)
{
	struct u256 value = u256_from_u64(count);
	struct u256 unit = u256_from_u64(1000000000000000000u);

	u256_mul(&value, &value, &unit);
	return value;
}

/* splitmix64 */
uint64_t proof_random(struct proof_world *w, uint64_t bound)
{
	uint64_t z = w->random += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return (z ^ z >> 31) % bound;
}

struct address proof_sender(unsigned index)
{
	return workload_sender(index);
}

struct proof_world *proof_world_of(uint64_t chain_id, const struct genesis_account *alloc,
				   size_t count, uint64_t base_fee)
{
	struct proof_world *w = calloc(1, sizeof(*w));
	struct header header;

	need(w != NULL, "out of memory");
	arena_init(&w->arena, &arena_heap, ARENA_HEAP_BLOCK);
	w->random = 1;
	w->config = (struct rollup_config){
		.chain = { .chain_id = chain_id,
			   .revision = EVM_OSAKA,
			   .gas_limit = 30000000,
			   .max_past = 3600,
			   .max_future = 600,
			   .fee_recipient = { { 0xfe, 1 } },
			   .base_fee_recipient = { { 0xfe, 2 } } },
		.genesis_timestamp = PROOF_T0,
		.genesis_base_fee = u256_from_u64(base_fee),
		.alloc = alloc,
		.alloc_count = count,
	};
	need(genesis_build(&w->arena, &w->config, NULL, &header), "bad genesis");
	w->config.chain.genesis_hash = header_hash(&w->arena, &header);
	memory_inbox_init(&w->inbox);
	memory_chain_init(&w->chain, &w->config);
	w->blocks[0].passer_root = header.withdrawals_root;
	w->blocks[0].output_root =
	    output_root(&header.state_root, &header.withdrawals_root, &w->chain.hashes[0]);
	return w;
}

struct proof_world *proof_world_new(const struct genesis_account *extra, size_t extra_count)
{
	size_t count = 0;
	struct genesis_account *alloc = calloc(PROOF_SENDERS + 6 + extra_count, sizeof(*alloc));
	struct arena a;
	struct proof_world *w;
	const struct {
		struct address address;
		const char *code;
	} contracts[] = {
		{ history, history_code },
		{ predeploy_l1_block, predeploy_code },
		{ predeploy_message_passer, predeploy_code },
		{ proof_caller, caller_code },
		{ proof_block_hash, block_hash_code },
		{ proof_keeper, keeper_code },
	};

	need(alloc != NULL, "out of memory");
	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	for (unsigned i = 0; i < PROOF_SENDERS; i++)
		alloc[count++] =
		    (struct genesis_account){ .address = proof_sender(i), .balance = ether(1000) };
	for (size_t i = 0; i < sizeof(contracts) / sizeof(contracts[0]); i++)
		alloc[count++] = (struct genesis_account){ .address = contracts[i].address,
							   .nonce = 1,
							   .code = unhex(&a, contracts[i].code) };
	for (size_t i = 0; i < extra_count; i++)
		alloc[count++] = extra[i];
	w = proof_world_of(PROOF_CHAIN_ID, alloc, count, 1000000);
	w->config.alloc = NULL; /* the state has it */
	w->config.alloc_count = 0;
	arena_free(&a);
	free(alloc);
	return w;
}

void proof_world_free(struct proof_world *w)
{
	memory_chain_free(&w->chain);
	memory_inbox_free(&w->inbox);
	arena_free(&w->arena);
	free(w);
}

struct transaction proof_sign(struct proof_world *w, unsigned sender, struct transaction tx)
{
	struct signer_key key = workload_sender_key(sender);
	struct signer_signature signature;
	struct transaction decoded;
	struct hash32 hash;

	tx.chain_id = w->config.chain.chain_id;
	tx.has_chain_id = true;
	tx.nonce = w->nonces[sender]++;
	tx.max_fee_per_gas = u256_from_u64(1000000000);
	tx.max_priority_fee_per_gas = tx.type == TX_DYNAMIC_FEE || tx.type == TX_SET_CODE
					  ? u256_from_u64(1000)
					  : tx.max_fee_per_gas;
	hash = tx_signing_hash(&w->arena, &tx);
	need(signer_sign(&signature, &key, &hash), "bad key");
	tx.r = u256_from_be(signature.r.b, 32);
	tx.s = u256_from_be(signature.s.b, 32);
	tx.y_parity = signature.y_parity;
	need(tx_decode(&w->arena, &decoded, tx_encode(&w->arena, &tx)) == TX_DECODE_OK,
	     "bad transaction");
	return decoded;
}

struct transaction proof_call(struct proof_world *w, unsigned sender, const struct address *to,
			      struct bytes data, uint64_t gas)
{
	return proof_sign(w, sender,
			  (struct transaction){
			      .type = TX_DYNAMIC_FEE, .to = *to, .data = data, .gas_limit = gas });
}

/* As memory_chain_derive(), which forgets what a block was made of. */
static bool derive_block(struct proof_world *w)
{
	struct inbox_source source = memory_inbox_source(&w->inbox);
	struct state_sink sink = memory_chain_sink(&w->chain);
	struct proof_block *kept = &w->blocks[w->chain.length];
	const struct header *parent = memory_chain_head(&w->chain);
	struct block_environment environment;
	struct derive_cache cache;
	struct block block;

	need(w->chain.length < PROOF_BLOCKS, "too many blocks");
	derive_cache_init(&cache, &arena_heap); /* kept: the input is in it */
	switch (derive_next(&w->arena, &kept->input, &w->config.chain, parent, &source, &cache)) {
	case DERIVE_OK:
		break;
	case DERIVE_END:
		derive_cache_free(&cache);
		return false;
	case DERIVE_FAILED:
		need(false, "derivation failed");
	}
	environment = memory_chain_environment(&w->chain, &w->arena);
	need(block_execute(&w->arena, &environment, parent, &kept->input, &sink, &block),
	     "the state failed");
	kept->passer_root = block.message_passer_storage_root;
	kept->output_root = block.output_root;
	kept->gas_used = block.header.gas_used;
	kept->transaction_count = block.transaction_count;
	kept->input.transactions = NULL;
	kept->input.messages = NULL;
	derive_cache_free(&cache);
	memory_chain_push(&w->chain, &block);
	return true;
}

void proof_append_raw(struct proof_world *w, struct bytes payload)
{
	memory_inbox_append(&w->inbox, payload, w->inbox.message_count,
			    memory_chain_head(&w->chain)->timestamp + 12);
	while (derive_block(w))
		;
}

/* All columns deflated, signatures too, which our own writer does not even try:
 * what a batcher might do whose transactions are all alike. */
static struct bytes dense_payload(struct proof_world *w, const struct payload *payload)
{
	struct bytes columns = payload_encode_columns(&w->arena, payload, w->config.chain.chain_id);
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(9);
	uint8_t *out = arena_alloc(&w->arena, PAYLOAD_MAX_BYTES);
	size_t len;

	need(compressor != NULL, "out of memory");
	out[0] = PAYLOAD_VERSION;
	len = libdeflate_deflate_compress(compressor, columns.data, columns.len, out + 1,
					  PAYLOAD_MAX_BYTES - 1);
	libdeflate_free_compressor(compressor);
	need(len > 0, "does not fit a payload");
	return bytes_of(out, 1 + len);
}

void proof_append(struct proof_world *w, struct payload_block *blocks, size_t count)
{
	struct payload payload = { blocks, count };
	uint64_t time = memory_chain_head(&w->chain)->timestamp;
	struct bytes made;

	for (size_t i = 0; i < count; i++)
		if (blocks[i].timestamp == 0)
			blocks[i].timestamp = ++time;
	if (!payload_compress(&w->arena, &payload, w->config.chain.chain_id, 6, &made))
		made = dense_payload(w, &payload);
	proof_append_raw(w, made);
}

uint64_t proof_head(const struct proof_world *w)
{
	return w->chain.length - 1;
}

static bool find_header(void *context, struct arena *a, const struct hash32 *hash,
			struct header *header)
{
	struct proof_world *w = context;

	(void)a;
	for (size_t i = 0; i < w->chain.length; i++)
		if (hash32_eq(&w->chain.hashes[i], hash)) {
			*header = w->chain.headers[i];
			return true;
		}
	return false;
}

static bool find_entry_link(void *context, uint64_t index, struct hash32 *link)
{
	const struct proof_world *w = context;

	*link = (struct hash32){ { 0 } };
	for (uint64_t i = 0; i <= index; i++)
		*link = entry_link(link, &w->inbox.entries[i]);
	return index < w->inbox.entry_count;
}

void proof_evidence(struct proof_world *w, uint64_t number, struct evidence *evidence,
		    struct dispute *dispute)
{
	uint64_t before = number - 1;

	need(number > 0 && before < w->chain.length, "no such block");
	*evidence = (struct evidence){
		.context = w,
		.config = &w->config.chain,
		.agreed_parts = { w->chain.headers[before].state_root,
				  w->blocks[before].passer_root, w->chain.hashes[before] },
		.state = w->chain.store,
		.inbox = memory_inbox_source(&w->inbox),
		.header = find_header,
		.entry_link = find_entry_link,
	};
	*dispute = (struct dispute){
		.agreed = w->blocks[before].output_root,
		.claimed = w->blocks[number].output_root,
		.number = number,
		.entry_count = w->inbox.entry_count,
		.config = chain_config_hash(&w->config.chain),
	};
}

enum program_verdict proof_native(const struct evidence *evidence, const struct dispute *dispute,
				  struct preimages *known)
{
	struct program_report report;
	struct arena a;
	struct host h;

	arena_init(&a, &arena_heap, ARENA_HEAP_BLOCK);
	host_init(&h, known, evidence);
	need(host_put_dispute(known, dispute), "another dispute");
	host_run_native(&h, &a, &report);
	host_free(&h);
	arena_free(&a);
	return report.verdict;
}

enum machine_status proof_machine(struct preimages *known, uint64_t *steps, size_t *footprint)
{
	enum machine_status status;
	struct machine_host host;
	struct machine *m;
	struct host h;

	host_init(&h, known, NULL);
	host = host_of_machine(&h);
	m = image_machine(&host);
	if (machine_run(m, UINT64_MAX) != MACHINE_EXITED)
		fprintf(stderr, "proof_world: the machine stops at step %llu\n",
			(unsigned long long)machine_step(m));
	status = machine_status(m);
	if (steps)
		*steps = machine_step(m);
	if (footprint)
		*footprint = machine_footprint(m);
	machine_free(m);
	host_free(&h);
	return status;
}
