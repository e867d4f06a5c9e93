/* transaction: types 0 (legacy), 1 (EIP-2930), 2 (EIP-1559), 3 (EIP-4844, for
 * the conformance vectors: the chain refuses it), 4 (EIP-7702) and 0x7E (OP
 * Stack deposit).  Decoding is strict and is the inverse of encoding, byte for
 * byte.  Core. */
#ifndef GAVEL_ETH_TRANSACTION_H
#define GAVEL_ETH_TRANSACTION_H

#include "base/arena.h"
#include "crypto/crypto.h"
#include "eth/u256.h"

enum tx_type {
	TX_LEGACY = 0x00,
	TX_ACCESS_LIST = 0x01,
	TX_DYNAMIC_FEE = 0x02,
	TX_BLOB = 0x03,
	TX_SET_CODE = 0x04,
	TX_DEPOSIT = 0x7e,
};

struct access_list_entry {
	struct address address;
	const struct hash32 *storage_keys;
	size_t storage_key_count;
};

/* EIP-7702. */
struct authorization {
	struct u256 chain_id;
	struct address address;
	uint64_t nonce;
	uint8_t y_parity; /* any byte decodes; only 0 and 1 recover */
	struct u256 r, s;
};

/* Fields that a type does not have are zero.  Pointers lie in the arena (or
 * input) that the transaction was decoded with. */
struct transaction {
	enum tx_type type;
	bool has_chain_id; /* false only for a legacy transaction before EIP-155 */
	uint64_t chain_id;
	uint64_t nonce;
	struct u256 max_priority_fee_per_gas; /* wei; = max_fee_per_gas for types 0, 1 */
	struct u256 max_fee_per_gas;          /* wei; the gas price for types 0, 1 */
	uint64_t gas_limit;
	bool is_creation; /* no `to` */
	struct address to;
	struct u256 value; /* wei */
	struct bytes data;
	const struct access_list_entry *access_list;
	size_t access_list_count;
	const struct authorization *authorizations;
	size_t authorization_count;
	struct u256 max_fee_per_blob_gas; /* type 3 */
	const struct hash32 *blob_hashes; /* type 3 */
	size_t blob_hash_count;
	uint8_t y_parity;
	struct u256 r, s;

	/* Deposits only (specs: OP Stack deposits).  `from` is also where
	 * tx_recover() leaves the signer of the others. */
	struct hash32 source_hash;
	struct u256 mint; /* wei; 0 = none */
	bool is_system;
	struct address from;
	bool has_from; /* false until recovered */

	struct hash32 hash; /* set by decoding and by tx_finish() */
	struct bytes raw;   /* what it was decoded from; empty otherwise.  Whoever changes a
			     * field afterwards empties it */
};

/* Why bytes are not a transaction. */
enum tx_decode_err {
	TX_DECODE_OK,
	TX_DECODE_EMPTY,
	TX_DECODE_UNKNOWN_TYPE,
	TX_DECODE_BAD_RLP,       /* not canonical, wrong kind, missing or extra items */
	TX_DECODE_BAD_FIELD,     /* an integer too large, `to` neither 0 nor 20 bytes, ... */
	TX_DECODE_BAD_SIGNATURE, /* v, r or s out of range (r, s: 1 to n-1; EIP-2: s <= n/2) */
};

/* Decodes the canonical form of eth_sendRawTransaction (legacy: an RLP list;
 * typed: type byte and RLP).  `raw` must outlive `*tx`: strings point into it.
 * Sets everything but `from` (deposits: also `from`).  On failure `*tx` is
 * undefined. */
enum tx_decode_err tx_decode(struct arena *a, struct transaction *tx, struct bytes raw);

/* For people and JSON-RPC: "rlp: not canonical", ... */
const char *tx_decode_err_text(enum tx_decode_err err);

/* The same bytes again; they lie in `a`. */
struct bytes tx_encode(struct arena *a, const struct transaction *tx);
/* tx->raw where there is one, else encoded. */
struct bytes tx_bytes(struct arena *a, const struct transaction *tx);

/* Sets `tx->hash` from the other fields. */
void tx_finish(struct arena *scratch, struct transaction *tx);

/* What the signer signed (EIP-155 for legacy with a chain id). */
struct hash32 tx_signing_hash(struct arena *scratch, const struct transaction *tx);

/* Sets `from`.  False when no key fits the signature.  A deposit has its
 * `from` already: true. */
bool tx_recover(const struct crypto *c, struct arena *scratch, struct transaction *tx);

/* The authority of an EIP-7702 tuple: keccak(0x05 || rlp([chain_id, address,
 * nonce])) recovered.  False for a y_parity above 1, r or s out of range, s
 * above n/2, or no key. */
bool authorization_recover(const struct crypto *c, struct arena *scratch, struct address *authority,
			   const struct authorization *auth);

/* min(max_priority_fee, max_fee - base_fee) + base_fee, in wei.  The caller
 * has checked max_fee >= base_fee.  Deposits: 0. */
struct u256 tx_effective_gas_price(const struct transaction *tx, const struct u256 *base_fee);

/* CREATE address: last 20 bytes of keccak(rlp([sender, nonce])). */
struct address create_address(struct arena *scratch, const struct address *sender, uint64_t nonce);

#endif
