/* l1_send: what nodes say to eth_sendRawTransaction, and what it means.  There
 * are no codes for it, only words; the clients' sources have them:
 * geth core/txpool/errors.go and core/error.go, reth
 * crates/rpc/rpc-eth-types/src/error, nethermind AcceptTxResult.cs, erigon
 * txpoolcfg, besu TransactionInvalidReason, anvil eth/error.rs. */
#include <string.h>

#include "net/l1_answer.h"
#include "net/l1_transactions.h"

static const struct {
	const char *words; /* anywhere in the message, any case */
	enum l1_send meaning;
} l1_send_words[] = {
	/* The more special words stand first. */
	{ "already known", L1_SEND_ALREADY_KNOWN },
	{ "alreadyknown", L1_SEND_ALREADY_KNOWN },
	{ "already imported", L1_SEND_ALREADY_KNOWN },
	{ "already exists", L1_SEND_ALREADY_KNOWN },
	{ "known transaction", L1_SEND_ALREADY_KNOWN },
	{ "replacement transaction underpriced", L1_SEND_REPLACE_UNDERPRICED },
	{ "replacement_underpriced", L1_SEND_REPLACE_UNDERPRICED },
	{ "replacementnotallowed", L1_SEND_REPLACE_UNDERPRICED },
	{ "could not replace existing", L1_SEND_REPLACE_UNDERPRICED },
	{ "gas price too low to replace", L1_SEND_REPLACE_UNDERPRICED },
	{ "nonce too low", L1_SEND_NONCE_TOO_LOW },
	{ "nonce_too_low", L1_SEND_NONCE_TOO_LOW },
	{ "oldnonce", L1_SEND_NONCE_TOO_LOW },
	{ "nonce is too low", L1_SEND_NONCE_TOO_LOW },
	{ "transaction nonce is too low", L1_SEND_NONCE_TOO_LOW },
	{ "nonce below", L1_SEND_NONCE_TOO_LOW },
	{ "nonce too high", L1_SEND_NONCE_TOO_HIGH },
	{ "noncegap", L1_SEND_NONCE_TOO_HIGH },
	{ "nonce too distant", L1_SEND_NONCE_TOO_HIGH },
	{ "nonce gap", L1_SEND_NONCE_TOO_HIGH },
	{ "gapped-nonce", L1_SEND_NONCE_TOO_HIGH },
	{ "insufficient funds", L1_SEND_INSUFFICIENT_FUNDS },
	{ "insufficientfunds", L1_SEND_INSUFFICIENT_FUNDS },
	{ "insufficient balance", L1_SEND_INSUFFICIENT_FUNDS },
	{ "upfront cost exceeds", L1_SEND_INSUFFICIENT_FUNDS },
	{ "max fee per gas less than block base fee", L1_SEND_FEE_TOO_LOW },
	{ "fee cap less than block base fee", L1_SEND_FEE_TOO_LOW },
	{ "feetoolow", L1_SEND_FEE_TOO_LOW },
	{ "fee too low", L1_SEND_FEE_TOO_LOW },
	{ "feetoolowtocompete", L1_SEND_FEE_TOO_LOW },
	{ "max fee too low", L1_SEND_FEE_TOO_LOW },
	{ "below current base fee", L1_SEND_FEE_TOO_LOW },
	{ "transaction underpriced", L1_SEND_UNDERPRICED },
	{ "underpriced", L1_SEND_UNDERPRICED },
	{ "tip too low", L1_SEND_UNDERPRICED },
	{ "gas price below", L1_SEND_UNDERPRICED },
	{ "gas tip cap", L1_SEND_UNDERPRICED },
	{ "txpool is full", L1_SEND_POOL_FULL },
	{ "transaction pool is full", L1_SEND_POOL_FULL },
	{ "txpool full", L1_SEND_POOL_FULL },
	{ "account limit", L1_SEND_POOL_FULL },
	{ "in-flight transaction limit", L1_SEND_POOL_FULL },
	{ "intrinsic gas", L1_SEND_GAS_LIMIT },
	{ "exceeds block gas limit", L1_SEND_GAS_LIMIT },
	{ "gas limit too high", L1_SEND_GAS_LIMIT },
	{ "gas limit too low", L1_SEND_GAS_LIMIT },
	{ "gaslimitexceeded", L1_SEND_GAS_LIMIT },
	{ "gas required exceeds", L1_SEND_GAS_LIMIT },
	{ "transaction gas limit", L1_SEND_GAS_LIMIT },
	{ "floor data gas", L1_SEND_GAS_LIMIT },
};

enum l1_send l1_send_classify(int64_t code, const char *message)
{
	for (size_t i = 0; i < sizeof(l1_send_words) / sizeof(l1_send_words[0]); i++)
		if (strcasestr(message, l1_send_words[i].words))
			return l1_send_words[i].meaning;
	/* EIP-1474: -32005 limit exceeded, -32603 internal error: says nothing
	 * about the transaction. */
	if (code == -32005 || code == -32603)
		return L1_SEND_UNKNOWN;
	return L1_SEND_REFUSED;
}

const char *l1_send_text(enum l1_send send)
{
	switch (send) {
	case L1_SEND_ACCEPTED:
		return "accepted";
	case L1_SEND_ALREADY_KNOWN:
		return "already known";
	case L1_SEND_NONCE_TOO_LOW:
		return "nonce too low";
	case L1_SEND_NONCE_TOO_HIGH:
		return "nonce too high";
	case L1_SEND_UNDERPRICED:
		return "underpriced";
	case L1_SEND_REPLACE_UNDERPRICED:
		return "replacement underpriced";
	case L1_SEND_FEE_TOO_LOW:
		return "max fee below the base fee";
	case L1_SEND_INSUFFICIENT_FUNDS:
		return L1_REASON_FUNDS;
	case L1_SEND_GAS_LIMIT:
		return "bad gas limit";
	case L1_SEND_POOL_FULL:
		return "pool is full";
	case L1_SEND_REFUSED:
		return "refused";
	case L1_SEND_UNKNOWN:
		return "no answer";
	}
	return "?";
}
