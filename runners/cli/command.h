/* What main knows of a command. One file per command; main.c has the table. */
#ifndef RUNNERS_CLI_COMMAND_H
#define RUNNERS_CLI_COMMAND_H

#include "runners/cli/options.h"
#include "topology/fault.h"

/* Exit statuses. */
enum cli_status {
	CLI_DONE = 0,
	CLI_UNSOUND = 1,    /* measured or verified, but not to be relied on */
	CLI_MISTAKE = 2,    /* the user's */
	CLI_MISSING = 3,    /* something, on this machine */
	CLI_INTERRUPTED = 130
};

struct command {
	const char *name;
	const char *arguments;               /* behind the name in the usage line */
	const char *summary;                 /* one line */
	const struct option_row *options;    /* ends with a row without a name; NULL: none */
	void (*details)(void);               /* prints what `help COMMAND` adds; NULL: nothing */
	int (*run)(const struct command *command, int count, char **words);
};

extern const struct command command_run, command_list, command_topo, command_plot, command_report,
	command_compare, command_verify, command_probe, command_host, command_help;

/* All commands in the order of the overview. */
extern const struct command *const commands[];
extern const size_t commands_count;

/* Return: the command, or NULL. */
const struct command *command_find(const char *name);

/**
 * cli_fail() - print the one line of a failure to standard error.
 *
 * Return: the exit status for this errno: CLI_MISTAKE where the user can mend it by asking
 * otherwise, else CLI_MISSING.
 */
int cli_fail(int error, const struct fault *fault);

#endif
