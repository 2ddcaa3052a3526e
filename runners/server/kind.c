#include "runners/server/kind.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/data_path.h"
#include "topology/kernel_file.h"

enum { KIND_FILE_BYTES = 1 << 15, PATIENCE_S = 30 };

/* Texts; where a key is repeated, what comes between its values. */
static const struct {
	const char *key;
	size_t offset, room;
	char joint;
} texts[] = {
#define TEXT(key, member, joint)                                                                   \
	{ key, offsetof(struct server_kind, member), sizeof(((struct server_kind *)0)->member), joint }
	TEXT("speaks", speaks, ' '),
	TEXT("program", program, ' '),
	TEXT("get", get, ' '),
	TEXT("folders", folders, ' '),
	TEXT("config", config, '\n'),
	TEXT("prepare", prepare, '\n'),
	TEXT("start", start, ' '),
	TEXT("persist", persist, ' '),
	TEXT("volatile", leaves_nothing, ' '),
	TEXT("environment", environment, '\n'),
	TEXT("unix", unix_path, ' '),
	TEXT("ready", ready, ' '),
	TEXT("version", version, ' '),
#undef TEXT
};

static int add_text(char *text, size_t room, char joint, const char *value)
{
	const size_t used = strlen(text);
	const char between[] = { used ? joint : '\0', '\0' };

	return snprintf(text + used, room - used, "%s%s", between, value) < (int)(room - used)
		       ? 0
		       : -E2BIG;
}

static int take_number(const char *value, unsigned *number)
{
	char *end;
	const unsigned long read = strtoul(value, &end, 10);

	if (end == value || *end || !isdigit((unsigned char)*value) || read > 3600)
		return -EINVAL;
	*number = (unsigned)read;
	return 0;
}

static int take_signal(const char *value, int *number)
{
	static const struct {
		const char *name;
		int number;
	} known[] = { { "KILL", SIGKILL }, { "TERM", SIGTERM }, { "INT", SIGINT } };

	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
		if (!strcmp(value, known[i].name)) {
			*number = known[i].number;
			return 0;
		}
	}
	return -EINVAL;
}

static int take(struct server_kind *kind, const char *key, const char *value)
{
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (!strcmp(key, texts[i].key))
			return add_text((char *)kind + texts[i].offset, texts[i].room,
					texts[i].joint, value);
	if (!strcmp(key, "stop"))
		return take_signal(value, &kind->stop_signal);
	if (!strcmp(key, "patience"))
		return take_number(value, &kind->patience_s);
	if (!strcmp(key, "threads"))
		return take_number(value, &kind->threads);
	return -ENOENT;
}

static char *trim(char *text)
{
	size_t length;

	text += strspn(text, " \t");
	length = strlen(text);
	while (length && isspace((unsigned char)text[length - 1]))
		text[--length] = '\0';
	return text;
}

static int read_line(char *line, const char *source, unsigned number, struct server_kind *kind,
		     struct fault *fault)
{
	char *const equals = strchr(line, '=');
	char *key = trim(line);
	int error;

	if (!*key || *key == '#')
		return 0;
	if (!equals)
		return fault_set(fault, -EINVAL, "%s:%u: '%.60s': allowed is key = value", source,
				 number, key);
	*equals = '\0';
	key = trim(key);
	error = take(kind, key, trim(equals + 1));
	if (!error)
		return 0;
	return fault_set(fault, -EINVAL, "%s:%u: '%.60s = %.60s': allowed is what "
			 "runners/server/kind.h names", source, number, key, trim(equals + 1));
}

static int read_kind(char *text, const char *source, struct server_kind *kind, struct fault *fault)
{
	unsigned number = 0;
	char *line;
	int error = 0;

	while (!error && (line = strsep(&text, "\n")))
		error = read_line(line, source, ++number, kind, fault);
	if (!error && (!kind->program[0] || !kind->start[0] || !kind->get[0]))
		error = fault_set(fault, -EINVAL, "%s: program, get and start are wanted", source);
	if (!kind->speaks[0])
		snprintf(kind->speaks, sizeof(kind->speaks), "%s", kind->name);
	return error;
}

static int find_file(const char *name, char path[PATH_MAX], struct fault *fault)
{
	char relative[SERVER_NAME_BYTES + 32];

	snprintf(path, PATH_MAX, "servers/%s.txt", name);
	if (!access(path, R_OK))
		return 0;
	snprintf(relative, sizeof(relative), "runners/server/kinds/%s.txt", name);
	if (!data_path_find(relative, path, PATH_MAX, NULL) && !access(path, R_OK))
		return 0;
	return fault_set(fault, -ENOENT,
			 "server=%s: allowed is private, HOST:PORT, or the name of a file "
			 "servers/%s.txt",
			 name, name);
}

static bool is_name(const char *name)
{
	size_t length = 0;

	while (isalnum((unsigned char)name[length]) || name[length] == '-' || name[length] == '_')
		length++;
	return length && length < SERVER_NAME_BYTES && !name[length];
}

int server_kind_load(const char *name, struct server_kind *kind, struct fault *fault)
{
	char path[PATH_MAX];
	char *text;
	int error;

	if (!is_name(name))
		return fault_set(fault, -ENOENT,
				 "server=%.100s: allowed is private, HOST:PORT, or a name of letters, "
				 "digits, - and _",
				 name);
	error = find_file(name, path, fault);
	if (error)
		return error;
	text = malloc(KIND_FILE_BYTES);
	if (!text)
		return fault_set(fault, -ENOMEM, "no memory to read %s", path);
	*kind = (struct server_kind){ .stop_signal = SIGKILL, .patience_s = PATIENCE_S };
	snprintf(kind->name, sizeof(kind->name), "%s", name);
	error = kernel_file_read(text, KIND_FILE_BYTES, "%s", path);
	if (error < 0)
		fault_set(fault, error, "%s: %s", path, strerror(-error));
	else
		error = read_kind(text, path, kind, fault);
	free(text);
	return error;
}
