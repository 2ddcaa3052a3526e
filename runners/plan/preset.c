/* Reading a preset file. libinih takes lines apart; what it would take amiss is refused before. */
#include <errno.h>
#include <fcntl.h>
#include <ini.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/plan/asked.h"
#include "runners/plan/preset_find.h"

/* A preset in the course of reading: libinih asks for lines and hands back keys. */
struct reading {
	struct asked *asked;
	const char *at;    /* the text still to come */
	unsigned line;     /* that was handed out last */
	bool in_section;
	struct sweep *sweep;    /* the open section, NULL in [campaign] */
	int error;              /* the first, with its sentence in @fault */
	struct fault *fault;
};

__attribute__((format(printf, 3, 4))) static void refuse(struct reading *reading, int error,
							 const char *format, ...)
{
	char sentence[FAULT_TEXT_BYTES];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	reading->error = fault_set(reading->fault, error, "%s:%u: %s", reading->asked->source,
				   reading->line, sentence);
}

static int add_sweep(struct asked *asked, const char *name, unsigned line)
{
	const size_t count = asked->sweep_count;
	struct sweep *sweeps = asked->sweeps;

	if ((count & (count - 1)) == 0) {    /* full: room doubles */
		sweeps = realloc(sweeps, (count ? 2 * count : 1) * sizeof(*sweeps));
		if (!sweeps)
			return -ENOMEM;
		asked->sweeps = sweeps;
	}
	memset(&sweeps[count], 0, sizeof(*sweeps));
	sweeps[count].name = strdup(name);
	if (!sweeps[count].name)
		return -ENOMEM;
	sweeps[count].line = line;
	asked->sweep_count++;
	return 0;
}

/* @heading: a line that begins with a bracket; one that does not end is libinih's to refuse. */
static void open_section(struct reading *reading, const char *heading)
{
	char name[PRESET_LINE_MAX + 1];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(heading + 1, "]"), heading + 1);
	reading->in_section = true;
	reading->sweep = NULL;
	if (!strcmp(name, "campaign"))
		return;
	if (add_sweep(reading->asked, name, reading->line)) {
		refuse(reading, -ENOMEM, "out of memory");
		return;
	}
	reading->sweep = &reading->asked->sweeps[reading->asked->sweep_count - 1];
}

static bool is_blank_or_comment(const char *line)
{
	line += strspn(line, " \t\r");
	return *line == '\0' || *line == ';' || *line == '#';
}

static void check_line(struct reading *reading, const char *line, size_t length)
{
	if (length > PRESET_LINE_MAX) {
		refuse(reading, -EINVAL, "a line of %zu bytes; allowed are %d", length,
		       PRESET_LINE_MAX);
		return;
	}
	if ((*line == ' ' || *line == '\t') && !is_blank_or_comment(line)) {
		refuse(reading, -EINVAL,
		       "an indented line would go on with the value above; begin it at the margin, "
		       "with its key");
		return;
	}
	for (const char *at = line; *at; at++) {
		if (((unsigned char)*at < ' ' && *at != '\t' && *at != '\r') || *at == '\x7f') {
			refuse(reading, -EINVAL, "byte 0x%02x: this is not a text", *at);
			return;
		}
	}
}

/* One line at a time, as fgets() would. Ends the text at the first refusal. */
static char *next_line(char *line, int room, void *stream)
{
	struct reading *const reading = stream;
	const size_t length = strcspn(reading->at, "\n");

	if (reading->error || !*reading->at)
		return NULL;
	reading->line++;
	snprintf(line, (size_t)room, "%.*s", (int)length, reading->at);
	reading->at += length;
	reading->at += *reading->at == '\n';
	check_line(reading, line, length);
	if (!reading->error && *line == '[')
		open_section(reading, line);
	return reading->error ? NULL : line;
}

/* Return: 1, so that libinih goes on: the first refusal ends the text by itself. */
static int take_key(void *user, const char *section, const char *key, const char *text)
{
	struct reading *const reading = user;
	struct fault why;
	int error;

	(void)section;    /* cut after 49 bytes; open_section() has seen all of it */
	if (reading->error)
		return 1;
	if (!reading->in_section)
		error = fault_set(&why, -EINVAL, "%.60s stands before the first [section]", key);
	else if (reading->sweep)
		error = asked_set_axis(reading->sweep, key, text, reading->line, &why);
	else
		error = asked_set_campaign(reading->asked, key, text, &why);
	if (error)
		refuse(reading, error, "%s", why.text);
	return 1;
}

static int parse_text(struct asked *asked, const char *text, struct fault *fault)
{
	struct reading reading = { .asked = asked, .at = text, .fault = fault };
	int line;

	if (!strncmp(text, "\xef\xbb\xbf", 3))
		reading.at += 3;
	line = ini_parse_stream(next_line, &reading, take_key, &reading);
	if (line > 0 && (!reading.error || (unsigned)line < reading.line)) {
		reading.line = (unsigned)line;
		refuse(&reading, -EINVAL, "allowed are [section], key = value and ; comment");
	}
	if (reading.error)
		return reading.error;
	if (asked->sweep_count == 0)
		return fault_set(fault, -EINVAL,
				 "%s: no sweep in it; allowed is one section or more beside "
				 "[campaign]",
				 asked->source);
	return 0;
}

/* What is wrong with the file, before a byte of it is read. */
static int check_file(const char *path, const struct stat *status, struct fault *fault)
{
	if (S_ISDIR(status->st_mode))
		return fault_set(
			fault, -EISDIR,
			"%s: this is a folder; a preset is an INI file (of a result folder: "
			"its campaign.ini)",
			path);
	if (!S_ISREG(status->st_mode))
		return fault_set(fault, -EINVAL, "%s: a preset is a regular file", path);
	if (status->st_size == 0)
		return fault_set(fault, -EINVAL, "%s: the file is empty", path);
	if (status->st_size > PRESET_BYTES_MAX)
		return fault_set(fault, -EFBIG, "%s: %lld MB; a preset has at most %d MB", path,
				 (long long)status->st_size >> 20, PRESET_BYTES_MAX >> 20);
	return 0;
}

static int read_whole(int file, size_t size, char *text)
{
	size_t done = 0;

	while (done < size) {
		const ssize_t got = read(file, text + done, size - done);

		if (got < 0)
			return -errno;
		if (got == 0)
			break;    /* it was shortened meanwhile */
		done += (size_t)got;
	}
	text[done] = '\0';
	return strlen(text) == done ? 0 : -EILSEQ;
}

/* The whole file as a text of its own. */
static int read_file(const char *path, char **text, struct fault *fault)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	char *read_text = NULL;
	int error;

	if (file < 0)
		return fault_set(fault, -errno, "%s: %s", path, strerror(errno));
	if (fstat(file, &status))
		error = fault_set(fault, -errno, "%s: %s", path, strerror(errno));
	else
		error = check_file(path, &status, fault);
	if (error)
		goto fail;
	read_text = malloc((size_t)status.st_size + 1);
	error = read_text ? read_whole(file, (size_t)status.st_size, read_text) : -ENOMEM;
	if (error == -EILSEQ)
		error = fault_set(fault, -EINVAL, "%s: a NUL byte in it: this is not a text", path);
	else if (error)
		error = fault_set(fault, error, "%s: %s", path, strerror(-error));
	if (error)
		goto fail;
	close(file);
	*text = read_text;
	return 0;
fail:
	free(read_text);
	close(file);
	return error;
}

int asked_read_preset(struct asked *asked, const char *name, struct fault *fault)
{
	char path[PRESET_PATH_BYTES];
	char *text = NULL;
	int error;

	if (!strcmp(name, PRESET_SWEEP))
		return add_sweep(asked, name, 0) ? fault_set(fault, -ENOMEM, "out of memory") : 0;
	error = preset_find(name, path, fault);
	if (error)
		return error;
	error = read_file(path, &text, fault);
	if (error)
		return error;
	asked->source = strdup(path);
	if (asked->source)
		error = parse_text(asked, text, fault);
	else
		error = fault_set(fault, -ENOMEM, "out of memory");
	free(text);
	return error;
}
