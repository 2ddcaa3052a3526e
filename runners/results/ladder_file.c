/* Ladders as text. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/results/ladder.h"

enum { LINE_BYTES = 1024, PATH_BYTES = 4096 };

static char *trim(char *text)
{
	char *end = text + strlen(text);

	while (end > text && strchr(" \t\r\n", end[-1]))
		*--end = 0;
	return text + strspn(text, " \t");
}

static int begin_ladder(char *title, struct ladders *ladders)
{
	struct ladder *const ladder = &ladders->ladders[ladders->count];

	if (ladders->count == LADDERS_MAX)
		return -E2BIG;
	*ladder = (struct ladder){ .title = strdup(title) };
	if (!ladder->title)
		return -ENOMEM;
	ladders->count++;
	return 0;
}

static int add_rung(char *name, char *words, struct ladder *ladder)
{
	struct ladder_rung *const rung = &ladder->rungs[ladder->count];

	if (ladder->count == LADDER_RUNGS_MAX)
		return -E2BIG;
	*rung = (struct ladder_rung){ .name = strdup(name), .words = strdup(words) };
	ladder->count++;
	return rung->name && rung->words ? 0 : -ENOMEM;
}

/* Every word of a rung must be key=value. */
static int are_words(const char *words)
{
	while (*words) {
		const size_t length = strcspn(words, " \t");

		if (strcspn(words, "=") >= length || *words == '=')
			return 0;
		words += length;
		words += strspn(words, " \t");
	}
	return 1;
}

static int read_line(char *line, struct ladders *ladders)
{
	char *equals;

	if (!*line || *line == ';')
		return 0;
	if (*line == '[' && line[strlen(line) - 1] == ']') {
		line[strlen(line) - 1] = 0;
		return begin_ladder(trim(line + 1), ladders);
	}
	equals = strchr(line, '=');
	if (!equals || !ladders->count)
		return -EINVAL;
	*equals = 0;
	line = trim(line);
	equals = trim(equals + 1);
	if (!*line || !*equals || !are_words(equals))
		return -EINVAL;
	return add_rung(line, equals, &ladders->ladders[ladders->count - 1]);
}

static int complain(const char *path, unsigned line, int error, struct fault *fault)
{
	if (error == -ENOMEM)
		return fault_set(fault, error, "%s: no memory for its ladders", path);
	if (error == -E2BIG)
		return fault_set(fault, -EINVAL, "%s:%u: more than %d rungs, or %d ladders in all", path,
				 line, LADDER_RUNGS_MAX, LADDERS_MAX);
	return fault_set(fault, error,
			 "%s:%u: neither [title] nor `what changes = key=value ...` below a title", path,
			 line);
}

int ladders_load(const char *path, struct ladders *ladders, struct fault *fault)
{
	char line[LINE_BYTES];
	FILE *const file = fopen(path, "re");
	unsigned number = 0;
	int error = 0;

	if (!file)
		return fault_set(fault, -errno, "%s: cannot be read: %s", path, strerror(errno));
	while (!error && fgets(line, sizeof(line), file)) {
		number++;
		error = read_line(trim(line), ladders);
	}
	fclose(file);
	return error ? complain(path, number, error, fault) : 0;
}

static int is_ladder_file(const struct dirent *file)
{
	const char *const dot = strrchr(file->d_name, '.');

	return dot && !strcmp(dot, ".ladder");
}

static void ladder_free(struct ladder *ladder)
{
	for (size_t i = 0; i < ladder->count; i++) {
		free(ladder->rungs[i].name);
		free(ladder->rungs[i].words);
	}
	free(ladder->title);
}

void ladders_free(struct ladders *ladders)
{
	for (size_t i = 0; i < ladders->count; i++)
		ladder_free(&ladders->ladders[i]);
	ladders->count = 0;
}

/* Those of which nothing was measured fall out. */
static int measure_all(struct ladders *ladders, const struct summary_list *cells)
{
	size_t kept = 0;
	int error = 0;

	for (size_t i = 0; i < ladders->count; i++) {
		const int missing = error ? error : ladder_measure(&ladders->ladders[i], cells);

		if (!missing) {
			ladders->ladders[kept++] = ladders->ladders[i];
			continue;
		}
		ladder_free(&ladders->ladders[i]);
		error = missing == -ENODATA ? error : missing;
	}
	ladders->count = kept;
	return error;
}

int ladders_climb(const char *folder, const struct summary_list *cells, struct ladders *ladders,
		  struct fault *fault)
{
	struct dirent **files = NULL;
	const int count = scandir(folder, &files, is_ladder_file, alphasort);
	char path[PATH_BYTES];
	int error = 0;

	ladders->count = 0;
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%.3800s/%s", folder, files[i]->d_name);
		if (!error)
			error = ladders_load(path, ladders, fault);
		free(files[i]);
	}
	free(files);
	if (!error) {
		error = measure_all(ladders, cells);
		if (error)
			fault_set(fault, error, "no memory for ladders");
	}
	if (error)
		ladders_free(ladders);
	return error;
}
