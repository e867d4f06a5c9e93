/* config_private: the fields of rollup.json, described once for its reader and
 * its writer.  Private to config_*.c. */
#ifndef GAVEL_ROLLUP_NATIVE_CONFIG_PRIVATE_H
#define GAVEL_ROLLUP_NATIVE_CONFIG_PRIVATE_H

#include <stddef.h>

#include "rollup/native/config_file.h"

#define CONFIG_FILE_VERSION 1

/* Larger numbers don't survive in JavaScript, where many tools live. */
#define CONFIG_INTEGER_MAX (((int64_t)1 << 53) - 1)

enum config_kind {
	CONFIG_INTEGER,  /* uint64_t: a JSON integer */
	CONFIG_ADDRESS,  /* struct address */
	CONFIG_HASH,     /* struct hash32 */
	CONFIG_QUANTITY, /* struct u256: "0x" and hex digits */
	CONFIG_REVISION, /* enum evm_revision: its name */
};

struct config_field {
	const char *section;
	const char *key;
	enum config_kind kind;
	size_t offset; /* in struct rollup_config */
	int64_t least; /* of an integer */
	enum {
		CONFIG_NEEDED,
		CONFIG_SEALING,  /* missing in a file that is being made: zero */
		CONFIG_OPTIONAL, /* missing: zero */
	} presence;
};

extern const struct config_field config_fields[];
extern const size_t config_field_count;
extern const char *const config_sections[3];

/* "osaka" and so on, in the order of enum evm_revision. */
extern const char *const config_revisions[3];

#endif
