/* gavel: the command line for everyone who runs neither sequencer nor
 * challenger.  This file only finds the command. */
#include <stdio.h>
#include <string.h>

#include "deploy/gavel/command.h"

#define GAVEL_VERSION "0.1.0"

static int run_help(int argc, char **argv);

static int run_version(int argc, char **argv)
{
	(void)argc, (void)argv;
	printf("gavel " GAVEL_VERSION "\n");
	return 0;
}

static const struct command command_version = { "version", "", "print the version", run_version };
static const struct command command_help = { "help", "", "list the commands", run_help };

static const struct command *const commands[] = {
	&command_batch, &command_deploy, &command_deploy_dispute, &command_game,    &command_games,
	&command_image, &command_prove,  &command_verify,         &command_version, &command_help,
};

static void print_commands(FILE *out)
{
	fprintf(out, "usage: gavel <command> ...\n\n");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(out, "  gavel %s %s\n      %s\n", commands[i]->name, commands[i]->usage,
			commands[i]->summary);
}

static int run_help(int argc, char **argv)
{
	(void)argc, (void)argv;
	print_commands(stdout);
	return 0;
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? find_command(argv[1]) : NULL;
	int code;

	if (command == NULL) {
		print_commands(stderr);
		return COMMAND_BAD_USAGE;
	}
	code = command->run(argc - 1, argv + 1);
	if (code == COMMAND_BAD_USAGE)
		fprintf(stderr, "usage: gavel %s %s\n", command->name, command->usage);
	return code;
}
