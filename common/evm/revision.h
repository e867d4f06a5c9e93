/* revision: which of Ethereum's rule sets is in force.  Core. */
#ifndef GAVEL_EVM_REVISION_H
#define GAVEL_EVM_REVISION_H

enum evm_revision {
	EVM_CANCUN,
	EVM_PRAGUE,
	EVM_OSAKA,
};

#endif
