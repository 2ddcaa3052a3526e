/*
 * A server that speaks enough RESP to be talked to, and fails as it is told: for tests of its keeper.
 *
 *   fake_server serve PORT SOCKET      answers; ends with the words "told to" at the command DIE
 *   fake_server dies PORT SOCKET N     ends after N commands
 *   fake_server refuses PORT SOCKET    says why, and ends
 *   fake_server deaf PORT SOCKET       never listens
 */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "structures/remote/resp.h"

enum { CLIENTS_MAX = 64, BUFFER_BYTES = 1 << 16 };

struct client {
	char bytes[BUFFER_BYTES];
	size_t length;
};

static struct pollfd fds[CLIENTS_MAX];
static struct client clients[CLIENTS_MAX];
static unsigned fd_count;
static long left = -1;    /* commands until it ends; negative: any number */

static void add(int fd)
{
	if (fd < 0 || fd_count == CLIENTS_MAX)
		exit(3);
	clients[fd_count].length = 0;
	fds[fd_count++] = (struct pollfd){ .fd = fd, .events = POLLIN };
}

static void listen_at(const struct sockaddr *address, socklen_t length)
{
	const int fd = socket(address->sa_family, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, address, length) || listen(fd, 64)) {
		perror("fake_server");
		exit(3);
	}
	add(fd);
}

static const char *answer_to(const struct resp_reply *word)
{
	static const struct {
		const char *command, *answer;
	} known[] = { { "PING", "+PONG\r\n" }, { "GET", "$-1\r\n" },   { "DEL", ":0\r\n" },
		      { "DBSIZE", ":0\r\n" },  { "LLEN", ":0\r\n" },   { "SCARD", ":0\r\n" },
		      { "INCR", ":1\r\n" } };

	if (word->length == 3 && !memcmp(word->text, "DIE", 3)) {
		fprintf(stderr, "fake_server: told to\n");
		exit(4);
	}
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (word->length == strlen(known[i].command) &&
		    !memcmp(word->text, known[i].command, word->length))
			return known[i].answer;
	return "+OK\r\n";
}

/* Return: bytes taken of the first command, or 0. */
static size_t perform(int fd, const char *bytes, size_t length)
{
	struct resp_reply command, word;
	const long taken = resp_read(bytes, length, &command);
	const char *answer;

	if (taken <= 0)
		return 0;
	resp_read(command.text, command.length, &word);
	if (left == 0) {
		fprintf(stderr, "fake_server: enough\n\n");
		exit(5);
	}
	left -= left > 0;
	answer = answer_to(&word);
	if (write(fd, answer, strlen(answer)) < 0)
		return 0;
	return (size_t)taken;
}

/* Return: whether the client is still there. */
static bool serve(unsigned i)
{
	struct client *const client = &clients[i];
	const ssize_t got = read(fds[i].fd, client->bytes + client->length,
				 BUFFER_BYTES - client->length);
	size_t from = 0, taken;

	if (got <= 0)
		return false;
	client->length += (size_t)got;
	while ((taken = perform(fds[i].fd, client->bytes + from, client->length - from)))
		from += taken;
	client->length -= from;
	memmove(client->bytes, client->bytes + from, client->length);
	return true;
}

static void leave(unsigned i)
{
	close(fds[i].fd);
	fds[i] = fds[--fd_count];
	clients[i] = clients[fd_count];
}

static void serve_all(void)
{
	for (;;) {
		poll(fds, fd_count, -1);
		for (unsigned i = fd_count; i-- > 0;) {
			if (!fds[i].revents)
				continue;
			if (i < 2)
				add(accept(fds[i].fd, NULL, NULL));
			else if (!serve(i))
				leave(i);
		}
	}
}

int main(int count, char **words)
{
	struct sockaddr_in loopback = { .sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_un socket_path = { .sun_family = AF_UNIX };

	if (count < 4)
		return 2;
	if (!strcmp(words[1], "refuses")) {
		fprintf(stderr, "fake_server: no, thank you\n");
		return 1;
	}
	if (!strcmp(words[1], "deaf"))
		for (;;)
			pause();
	if (count > 4)
		left = atol(words[4]);
	loopback.sin_port = htons((uint16_t)atoi(words[2]));
	snprintf(socket_path.sun_path, sizeof(socket_path.sun_path), "%s", words[3]);
	listen_at((struct sockaddr *)&loopback, sizeof(loopback));
	listen_at((struct sockaddr *)&socket_path, sizeof(socket_path));
	serve_all();
}
