#include "workloads/trace_import.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "workloads/random.h"
#include "workloads/trace_parents.h"

enum { PIECE_BYTES = 1 << 16, TOLD_EVERY_LINES = 1024 };

/* An import in the course of it. */
struct import {
	const char *path;
	FILE *out, *requests; /* blocks go out at once, requests behind them at the end */
	struct trace_header header;
	struct trace_parents parents;
	uint64_t line, first_ms, last_ms;
	struct fault *fault;
};

int trace_hash(FILE *in, uint64_t *hash)
{
	uint64_t piece[PIECE_BYTES / sizeof(uint64_t)], sum = 0;
	size_t got;

	do {
		memset(piece, 0, sizeof(piece));
		got = fread(piece, 1, sizeof(piece), in);
		for (size_t i = 0; i < (got + 7) / 8; i++)
			sum = random_mix(sum ^ piece[i]) + piece[i];
		sum = random_mix(sum + got);
	} while (got == sizeof(piece));
	*hash = sum;
	return ferror(in) ? -EIO : 0;
}

__attribute__((format(printf, 2, 3))) static int refuse(struct import *import, const char *format,
							...)
{
	char why[FAULT_TEXT_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	return fault_set(import->fault, -EINVAL, "%.200s:%" PRIu64 ": %s", import->path,
			 import->line, why);
}

/* A whole number that is not negative. */
static int read_count(struct import *import, const json_t *request, const char *name,
		      uint64_t *count)
{
	const json_t *const value = json_object_get(request, name);

	if (!value)
		return refuse(import, "the request has no %s", name);
	if (!json_is_integer(value) || json_integer_value(value) < 0)
		return refuse(import, "%s is no whole number from 0 on", name);
	*count = (uint64_t)json_integer_value(value);
	return 0;
}

static int read_id(struct import *import, const json_t *value, uint64_t *id)
{
	if (!json_is_integer(value))
		return refuse(import, "hash_ids: an id is no whole number");
	if (json_integer_value(value) < 0)
		return refuse(import, "hash_ids: the id %" JSON_INTEGER_FORMAT " is negative",
			      json_integer_value(value));
	*id = (uint64_t)json_integer_value(value);
	if (*id >= TRACE_ID_MAX)
		return refuse(import,
			      "hash_ids: the id %" PRIu64 " is too large; allowed are ids "
			      "below %" PRIu64,
			      *id, TRACE_ID_MAX);
	return 0;
}

/* "comes after block 3", or "begins a chain". */
static const char *place_of(uint64_t parent, char *text, size_t room)
{
	if (parent == TRACE_NO_PARENT)
		return "begins a chain";
	snprintf(text, room, "comes after block %" PRIu64, parent);
	return text;
}

/* An id stands for all that comes before it, too: caches find a block by its id alone. */
static int check_parent(struct import *import, uint64_t id, uint64_t parent)
{
	char here[48], before[48];
	uint64_t first;
	const int error = trace_parents_meet(&import->parents, id, parent, &first);

	if (error)
		return fault_set(import->fault, error, "%.200s: no room to import it: %s",
				 import->path, strerror(-error));
	if (first == parent)
		return 0;
	return refuse(import,
		      "hash_ids: block %" PRIu64 " %s, but where it was first met it %s; allowed is "
		      "one block before it, everywhere the same",
		      id, place_of(parent, here, sizeof(here)),
		      place_of(first, before, sizeof(before)));
}

static int write_words(struct import *import, FILE *to, const void *words, size_t bytes)
{
	if (fwrite(words, 1, bytes, to) == bytes)
		return 0;
	return fault_set(import->fault, -errno, "%.200s: its binary form cannot be written: %s",
			 import->path, strerror(errno));
}

static int take_chain(struct import *import, const json_t *chain)
{
	struct trace_header *const header = &import->header;
	const size_t length = json_array_size(chain);
	uint64_t id = 0, parent = TRACE_NO_PARENT;
	int error = 0;

	if (!length)
		return refuse(import, "hash_ids is no list of at least one block");
	for (size_t i = 0; i < length && !error; i++) {
		error = read_id(import, json_array_get(chain, i), &id);
		if (!error)
			error = check_parent(import, id, parent);
		if (!error)
			error = write_words(import, import->out, &id, sizeof(id));
		if (id >= header->id_span)
			header->id_span = id + 1;
		parent = id;
	}
	header->blocks += length;
	if (length > header->longest) {
		header->longest = length;
		header->longest_line = import->line;
	}
	return error;
}

static int take_request(struct import *import, const json_t *request)
{
	struct trace_header *const header = &import->header;
	struct trace_request made = { .first = header->blocks };
	uint64_t now_ms = 0, tokens;
	int error = read_count(import, request, "timestamp", &now_ms);

	if (!error)
		error = read_count(import, request, "input_length", &tokens);
	if (!error)
		error = read_count(import, request, "output_length", &tokens);
	if (error)
		return error;
	if (!header->requests)
		import->first_ms = now_ms;
	else if (now_ms < import->last_ms)
		return refuse(import,
			      "the timestamp runs backwards, from %" PRIu64 " to %" PRIu64 " ms",
			      import->last_ms, now_ms);
	import->last_ms = now_ms;
	made.timestamp_ms = now_ms - import->first_ms;
	header->requests++;
	error = write_words(import, import->requests, &made, sizeof(made));
	return error ? error : take_chain(import, json_object_get(request, "hash_ids"));
}

static int take_line(struct import *import, const char *text, size_t length, bool ends)
{
	json_error_t why;
	json_t *const request = json_loadb(text, length, 0, &why);
	int error;

	if (!request && !ends)
		return refuse(import, "the file ends within a request: it is truncated");
	if (!request && json_error_code(&why) == json_error_numeric_overflow)
		return refuse(import, "a number is too large: %s", why.text);
	if (!request)
		return refuse(import, "this is not JSON: %s", why.text);
	if (json_is_object(request))
		error = take_request(import, request);
	else
		error = refuse(import, "this is no request: allowed is a JSON object a line");
	json_decref(request);
	return error;
}

/*
 * One line without its end, in a buffer of TRACE_LINE_BYTES_MAX.
 *
 * Return: its length, -ENODATA at the end of the file, or -E2BIG.
 */
static long read_line(FILE *in, char *text, bool *ends)
{
	size_t length = 0;
	int c;

	while ((c = getc_unlocked(in)) != EOF && c != '\n') {
		if (length == TRACE_LINE_BYTES_MAX)
			return -E2BIG;
		text[length++] = (char)c;
	}
	*ends = c == '\n';
	return c == EOF && !length ? -ENODATA : (long)length;
}

static int take_lines(struct import *import, FILE *in, char *text, trace_progress *progress)
{
	struct stat status = { .st_size = 0 };
	bool ends = true;
	int error = 0;

	fstat(fileno(in), &status);
	while (!error) {
		const long length = read_line(in, text, &ends);

		if (length == -ENODATA)
			break;
		import->line++;
		if (length < 0)
			return refuse(import, "the line is longer than %d bytes",
				      TRACE_LINE_BYTES_MAX);
		error = take_line(import, text, (size_t)length, ends);
		if (progress && import->line % TOLD_EVERY_LINES == 0)
			progress(import->path, (uint64_t)ftello(in), (uint64_t)status.st_size);
	}
	if (!error && ferror(in))
		error = fault_set(import->fault, -EIO, "%.200s: it cannot be read", import->path);
	if (!error && !import->header.requests) {
		import->line = 1;
		error = refuse(import, "the file is empty; allowed are requests, one a line");
	}
	return error;
}

/* The requests behind the blocks, one more for the end, and the header in front. */
static int finish(struct import *import)
{
	const struct trace_request end = { .first = import->header.blocks };
	char piece[PIECE_BYTES];
	size_t got;
	int error = 0;

	rewind(import->requests);
	while (!error && (got = fread(piece, 1, sizeof(piece), import->requests)) > 0)
		error = write_words(import, import->out, piece, got);
	if (!error)
		error = write_words(import, import->out, &end, sizeof(end));
	import->header.magic = TRACE_MAGIC;
	rewind(import->out);
	if (!error)
		error = write_words(import, import->out, &import->header, sizeof(import->header));
	if (!error && fflush(import->out))
		error = write_words(import, import->out, "", 1);
	return error;
}

int trace_import(FILE *in, const char *path, FILE *out, trace_progress *progress,
		 struct trace_header *header, struct fault *fault)
{
	struct import import = { .path = path, .out = out, .header = *header, .fault = fault };
	char *const text = malloc(TRACE_LINE_BYTES_MAX);
	int error = 0;

	import.requests = tmpfile();
	if (!text || !import.requests)
		error = fault_set(fault, -ENOMEM, "%.200s: no room to import it", path);
	if (!error)
		error = write_words(&import, out, header, sizeof(*header));
	if (!error)
		error = take_lines(&import, in, text, progress);
	if (!error)
		error = finish(&import);
	if (import.requests)
		fclose(import.requests);
	trace_parents_free(&import.parents);
	free(text);
	if (!error)
		*header = import.header;
	return error;
}
