/* turn: one thread at a time.  Executing a block and running the machine may each
 * take hundreds of megabytes, which are not there twice. */
#ifndef GAVEL_PROVER_TURN_H
#define GAVEL_PROVER_TURN_H

void turn_take(void);
void turn_give(void);

#endif
