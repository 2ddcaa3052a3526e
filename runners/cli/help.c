/* numamark help: the overview, or one command. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/command.h"

static void print_overview(void)
{
	printf("Benchmarks of concurrent data structures on NUMA machines.\n\nCommands:\n");
	for (size_t i = 0; i < commands_count; i++)
		printf("  %-8s %s\n", commands[i]->name, commands[i]->summary);
	printf("\n`numamark help COMMAND` tells more, `numamark --version` the version.\n"
	       "Begin with: numamark run quick\n");
}

static void print_command(const struct command *command)
{
	printf("%s\n\nUsage: numamark %s %s\n", command->summary, command->name,
	       command->arguments);
	if (command->options) {
		printf("\nOptions:\n");
		options_print(command->options);
	}
	if (command->details) {
		printf("\n");
		command->details();
	}
}

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	const struct command **const command = values;

	(void)row;    /* there are no options */
	if (*command)
		return fault_set(fault, -EINVAL, "help %.60s: one command at a time", text);
	*command = command_find(text);
	return *command ? 0
			: fault_set(
				  fault, -EINVAL,
				  "help %.60s: there is no such command; `numamark help` names all",
				  text);
}

static int run(const struct command *self, int count, char **words)
{
	const struct command *command = NULL;
	struct fault fault;
	const int error = options_read(self->options, count, words, take, &command, &fault);

	if (error)
		return cli_fail(error, &fault);
	if (command)
		print_command(command);
	else
		print_overview();
	return CLI_DONE;
}

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "Tell what there is, or about one command.",
	.run = run,
};
