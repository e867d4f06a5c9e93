/* deploy_l1: two creations, in order, through the L1 transaction manager. */
#include "deploy/gavel/deploy_l1.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "base/native/log.h"
#include "crypto/keccak.h"
#include "eth/transaction.h"
#include "net/l1_transactions.h"

#define ROUND_MS 200

struct deployment {
	struct arena *arena;
	const struct deploy_options *options;
	struct deployed *result;
	char *error; /* DEPLOY_ERROR_SIZE */
	struct l1_client *client;
	sqlite3 *db; /* in memory: a deployment that breaks off is done anew */
	struct l1_transactions *manager;
	uint64_t nonce; /* of the inbox's creation */
	time_t deadline;
};

__attribute__((format(printf, 2, 3))) static bool fail(struct deployment *d, const char *format,
						       ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(d->error, DEPLOY_ERROR_SIZE, format, arguments);
	va_end(arguments);
	return false;
}

static bool check(struct deployment *d, enum l1_err err)
{
	return err == L1_OK || fail(d, "L1 %s: %s %s", l1_client_name(d->client), l1_err_text(err),
				    l1_error(d->client)->message);
}

bool is_dev_chain(uint64_t l1_chain_id)
{
	return l1_chain_id == 31337 || l1_chain_id == 1337;
}

/* ---- before ---- */

static bool sign(void *context, const struct hash32 *hash, struct hash32 *r, struct hash32 *s,
		 uint8_t *y_parity)
{
	struct signer_signature signature;

	if (!signer_sign(&signature, context, hash))
		return false;
	*r = signature.r;
	*s = signature.s;
	*y_parity = signature.y_parity;
	return true;
}

static bool open_manager(struct deployment *d)
{
	struct l1_transactions_config config = {
		.client = d->client,
		.chain_id = d->result->l1_chain_id,
		.from = d->options->deployer,
		.sign = sign,
		.sign_context = (void *)&d->options->key,
		.area = "deploy",
		.max_fee_ceiling = d->options->max_fee,
		.confirmations = d->options->confirmations,
	};

	if (sqlite3_open(":memory:", &d->db) != SQLITE_OK)
		return fail(d, "SQLite: %s", sqlite3_errmsg(d->db));
	config.db = d->db;
	return l1_transactions_open(&d->manager, &config, d->error);
}

/* The nonce is ours alone, and there is something to pay with. */
static bool look_at_deployer(struct deployment *d)
{
	const struct address *deployer = &d->options->deployer;
	char name[41];
	struct u256 balance;
	uint64_t pending;

	hex_encode(name, bytes_of_address(deployer));
	if (!check(d, l1_nonce(d->client, &d->nonce, deployer, L1_LATEST)) ||
	    !check(d, l1_nonce(d->client, &pending, deployer, L1_PENDING)) ||
	    !check(d, l1_balance(d->client, &balance, deployer, L1_LATEST)))
		return false;
	if (pending != d->nonce)
		return fail(d, "the deployer 0x%s has transactions in L1's pool: wait for them",
			    name);
	return !u256_is_zero(&balance) ||
	       fail(d, "the deployer 0x%s has no ETH on L1 (chain %" PRIu64 ")", name,
		    d->result->l1_chain_id);
}

static bool open_l1(struct deployment *d)
{
	struct l1_client_config config = { .http = { .url = d->options->l1_url } };

	d->client = l1_client_new(&config);
	if (d->client == NULL)
		return fail(d, "--l1: not a URL of http or https");
	return check(d, l1_chain_id(d->client, &d->result->l1_chain_id)) && look_at_deployer(d) &&
	       open_manager(d);
}

/* ---- creations ---- */

/* `words` 32-byte arguments after the init code (Solidity ABI). */
static struct bytes init_code(struct arena *a, const struct artifact *artifact,
			      const struct hash32 *arguments, size_t words)
{
	uint8_t *code = arena_alloc(a, artifact->init_code.len + words * 32);

	memcpy(code, artifact->init_code.data, artifact->init_code.len);
	if (words > 0)
		memcpy(code + artifact->init_code.len, arguments, words * 32);
	return bytes_of(code, artifact->init_code.len + words * 32);
}

static struct hash32 word_of_address(const struct address *address)
{
	struct hash32 word = { { 0 } };

	memcpy(word.b + 12, address->b, 20);
	return word;
}

static struct hash32 word_of_u64(uint64_t value)
{
	struct hash32 word = { { 0 } };

	be64_store(word.b + 24, value);
	return word;
}

/* Waits until `id` is that far; what hinders it is told when it changes. */
static bool wait_for(struct deployment *d, int64_t id, enum l1_transaction_status status,
		     struct l1_transaction_state *state)
{
	const struct timespec pause = { 0, ROUND_MS * 1000000L };
	char told[L1_ERROR_TEXT_SIZE] = "";

	for (;;) {
		(void)l1_transactions_tick(d->manager); /* logs what is wrong */
		l1_transactions_get(d->manager, state, id);
		if (state->status > L1_TX_CONFIRMED)
			return fail(d, "%s: %s", state->purpose_key, state->reason);
		if (state->status >= status)
			return true;
		if (strcmp(told, state->reason) != 0 && state->reason[0] != '\0')
			log_warn("deploy", "%s: %s", state->purpose_key, state->reason);
		snprintf(told, sizeof(told), "%s", state->reason);
		if (time(NULL) > d->deadline)
			return fail(d, "%s: not on L1 in time; %s", state->purpose_key,
				    state->reason);
		nanosleep(&pause, NULL);
	}
}

static int64_t submit(struct deployment *d, const char *name, struct bytes code)
{
	struct l1_work work = {
		.purpose = name, .purpose_key = name, .is_creation = true, .data = code
	};

	return l1_transactions_submit(d->manager, &work, NULL);
}

static bool create_inbox(struct deployment *d, const struct artifact *artifact, int64_t *id)
{
	const struct deploy_options *o = d->options;
	struct l1_transaction_state state;
	struct hash32 arguments[4];

	d->result->inbox = create_address(d->arena, &o->deployer, d->nonce);
	d->result->portal = create_address(d->arena, &o->deployer, d->nonce + 1);
	arguments[0] = word_of_address(&d->result->portal);
	arguments[1] = word_of_address(&o->owner);
	arguments[2] = word_of_address(&o->batcher);
	arguments[3] = word_of_u64(o->window);
	*id = submit(d, "Inbox", init_code(d->arena, artifact, arguments, 4));
	if (!wait_for(d, *id, L1_TX_MINED, &state))
		return false;
	return state.nonce == d->nonce ||
	       fail(d, "another transaction of the deployer came in between: try again");
}

static bool create_portal(struct deployment *d, const struct artifact *artifact)
{
	struct hash32 argument = word_of_address(&d->result->inbox);
	int64_t id = submit(d, "Portal", init_code(d->arena, artifact, &argument, 1));
	struct l1_transaction_state state;

	if (!wait_for(d, id, L1_TX_CONFIRMED, &state))
		return false;
	d->result->gas_used += state.gas_used;
	return state.nonce == d->nonce + 1 ||
	       fail(d, "another transaction of the deployer came in between: try again");
}

/* Where the chain starts. */
static bool find_block(struct deployment *d, int64_t inbox_id)
{
	struct l1_transaction_state state;
	struct l1_block block;

	if (!wait_for(d, inbox_id, L1_TX_CONFIRMED, &state) ||
	    !check(d, l1_block(d->client, &block, l1_at_hash(state.block_hash))))
		return false;
	d->result->block = state.block_number;
	d->result->block_hash = state.block_hash;
	d->result->block_timestamp = block.timestamp;
	d->result->gas_used += state.gas_used;
	return true;
}

/* ---- afterwards ---- */

/* What the compiler leaves zero are immutables, and a few zeroes proper. */
static bool is_code_of(struct bytes code, const struct artifact *artifact)
{
	if (code.len != artifact->code.len)
		return false;
	for (size_t i = 0; i < code.len; i++) {
		if (artifact->code.data[i] != 0 && artifact->code.data[i] != code.data[i])
			return false;
	}
	return true;
}

static bool check_code(struct deployment *d, const char *name, const struct address *address,
		       const struct artifact *artifact)
{
	struct bytes code;

	if (!check(d, l1_code(d->client, d->arena, &code, address, L1_LATEST)))
		return false;
	return is_code_of(code, artifact) || fail(d, "%s: L1 has other code there", name);
}

/* A function without arguments that returns one word. */
static bool check_word(struct deployment *d, const struct address *contract, const char *function,
		       struct hash32 expected)
{
	struct hash32 selector = keccak256(bytes_of(function, strlen(function)));
	struct l1_message message = { .to = *contract, .data = bytes_of(selector.b, 4) };
	struct bytes answer;

	if (!check(d, l1_call(d->client, d->arena, &answer, &message, L1_LATEST)))
		return false;
	return bytes_eq(answer, bytes_of_hash(&expected)) ||
	       fail(d, "%s on L1 is not what was deployed", function);
}

static bool check_contracts(struct deployment *d, const struct artifact *inbox,
			    const struct artifact *portal)
{
	const struct deployed *r = d->result;
	const struct deploy_options *o = d->options;

	return check_code(d, "Inbox", &r->inbox, inbox) &&
	       check_code(d, "Portal", &r->portal, portal) &&
	       check_word(d, &r->inbox, "portal()", word_of_address(&r->portal)) &&
	       check_word(d, &r->inbox, "owner()", word_of_address(&o->owner)) &&
	       check_word(d, &r->inbox, "batcher()", word_of_address(&o->batcher)) &&
	       check_word(d, &r->inbox, "forcedInclusionWindow()", word_of_u64(o->window)) &&
	       check_word(d, &r->portal, "inbox()", word_of_address(&r->inbox));
}

bool deploy_to_l1(struct arena *a, struct deployed *deployed, const struct deploy_options *o,
		  const struct artifact *inbox, const struct artifact *portal,
		  char error[DEPLOY_ERROR_SIZE])
{
	struct deployment d = {
		.arena = a,
		.options = o,
		.result = deployed,
		.error = error,
		.deadline = time(NULL) + (time_t)o->timeout,
	};
	int64_t inbox_id;
	bool good;

	memset(deployed, 0, sizeof(*deployed));
	good = open_l1(&d) && create_inbox(&d, inbox, &inbox_id) && create_portal(&d, portal) &&
	       find_block(&d, inbox_id) && check_contracts(&d, inbox, portal);
	l1_transactions_close(d.manager);
	sqlite3_close(d.db);
	l1_client_free(d.client);
	return good;
}
