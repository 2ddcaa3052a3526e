#include "structures/remote/link.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int refuse(const struct endpoint *endpoint, int error, struct fault *fault)
{
	if (endpoint->path[0])
		return fault_set(fault, error, "cannot reach the server at %s: %s", endpoint->path,
				 strerror(-error));
	return fault_set(fault, error, "cannot reach the server at %s:%u: %s", endpoint->host,
			 endpoint->port, strerror(-error));
}

static int connect_to(const struct sockaddr *address, socklen_t length)
{
	const int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int error;

	if (fd < 0)
		return -errno;
	if (!connect(fd, address, length))
		return fd;
	error = -errno;
	close(fd);
	return error;
}

static int connect_unix(const struct endpoint *endpoint)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", endpoint->path);
	return connect_to((const struct sockaddr *)&address, sizeof(address));
}

/* The first of the host's addresses that answers. */
static int connect_tcp(const struct endpoint *endpoint, struct fault *fault)
{
	const struct addrinfo hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	char port[16];
	const int on = 1;
	int result;

	snprintf(port, sizeof(port), "%u", endpoint->port);
	result = getaddrinfo(endpoint->host, port, &hints, &found);
	if (result)
		return fault_set(fault, -EHOSTUNREACH, "server=%s:%u: %s", endpoint->host,
				 endpoint->port, gai_strerror(result));
	result = -EHOSTUNREACH;
	for (const struct addrinfo *at = found; at && result < 0; at = at->ai_next)
		result = connect_to(at->ai_addr, at->ai_addrlen);
	freeaddrinfo(found);
	if (result < 0)
		return refuse(endpoint, result, fault);
	setsockopt(result, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return result;
}

int link_connect(const struct endpoint *endpoint, struct fault *fault)
{
	int fd;

	if (!endpoint->path[0])
		return connect_tcp(endpoint, fault);
	fd = connect_unix(endpoint);
	return fd < 0 ? refuse(endpoint, fd, fault) : fd;
}

int link_open(const struct endpoint *endpoint, struct link *link, struct fault *fault)
{
	link->out_length = 0;
	link->in_from = 0;
	link->in_to = 0;
	link->failure[0] = '\0';
	link->fd = link_connect(endpoint, fault);
	return link->fd < 0 ? link->fd : 0;
}

void link_close(struct link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
}

bool link_fail(struct link *link, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (!link->failure[0])
		vsnprintf(link->failure, sizeof(link->failure), format, arguments);
	va_end(arguments);
	link_close(link);
	return false;
}

/*
 * Until the server takes more. It may take nothing while nobody takes its answers, so these are taken meanwhile.
 * Return: false: the connection failed.
 */
static bool wait_to_send(struct link *link)
{
	const bool has_room = link->in_to - link->in_from < link->room;
	struct pollfd ready = { .fd = link->fd, .events = POLLOUT };

	if (has_room)
		ready.events |= POLLIN;
	if (poll(&ready, 1, -1) < 0)
		return errno == EINTR || link_fail(link, "cannot wait for the server: %s", strerror(errno));
	return !(ready.revents & POLLIN) || link_receive(link);
}

bool link_send(struct link *link)
{
	size_t sent = 0;

	while (link->fd >= 0 && sent < link->out_length) {
		const ssize_t wrote = send(link->fd, link->out + sent, link->out_length - sent,
					   MSG_NOSIGNAL | MSG_DONTWAIT);

		if (wrote > 0)
			sent += (size_t)wrote;
		else if (errno == EAGAIN && !wait_to_send(link))
			return false;
		else if (errno != EINTR && errno != EAGAIN)
			return link_fail(link, "the server takes no more: %s", strerror(errno));
	}
	link->out_length = 0;
	return link->fd >= 0;
}

bool link_receive(struct link *link)
{
	ssize_t got;

	if (link->fd < 0)
		return false;
	if (link->in_from) {
		memmove(link->in, link->in + link->in_from, link->in_to - link->in_from);
		link->in_to -= link->in_from;
		link->in_from = 0;
	}
	if (link->in_to == link->room)
		return link_fail(link, "an answer is longer than %zu bytes", link->room);
	do
		got = recv(link->fd, link->in + link->in_to, link->room - link->in_to, 0);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return link_fail(link, "the server closed the connection%s%s", got ? ": " : "",
				 got ? strerror(errno) : "");
	link->in_to += (size_t)got;
	return true;
}
