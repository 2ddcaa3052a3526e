/* numamark: the commands, and what all of them have in common. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/cli/command.h"
#include "runners/results/provenance.h"
#include "runners/trial/trial.h"
#include "topology/nearest.h"

const struct command *const commands[] = {
	&command_run,     &command_list,   &command_topo,  &command_plot, &command_report,
	&command_compare, &command_verify, &command_probe, &command_host, &command_help,
};

const size_t commands_count = sizeof(commands) / sizeof(*commands);

const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < commands_count; i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

/* Errors that another way of asking avoids. */
static int is_mistake(int error)
{
	static const int mistakes[] = { EINVAL,  ENOENT, EOPNOTSUPP, ERANGE, E2BIG,        EEXIST,
					EACCES,  EPERM,  EISDIR,     EFBIG,  ENAMETOOLONG, EROFS,
					ENOTDIR, ENOSPC, EBUSY,      ELOOP,  EDQUOT };

	for (size_t i = 0; i < sizeof(mistakes) / sizeof(*mistakes); i++)
		if (-error == mistakes[i])
			return 1;
	return 0;
}

int cli_fail(int error, const struct fault *fault)
{
	fprintf(stderr, "numamark: %s\n", fault->text);
	return is_mistake(error) ? CLI_MISTAKE : CLI_MISSING;
}

static int refuse_command(const char *name)
{
	const char **const names = calloc(commands_count + 1, sizeof(*names));
	const char *nearest = NULL;
	struct fault fault;

	for (size_t i = 0; names && i < commands_count; i++)
		names[i] = commands[i]->name;
	if (names)
		nearest = nearest_name(name, names);
	fault_set(&fault, -EINVAL, "unknown command %.60s%s%s%s; `numamark help` names all", name,
		  nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
	free(names);
	return cli_fail(-EINVAL, &fault);
}

static int asks_for_help(int count, char **words)
{
	for (int i = 1; i < count && strcmp(words[i], "--"); i++)
		if (!strcmp(words[i], "--help") || !strcmp(words[i], "-h"))
			return 1;
	return 0;
}

static int run_command(int count, char **words)
{
	const struct command *const command = command_find(words[0]);

	if (!command)
		return refuse_command(words[0]);
	if (asks_for_help(count, words))
		return command_help.run(&command_help, 2, (char *[]){ words[0], words[0], NULL });
	return command->run(command, count, words);
}

static int dispatch(int count, char **words)
{
	if (count == 0 || !strcmp(words[0], "--help") || !strcmp(words[0], "-h"))
		return command_help.run(&command_help, 1, (char *[]){ "help", NULL });
	if (!strcmp(words[0], "--version")) {
		printf("numamark %s\n", provenance_version());
		return CLI_DONE;
	}
	if (!strcmp(words[0], TRIAL_CHILD_COMMAND))
		return trial_child_main();
	return run_command(count, words);
}

int main(int count, char **words)
{
	int status;

	/* A limit on file sizes is told like a full disk, not by death. */
	signal(SIGXFSZ, SIG_IGN);
	status = dispatch(count - 1, words + 1);
	if (fflush(stdout) || ferror(stdout)) {
		fprintf(stderr, "numamark: standard output: %s\n", strerror(errno));
		return status ? status : CLI_MISSING;
	}
	return status;
}
