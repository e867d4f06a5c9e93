/* command_line: reads "--name value" and "--name=value" by a table, with errors
 * that name the option and what it takes.  Shared by all programs.  Not core. */
#ifndef GAVEL_BASE_NATIVE_COMMAND_LINE_H
#define GAVEL_BASE_NATIVE_COMMAND_LINE_H

#include "base/bytes.h"

enum option_kind {
	OPTION_TEXT,     /* const char * */
	OPTION_FLAG,     /* bool; takes no value */
	OPTION_UNSIGNED, /* unsigned */
	OPTION_U64,      /* uint64_t */
	OPTION_SIZE,     /* size_t */
	OPTION_PORT,     /* uint16_t */
};

struct option_spec {
	const char *name; /* with its dashes */
	enum option_kind kind;
	void *target;      /* of the kind's type; holds the default beforehand */
	uint64_t min, max; /* of numbers; max 0: no bound */
	const char *value; /* what it takes, for help: "FILE" */
	const char *help;
};

#define COMMAND_LINE_ERROR_SIZE 200

/* Sets targets from argv[1] on.  False: `error` says which argument is wrong; or
 * "--help" was there, then `error` is "" and targets are as before.  Words without dashes are
 * refused unless `words` is not NULL: then up to `max_words` go there. */
bool command_line_read(const struct option_spec *specs, size_t count, int argc, char **argv,
		       const char **words, size_t max_words, size_t *word_count,
		       char error[COMMAND_LINE_ERROR_SIZE]);

/* The same for a program without words, which says on standard error what is
 * wrong, and prints its help: `purpose` and the table.  True to go on; false when
 * it should end with `*status`. */
bool command_line_options(const char *program, const char *purpose, const struct option_spec *specs,
			  size_t count, int argc, char **argv, int *status);

/* Prints the table for people to standard output, with what the targets hold as
 * the defaults: numbers that their options would take, and texts. */
void command_line_help(const struct option_spec *specs, size_t count);

#endif
