/* Runs a fuzz target on the files and folders that it is given, without
 * libFuzzer: any compiler, any debugger. */
#include "tests/fuzz/fuzz.h"

#include <sys/stat.h>
#include <sys/types.h>

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

static int replay(const char *path, size_t len)
{
	uint8_t *data = malloc(len ? len : 1);
	FILE *f = fopen(path, "rb");
	int result = -1;

	if (data && f && fread(data, 1, len, f) == len)
		result = LLVMFuzzerTestOneInput(data, len);
	else
		perror(path);
	if (f)
		fclose(f);
	free(data);
	return result;
}

int main(int argc, char **argv)
{
	FTS *walk = argc > 1 ? fts_open(argv + 1, FTS_LOGICAL | FTS_NOCHDIR, NULL) : NULL;
	unsigned count = 0;
	FTSENT *entry;

	while (walk && (entry = fts_read(walk))) {
		if (entry->fts_info != FTS_F)
			continue;
		if (replay(entry->fts_accpath, (size_t)entry->fts_statp->st_size) != 0)
			return EXIT_FAILURE;
		count++;
	}
	if (walk)
		fts_close(walk);
	printf("%u inputs\n", count);
	return count ? EXIT_SUCCESS : EXIT_FAILURE;
}
