/* deploy_session: creations, in order, through the L1 transaction manager. */
#include "deploy/gavel/deploy_session.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"
#include "base/native/log.h"
#include "crypto/keccak.h"
#include "eth/transaction.h"

#define ROUND_MS 200

bool deploy_fail(struct deploy_session *s, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(s->error, DEPLOY_ERROR_SIZE, format, arguments);
	va_end(arguments);
	return false;
}

bool deploy_check(struct deploy_session *s, enum l1_err err)
{
	return err == L1_OK || deploy_fail(s, "L1 %s: %s %s", l1_client_name(s->client),
					   l1_err_text(err), l1_error(s->client)->message);
}

/* ---- before ---- */

static bool open_manager(struct deploy_session *s)
{
	static const struct database_schema schema = { "deployment", 1, "", NULL };
	struct l1_transactions_config config = {
		.client = s->client,
		.chain_id = s->l1_chain_id,
		.from = s->options->deployer,
		.sign = l1_sign_with_key,
		.sign_context = (void *)&s->options->key,
		.area = "deploy",
		.max_fee_ceiling = s->options->max_fee,
		.confirmations = s->options->confirmations,
	};

	if (!database_open(&s->db, NULL, &schema, s->error))
		return false;
	config.db = s->db;
	return l1_transactions_open(&s->manager, &config, s->error);
}

/* The nonce is ours alone, and there is something to pay with. */
static bool look_at_deployer(struct deploy_session *s)
{
	const struct address *deployer = &s->options->deployer;
	char name[41];
	struct u256 balance;
	uint64_t pending;

	hex_encode(name, bytes_of_address(deployer));
	if (!deploy_check(s, l1_nonce(s->client, &s->nonce, deployer, L1_LATEST)) ||
	    !deploy_check(s, l1_nonce(s->client, &pending, deployer, L1_PENDING)) ||
	    !deploy_check(s, l1_balance(s->client, &balance, deployer, L1_LATEST)))
		return false;
	if (pending != s->nonce)
		return deploy_fail(
		    s, "the deployer 0x%s has transactions in L1's pool: wait for them", name);
	return !u256_is_zero(&balance) ||
	       deploy_fail(s, "the deployer 0x%s has no ETH on L1 (chain %" PRIu64 ")", name,
			   s->l1_chain_id);
}

bool deploy_session_open(struct deploy_session *s, struct arena *a,
			 const struct deploy_session_options *options,
			 char error[DEPLOY_ERROR_SIZE])
{
	struct l1_client_config config = { .http = { .url = options->l1_url } };

	*s = (struct deploy_session){
		.arena = a,
		.options = options,
		.error = error,
		.deadline = time(NULL) + (time_t)options->timeout,
	};
	s->client = l1_client_new(&config);
	if (s->client == NULL)
		return deploy_fail(s, "--l1: not a URL of http or https");
	return deploy_check(s, l1_chain_id(s->client, &s->l1_chain_id)) && look_at_deployer(s) &&
	       open_manager(s);
}

void deploy_session_close(struct deploy_session *s)
{
	l1_transactions_close(s->manager);
	database_close(s->db);
	l1_client_free(s->client);
}

struct address deploy_session_address(const struct deploy_session *s, uint64_t ahead)
{
	return create_address(s->arena, &s->options->deployer, s->nonce + ahead);
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

struct hash32 deploy_word_of_address(const struct address *address)
{
	struct hash32 word = { { 0 } };

	memcpy(word.b + 12, address->b, 20);
	return word;
}

struct hash32 deploy_word_of_u64(uint64_t value)
{
	struct hash32 word = { { 0 } };

	be64_store(word.b + 24, value);
	return word;
}

/* Waits until `id` is that far; what hinders it is told when it changes. */
static bool wait_for(struct deploy_session *s, int64_t id, enum l1_transaction_status status,
		     struct l1_transaction_state *state)
{
	const struct timespec pause = { 0, ROUND_MS * 1000000L };
	char told[L1_ERROR_TEXT_SIZE] = "";

	for (;;) {
		(void)l1_transactions_tick(s->manager); /* logs what is wrong */
		l1_transactions_get(s->manager, state, id);
		if (state->status > L1_TX_CONFIRMED)
			return deploy_fail(s, "%s: %s", state->purpose_key, state->reason);
		if (state->status >= status)
			return true;
		if (strcmp(told, state->reason) != 0 && state->reason[0] != '\0')
			log_warn("deploy", "%s: %s", state->purpose_key, state->reason);
		snprintf(told, sizeof(told), "%s", state->reason);
		if (time(NULL) > s->deadline)
			return deploy_fail(s, "%s: not on L1 in time; %s", state->purpose_key,
					   state->reason);
		nanosleep(&pause, NULL);
	}
}

bool deploy_session_create(struct deploy_session *s, const char *name,
			   const struct artifact *artifact, const struct hash32 *arguments,
			   size_t words, struct address *address, int64_t *id)
{
	struct l1_work work = {
		.purpose = name,
		.purpose_key = name,
		.is_creation = true,
		.data = init_code(s->arena, artifact, arguments, words),
	};
	struct l1_transaction_state state;

	*address = deploy_session_address(s, 0);
	*id = l1_transactions_submit(s->manager, &work, NULL);
	if (!wait_for(s, *id, L1_TX_MINED, &state))
		return false;
	if (state.nonce != s->nonce)
		return deploy_fail(
		    s, "another transaction of the deployer came in between: try again");
	s->nonce++;
	return true;
}

bool deploy_session_confirm(struct deploy_session *s, int64_t id,
			    struct l1_transaction_state *state)
{
	if (!wait_for(s, id, L1_TX_CONFIRMED, state))
		return false;
	s->gas_used += state->gas_used;
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

bool deploy_check_code(struct deploy_session *s, const char *name, const struct address *address,
		       const struct artifact *artifact)
{
	struct bytes code;

	if (!deploy_check(s, l1_code(s->client, s->arena, &code, address, L1_LATEST)))
		return false;
	return is_code_of(code, artifact) || deploy_fail(s, "%s: L1 has other code there", name);
}

bool deploy_read_word(struct deploy_session *s, const struct address *contract,
		      const char *function, struct hash32 *word)
{
	struct hash32 selector = keccak256(bytes_of(function, strlen(function)));
	struct l1_message message = { .to = *contract, .data = bytes_of(selector.b, 4) };
	struct bytes answer;

	if (!deploy_check(s, l1_call(s->client, s->arena, &answer, &message, L1_LATEST)))
		return false;
	if (answer.len != sizeof(word->b))
		return deploy_fail(s, "%s on L1 does not return a word", function);
	memcpy(word->b, answer.data, sizeof(word->b));
	return true;
}

bool deploy_check_word(struct deploy_session *s, const struct address *contract,
		       const char *function, struct hash32 expected)
{
	struct hash32 word;

	return deploy_read_word(s, contract, function, &word) &&
	       (hash32_eq(&word, &expected) ||
		deploy_fail(s, "%s on L1 is not what was deployed", function));
}
