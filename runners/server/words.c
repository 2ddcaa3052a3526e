#include "runners/server/words.h"

#include <glob.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where no PATH is set, and beside it: programs that only root is expected to start. */
static const char usual_folders[] = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

/* What the name in braces stands for, or NULL: not one of ours. */
static const char *value_of(const char *name, size_t length, const struct words_values *values,
			    char number[16])
{
	if (length == 6 && !memcmp(name, "folder", length))
		return values->folder;
	if (length == 4 && !memcmp(name, "user", length))
		return values->user;
	if (length == 4 && !memcmp(name, "port", length))
		snprintf(number, 16, "%u", values->ports[0]);
	else if (length == 5 && !memcmp(name, "port2", length))
		snprintf(number, 16, "%u", values->ports[1]);
	else if (length == 5 && !memcmp(name, "port3", length))
		snprintf(number, 16, "%u", values->ports[2]);
	else if (length == 3 && !memcmp(name, "pus", length))
		snprintf(number, 16, "%u", values->pus);
	else
		return NULL;
	return number;
}

char *words_fill(const char *text, const struct words_values *values)
{
	char *filled = NULL, number[16];
	size_t length;
	FILE *const out = open_memstream(&filled, &length);

	while (out && *text) {
		const char *const end = *text == '{' ? strchr(text, '}') : NULL;
		const char *const value =
			end ? value_of(text + 1, (size_t)(end - text - 1), values, number) : NULL;

		if (value)
			fputs(value, out);
		else
			fputc(*text, out);
		text = value ? end + 1 : text + 1;
	}
	if (out && !fclose(out))
		return filled;
	free(filled);
	return NULL;
}

char **words_make(const char *text, const struct words_values *values)
{
	char **const words = calloc(WORDS_MAX + 1, sizeof(*words));
	char *const copy = strdup(text);
	char *rest = copy, *word;
	size_t count = 0;

	bool is_whole = words && copy;

	while (is_whole && (word = strsep(&rest, " \t")) && count < WORDS_MAX) {
		if (!*word)
			continue;
		words[count] = words_fill(strcmp(word, "''") ? word : "", values);
		is_whole = words[count++] != NULL;
	}
	free(copy);
	if (is_whole)
		return words;
	words_free(words);
	return NULL;
}

void words_free(char **words)
{
	for (size_t i = 0; words && words[i]; i++)
		free(words[i]);
	free(words);
}

static char *find_in(const char *folder, size_t length, const char *name)
{
	char *path;

	if (asprintf(&path, "%.*s/%s", (int)length, folder, name) < 0)
		return NULL;
	if (!access(path, X_OK))
		return path;
	free(path);
	return NULL;
}

static char *find_in_list(const char *list, const char *name)
{
	char *path = NULL;

	while (!path && *list) {
		const size_t length = strcspn(list, ":");

		path = length ? find_in(list, length, name) : NULL;
		list += length + (list[length] == ':');
	}
	return path;
}

static char *find_in_pattern(const char *pattern, const char *name)
{
	glob_t found;
	char *path = NULL;

	if (glob(pattern, 0, NULL, &found))
		return NULL;
	for (size_t i = found.gl_pathc; i-- > 0 && !path;)
		path = find_in(found.gl_pathv[i], strlen(found.gl_pathv[i]), name);
	globfree(&found);
	return path;
}

char *words_find_program(const char *name, const char *folders)
{
	const char *const list = getenv("PATH");
	char *path;

	if (strchr(name, '/'))
		return access(name, X_OK) ? NULL : strdup(name);
	path = list ? find_in_list(list, name) : NULL;
	if (!path)
		path = find_in_list(usual_folders, name);
	if (!path && *folders)
		path = find_in_pattern(folders, name);
	return path;
}
