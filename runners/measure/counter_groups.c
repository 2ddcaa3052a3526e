#include "runners/measure/counter_groups.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runners/data_path.h"
#include "topology/kernel_file.h"

enum { FOLDERS = 3, GROUP_FILE_BYTES = 1 << 16, CPUINFO_BYTES = 8192, GROUPS_MAX = 64 };

static const char suffix[] = ".txt";

/* x86 families and models of servers, from the vendors' manuals. */
static const struct {
	const char *vendor;
	unsigned family, from, to;
	const char *name;
} x86[] = {
	{ "GenuineIntel", 6, 106, 106, "icelake-server" },
	{ "GenuineIntel", 6, 108, 108, "icelake-server" },
	{ "GenuineIntel", 6, 143, 143, "sapphire-rapids" },
	{ "GenuineIntel", 6, 207, 207, "sapphire-rapids" }, /* Emerald Rapids: the same core */
	{ "AuthenticAMD", 25, 0, 15, "zen3" },
	{ "AuthenticAMD", 25, 16, 31, "zen4" },
	{ "AuthenticAMD", 25, 32, 95, "zen3" },
	{ "AuthenticAMD", 25, 96, 127, "zen4" },
	{ "AuthenticAMD", 25, 160, 175, "zen4" },
};

static const char *arm_processor(const char *cpuinfo)
{
	if (!strstr(cpuinfo, "CPU implementer\t: 0x41"))
		return "any";
	if (strstr(cpuinfo, "CPU part\t: 0xd0c"))
		return "neoverse-n1";
	return strstr(cpuinfo, "CPU part\t: 0xd40") ? "neoverse-v1" : "any";
}

const char *counter_processor(const char *cpuinfo)
{
	uint64_t family, model;

	if (kernel_text_number(cpuinfo, "cpu family\t: ", &family) ||
	    kernel_text_number(cpuinfo, "model\t\t: ", &model))
		return arm_processor(cpuinfo);
	for (size_t i = 0; i < sizeof(x86) / sizeof(*x86); i++)
		if (strstr(cpuinfo, x86[i].vendor) && family == x86[i].family &&
		    model >= x86[i].from && model <= x86[i].to)
			return x86[i].name;
	return "any";
}

/* Where a file is being read, and for whom. */
struct reading {
	struct counter_group *group;
	const char *source, *processor;
	unsigned line;
	bool is_ours;  /* lines here are for the processor */
	bool is_known; /* a section has named it */
	struct fault *fault;
};

static int refuse(const struct reading *reading, const char *what, const char *allowed)
{
	return fault_set(reading->fault, -EINVAL, "%s:%u: '%.60s': allowed is %s", reading->source,
			 reading->line, what, allowed);
}

/* Whether the words between brackets have @word among them. */
static bool names(const char *section, const char *word)
{
	const size_t length = strlen(word);
	const char *at = section;

	while ((at = strstr(at, word))) {
		const bool begins = at == section || at[-1] == ' ' || at[-1] == '[';

		at += length;
		if (begins && (*at == ' ' || *at == ']'))
			return true;
	}
	return false;
}

static int read_section(struct reading *reading, const char *line)
{
	if (!strchr(line, ']'))
		return refuse(reading, line, "[PROCESSOR ...]");
	reading->is_ours =
		names(line, reading->processor) || (names(line, "any") && !reading->is_known);
	reading->is_known |= reading->is_ours;
	return 0;
}

static int event_index(const struct counter_group *group, const char *name, size_t *index)
{
	for (size_t i = 0; i < group->count; i++)
		if (!strcmp(group->events[i].name, name)) {
			*index = i;
			return 0;
		}
	return -ENOENT;
}

static int read_ratio(struct reading *reading, const char *line)
{
	static const char form[] = "= NAME EVENT / EVENT  meaning, with names of events above it";
	struct counter_group *const group = reading->group;
	struct counter_ratio *const ratio = &group->ratios[group->ratio_count];
	char over[COUNTERS_NAME_BYTES], under[COUNTERS_NAME_BYTES];

	if (group->ratio_count == COUNTERS_RATIOS_MAX)
		return refuse(reading, line, "up to 4 ratios");
	if (sscanf(line, "= %47s %47s / %47s %127[^\n]", ratio->name, over, under,
		   ratio->meaning) != 4 ||
	    event_index(group, over, &ratio->over) || event_index(group, under, &ratio->under))
		return refuse(reading, line, form);
	group->ratio_count++;
	return 0;
}

static int read_event(struct reading *reading, const char *line)
{
	struct counter_group *const group = reading->group;
	struct counter_event *const event = &group->events[group->count];
	size_t other;

	if (group->count == COUNTERS_EVENTS_MAX)
		return refuse(reading, line, "up to 16 events");
	if (sscanf(line, "%127s %47s %127[^\n]", event->event, event->name, event->meaning) != 3)
		return refuse(reading, line, "EVENT name meaning");
	if (!event_index(group, event->name, &other))
		return refuse(reading, event->name, "each name once");
	group->count++;
	return 0;
}

static int read_line(struct reading *reading, char *line)
{
	reading->line++;
	line += strspn(line, " \t");
	if (*line == '#') {
		if (!*reading->group->meaning)
			snprintf(reading->group->meaning, COUNTERS_TEXT_BYTES, "%s",
				 line + 1 + strspn(line + 1, " "));
		return 0;
	}
	if (*line == '[')
		return read_section(reading, line);
	if (!*line || !reading->is_ours)
		return 0;
	return *line == '=' ? read_ratio(reading, line) : read_event(reading, line);
}

int counter_group_parse(const char *text, const char *source, const char *processor,
			struct counter_group *group, struct fault *fault)
{
	struct reading reading = { .group = group,
				   .source = source,
				   .processor = processor,
				   .is_ours = true,
				   .fault = fault };
	char *const copy = strdup(text), *rest = copy, *line;
	int error = copy ? 0 : fault_set(fault, -ENOMEM, "no memory for %s", source);

	group->meaning[0] = '\0';
	group->count = group->ratio_count = 0;
	while (!error && (line = strsep(&rest, "\n")))
		error = read_line(&reading, line);
	free(copy);
	return error;
}

/* The folders, in the order in which they are searched; "" where there is none. */
static void find_folders(char folders[FOLDERS][PATH_MAX])
{
	const char *const config = getenv("XDG_CONFIG_HOME"), *const home = getenv("HOME");

	snprintf(folders[0], PATH_MAX, "counters");
	folders[1][0] = '\0';
	if (config && *config)
		snprintf(folders[1], PATH_MAX, "%s/numamark/counters", config);
	else if (home && *home)
		snprintf(folders[1], PATH_MAX, "%s/.config/numamark/counters", home);
	if (data_path_find("runners/measure/groups", folders[2], PATH_MAX, NULL))
		folders[2][0] = '\0';
}

struct found {
	char names[GROUPS_MAX][COUNTERS_NAME_BYTES];
	size_t count;
};

static void add_folder(const char *folder, struct found *found)
{
	DIR *const files = opendir(folder);
	const struct dirent *file;

	while (files && (file = readdir(files)) && found->count < GROUPS_MAX) {
		const size_t length = strlen(file->d_name), end = sizeof(suffix) - 1;
		char *const name = found->names[found->count];
		size_t i = 0;

		if (length <= end || length - end >= COUNTERS_NAME_BYTES ||
		    strcmp(file->d_name + length - end, suffix) != 0)
			continue;
		snprintf(name, COUNTERS_NAME_BYTES, "%.*s", (int)(length - end), file->d_name);
		while (strcmp(found->names[i], name) != 0)
			i++;
		found->count += i == found->count;
	}
	if (files)
		closedir(files);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(a, b);
}

void counter_groups_each(void (*visit)(const char *name, void *context), void *context)
{
	char(*const folders)[PATH_MAX] = calloc(FOLDERS, PATH_MAX);
	struct found found = { .count = 0 };

	if (!folders)
		return;
	find_folders(folders);
	for (size_t i = 0; i < FOLDERS; i++)
		add_folder(folders[i], &found);
	free(folders);
	qsort(found.names, found.count, sizeof(*found.names), compare_names);
	for (size_t i = 0; i < found.count; i++)
		visit(found.names[i], context);
}

static void join_name(const char *name, void *context)
{
	char *const text = context;
	const size_t used = strlen(text);

	snprintf(text + used, FAULT_TEXT_BYTES - used, "%s, ", name);
}

static int refuse_name(const char *name, struct fault *fault)
{
	char text[FAULT_TEXT_BYTES] = "";

	counter_groups_each(join_name, text);
	return fault_set(fault, -ENOENT,
			 "counters=%.60s: allowed is %soff, or a file %.60s.txt in "
			 "./counters or ~/.config/numamark/counters",
			 name, text, name);
}

static int read_file(const char *path, struct counter_group *group, struct fault *fault)
{
	char *const text = malloc(GROUP_FILE_BYTES), cpuinfo[CPUINFO_BYTES];
	int error = text ? kernel_file_read(text, GROUP_FILE_BYTES, "%s", path) : -ENOMEM;

	kernel_file_read(cpuinfo, sizeof(cpuinfo), "/proc/cpuinfo");
	if (error < 0)
		fault_set(fault, error, "%s: %s", path, strerror(-error));
	else
		error = counter_group_parse(text, path, counter_processor(cpuinfo), group, fault);
	free(text);
	return error;
}

static bool is_name(const char *name)
{
	size_t length = 0;

	while (isalnum((unsigned char)name[length]) || name[length] == '-' || name[length] == '_')
		length++;
	return length && length < COUNTERS_NAME_BYTES && !name[length];
}

int counter_group_load(const char *name, struct counter_group *group, struct fault *fault)
{
	char(*const folders)[PATH_MAX] = calloc(FOLDERS, PATH_MAX);
	char path[PATH_MAX + COUNTERS_NAME_BYTES] = "";

	if (!folders)
		return fault_set(fault, -ENOMEM, "no memory to look for counters=%s", name);
	find_folders(folders);
	for (size_t i = 0; i < FOLDERS && is_name(name); i++) {
		snprintf(path, sizeof(path), "%s/%s%s", folders[i], name, suffix);
		if (*folders[i] && !access(path, R_OK))
			break;
		path[0] = '\0';
	}
	free(folders);
	if (!*path)
		return refuse_name(name, fault);
	snprintf(group->name, sizeof(group->name), "%s", name);
	return read_file(path, group, fault);
}
