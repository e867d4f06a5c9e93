#include "sequencer/sequencer.h"

#include <stdio.h>

char *sequencer_path(const struct sequencer *s, const char *file, char out[SEQUENCER_PATH_SIZE])
{
	snprintf(out, SEQUENCER_PATH_SIZE, "%s/%s", s->options->service.data, file);
	return out;
}
