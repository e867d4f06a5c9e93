/* image: the proof program that this build has in it. */
#ifndef GAVEL_PROVER_HOST_IMAGE_H
#define GAVEL_PROVER_HOST_IMAGE_H

#include "prover/vm/machine.h"

/* The ELF file. */
struct bytes image_file(void);

/* A new machine at its first step.  Aborts if the image is none: it is ours. */
struct machine *image_machine(const struct machine_host *host);

/* The hash of the machine's state at step 0, which the dispute game knows. */
struct hash32 image_hash(void);

#endif
