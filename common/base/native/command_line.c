#include "base/native/command_line.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static bool parse_integer(const char *text, uint64_t *out)
{
	char *end;

	errno = 0;
	if (text[0] < '0' || text[0] > '9')
		return false;
	*out = strtoull(text, &end, 10);
	return errno == 0 && *end == '\0';
}

static void store_integer(const struct option_spec *spec, uint64_t value)
{
	switch (spec->kind) {
	case OPTION_UNSIGNED:
		*(unsigned *)spec->target = (unsigned)value;
		return;
	case OPTION_U64:
		*(uint64_t *)spec->target = value;
		return;
	case OPTION_SIZE:
		*(size_t *)spec->target = (size_t)value;
		return;
	case OPTION_PORT:
		*(uint16_t *)spec->target = (uint16_t)value;
		return;
	case OPTION_TEXT:
	case OPTION_FLAG:
		return;
	}
}

static uint64_t largest(const struct option_spec *spec)
{
	if (spec->max)
		return spec->max;
	if (spec->kind == OPTION_PORT)
		return UINT16_MAX;
	return spec->kind == OPTION_UNSIGNED ? UINT32_MAX : UINT64_MAX;
}

static bool set_value(const struct option_spec *spec, const char *text,
		      char error[COMMAND_LINE_ERROR_SIZE])
{
	uint64_t number;

	if (spec->kind == OPTION_TEXT) {
		*(const char **)spec->target = text;
		return true;
	}
	if (!parse_integer(text, &number) || number < spec->min || number > largest(spec)) {
		snprintf(error, COMMAND_LINE_ERROR_SIZE,
			 "%s takes a whole number from %llu to %llu, not '%.60s'", spec->name,
			 (unsigned long long)spec->min, (unsigned long long)largest(spec), text);
		return false;
	}
	store_integer(spec, number);
	return true;
}

static const struct option_spec *find(const struct option_spec *specs, size_t count,
				      const char *argument, const char **value)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(specs[i].name);

		if (strncmp(argument, specs[i].name, len) != 0)
			continue;
		*value = argument[len] == '=' ? argument + len + 1 : NULL;
		if (argument[len] == '\0' || *value)
			return &specs[i];
	}
	return NULL;
}

/* One option and its value; *i is left at the last argument it took. */
static bool read_option(const struct option_spec *specs, size_t count, int argc, char **argv,
			int *i, char error[COMMAND_LINE_ERROR_SIZE])
{
	const char *value = NULL;
	const struct option_spec *spec = find(specs, count, argv[*i], &value);

	if (!spec) {
		snprintf(error, COMMAND_LINE_ERROR_SIZE, "unknown option '%.60s'; see --help",
			 argv[*i]);
		return false;
	}
	if (spec->kind == OPTION_FLAG) {
		*(bool *)spec->target = true;
		if (value)
			snprintf(error, COMMAND_LINE_ERROR_SIZE, "%s takes no value", spec->name);
		return !value;
	}
	if (!value && *i + 1 == argc) {
		snprintf(error, COMMAND_LINE_ERROR_SIZE, "%s needs %s", spec->name, spec->value);
		return false;
	}
	if (!value)
		value = argv[++*i];
	return set_value(spec, value, error);
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

bool command_line_read(const struct option_spec *specs, size_t count, int argc, char **argv,
		       const char **words, size_t max_words, size_t *word_count,
		       char error[COMMAND_LINE_ERROR_SIZE])
{
	size_t found = 0;

	error[0] = '\0';
	if (asks_for_help(argc, argv))
		return false;
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-') {
			if (!read_option(specs, count, argc, argv, &i, error))
				return false;
			continue;
		}
		if (found == max_words || !words) {
			snprintf(error, COMMAND_LINE_ERROR_SIZE, "'%.60s' is not expected here",
				 argv[i]);
			return false;
		}
		words[found++] = argv[i];
	}
	if (word_count)
		*word_count = found;
	return true;
}

static uint64_t number_at(const struct option_spec *spec)
{
	switch (spec->kind) {
	case OPTION_UNSIGNED:
		return *(const unsigned *)spec->target;
	case OPTION_U64:
		return *(const uint64_t *)spec->target;
	case OPTION_SIZE:
		return *(const size_t *)spec->target;
	case OPTION_PORT:
		return *(const uint16_t *)spec->target;
	case OPTION_TEXT:
	case OPTION_FLAG:
		break;
	}
	return 0;
}

static void print_default(const struct option_spec *spec)
{
	const char *text;

	if (spec->kind == OPTION_FLAG)
		return;
	if (spec->kind != OPTION_TEXT) {
		if (number_at(spec) >= spec->min)
			printf(" [%llu]", (unsigned long long)number_at(spec));
		return;
	}
	text = *(const char *const *)spec->target;
	if (text)
		printf(" [%s]", text);
}

void command_line_help(const struct option_spec *specs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char left[64];

		snprintf(left, sizeof(left), "%s %s", specs[i].name,
			 specs[i].value ? specs[i].value : "");
		printf("  %-30s %s", left, specs[i].help);
		print_default(&specs[i]);
		putchar('\n');
	}
}

bool command_line_options(const char *program, const char *purpose, const struct option_spec *specs,
			  size_t count, int argc, char **argv, int *status)
{
	char error[COMMAND_LINE_ERROR_SIZE];

	*status = EX_USAGE;
	if (command_line_read(specs, count, argc, argv, NULL, 0, NULL, error))
		return true;
	if (error[0]) {
		fprintf(stderr, "%s: %s\n", program, error);
		return false;
	}
	printf("%s: %s\n\n", program, purpose);
	command_line_help(specs, count);
	*status = EX_OK;
	return false;
}
