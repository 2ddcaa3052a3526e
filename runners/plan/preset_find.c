#include "runners/plan/preset_find.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/data_path.h"
#include "topology/nearest.h"

static const char built_in[] = "workloads/presets", suffix[] = ".ini";

static int has_suffix(const char *name)
{
	const size_t length = strlen(name), suffix_length = sizeof(suffix) - 1;

	return length > suffix_length && !strcmp(name + length - suffix_length, suffix);
}

static int is_preset_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && has_suffix(entry->d_name);
}

void preset_label(const char *name, char label[PRESET_LABEL_BYTES])
{
	const char *const slash = strrchr(name, '/');
	const char *const base = slash ? slash + 1 : name;

	snprintf(label, PRESET_LABEL_BYTES, "%.*s",
		 (int)(strlen(base) - (has_suffix(base) ? sizeof(suffix) - 1 : 0)), base);
}

/* The text behind "title =", if the line is that. */
static void read_title(const char *line, struct preset_entry *entry)
{
	size_t length;

	if (strncmp(line, "title", 5))
		return;
	line += 5 + strspn(line + 5, " \t");
	if (*line++ != '=')
		return;
	line += strspn(line, " \t");
	length = strcspn(line, "\r\n");
	snprintf(entry->title, sizeof(entry->title), "%.*s", (int)length, line);
}

/* Joins the comment lines before anything else into one text. Return: 0 once they are over. */
static int read_question(const char *line, struct preset_entry *entry)
{
	const size_t used = strlen(entry->question);

	if (*line != ';')
		return 0;
	line += 1 + strspn(line + 1, " \t");
	snprintf(entry->question + used, sizeof(entry->question) - used, "%s%.*s", used ? " " : "",
		 (int)strcspn(line, "\r\n"), line);
	return 1;
}

static void read_entry(const char *folder, const char *file_name, struct preset_entry *entry)
{
	char path[PRESET_PATH_BYTES + 256], line[256];
	int in_question = 1;
	FILE *file;

	memset(entry, 0, sizeof(*entry));
	preset_label(file_name, entry->name);
	snprintf(path, sizeof(path), "%s/%s", folder, file_name);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		in_question = in_question && read_question(line, entry);
		if (!in_question)
			read_title(line, entry);
	}
	if (file)
		fclose(file);
}

int preset_list(struct preset_entry **entries)
{
	char folder[PRESET_PATH_BYTES];
	struct dirent **files = NULL;
	int count = 0, found = 0;
	struct preset_entry *list;

	if (data_path_find(built_in, folder, sizeof(folder), NULL) == 0)
		found = scandir(folder, &files, is_preset_file, alphasort);
	if (found < 0)
		found = 0;
	list = calloc((size_t)found + 1, sizeof(*list));
	for (; count < found; count++) {
		if (list)
			read_entry(folder, files[count]->d_name, &list[count]);
		free(files[count]);
	}
	free(files);
	if (!list)
		return -ENOMEM;
	snprintf(list[count].name, sizeof(list[count].name), PRESET_SWEEP);
	snprintf(list[count].title, sizeof(list[count].title), "What the command line says");
	snprintf(list[count].question, sizeof(list[count].question),
		 "The empty preset: every axis that key=value does not give takes its default.");
	*entries = list;
	return count + 1;
}

static int refuse_name(const char *name, struct fault *fault)
{
	struct preset_entry *entries;
	const int count = preset_list(&entries);
	const char **names, *nearest = NULL;

	names = count < 0 ? NULL : calloc((size_t)count + 1, sizeof(*names));
	for (int i = 0; names && i < count; i++)
		names[i] = entries[i].name;
	if (names)
		nearest = nearest_name(name, names);
	fault_set(fault, -ENOENT,
		  "preset %.100s: there is no such preset or file%s%s%s; "
		  "`numamark list presets` names all",
		  name, nearest ? "; did you mean " : "", nearest ? nearest : "",
		  nearest ? "?" : "");
	free(names);
	if (count >= 0)
		free(entries);
	return -ENOENT;
}

int preset_find(const char *name, char *path, struct fault *fault)
{
	char folder[PRESET_PATH_BYTES];

	if (!strchr(name, '/') && !has_suffix(name)) {
		if (data_path_find(built_in, folder, sizeof(folder), NULL) == 0 &&
		    snprintf(path, PRESET_PATH_BYTES, "%s/%s%s", folder, name, suffix) <
			    PRESET_PATH_BYTES &&
		    access(path, F_OK) == 0)
			return 0;
		if (access(name, F_OK) != 0)
			return refuse_name(name, fault);
	}
	if (snprintf(path, PRESET_PATH_BYTES, "%s", name) >= PRESET_PATH_BYTES)
		return fault_set(fault, -ENOENT, "preset %.100s...: the path is too long", name);
	return 0;
}
