/* oracle_machine: the program's oracle by the machine's ecalls. */
#ifndef GAVEL_PROVER_GUEST_ORACLE_MACHINE_H
#define GAVEL_PROVER_GUEST_ORACLE_MACHINE_H

#include "prover/program/oracle.h"

extern const struct oracle oracle_machine;

#endif
