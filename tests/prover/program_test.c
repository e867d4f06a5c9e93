/* The proof program, natively and in the machine: what the chain says is VALID,
 * and nothing else is. */
#include "base/hex.h"
#include "base/native/arena_heap.h"
#include "crypto/keccak.h"
#include "crypto/native/signer.h"
#include "eth/rlp.h"
#include "rollup/native/compress.h"
#include "tests/bench/workload.h"
#include "tests/prover/proof_world.h"
#include "tests/support/lies.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct proof_world *w;

static int start(void **state)
{
	(void)state;
	w = proof_world_new(NULL, 0);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	proof_world_free(w);
	return 0;
}

/* Both ways; they must agree. */
static enum program_verdict verdict_of(const struct evidence *evidence,
				       const struct dispute *dispute)
{
	struct preimages known;
	enum program_verdict verdict;
	enum machine_status status;

	preimages_init(&known);
	verdict = proof_native(evidence, dispute, &known);
	status = proof_machine(&known, NULL, NULL);
	preimages_free(&known);
	assert_int_equal(status, program_exit_code(verdict));
	return verdict;
}

static enum program_verdict honest(uint64_t number)
{
	struct evidence evidence;
	struct dispute dispute;

	proof_evidence(w, number, &evidence, &dispute);
	return verdict_of(&evidence, &dispute);
}

/* All blocks from `first` on. */
static void check_honest(uint64_t first)
{
	assert_true(proof_head(w) >= first);
	for (uint64_t n = first; n <= proof_head(w); n++)
		assert_int_equal(honest(n), PROGRAM_VALID);
}

/* A block of these, in an entry of its own.  Returns its number. */
static uint64_t add_block(const struct transaction *txs, size_t count)
{
	struct payload_block block = { .transactions = txs, .transaction_count = count };

	proof_append(w, &block, 1);
	assert_int_equal(w->blocks[proof_head(w)].transaction_count, count);
	return proof_head(w);
}

static struct bytes words(const uint64_t *values, size_t count)
{
	uint8_t *out = arena_calloc(&w->arena, count, 32);

	for (size_t i = 0; i < count; i++)
		be64_store(out + 32 * i + 24, values[i]);
	return bytes_of(out, 32 * count);
}

static struct bytes unhex(const char *text)
{
	size_t len = strlen(text);
	uint8_t *out = arena_alloc(&w->arena, len / 2 + 1);

	assert_true(hex_decode(out, text, len));
	return bytes_of(out, len / 2);
}

static struct transaction keep(unsigned sender, uint64_t slot, uint64_t value)
{
	return proof_call(w, sender, &proof_keeper, words((uint64_t[]){ slot, value }, 2), 100000);
}

static struct transaction create(unsigned sender, struct bytes code, uint64_t gas)
{
	return proof_sign(
	    w, sender,
	    (struct transaction){
		.type = TX_DYNAMIC_FEE, .is_creation = true, .data = code, .gas_limit = gas });
}

static void queue_deposit(uint64_t mint, uint64_t gas, const struct address *to, struct bytes data)
{
	struct memory_deposit deposit = {
		.from = { { 0x33 } }, .mint = u256_from_u64(mint), .gas_limit = gas, .data = data
	};

	if (to)
		deposit.to = *to;
	else
		deposit.is_creation = true;
	memory_inbox_deposit(&w->inbox, &deposit);
}

/* ---- what is right is VALID ---- */

static void a_transfer_is_proven(void **state)
{
	struct address to = { { 0x77 } };
	struct transaction tx = proof_call(w, 0, &to, bytes_of(NULL, 0), 21000);

	(void)state;
	assert_int_equal(add_block(&tx, 1), 1);
	check_honest(1);
}

static struct transaction with_access_list(unsigned sender)
{
	static const struct hash32 keys[] = { { { 1 } }, { { 2 } } };
	static const struct access_list_entry list[] = { { { { 0x6e, 0xe9 } }, keys, 2 },
							 { { { 0x55 } }, NULL, 0 } };

	return proof_sign(w, sender,
			  (struct transaction){ .type = TX_ACCESS_LIST,
						.to = proof_keeper,
						.data = words((uint64_t[]){ 5, 6 }, 2),
						.access_list = list,
						.access_list_count = 2,
						.gas_limit = 100000 });
}

static struct transaction with_authorization(unsigned sender)
{
	struct authorization *auth = ARENA_NEW(&w->arena, struct authorization);
	struct signer_key key = workload_sender_key(sender + 1);
	struct signer_signature signature;
	struct rlp_writer rlp;
	struct bytes encoded;
	struct hash32 hash;
	uint8_t *message;
	size_t list;

	auth->chain_id = u256_from_u64(PROOF_CHAIN_ID);
	auth->address = proof_keeper;
	auth->nonce = w->nonces[sender + 1]++;
	rlp_writer_init(&rlp, &w->arena);
	list = rlp_begin_list(&rlp);
	rlp_write_u256(&rlp, &auth->chain_id);
	rlp_write_string(&rlp, bytes_of_address(&auth->address));
	rlp_write_u64(&rlp, auth->nonce);
	rlp_end_list(&rlp, list);
	encoded = rlp_written(&rlp);
	message = arena_alloc(&w->arena, encoded.len + 1);
	message[0] = 5; /* EIP-7702: MAGIC */
	memcpy(message + 1, encoded.data, encoded.len);
	hash = keccak256(bytes_of(message, encoded.len + 1));
	assert_true(signer_sign(&signature, &key, &hash));
	auth->r = u256_from_be(signature.r.b, 32);
	auth->s = u256_from_be(signature.s.b, 32);
	auth->y_parity = signature.y_parity;
	return proof_sign(w, sender,
			  (struct transaction){ .type = TX_SET_CODE,
						.to = proof_sender(sender + 1),
						.data = words((uint64_t[]){ 7, 8 }, 2),
						.authorizations = auth,
						.authorization_count = 1,
						.gas_limit = 200000 });
}

/* Init code that leaves 1 byte of code, and one that destroys itself. */
static void every_type_of_transaction_is_proven(void **state)
{
	struct transaction txs[] = {
		proof_sign(w, 0,
			   (struct transaction){ .type = TX_LEGACY,
						 .to = { { 0x77 } },
						 .value = u256_from_u64(5),
						 .gas_limit = 21000 }),
		with_access_list(1),
		keep(2, 1, 2),
		with_authorization(3),
		create(5, unhex("5f5f5360015ff3"), 100000),
		create(6, unhex("33ff"), 100000),
		create(7, unhex("fe"), 100000),
	};
	struct account account;
	struct address delegated = proof_sender(4);

	(void)state;
	add_block(txs, sizeof(txs) / sizeof(txs[0]));
	assert_true(memory_chain_account(&w->chain, &delegated, &account));
	assert_false(hash32_eq(&account.code_hash, &keccak_empty));
	check_honest(1);
}

static void messages_are_proven(void **state)
{
	struct transaction tx = keep(0, 1, 2);
	struct payload_block block = { .message_count = 2,
				       .transactions = &tx,
				       .transaction_count = 1 };

	(void)state;
	memory_inbox_attributes(&w->inbox, 100, PROOF_T0);
	queue_deposit(1000, 100000, &proof_keeper, words((uint64_t[]){ 1, 9 }, 2));
	queue_deposit(0, 21000, &proof_keeper, words((uint64_t[]){ 1, 9 }, 2)); /* too little gas */
	queue_deposit(7, 100000, NULL, unhex("5f5ff3"));
	memory_inbox_message(&w->inbox, unhex("00ff"));               /* malformed */
	queue_deposit(1, 29999999, &proof_keeper, bytes_of(NULL, 0)); /* a block for itself */
	proof_append(w, &block, 1);
	assert_true(proof_head(w) >= 3); /* the rest comes at the end of the entry */
	check_honest(1);
}

static void an_entry_without_payload_is_proven(void **state)
{
	(void)state;
	proof_append_raw(w, bytes_of(NULL, 0)); /* no block */
	queue_deposit(1000, 100000, &proof_keeper, words((uint64_t[]){ 1, 9 }, 2));
	proof_append_raw(w, bytes_of(NULL, 0));
	proof_append_raw(w, bytes_of(NULL, 0));
	memory_inbox_attributes(&w->inbox, 100, PROOF_T0);
	proof_append_raw(w, bytes_of(NULL, 0));
	assert_int_equal(proof_head(w), 2);
	check_honest(1);
}

static void payloads_that_are_malformed_are_proven(void **state)
{
	static const char *const payloads[] = {
		"01",                     /* version */
		"00",                     /* no DEFLATE stream */
		"00ff",                   /* bad block type */
		"000300",                 /* an empty stream: no columns */
		"0003000000",             /* trailing */
		"00010500faff0102030405", /* stored: not columns */
		"00edc1",                 /* dynamic, cut */
		"00ffffffffffffffffffffffff",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(payloads) / sizeof(payloads[0]); i++) {
		if (i % 2 == 0)
			queue_deposit(i, 100000, &proof_keeper, words((uint64_t[]){ i, i + 1 }, 2));
		proof_append_raw(w, unhex(payloads[i]));
	}
	assert_int_equal(proof_head(w), 4);
	check_honest(1);
}

/* A good payload with one byte changed. */
static void payloads_that_are_mutated_are_proven(void **state)
{
	struct transaction txs[4];
	struct payload_block blocks[2] = {
		{ PROOF_T0 + 1, 1, txs, 2 },
		{ PROOF_T0 + 2, 0, txs + 2, 2 },
	};
	struct payload payload = { blocks, 2 };
	struct bytes made;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		txs[i] = keep(i, i, 1 + i);
	assert_true(payload_compress(&w->arena, &payload, PROOF_CHAIN_ID, 6, &made));
	for (int i = 0; i < 12; i++) {
		uint8_t *mutated = arena_alloc(&w->arena, made.len);

		memcpy(mutated, made.data, made.len);
		mutated[proof_random(w, made.len)] ^= (uint8_t)(1 << proof_random(w, 8));
		queue_deposit(1, 50000, &proof_keeper, bytes_of(NULL, 0));
		proof_append_raw(w, bytes_of(mutated, made.len));
	}
	assert_true(proof_head(w) >= 12);
	check_honest(1);
}

static struct transaction ask_block_hash(unsigned sender, uint64_t number)
{
	return proof_call(w, sender, &proof_block_hash, words(&number, 1), 100000);
}

static void block_hashes_are_proven(void **state)
{
	enum { BLOCKS = 270 };
	static struct payload_block blocks[BLOCKS];
	static struct transaction txs[BLOCKS];
	struct transaction asking[5];
	uint64_t head;

	(void)state;
	for (unsigned i = 0; i < BLOCKS; i++) {
		txs[i] = keep(i % PROOF_SENDERS, 1, i);
		blocks[i] =
		    (struct payload_block){ .transactions = &txs[i], .transaction_count = 1 };
	}
	proof_append(w, blocks, BLOCKS);
	head = proof_head(w);
	assert_int_equal(head, BLOCKS);
	asking[0] = ask_block_hash(0, head);       /* the parent */
	asking[1] = ask_block_hash(1, head - 100); /* walks back */
	asking[2] = ask_block_hash(2, head - 255); /* the oldest one */
	asking[3] = ask_block_hash(3, head - 256); /* too old */
	asking[4] = ask_block_hash(4, head + 1);   /* itself */
	check_honest(add_block(asking, 5));
}

/* Inputs that succeed, cut and lengthened. */
static void every_precompile_is_proven(void **state)
{
	static const unsigned ids[] = { 1,  2,  3,  4,  5,  6,  7,  8,  9,
					10, 11, 12, 13, 14, 15, 16, 17, 256 };
	static const size_t lengths[] = { 0, 64, 96, 128, 160, 192, 213, 256, 288, 384, 512 };
	struct transaction txs[sizeof(lengths) / sizeof(lengths[0])];

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		size_t count = 0;

		for (size_t j = 0; j < sizeof(lengths) / sizeof(lengths[0]); j++) {
			uint8_t *data = arena_calloc(&w->arena, 1, 32 + lengths[j]);

			be64_store(data + 24, ids[i]);
			/* Zeros are points at infinity, and numbers of length zero. */
			if (j % 3 == 2)
				for (size_t k = 0; k < lengths[j]; k++)
					data[32 + k] = (uint8_t)proof_random(w, 256);
			txs[count++] = proof_call(w, (unsigned)j, &proof_caller,
						  bytes_of(data, 32 + lengths[j]), 400000);
		}
		add_block(txs, count);
	}
	check_honest(1);
}

static struct transaction random_transaction(unsigned sender)
{
	uint8_t *code;
	size_t len;

	switch (proof_random(w, 6)) {
	case 0:
		return keep(sender, proof_random(w, 8), proof_random(w, 3));
	case 1:
		return proof_call(w, sender, &(struct address){ { (uint8_t)proof_random(w, 4) } },
				  bytes_of(NULL, 0), 30000);
	case 2:
		return ask_block_hash(sender, proof_random(w, 4));
	case 3:
		return with_access_list(sender);
	default:
		len = 1 + proof_random(w, 200);
		code = arena_alloc(&w->arena, len);
		for (size_t i = 0; i < len; i++)
			code[i] = (uint8_t)(proof_random(w, 3) ? proof_random(w, 256)
							       : 0x5f + proof_random(w, 4));
		return create(sender, bytes_of(code, len), 200000);
	}
}

static void random_blocks_are_proven(void **state)
{
	enum { BLOCKS = 25, PER_BLOCK = 12 };
	static struct payload_block blocks[BLOCKS];
	static struct transaction txs[BLOCKS][PER_BLOCK];

	(void)state;
	for (unsigned i = 0; i < BLOCKS; i++) {
		for (unsigned j = 0; j < PER_BLOCK; j++)
			txs[i][j] = random_transaction((unsigned)proof_random(w, PROOF_SENDERS));
		blocks[i] = (struct payload_block){ .transactions = txs[i],
						    .transaction_count = PER_BLOCK };
	}
	proof_append(w, blocks, BLOCKS);
	assert_int_equal(proof_head(w), BLOCKS);
	check_honest(1);
}

/* ---- what is wrong is INVALID ---- */

/* Two blocks, of a deposit and transactions; the lies are about the second. */
static void make_two_blocks(struct evidence *evidence, struct dispute *dispute)
{
	struct transaction first[] = { keep(0, 1, 2), keep(1, 2, 3) };
	struct transaction second[] = { keep(0, 1, 7), keep(1, 5, 6), keep(2, 6, 0) };
	struct payload_block blocks[] = {
		{ PROOF_T0 + 1, 0, first, 2 },
		{ PROOF_T0 + 2, 1, second, 3 },
	};

	queue_deposit(1000, 100000, &proof_keeper, words((uint64_t[]){ 1, 9 }, 2));
	proof_append(w, blocks, 2);
	assert_int_equal(proof_head(w), 2);
	proof_evidence(w, 2, evidence, dispute);
	assert_int_equal(verdict_of(evidence, dispute), PROGRAM_VALID);
}

/* Block 2 as a liar would build it. */
static struct hash32 claim_with(const struct lie *lie)
{
	struct memory_chain parent = w->chain;
	struct inbox_source source = memory_inbox_source(&w->inbox);
	struct state_sink sink = memory_chain_sink(&w->chain);
	struct block_environment environment;
	struct derive_cache cache;
	struct block_input input;
	struct block block;

	parent.length = 2;
	derive_cache_init(&cache, &arena_heap);
	assert_int_equal(
	    derive_next(&w->arena, &input, &w->config.chain, &parent.headers[1], &source, &cache),
	    DERIVE_OK);
	environment = memory_chain_environment(&parent, &w->arena);
	assert_true(lie_execute(&w->arena, lie, &environment, &w->chain.store, &parent.headers[1],
				&input, &sink, &block));
	derive_cache_free(&cache);
	return block.output_root;
}

static enum program_verdict verdict_on(enum lie_kind kind)
{
	struct lie lie = { .kind = kind, .account = proof_keeper, .slot = u256_from_u64(5) };
	struct evidence evidence;
	struct dispute dispute;

	make_two_blocks(&evidence, &dispute);
	dispute.claimed = claim_with(&lie);
	return verdict_of(&evidence, &dispute);
}

static void the_block_as_it_is_is_right(void **state)
{
	(void)state;
	assert_int_equal(verdict_on(LIE_NONE), PROGRAM_VALID);
}

static void a_wrong_state_root_is_found(void **state)
{
	(void)state;
	assert_int_equal(verdict_on(LIE_STATE_ROOT), PROGRAM_OUTPUT_WRONG);
}

static void one_wrong_storage_slot_is_found(void **state)
{
	(void)state;
	assert_int_equal(verdict_on(LIE_STORAGE_SLOT), PROGRAM_OUTPUT_WRONG);
}

static void a_wrong_block_hash_is_found(void **state)
{
	(void)state;
	assert_int_equal(verdict_on(LIE_BLOCK_HASH), PROGRAM_OUTPUT_WRONG);
}

static void a_dropped_deposit_is_found(void **state)
{
	(void)state;
	assert_int_equal(verdict_on(LIE_DROPPED_DEPOSIT), PROGRAM_OUTPUT_WRONG);
}

static void a_skipped_transaction_is_found(void **state)
{
	(void)state;
	assert_int_equal(verdict_on(LIE_SKIPPED_TRANSACTION), PROGRAM_OUTPUT_WRONG);
}

static void a_wrong_message_passer_root_is_found(void **state)
{
	struct evidence evidence;
	struct dispute dispute;
	struct hash32 root = { { 1 } };

	(void)state;
	make_two_blocks(&evidence, &dispute);
	dispute.claimed = output_root(&w->chain.headers[2].state_root, &root, &w->chain.hashes[2]);
	assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_OUTPUT_WRONG);
}

static void the_right_root_at_the_wrong_number_is_found(void **state)
{
	struct evidence evidence;
	struct dispute dispute;

	(void)state;
	make_two_blocks(&evidence, &dispute);
	/* Block 2's root, said to be block 1's. */
	proof_evidence(w, 1, &evidence, &dispute);
	dispute.claimed = w->blocks[2].output_root;
	assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_OUTPUT_WRONG);
	/* And block 1's, which does follow from genesis, said to be block 2's. */
	dispute.claimed = w->blocks[1].output_root;
	dispute.number = 2;
	assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_NUMBER_WRONG);
	dispute.number = 0;
	assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_NUMBER_WRONG);
}

static void a_block_beyond_the_inbox_is_found(void **state)
{
	struct evidence evidence;
	struct dispute dispute;
	struct transaction tx;

	(void)state;
	make_two_blocks(&evidence, &dispute);
	tx = keep(3, 3, 3);
	add_block(&tx, 1);
	proof_evidence(w, 3, &evidence, &dispute);
	assert_int_equal(dispute.entry_count, 2);
	assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_VALID);
	/* The same claim, made before its entry was there. */
	dispute.entry_count = 1;
	assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_NO_BLOCK);
	dispute.entry_count = 0;
	assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_NO_BLOCK);
}

static void another_chains_genesis_is_found(void **state)
{
	struct evidence evidence;
	struct dispute dispute;
	struct chain_config config;
	struct transaction tx = keep(0, 1, 2);

	(void)state;
	add_block(&tx, 1);
	proof_evidence(w, 1, &evidence, &dispute);
	config = w->config.chain;
	config.genesis_hash.b[7] ^= 1;
	evidence.config = &config;
	dispute.config = chain_config_hash(&config);
	assert_int_equal(verdict_of(&evidence, &dispute), PROGRAM_GENESIS_WRONG);
}

/* ---- without evidence there is no verdict ---- */

static bool no_node(void *context, struct arena *a, struct bytes *rlp, const struct hash32 *owner,
		    struct trie_path path, const struct hash32 *hash)
{
	(void)context, (void)a, (void)rlp, (void)owner, (void)path, (void)hash;
	return false;
}

static bool no_header(void *context, struct arena *a, const struct hash32 *hash,
		      struct header *header)
{
	(void)context, (void)a, (void)hash, (void)header;
	return false;
}

static bool no_payload(void *context, struct arena *a, const struct hash32 *hash,
		       struct bytes *payload)
{
	(void)context, (void)a, (void)hash, (void)payload;
	return false;
}

static bool no_link(void *context, uint64_t index, struct hash32 *link)
{
	(void)context, (void)index, (void)link;
	return false;
}

static enum program_verdict native_verdict(const struct evidence *evidence,
					   const struct dispute *dispute)
{
	struct preimages known;
	enum program_verdict verdict;

	preimages_init(&known);
	verdict = proof_native(evidence, dispute, &known);
	preimages_free(&known);
	return verdict;
}

static bool only_the_parent(void *context, struct arena *a, const struct hash32 *hash,
			    struct header *header)
{
	struct evidence evidence;
	struct dispute dispute;

	proof_evidence(context, proof_head(context), &evidence, &dispute);
	return hash32_eq(hash, &evidence.agreed_parts[2]) &&
	       evidence.header(context, a, hash, header);
}

/* BLOCKHASH reads as zero then, and a block comes of it, but not the right one. */
static void a_missing_ancestor_gives_no_verdict(void **state)
{
	struct evidence evidence;
	struct dispute dispute;
	struct transaction tx;

	(void)state;
	make_two_blocks(&evidence, &dispute);
	tx = ask_block_hash(3, 1);
	add_block(&tx, 1);
	proof_evidence(w, 3, &evidence, &dispute);
	assert_int_equal(native_verdict(&evidence, &dispute), PROGRAM_VALID);
	evidence.header = only_the_parent;
	/* Its hash is in the parent's header. */
	assert_int_equal(native_verdict(&evidence, &dispute), PROGRAM_VALID);
	tx = ask_block_hash(4, 1);
	add_block(&tx, 1);
	proof_evidence(w, 4, &evidence, &dispute);
	assert_int_equal(native_verdict(&evidence, &dispute), PROGRAM_VALID);
	evidence.header = only_the_parent;
	assert_int_equal(native_verdict(&evidence, &dispute), PROGRAM_NO_VERDICT);
}

static void what_is_missing_gives_no_verdict(void **state)
{
	struct evidence evidence, broken;
	struct dispute dispute;
	struct transaction tx;

	(void)state;
	make_two_blocks(&evidence, &dispute);
	tx = keep(3, 3, 3);
	add_block(&tx, 1);
	proof_evidence(w, 3, &evidence, &dispute);
	broken = evidence;
	broken.state.load_node = no_node;
	assert_int_equal(native_verdict(&broken, &dispute), PROGRAM_NO_VERDICT);
	broken = evidence;
	broken.header = no_header;
	assert_int_equal(native_verdict(&broken, &dispute), PROGRAM_NO_VERDICT);
	broken = evidence;
	broken.inbox.payload = no_payload;
	assert_int_equal(native_verdict(&broken, &dispute), PROGRAM_NO_VERDICT);
	broken = evidence;
	broken.entry_link = no_link;
	assert_int_equal(native_verdict(&broken, &dispute), PROGRAM_NO_VERDICT);
	broken = evidence;
	broken.agreed_parts[0].b[0] ^= 1;
	assert_int_equal(native_verdict(&broken, &dispute), PROGRAM_NO_VERDICT);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_transfer_is_proven),
		CASE(every_type_of_transaction_is_proven),
		CASE(messages_are_proven),
		CASE(an_entry_without_payload_is_proven),
		CASE(payloads_that_are_malformed_are_proven),
		CASE(payloads_that_are_mutated_are_proven),
		CASE(block_hashes_are_proven),
		CASE(every_precompile_is_proven),
		CASE(random_blocks_are_proven),
		CASE(the_block_as_it_is_is_right),
		CASE(a_wrong_state_root_is_found),
		CASE(one_wrong_storage_slot_is_found),
		CASE(a_wrong_block_hash_is_found),
		CASE(a_dropped_deposit_is_found),
		CASE(a_skipped_transaction_is_found),
		CASE(a_wrong_message_passer_root_is_found),
		CASE(the_right_root_at_the_wrong_number_is_found),
		CASE(a_block_beyond_the_inbox_is_found),
		CASE(another_chains_genesis_is_found),
		CASE(a_missing_ancestor_gives_no_verdict),
		CASE(what_is_missing_gives_no_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
