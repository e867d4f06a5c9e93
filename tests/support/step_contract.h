/* step_contract: the compiled Step contract in our own EVM, so that a test can
 * compare hundreds of thousands of steps with it.  Running out of anything
 * aborts. */
#ifndef GAVEL_TESTS_SUPPORT_STEP_CONTRACT_H
#define GAVEL_TESTS_SUPPORT_STEP_CONTRACT_H

#include "base/bytes.h"

struct step_contract;

/* Deploys the `Step` of the folder of compiled contracts, in front of an oracle
 * that answers one question at a time. */
struct step_contract *step_contract_new(const char *folder);
void step_contract_free(struct step_contract *c);

/* What the oracle says to the next question, if it is about `key` (as the machine
 * has it) at `offset`; to any other it says that nothing can be read. */
struct step_answer {
	struct hash32 key;
	uint64_t offset;
	struct hash32 data;
	uint64_t length;
};
void step_contract_answer(struct step_contract *c, const struct step_answer *answer);

/* step(witness, context).  False if it reverted; `*selector` is then the error's. */
bool step_contract_step(struct step_contract *c, struct bytes witness, struct hash32 *post,
			uint32_t *selector);
/* preStateHash(witness), likewise. */
bool step_contract_pre_state_hash(struct step_contract *c, struct bytes witness,
				  struct hash32 *hash);
/* What the last call cost, without the transaction's own gas. */
uint64_t step_contract_gas(const struct step_contract *c);
/* What a transaction with just this call would cost: EIP-7623's floor included. */
uint64_t step_contract_transaction_gas(const struct step_contract *c);

#endif
