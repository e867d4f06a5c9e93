/* vector_files: walks a folder of JSON test vectors.  Each file is an object of
 * named cases. */
#ifndef GAVEL_TESTS_VECTOR_FILES_H
#define GAVEL_TESTS_VECTOR_FILES_H

#include "base/bytes.h"

#include <jansson.h>

/* NULL: passed.  Otherwise what was wrong, for people; lives until the next
 * call. */
typedef const char *(*vector_check)(const char *file, const char *name, const json_t *vector);

/* Runs every case of every .json file below `folder`, prints the failures and
 * "N passed, N failed", and returns the exit status: 0 when all passed and
 * there was at least one. */
int vector_files_run(const char *folder, vector_check check);

/* The bytes of hex text, with or without 0x, malloc'ed into `*data` (to be
 * freed also when it fails); false: not that. */
bool vector_hex(const json_t *text, uint8_t **data, size_t *len);

#endif
