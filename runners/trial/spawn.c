#include "runners/trial/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/trial/trial.h"
#include "topology/clock.h"

enum {
	/* Above any descriptor that is set up below, so that none overwrites another. */
	SAFE_FD = 16,
	FIRST_UNUSED_FD = TRIAL_RECORD_FD + 1,
	OLD_KERNEL_FDS = 65536,
	REAP_POLL_MS = 1
};

extern char **environ;

/* Descriptors as the child will have them; the parent's numbers. */
struct plumbing {
	int cell, record[2], error[2], started[2];    /* pipes: read end, write end */
};

/*
 * In the child: nothing of the parent's but what is meant for it. Only async-signal-safe calls from
 * here on.
 */
static void close_all_others(int keep)
{
	long limit;

	if (!syscall(SYS_close_range, (unsigned)FIRST_UNUSED_FD, (unsigned)keep - 1, 0u) &&
	    !syscall(SYS_close_range, (unsigned)keep + 1, ~0u, 0u))
		return;
	/*
	 * An old kernel. The limit may be a thousand million; beyond this one no program of ours
	 * opens any.
	 */
	limit = sysconf(_SC_OPEN_MAX);
	if (limit < 0 || limit > OLD_KERNEL_FDS)
		limit = OLD_KERNEL_FDS;
	for (int fd = FIRST_UNUSED_FD; fd < limit; fd++)
		if (fd != keep)
			close(fd);
}

static int set_descriptors(const struct plumbing *plumbing, int *started)
{
	const int null = open("/dev/null", O_RDONLY);
	const int wanted[] = { null, plumbing->error[1], plumbing->error[1], plumbing->cell,
			       plumbing->record[1] };
	int safe[sizeof(wanted) / sizeof(*wanted)];

	*started = fcntl(plumbing->started[1], F_DUPFD_CLOEXEC, SAFE_FD);
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if ((safe[i] = fcntl(wanted[i], F_DUPFD, SAFE_FD)) < 0)
			return -errno;
	for (size_t i = 0; i < sizeof(wanted) / sizeof(*wanted); i++)
		if (dup2(safe[i], (int)i) < 0)
			return -errno;
	close_all_others(*started);
	return 0;
}

static void set_signals(void)
{
	const struct sigaction usual = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int signal = 1; signal < NSIG; signal++)
		sigaction(signal, &usual, NULL);    /* an ignored signal would be inherited */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Does not return. The errno of a failure goes back on the pipe that a successful exec closes. */
static void become_child(const struct plumbing *plumbing, pid_t parent, char **environment)
{
	static char program[] = "numamark", command[] = TRIAL_CHILD_COMMAND;
	char *const arguments[] = { program, command, NULL };
	int started = -1;
	int error;

	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent) /* it died before the line above */
		_exit(EXIT_FAILURE);
	error = set_descriptors(plumbing, &started);
	set_signals();
	if (!error) {
		execve("/proc/self/exe", arguments, environment);
		error = -errno;
	}
	while (write(started, &error, sizeof(error)) < 0 && errno == EINTR)
		;
	_exit(EXIT_FAILURE);
}

/*
 * The parent's environment with another LD_PRELOAD. Return: an array to free(), whose first word is
 * @assignment's.
 */
static char **make_environment(char *assignment)
{
	static const char name[] = "LD_PRELOAD=";
	size_t count = 0, used = 0;
	char **environment;

	while (environ[count])
		count++;
	environment = calloc(count + 2, sizeof(*environment));
	if (!environment)
		return NULL;
	if (assignment[sizeof(name) - 1])
		environment[used++] = assignment;
	for (size_t i = 0; i < count; i++)
		if (strncmp(environ[i], name, sizeof(name) - 1) != 0)
			environment[used++] = environ[i];
	return environment;
}

static void close_pair(int *pair)
{
	for (int i = 0; i < 2; i++)
		if (pair[i] >= 0)
			close(pair[i]);
}

static int make_pipes(struct plumbing *plumbing)
{
	if (pipe2(plumbing->record, O_CLOEXEC) || pipe2(plumbing->error, O_CLOEXEC) ||
	    pipe2(plumbing->started, O_CLOEXEC))
		return -errno;
	fcntl(plumbing->record[0], F_SETFL, O_NONBLOCK);
	fcntl(plumbing->error[0], F_SETFL, O_NONBLOCK);
	return 0;
}

/* Wait for exec or its failure. Return: 0, or what the child says. */
static int wait_for_exec(struct plumbing *plumbing)
{
	int error = 0;
	ssize_t got;

	close(plumbing->started[1]);
	plumbing->started[1] = -1;
	do
		got = read(plumbing->started[0], &error, sizeof(error));
	while (got < 0 && errno == EINTR);
	return got == (ssize_t)sizeof(error) ? error : 0;
}

static int start(struct plumbing *plumbing, char **environment, pid_t *id)
{
	const pid_t parent = getpid();
	int error;

	*id = fork();
	if (*id < 0)
		return -errno;
	if (!*id)
		become_child(plumbing, parent, environment);
	/* In both: whoever is first, the group exists before it is needed. */
	setpgid(*id, *id);
	error = wait_for_exec(plumbing);
	if (error)
		while (waitpid(*id, NULL, 0) < 0 && errno == EINTR)
			;
	return error;
}

int spawn_child(int cell_fd, const char *preload, struct child *child, struct fault *fault)
{
	struct plumbing plumbing = { cell_fd, { -1, -1 }, { -1, -1 }, { -1, -1 } };
	char **environment = NULL;
	char *assignment = NULL;
	int error;

	if (asprintf(&assignment, "LD_PRELOAD=%s", preload ? preload : "") < 0)
		return fault_set(fault, -ENOMEM, "cannot start a trial: no memory");
	environment = make_environment(assignment);
	error = environment ? make_pipes(&plumbing) : -ENOMEM;
	if (!error)
		error = start(&plumbing, environment, &child->id);
	free(environment);
	free(assignment);
	close_pair(plumbing.started);
	if (error) {
		close_pair(plumbing.record);
		close_pair(plumbing.error);
		return fault_set(fault, error, "cannot start a trial: %s", strerror(-error));
	}
	close(plumbing.record[1]);
	close(plumbing.error[1]);
	child->record_fd = plumbing.record[0];
	child->error_fd = plumbing.error[0];
	return 0;
}

/* Still a zombie afterwards: its number, and so that of its group, cannot be anyone else's. */
static bool has_ended(pid_t id)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)id, &info, WEXITED | WNOHANG | WNOWAIT) && info.si_pid == id;
}

void spawn_reap(struct child *child, uint64_t until_ns, int *status, struct rusage *usage,
		bool *was_killed)
{
	bool is_there = true;

	while ((is_there = !has_ended(child->id)) && clock_monotonic_ns() < until_ns)
		poll(NULL, 0, REAP_POLL_MS);
	/* Whatever it started goes with it, also when it ended by itself. */
	kill(-child->id, SIGKILL);
	while (wait4(child->id, status, 0, usage) < 0 && errno == EINTR)
		;
	*was_killed = is_there;
}
