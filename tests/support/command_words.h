/* command_words: a command line as main() gets it. */
#ifndef GAVEL_TESTS_COMMAND_WORDS_H
#define GAVEL_TESTS_COMMAND_WORDS_H

#include <string.h>

#define COMMAND_WORDS_MAX 24

/* Splits "program --option value" in place; returns argc. */
static inline int command_words(char *argv[COMMAND_WORDS_MAX], char *line)
{
	char *rest = NULL;
	int argc = 0;

	for (char *word = strtok_r(line, " ", &rest); word && argc < COMMAND_WORDS_MAX;
	     word = strtok_r(NULL, " ", &rest))
		argv[argc++] = word;
	return argc;
}

#endif
