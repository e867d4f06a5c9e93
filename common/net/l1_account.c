#include "net/l1_account.h"

#include <stdio.h>

static bool open_client(struct l1_account *account, const struct l1_account_config *config,
			char error[L1_ACCOUNT_ERROR_SIZE])
{
	struct l1_client_config client = { .http = { .url = config->options->l1_url,
						     .stop = config->stop } };

	account->client = l1_client_new(&client);
	if (!account->client)
		snprintf(error, L1_ACCOUNT_ERROR_SIZE, "--l1: not an http or https URL");
	return account->client != NULL;
}

static bool load_key(struct l1_account *account, const struct l1_account_config *config,
		     char error[L1_ACCOUNT_ERROR_SIZE])
{
	char reason[KEYSTORE_ERROR_SIZE];

	if (keystore_load(&account->key, reason, &config->key))
		return signer_address(&account->address, &account->key);
	snprintf(error, L1_ACCOUNT_ERROR_SIZE, "the %s's key: %.270s", config->name, reason);
	return false;
}

static bool open_transactions(struct l1_account *account, const struct l1_account_config *config,
			      char error[L1_ACCOUNT_ERROR_SIZE])
{
	struct l1_transactions_config transactions = {
		.db = config->db,
		.client = account->client,
		.chain_id = config->chain_id,
		.from = account->address,
		.sign = l1_sign_with_key,
		.sign_context = &account->key,
		.area = config->name,
		.max_fee_ceiling = config->options->max_fee,
		.max_priority_ceiling = config->options->max_priority_fee,
		.confirmations = config->confirmations,
		.bump_after_ms = config->options->bump_seconds * 1000,
		.max_in_flight = config->max_in_flight,
	};

	return l1_transactions_open(&account->transactions, &transactions, error);
}

bool l1_account_open(struct l1_account *account, const struct l1_account_config *config,
		     char error[L1_ACCOUNT_ERROR_SIZE])
{
	if (!open_client(account, config, error))
		return false;
	return config->reads_only ||
	       (load_key(account, config, error) && open_transactions(account, config, error));
}

void l1_account_close(struct l1_account *account)
{
	if (account->transactions)
		l1_transactions_close(account->transactions);
	l1_client_free(account->client);
	signer_wipe(&account->key);
}
