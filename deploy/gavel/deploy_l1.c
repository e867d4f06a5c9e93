/* deploy_l1: two creations, in order. */
#include "deploy/gavel/deploy_l1.h"

#include <string.h>

struct deployment {
	struct deploy_session session;
	const struct deploy_options *options;
	struct deployed *result;
	int64_t inbox_id, portal_id;
};

bool is_dev_chain(uint64_t l1_chain_id)
{
	return l1_chain_id == 31337 || l1_chain_id == 1337;
}

static bool create(struct deployment *d, const struct artifact *inbox,
		   const struct artifact *portal)
{
	const struct deploy_options *o = d->options;
	struct address portal_address = deploy_session_address(&d->session, 1);
	struct hash32 arguments[4] = {
		deploy_word_of_address(&portal_address),
		deploy_word_of_address(&o->owner),
		deploy_word_of_address(&o->batcher),
		deploy_word_of_u64(o->window),
	};
	struct hash32 argument;

	if (!deploy_session_create(&d->session, "Inbox", inbox, arguments, 4, &d->result->inbox,
				   &d->inbox_id))
		return false;
	argument = deploy_word_of_address(&d->result->inbox);
	return deploy_session_create(&d->session, "Portal", portal, &argument, 1,
				     &d->result->portal, &d->portal_id);
}

/* Where the chain starts. */
static bool find_block(struct deployment *d)
{
	struct l1_transaction_state inbox, portal;
	struct l1_block block;

	if (!deploy_session_confirm(&d->session, d->portal_id, &portal) ||
	    !deploy_session_confirm(&d->session, d->inbox_id, &inbox) ||
	    !deploy_check(&d->session,
			  l1_block(d->session.client, &block, l1_at_hash(inbox.block_hash))))
		return false;
	d->result->block = inbox.block_number;
	d->result->block_hash = inbox.block_hash;
	d->result->block_timestamp = block.timestamp;
	d->result->gas_used = d->session.gas_used;
	return true;
}

static bool check_contracts(struct deployment *d, const struct artifact *inbox,
			    const struct artifact *portal)
{
	const struct deployed *r = d->result;
	const struct deploy_options *o = d->options;
	struct deploy_session *s = &d->session;

	return deploy_check_code(s, "Inbox", &r->inbox, inbox) &&
	       deploy_check_code(s, "Portal", &r->portal, portal) &&
	       deploy_check_word(s, &r->inbox, "portal()", deploy_word_of_address(&r->portal)) &&
	       deploy_check_word(s, &r->inbox, "owner()", deploy_word_of_address(&o->owner)) &&
	       deploy_check_word(s, &r->inbox, "batcher()", deploy_word_of_address(&o->batcher)) &&
	       deploy_check_word(s, &r->inbox, "forcedInclusionWindow()",
				 deploy_word_of_u64(o->window)) &&
	       deploy_check_word(s, &r->portal, "inbox()", deploy_word_of_address(&r->inbox));
}

bool deploy_to_l1(struct arena *a, struct deployed *deployed, const struct deploy_options *o,
		  const struct artifact *inbox, const struct artifact *portal,
		  char error[DEPLOY_ERROR_SIZE])
{
	struct deployment d = { .options = o, .result = deployed };
	bool good;

	memset(deployed, 0, sizeof(*deployed));
	good = deploy_session_open(&d.session, a, &o->session, error);
	deployed->l1_chain_id = d.session.l1_chain_id;
	good = good && create(&d, inbox, portal) && find_block(&d) &&
	       check_contracts(&d, inbox, portal);
	deploy_session_close(&d.session);
	return good;
}
