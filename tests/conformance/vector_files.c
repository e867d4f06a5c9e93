#include "tests/conformance/vector_files.h"

#include "base/hex.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tally {
	unsigned passed, failed;
};

bool vector_hex(const json_t *text, uint8_t **data, size_t *len)
{
	const char *digits = json_string_value(text);

	*data = NULL;
	*len = 0;
	if (!digits)
		return false;
	if (strncmp(digits, "0x", 2) == 0)
		digits += 2;
	*len = strlen(digits) / 2;
	*data = malloc(*len + 1);
	return *data && hex_decode(*data, digits, strlen(digits));
}

static void report(struct tally *tally, const char *file, const char *name, const char *problem)
{
	if (!problem) {
		tally->passed++;
		return;
	}
	tally->failed++;
	printf("FAILED %s: %s: %s\n", file, name, problem);
}

static void run_file(struct tally *tally, const char *file, vector_check check)
{
	json_error_t error;
	json_t *cases = json_load_file(file, JSON_ALLOW_NUL, &error), *vector;
	const char *name;

	if (!json_is_object(cases))
		report(tally, file, "(file)", *error.text ? error.text : "no object");
	json_object_foreach(cases, name, vector)
	    report(tally, file, name, check(file, name, vector));
	json_decref(cases);
}

static bool is_json(const FTSENT *entry)
{
	return entry->fts_info == FTS_F && entry->fts_namelen > 5 &&
	       !strcmp(entry->fts_name + entry->fts_namelen - 5, ".json");
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

int vector_files_run(const char *folder, vector_check check)
{
	char *roots[] = { (char *)folder, NULL };
	FTS *walk = fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, by_name);
	struct tally tally = { 0, 0 };
	FTSENT *entry;

	while (walk && (entry = fts_read(walk)))
		if (is_json(entry))
			run_file(&tally, entry->fts_accpath, check);
	if (walk)
		fts_close(walk);
	printf("%u passed, %u failed\n", tally.passed, tally.failed);
	return tally.failed || !tally.passed ? EXIT_FAILURE : EXIT_SUCCESS;
}
