/* recovery_gauge: what one libsecp256k1 recovery costs while something else
 * runs.  A processor that is alone is quicker than one whose neighbour works, by
 * a third and more where two share a core, and its speed changes by itself: so
 * the yardstick is taken all through the run, on the machine as it is then. */
#ifndef GAVEL_TESTS_BENCH_RECOVERY_GAUGE_H
#define GAVEL_TESTS_BENCH_RECOVERY_GAUGE_H

struct recovery_gauge;

/* Starts a thread that recovers a few signers now and then: 2 or 3 hundredths of
 * one processor. */
struct recovery_gauge *recovery_gauge_start(void);
/* Ends it, and returns the mean of all, in microseconds of its processor time. */
double recovery_gauge_end(struct recovery_gauge *gauge);

#endif
