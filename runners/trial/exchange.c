#include "runners/trial/exchange.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int write_all(int fd, const char *text, size_t length)
{
	while (length) {
		const ssize_t wrote = write(fd, text, length);

		if (wrote < 0 && errno != EINTR)
			return -errno;
		if (wrote > 0) {
			text += wrote;
			length -= (size_t)wrote;
		}
	}
	return 0;
}

static json_t *server_to_json(const struct trial_server *server)
{
	return json_pack("{s:s, s:s, s:i, s:i, s:i, s:i}", "path", server->endpoint.path, "host",
			 server->endpoint.host, "port", (int)server->endpoint.port, "root",
			 (int)server->root, "threads", (int)server->threads, "pus",
			 (int)server->pus);
}

static int server_from_json(json_t *object, struct trial_server *server)
{
	const char *path, *host;
	int port, root, threads, pus;

	if (json_unpack(object, "{s:s, s:s, s:i, s:i, s:i, s:i}", "path", &path, "host", &host,
			"port", &port, "root", &root, "threads", &threads, "pus", &pus))
		return -EINVAL;
	*server = (struct trial_server){ .endpoint = { .port = (unsigned)port, .is_private = true },
					 .root = root,
					 .threads = (unsigned)threads,
					 .pus = (unsigned)pus };
	snprintf(server->endpoint.path, sizeof(server->endpoint.path), "%s", path);
	snprintf(server->endpoint.host, sizeof(server->endpoint.host), "%s", host);
	return 0;
}

/* The seed as text: JSON's integers are signed. */
static char *cell_text(const struct trial_request *given)
{
	char seed_text[17];
	json_t *request;
	char *text;

	snprintf(seed_text, sizeof(seed_text), "%016" PRIx64, given->seed);
	request = json_pack("{s:o, s:s, s:i, s:o*}", "axes", cell_to_json(given->cell), "seed",
			    seed_text, "pass", (int)given->pass, "server",
			    given->server ? server_to_json(given->server) : NULL);
	text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	json_decref(request);
	return text;
}

int exchange_make_cell(const struct trial_request *request)
{
	char *const text = cell_text(request);
	int fd, error;

	if (!text)
		return -ENOMEM;
	fd = memfd_create("numamark-cell", MFD_CLOEXEC);
	error = fd < 0 ? -errno : write_all(fd, text, strlen(text));
	free(text);
	if (!error && lseek(fd, 0, SEEK_SET) < 0)
		error = -errno;
	if (!error)
		return fd;
	if (fd >= 0)
		close(fd);
	return error;
}

static json_t *read_object(int fd)
{
	char *const text = malloc(EXCHANGE_CELL_MAX_BYTES);
	size_t length = 0;
	json_t *object = NULL;
	ssize_t got = text ? 1 : 0;

	while (got > 0 && length < EXCHANGE_CELL_MAX_BYTES) {
		got = read(fd, text + length, EXCHANGE_CELL_MAX_BYTES - length);
		if (got > 0)
			length += (size_t)got;
	}
	if (text && !got)
		object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	free(text);
	return object;
}

int exchange_read_cell(int fd, struct exchange_cell *exchange)
{
	json_t *const request = read_object(fd);
	const char *const seed_text = json_string_value(json_object_get(request, "seed"));
	json_t *const server = json_object_get(request, "server");
	struct fault fault;
	int error = -EINVAL;

	if (seed_text && sscanf(seed_text, "%" SCNx64, &exchange->seed) == 1)
		error = cell_from_json(json_object_get(request, "axes"), &exchange->cell, &fault);
	exchange->server = (struct trial_server){ .root = 0 };
	if (!error && server)
		error = server_from_json(server, &exchange->server);
	exchange->pass = (unsigned)json_integer_value(json_object_get(request, "pass"));
	json_decref(request);
	return error;
}

int exchange_write_record(int fd, const json_t *record)
{
	char *const text = json_dumps(record, JSON_COMPACT);
	int error;

	if (!text)
		return -ENOMEM;
	error = write_all(fd, text, strlen(text));
	free(text);
	return error;
}

json_t *exchange_parse_record(const char *text, size_t length)
{
	json_t *record = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(record))
		return record;
	json_decref(record);
	return NULL;
}
