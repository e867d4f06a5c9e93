/* readers: implemented in common/store/reader_set.c, which the verifier uses too. */
#ifndef GAVEL_SEQUENCER_READERS_H
#define GAVEL_SEQUENCER_READERS_H

#include "store/reader_set.h"

#endif
