/* command: what `gavel` can do.  Each command has a file of its own that
 * defines one of the commands below, and a row in main.c's table. */
#ifndef GAVEL_DEPLOY_COMMAND_H
#define GAVEL_DEPLOY_COMMAND_H

struct command {
	const char *name;
	const char *usage;   /* what follows the name, for help */
	const char *summary; /* one line */
	/* argv[0] is the command's name.  Returns the exit code; 2 after a
	 * command line that makes no sense (main then prints the usage). */
	int (*run)(int argc, char **argv);
};

#define COMMAND_BAD_USAGE 2

extern const struct command command_batch;
extern const struct command command_deploy;
extern const struct command command_deploy_dispute;
extern const struct command command_game;
extern const struct command command_games;
extern const struct command command_image;
extern const struct command command_prove;
extern const struct command command_verify;

#endif
