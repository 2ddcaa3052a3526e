#include "runners/trial/watch.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "runners/trial/exchange.h"
#include "topology/clock.h"

enum { READ_BYTES = 65536 };

static bool is_ignored(int signal)
{
	struct sigaction action;

	return !sigaction(signal, NULL, &action) && action.sa_handler == SIG_IGN;
}

int watch_hold_signals(struct watch_signals *signals)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++)
		if (!is_ignored(ending[i]))
			sigaddset(&held, ending[i]);
	if (sigprocmask(SIG_BLOCK, &held, &signals->before))
		return -errno;
	/* Never read: what is held back is for the caller's handler. */
	signals->fd = signalfd(-1, &held, SFD_CLOEXEC);
	if (signals->fd >= 0)
		return 0;
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
	return -errno;
}

void watch_release_signals(struct watch_signals *signals)
{
	close(signals->fd);
	sigprocmask(SIG_SETMASK, &signals->before, NULL);
}

static int make_room(struct watch_result *result)
{
	const size_t room = result->room ? 2 * result->room : READ_BYTES;
	char *record;

	if (result->room - result->length >= READ_BYTES)
		return 0;
	record = realloc(result->record, room + READ_BYTES);
	if (!record)
		return -ENOMEM;
	result->record = record;
	result->room = room + READ_BYTES;
	return 0;
}

/* Return: 0, 1 at the end, or -ENOMEM. */
static int read_record(int fd, struct watch_result *result)
{
	ssize_t got;
	int error = make_room(result);

	if (error)
		return error;
	got = read(fd, result->record + result->length, READ_BYTES);
	if (got > 0)
		result->length += (size_t)got;
	return got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
}

/* A sanitizer's summary says more than the line that follows it. */
static void end_line(struct watch_result *result)
{
	static const char summary[] = "SUMMARY: ";

	result->line[result->line_length] = '\0';
	if (result->line_length && strncmp(result->last_words, summary, sizeof(summary) - 1) != 0)
		strcpy(result->last_words, result->line);
	result->line_length = 0;
}

/* Return: 0, or 1 at the end. */
static int read_words(int fd, struct watch_result *result)
{
	char text[READ_BYTES / 16];
	const ssize_t got = read(fd, text, sizeof(text));

	for (ssize_t i = 0; i < got; i++) {
		if (text[i] == '\n')
			end_line(result);
		else if (result->line_length < WATCH_LINE_BYTES - 1)
			result->line[result->line_length++] = text[i];
	}
	return got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN);
}

void watch_last_words(const struct child *child, struct watch_result *result)
{
	/* Does not block; the pipe is finite and its writers are dead. */
	while (!read_words(child->error_fd, result))
		if (errno == EAGAIN)
			break;
	end_line(result);
}

static int wait_ms(uint64_t until_ns)
{
	const uint64_t now_ns = clock_monotonic_ns();
	const uint64_t left_ms = until_ns > now_ns ? (until_ns - now_ns) / 1000000 + 1 : 0;

	return left_ms > 60000 ? 60000 : (int)left_ms;    /* poll() takes an int: look again then */
}

int watch_child(const struct child *child, const struct watch_signals *signals, uint64_t until_ns,
		struct watch_result *result)
{
	struct pollfd fds[] = { { .fd = signals->fd, .events = POLLIN },
				{ .fd = child->error_fd, .events = POLLIN },
				{ .fd = child->record_fd, .events = POLLIN } };
	int error = 0;

	while (!error) {
		const int ready = poll(fds, sizeof(fds) / sizeof(*fds), wait_ms(until_ns));

		if (ready < 0 && errno != EINTR)
			return -errno;
		result->end = WATCH_INTERRUPTED;
		if (fds[0].revents)
			return 0;
		if (fds[1].revents && read_words(child->error_fd, result))
			fds[1].fd = -1;
		if (fds[2].revents)
			error = read_record(child->record_fd, result);
		result->end = WATCH_TOO_MUCH;
		if (result->length > EXCHANGE_RECORD_MAX_BYTES)
			return 0;
		result->end = WATCH_TIMEOUT;
		if (!ready && clock_monotonic_ns() >= until_ns)
			return 0;
	}
	result->end = WATCH_CLOSED;
	return error < 0 ? error : 0;
}

void watch_free(struct watch_result *result)
{
	free(result->record);
}
