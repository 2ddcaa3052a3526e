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

/* The seed as text: JSON's integers are signed. */
static char *cell_text(const struct cell *cell, uint64_t seed, unsigned pass)
{
	char seed_text[17];
	json_t *request;
	char *text;

	snprintf(seed_text, sizeof(seed_text), "%016" PRIx64, seed);
	request = json_pack("{s:o, s:s, s:i}", "axes", cell_to_json(cell), "seed", seed_text, "pass",
			    (int)pass);
	text = request ? json_dumps(request, JSON_COMPACT) : NULL;
	json_decref(request);
	return text;
}

int exchange_make_cell(const struct cell *cell, uint64_t seed, unsigned pass)
{
	char *const text = cell_text(cell, seed, pass);
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

int exchange_read_cell(int fd, struct cell *cell, uint64_t *seed, unsigned *pass)
{
	json_t *const request = read_object(fd);
	const char *const seed_text = json_string_value(json_object_get(request, "seed"));
	struct fault fault;
	int error = -EINVAL;

	if (seed_text && sscanf(seed_text, "%" SCNx64, seed) == 1)
		error = cell_from_json(json_object_get(request, "axes"), cell, &fault);
	*pass = (unsigned)json_integer_value(json_object_get(request, "pass"));
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
