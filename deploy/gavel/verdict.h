/* verdict: says what came of a claim, for people. */
#ifndef GAVEL_DEPLOY_VERDICT_H
#define GAVEL_DEPLOY_VERDICT_H

#include "prover/program/program.h"

void verdict_print(const struct program_report *report);

#endif
