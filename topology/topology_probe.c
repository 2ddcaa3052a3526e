#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "topology/topology_private.h"

enum { PROBE_LIMIT_S = 30 };

/* What the child found; less than PIPE_BUF, so that it arrives whole or not at all. */
struct verdict {
	int error;
	struct fault fault;
};

/* Whatever hwloc, the C library or a sanitizer has to say about the file is no news to the user. */
static void probe_be_quiet(void)
{
	const struct rlimit none = { 0, 0 };
	const int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setrlimit(RLIMIT_CORE, &none);
	if (nowhere >= 0)
		dup2(nowhere, STDERR_FILENO);
}

/*
 * A handler of the program's own, made for the program's own faults, might not let the child die.
 */
static void probe_be_mortal(void)
{
	static const int deadly[] = { SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL, SIGALRM };

	for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++)
		signal(deadly[i], SIG_DFL);
	alarm(PROBE_LIMIT_S);
}

static _Noreturn void probe_run(const char *input, int answer)
{
	struct verdict verdict = { .error = 0 };
	struct topology *topology;

	probe_be_quiet();
	probe_be_mortal();
	verdict.error = topology_load_here(input, &topology, &verdict.fault);
	_exit(write(answer, &verdict, sizeof(verdict)) != sizeof(verdict));
}

/* The answer, not the exit status, is what counts: who ignores SIGCHLD gets no status. */
static bool probe_hear(int answer, struct verdict *verdict)
{
	ssize_t got;

	do
		got = read(answer, verdict, sizeof(*verdict));
	while (got < 0 && errno == EINTR);
	return got == sizeof(*verdict);
}

int topology_probe(const char *input, struct fault *fault)
{
	struct verdict verdict;
	int answer[2];
	bool is_heard;
	pid_t child;

	/* Without a pipe or a child to be had the file is read here, unproven as it is. */
	if (pipe2(answer, O_CLOEXEC))
		return 0;
	child = fork();
	if (child == 0)
		probe_run(input, answer[1]);
	close(answer[1]);
	is_heard = child > 0 && probe_hear(answer[0], &verdict);
	close(answer[0]);
	if (child < 0)
		return 0;
	while (waitpid(child, NULL, 0) < 0 && errno == EINTR)
		;
	if (!is_heard)
		return fault_set(fault, -EINVAL,
				 "%.300s: hwloc breaks down on it: the XML is damaged", input);
	return verdict.error ? fault_set(fault, verdict.error, "%s", verdict.fault.text) : 0;
}
