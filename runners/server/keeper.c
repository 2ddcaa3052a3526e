#include "runners/server/keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/server/leftovers.h"
#include "runners/server/tree.h"
#include "topology/clock.h"

/* Descriptors of the keeper, those of the standard ones apart. */
enum { LIFE_FD = 3, NOTICES_FD, LOG_FD, CHILDREN_FD, KEPT_FDS };
enum { OLD_KERNEL_FDS = 4096, OPEN_AT_ONCE = 16, WORDS_LOOKED_AT = 2048, REAP_POLL_MS = 5, CANNOT_START = 127 };

struct keeper {
	const struct keeper_order *order;
	pid_t server;
	int status;
	bool has_ended;
};

/* In a child: what it may do and be. Only the limit of files is asked for without insisting. */
static int become_server(const struct keeper_order *order)
{
	struct rlimit files;
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	if (sched_setaffinity(0, order->pus_bytes, order->pus) || chdir(order->folder))
		return -errno;
	if (!getrlimit(RLIMIT_NOFILE, &files)) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	umask(077);
	if (order->drops && (setgroups(0, NULL) || setgid(order->group) || setuid(order->user)))
		return -errno;
	/* After the change of user, which would clear it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return 0;
}

static pid_t start(const struct keeper_order *order, char *const *command)
{
	const pid_t keeper = getpid(), id = fork();
	int error;

	if (id)
		return id;
	setsid();
	dup2(LOG_FD, STDOUT_FILENO);
	dup2(LOG_FD, STDERR_FILENO);
	error = become_server(order);
	if (getppid() != keeper)
		_exit(CANNOT_START);
	if (!error) {
		execve(command[0], command, order->environment);
		error = -errno;
	}
	dprintf(STDERR_FILENO, "%s: %s\n", command[0], strerror(-error));
	_exit(CANNOT_START);
}

/* All who have ended, those that came to us as orphans among them. */
static void reap(struct keeper *keeper)
{
	int status;
	pid_t id;

	while ((id = waitpid(-1, &status, WNOHANG)) > 0) {
		if (id != keeper->server)
			continue;
		keeper->status = status;
		keeper->has_ended = true;
	}
}

/* Return: true once the server has ended; false: the campaign has. */
static bool watch(struct keeper *keeper)
{
	struct pollfd ends[] = { { LIFE_FD, POLLIN, 0 }, { CHILDREN_FD, POLLIN, 0 } };
	struct signalfd_siginfo information;

	while (!keeper->has_ended) {
		if (poll(ends, 2, -1) < 0 && errno != EINTR)
			return false;
		if (ends[0].revents)
			return false;
		if (ends[1].revents && read(CHILDREN_FD, &information, sizeof(information)) < 0)
			return false;
		reap(keeper);
	}
	return true;
}

/* What has to be ended in order is asked to, while there is patience. */
static void ask_to_end(struct keeper *keeper)
{
	const uint64_t until_ns = clock_monotonic_ns() +
				  (uint64_t)keeper->order->patience_s * 1000000000u;

	/* It may have been held by SIGSTOP. */
	tree_signal(getpid(), SIGCONT);
	kill(keeper->server, keeper->order->stop_signal);
	while (!keeper->has_ended && clock_monotonic_ns() < until_ns) {
		poll(NULL, 0, REAP_POLL_MS);
		reap(keeper);
	}
}

/* What it holds is to be thrown away: all else goes by force, with whatever it has started. */
static void end_all(struct keeper *keeper)
{
	if (keeper->server > 0 && !keeper->has_ended && keeper->order->stop_signal != SIGKILL)
		ask_to_end(keeper);
	while (tree_signal(getpid(), SIGKILL) > 0) {
		poll(NULL, 0, REAP_POLL_MS);
		reap(keeper);
	}
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	remove(path);
	return 0;
}

/* The last line of the log that says anything. */
static void find_last_words(char words[KEEPER_WORDS_BYTES])
{
	char text[WORDS_LOOKED_AT + 1];
	const off_t end = lseek(LOG_FD, 0, SEEK_END);
	const off_t from = end > WORDS_LOOKED_AT ? end - WORDS_LOOKED_AT : 0;
	const ssize_t got = pread(LOG_FD, text, WORDS_LOOKED_AT, from);
	char *line;

	text[got > 0 ? got : 0] = '\0';
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' && *at != '\n')
			*at = ' ';
	while ((line = strrchr(text, '\n')) && !line[1 + strspn(line + 1, " ")])
		*line = '\0';
	line = strrchr(text, '\n');
	snprintf(words, KEEPER_WORDS_BYTES, "%.*s", KEEPER_WORDS_BYTES - 1, line ? line + 1 : text);
}

static void tell(const struct keeper *keeper, enum keeper_event kind)
{
	struct keeper_notice notice = { .kind = kind, .status = keeper->status };

	if (kind == KEEPER_ENDED)
		find_last_words(notice.words);
	while (write(NOTICES_FD, &notice, sizeof(notice)) < 0 && errno == EINTR)
		;
}

static void begin(struct keeper *keeper, char *const *command)
{
	keeper->server = start(keeper->order, command);
	keeper->has_ended = keeper->server < 0;
}

/* A command before the start. Return: whether it was good. */
static bool prepare(struct keeper *keeper, char *const *command)
{
	begin(keeper, command);
	return watch(keeper) && keeper->server > 0 && !keeper->status;
}

static void forget_handlers(void)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };

	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		signal(ending[i], SIG_DFL);
	signal(SIGPIPE, SIG_IGN);
}

/* All but ours: an end of another keeper's pipe that stays open here would hold that one up. */
static void close_others(void)
{
	if (!syscall(SYS_close_range, LOG_FD, ~0u, 0u))
		return;
	for (int fd = LOG_FD; fd < OLD_KERNEL_FDS; fd++)
		close(fd);
}

static int set_descriptors(const struct keeper_order *order, int life, int notices)
{
	const int null = open("/dev/null", O_RDWR);
	const int own[] = { null, null, null, fcntl(life, F_DUPFD, KEPT_FDS),
			    fcntl(notices, F_DUPFD, KEPT_FDS) };
	char log[4096];
	sigset_t children;

	for (int i = 0; i <= NOTICES_FD; i++)
		if (dup2(own[i], i) < 0)
			return -errno;
	close_others();
	snprintf(log, sizeof(log), "%s/log", order->folder);
	sigemptyset(&children);
	sigaddset(&children, SIGCHLD);
	sigprocmask(SIG_SETMASK, &children, NULL);
	if (open(log, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0644) != LOG_FD ||
	    signalfd(-1, &children, SFD_CLOEXEC) != CHILDREN_FD)
		return -EIO;
	/* After those that have their numbers. */
	if (leftovers_lock(order->folder))
		return -EIO;
	fcntl(LIFE_FD, F_SETFD, FD_CLOEXEC);
	fcntl(NOTICES_FD, F_SETFD, FD_CLOEXEC);
	return 0;
}

_Noreturn void keeper_main(const struct keeper_order *order, int life, int notices)
{
	struct keeper keeper = { .order = order };
	bool is_well = true;

	setsid();
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	prctl(PR_SET_NAME, "numamark-keeper");
	forget_handlers();
	if (set_descriptors(order, life, notices))
		_exit(EXIT_FAILURE);
	for (size_t i = 0; i < order->prepare_count && is_well; i++)
		is_well = prepare(&keeper, order->prepare[i]);
	if (is_well) {
		begin(&keeper, order->command);
		tell(&keeper, KEEPER_STARTED);
		watch(&keeper);
	}
	end_all(&keeper);
	tell(&keeper, KEEPER_ENDED);
	nftw(order->folder, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
	_exit(EXIT_SUCCESS);
}
