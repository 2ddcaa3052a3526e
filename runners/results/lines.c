#include "runners/results/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/results/store.h"

enum { LINE_BYTES_MAX = 64 * 1024 * 1024 };

static int check_record(const json_t *record, const char *path, size_t line, struct fault *fault)
{
	const json_t *schema = json_object_get(record, "schema");
	const char *kind = json_string_value(json_object_get(record, "kind"));

	if (!json_is_integer(schema) || !kind)
		return fault_set(fault, -EINVAL, "%s:%zu: not a numamark record (no schema or kind)", path,
				 line);
	if (json_integer_value(schema) > STORE_SCHEMA)
		return fault_set(fault, -EINVAL,
				 "%s:%zu: schema %lld is newer than this numamark reads (up to %d)", path,
				 line, (long long)json_integer_value(schema), STORE_SCHEMA);
	return 0;
}

static int read_one(const char *text, size_t length, json_t **record, struct fault *fault,
		    const char *path, size_t line)
{
	json_error_t where;
	int error;

	if (memchr(text, 0, length))
		return fault_set(fault, -EINVAL, "%s:%zu: holds a NUL byte", path, line);
	*record = json_loadb(text, length, 0, &where);
	if (!*record)
		return fault_set(fault, -EINVAL, "%s:%zu: not JSON: %s", path, line, where.text);
	error = check_record(*record, path, line, fault);
	if (error)
		json_decref(*record);
	return error;
}

int lines_read(const char *path, lines_visit *visit, void *context, struct lines_end *end,
	       struct fault *fault)
{
	FILE *file = fopen(path, "re");
	char *text = NULL;
	size_t room = 0, line = 0;
	ssize_t length;
	int error = 0;

	*end = (struct lines_end){ 0, 0 };
	if (!file)
		return fault_set(fault, -errno, "%s: %s", path, strerror(errno));
	while (!error && (length = getline(&text, &room, file)) > 0) {
		json_t *record;

		line++;
		end->total_bytes += (uint64_t)length;
		if (text[length - 1] != '\n')
			break;
		if (length > LINE_BYTES_MAX)
			error = fault_set(fault, -EINVAL, "%s:%zu: the line has over %d bytes", path, line,
					  LINE_BYTES_MAX);
		else
			error = read_one(text, (size_t)length - 1, &record, fault, path, line);
		if (!error)
			error = visit(record, line, context, fault);
		if (!error)
			end->whole_bytes = end->total_bytes;
	}
	if (!error && ferror(file))
		error = fault_set(fault, -EIO, "%s: cannot be read: %s", path, strerror(errno));
	free(text);
	fclose(file);
	return error;
}
