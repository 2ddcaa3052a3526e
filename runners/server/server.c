#include "runners/server/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/server/leftovers.h"
#include "runners/server/server_private.h"
#include "runners/server/tree.h"
#include "structures/remote/link.h"
#include "topology/clock.h"
#include "topology/ranges.h"

enum { READY_POLL_MS = 10, STATUS_TEXT_BYTES = 64, PUS_TEXT_BYTES = 256 };

extern char **environ;

pid_t server_root(const struct server *server)
{
	return server->keeper;
}

void server_endpoint(const struct server *server, bool over_tcp, struct endpoint *endpoint)
{
	const struct words_values values = server_values(server);
	char *const path = words_fill(server->kind.unix_path, &values);

	*endpoint = (struct endpoint){ .host = "127.0.0.1",
				       .port = server->ports[0],
				       .is_private = true };
	if (!over_tcp && path)
		snprintf(endpoint->path, sizeof(endpoint->path), "%s", path);
	free(path);
}

static int start_keeper(struct server *server, struct fault *fault)
{
	int life[2], notices[2];

	if (pipe2(life, O_CLOEXEC))
		return fault_set(fault, -errno, "cannot start a server: %s", strerror(errno));
	if (pipe2(notices, O_CLOEXEC | O_NONBLOCK)) {
		close(life[0]);
		close(life[1]);
		return fault_set(fault, -errno, "cannot start a server: %s", strerror(errno));
	}
	server->keeper = fork();
	if (!server->keeper)
		keeper_main(&server->order, life[0], notices[1]);
	close(life[0]);
	close(notices[1]);
	server->life = life[1];
	server->notices = notices[0];
	if (server->keeper > 0)
		return 0;
	return fault_set(fault, -errno, "cannot start a server: %s", strerror(errno));
}

static void describe_status(int status, char text[STATUS_TEXT_BYTES])
{
	if (WIFSIGNALED(status))
		snprintf(text, STATUS_TEXT_BYTES, "killed by signal %d", WTERMSIG(status));
	else
		snprintf(text, STATUS_TEXT_BYTES, "exit status %d", WEXITSTATUS(status));
}

bool server_has_died(struct server *server, struct fault *fault)
{
	struct keeper_notice notice;
	char status[STATUS_TEXT_BYTES];
	ssize_t got;

	while (!server->has_ended &&
	       (got = read(server->notices, &notice, sizeof(notice))) >= 0) {
		/* A keeper that is gone without a word was killed, and its server with it. */
		if (got != (ssize_t)sizeof(notice))
			notice = (struct keeper_notice){ .kind = KEEPER_ENDED, .status = SIGKILL };
		if (notice.kind != KEEPER_ENDED)
			continue;
		server->has_ended = true;
		server->end = notice;
	}
	if (!server->has_ended)
		return false;
	describe_status(server->end.status, status);
	fault_set(fault, -ECHILD, "the server %s ended by itself (%s)%s%s", server->kind.name,
		  status, server->end.words[0] ? ": " : "", server->end.words);
	return true;
}

/* Its own command says so. */
static bool command_succeeds(const struct server *server)
{
	const struct words_values values = server_values(server);
	char **const words = words_make(server->kind.ready, &values);
	char *const program =
		words && words[0] ? words_find_program(words[0], server->kind.folders) : NULL;
	posix_spawn_file_actions_t actions;
	int status = -1;
	pid_t id;

	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	if (program && !posix_spawn(&id, program, &actions, NULL, words, environ))
		while (waitpid(id, &status, 0) < 0 && errno == EINTR)
			;
	posix_spawn_file_actions_destroy(&actions);
	free(program);
	words_free(words);
	return !status;
}

static bool is_ready(const struct server *server)
{
	struct endpoint endpoint;
	int fd;

	if (server->kind.ready[0])
		return command_succeeds(server);
	server_endpoint(server, false, &endpoint);
	fd = link_connect(&endpoint, NULL);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int wait_until_ready(struct server *server, struct fault *fault)
{
	const uint64_t until_ns =
		clock_monotonic_ns() + (uint64_t)server->kind.patience_s * 1000000000u;
	struct pollfd notices = { server->notices, POLLIN, 0 };

	while (clock_monotonic_ns() < until_ns) {
		if (server_has_died(server, fault))
			return -ECHILD;
		if (is_ready(server))
			return 0;
		if (poll(&notices, 1, READY_POLL_MS) < 0)
			return fault_set(fault, -EINTR, "interrupted");
	}
	return fault_set(fault, -ETIMEDOUT, "the server %s does not serve within %u s",
			 server->kind.name, server->kind.patience_s);
}

int server_start(const struct server_kind *kind, bool persists, const struct topology *topology,
		 struct server **result, struct fault *fault)
{
	struct server *const server = calloc(1, sizeof(*server));
	int error;

	if (!server)
		return fault_set(fault, -ENOMEM, "no memory for a server");
	server->kind = *kind;
	server->persists = persists;
	server->life = -1;
	server->notices = -1;
	error = server_plan(server, topology, fault);
	if (!error)
		error = start_keeper(server, fault);
	if (!error)
		error = wait_until_ready(server, fault);
	if (!error)
		*result = server;
	else
		server_stop(server);
	return error;
}

void server_stop(struct server *server)
{
	int status = 0;

	if (!server)
		return;
	if (server->life >= 0)
		close(server->life);
	if (server->keeper > 0)
		while (waitpid(server->keeper, &status, 0) < 0 && errno == EINTR)
			;
	/* One that was killed has removed nothing, nor has one that never was. */
	if (server->folder[0] && (server->keeper <= 0 || !WIFEXITED(status) || WEXITSTATUS(status)))
		leftovers_clean(server->folder);
	if (server->notices >= 0)
		close(server->notices);
	server_plan_free(server);
	free(server);
}

void server_hold(struct server *server)
{
	if (!server->is_held)
		tree_signal(server->keeper, SIGSTOP);
	server->is_held = true;
}

void server_release(struct server *server)
{
	if (server->is_held)
		tree_signal(server->keeper, SIGCONT);
	server->is_held = false;
}

void server_pus(const struct server *server, unsigned *pus, unsigned *threads)
{
	*pus = server->pu_count;
	*threads = server->kind.threads;
}

json_t *server_describe(const struct server *server)
{
	char pus[PUS_TEXT_BYTES];
	json_t *const command = json_array();

	for (char *const *word = server->command; *word; word++)
		json_array_append_new(command, json_string(*word));
	ranges_format(server->pus, server->pu_count, 0, pus, sizeof(pus));
	return json_pack("{s:s, s:s, s:o, s:s, s:s, s:i, s:b, s:b}", "kind", server->kind.name,
			 "version", server->version[0] ? server->version : "unknown", "command",
			 command, "user", server->user, "pus", pus, "threads",
			 (int)server->kind.threads, "persistence", server->persists, "private", 1);
}
