/* l1_transactions_driver: a program around l1_transactions that a test can
 * kill: submits COUNT pieces of work, ticks until all are final, prints their
 * end as JSON lines.
 *
 *   l1_transactions_driver URL DATABASE COUNT TO [name=value]...
 *
 * The key comes from the environment (DRIVER_KEY, hex).  Work i has the key
 * "work/i" and i as its 32 bytes of data. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/hex.h"
#include "crypto/native/signer.h"
#include "net/l1_transactions.h"

struct options {
	unsigned confirmations, bump_ms, resend_ms, in_flight, gas, cancel, ceiling_gwei;
	unsigned timeout_ms;
};

static void __attribute__((noreturn)) die(const char *what)
{
	fprintf(stderr, "driver: %s\n", what);
	exit(2);
}

static void read_option(struct options *options, const char *text)
{
	struct {
		const char *name;
		unsigned *value;
	} known[] = {
		{ "confirmations=", &options->confirmations },
		{ "bump=", &options->bump_ms },
		{ "resend=", &options->resend_ms },
		{ "inflight=", &options->in_flight },
		{ "gas=", &options->gas },
		{ "cancel=", &options->cancel }, /* work cancel-1, after the first round */
		{ "ceiling=", &options->ceiling_gwei },
		{ "timeout=", &options->timeout_ms },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		size_t len = strlen(known[i].name);

		if (strncmp(text, known[i].name, len) == 0) {
			*known[i].value = (unsigned)strtoul(text + len, NULL, 10);
			return;
		}
	}
	die("unknown option");
}

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

static void submit(struct l1_transactions *manager, const struct address *to, unsigned i,
		   unsigned gas)
{
	uint8_t data[32] = { 0 };
	char key[32];
	struct l1_work work = { .purpose = key, .purpose_key = key, .to = *to, .gas_limit = gas };

	be32_store(data + 28, i);
	work.data = bytes_of(data, sizeof(data));
	snprintf(key, sizeof(key), "work/%u", i);
	l1_transactions_submit(manager, &work, NULL);
}

static void print_events(struct l1_transactions *manager)
{
	struct l1_transaction_state state;
	char hash[65];

	while (l1_transactions_next_event(manager, &state)) {
		printf("{\"key\":\"%s\",\"status\":\"%s\",\"nonce\":%" PRIu64
		       ",\"attempts\":%u,\"hash\":\"0x%s\",\"reason\":\"%s\"}\n",
		       state.purpose_key, l1_transaction_status_text(state.status), state.nonce,
		       state.attempts, hex_encode(hash, bytes_of_hash(&state.hash)), state.reason);
		fflush(stdout);
		l1_transactions_acknowledge(manager, state.id);
	}
}

static void work_on(struct l1_transactions *manager, const struct options *options)
{
	struct timespec pause = { 0, 50 * 1000000 };
	unsigned cancel = options->cancel;

	do {
		(void)l1_transactions_tick(manager);
		print_events(manager);
		if (cancel) {
			struct l1_transaction_state state;
			char key[32];

			snprintf(key, sizeof(key), "work/%u", cancel - 1);
			if (l1_transactions_find(manager, &state, key))
				l1_transactions_cancel(manager, state.id);
			cancel = 0;
		}
		nanosleep(&pause, NULL);
	} while (l1_transactions_open_count(manager));
	print_events(manager);
}

int main(int argc, char **argv)
{
	struct options options = { .confirmations = 2, .bump_ms = 4000, .resend_ms = 1000 };
	struct l1_transactions_config config = { .area = "driver" };
	struct l1_client_config client = { .retry_budget_ms = 5000 };
	struct l1_transactions *manager;
	struct signer_key key;
	struct address to;
	const char *key_text = getenv("DRIVER_KEY");
	static const struct database_schema schema = { "driver", 1, "", NULL };
	char error[DATABASE_ERROR_SIZE];
	unsigned count;

	if (argc < 5 || !key_text || !hex_decode_fixed(key.b, 32, key_text) ||
	    !hex_decode_fixed(to.b, 20, argv[4]) || !signer_address(&config.from, &key))
		die("bad arguments");
	count = (unsigned)strtoul(argv[3], NULL, 10);
	for (int i = 5; i < argc; i++)
		read_option(&options, argv[i]);
	client.http.url = argv[1];
	client.http.total_timeout_ms = options.timeout_ms ? options.timeout_ms : 1000;
	config.client = l1_client_new(&client);
	if (!config.client || !database_open(&config.db, argv[2], &schema, error))
		die("no client or no database");
	while (l1_chain_id(config.client, &config.chain_id) != L1_OK)
		fprintf(stderr, "driver: %s\n", l1_error(config.client)->message);
	config.sign = sign;
	config.sign_context = &key;
	config.max_fee_ceiling = u256_from_u64(
	    (options.ceiling_gwei ? options.ceiling_gwei : 1000) * UINT64_C(1000000000));
	config.confirmations = options.confirmations;
	config.bump_after_ms = options.bump_ms;
	config.resend_after_ms = options.resend_ms;
	config.max_in_flight = options.in_flight;
	if (!l1_transactions_open(&manager, &config, error))
		die(error);
	for (unsigned i = 0; i < count; i++)
		submit(manager, &to, i, options.gas);
	work_on(manager, &options);
	l1_transactions_close(manager);
	l1_client_free(config.client);
	database_close(config.db);
	return 0;
}
