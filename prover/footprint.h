/* footprint: keeps what the process takes near what it uses. */
#ifndef GAVEL_PROVER_FOOTPRINT_H
#define GAVEL_PROVER_FOOTPRINT_H

/* Before anything else: what is freed goes back to the system, and all databases
 * share one cache. */
void footprint_bound(void);

#endif
