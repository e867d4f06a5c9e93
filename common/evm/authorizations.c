#include "evm/authorizations.h"

/* EIP-7702: what an authority that exists already gives back. */
#define PER_EMPTY_ACCOUNT_COST 25000
#define PER_AUTH_BASE_COST     12500

static bool chain_id_fits(const struct block_context *block, const struct authorization *auth)
{
	return u256_is_zero(&auth->chain_id) ||
	       (u256_fits_u64(&auth->chain_id) && auth->chain_id.limb[0] == block->chain_id);
}

/* "The code of authority is empty or already delegated" */
static bool may_delegate(struct state *s, struct state_account *authority)
{
	struct bytes code = state_code(s, authority)->code;
	struct address target;

	return code.len == 0 || evm_code_is_delegation(code, &target);
}

static void delegate(struct state *s, struct state_account *authority, const struct address *target)
{
	static const struct address zero;
	uint8_t code[23] = { 0xef, 0x01, 0x00 };

	memcpy(code + 3, target->b, sizeof(target->b));
	/* "As a special case, if address is 0x0 do not write the delegation
	 * indicator. Clear the account's code" */
	state_set_code(s, authority, bytes_of(code, address_eq(target, &zero) ? 0 : sizeof(code)));
}

/* The steps are in the EIP's order: an authority becomes warm even when what
 * it signed turns out not to hold. */
static void apply(struct evm *e, const struct authorization *auth)
{
	struct state *s = evm_state(e);
	struct state_account *authority;
	struct address signer;

	if (!chain_id_fits(evm_block(e), auth) || auth->nonce == UINT64_MAX)
		return;
	if (!authorization_recover(evm_crypto(e), state_arena(s), &signer, auth))
		return;
	authority = state_account(s, &signer);
	(void)state_warm_account(s, authority);
	if (!may_delegate(s, authority) || state_nonce(authority) != auth->nonce)
		return;
	if (state_exists(authority))
		state_add_refund(s, PER_EMPTY_ACCOUNT_COST - PER_AUTH_BASE_COST);
	delegate(s, authority, &auth->address);
	state_set_nonce(s, authority, auth->nonce + 1);
}

void authorizations_apply(struct evm *e, const struct transaction *tx)
{
	for (size_t i = 0; i < tx->authorization_count; i++)
		apply(e, &tx->authorizations[i]);
}
