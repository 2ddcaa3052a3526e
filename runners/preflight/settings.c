#include "runners/preflight/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/preflight/preflight.h"
#include "topology/folders.h"
#include "topology/kernel_file.h"

enum { VALUE_BYTES = 128 };

/* The files of an item and what is written to them; an item may have files of several drivers. */
static const struct setting {
	const char *item, *pattern, *value;
} settings[] = {
	{ "governor", "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor", "performance" },
	{ "turbo", "sys/devices/system/cpu/intel_pstate/no_turbo", "1" },
	{ "turbo", "sys/devices/system/cpu/cpufreq/boost", "0" },
	{ "transparent-huge-pages", "sys/kernel/mm/transparent_hugepage/enabled", "madvise" },
	{ "numa-balancing", "proc/sys/kernel/numa_balancing", "0" },
	{ "nmi-watchdog", "proc/sys/kernel/nmi_watchdog", "0" },
	{ "perf-events", "proc/sys/kernel/perf_event_paranoid", "1" },
};

int settings_state_path(char *path, size_t room, struct fault *fault)
{
	const char *const state = getenv("XDG_STATE_HOME"), *const home = getenv("HOME");
	int length;

	if (geteuid() == 0)
		length = snprintf(path, room, "/var/lib/numamark/host-before.json");
	else if (state && *state)
		length = snprintf(path, room, "%s/numamark/host-before.json", state);
	else if (home && *home)
		length = snprintf(path, room, "%s/.local/state/numamark/host-before.json", home);
	else
		return fault_set(fault, -ENOENT,
				 "neither XDG_STATE_HOME nor HOME says where to keep the settings "
				 "of before");
	if (length < 0 || (size_t)length >= room)
		return fault_set(fault, -ENAMETOOLONG, "the path of the state file is too long");
	return 0;
}

/* The value of a setting; of "always [madvise] never" the chosen word. Return: 0, or -errno. */
static int read_value(const char *path, char value[VALUE_BYTES])
{
	const int length = kernel_file_read(value, VALUE_BYTES, "%s", path);
	char *const open = strchr(value, '['), *const close = strchr(value, ']');

	if (length < 0)
		return length;
	if (open && close > open) {
		memmove(value, open + 1, (size_t)(close - open - 1));
		value[close - open - 1] = '\0';
	}
	return 0;
}

/* Return: 0, or -errno: also of close(), where some of these files refuse. */
static int write_value(const char *path, const char *value)
{
	const int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, value, strlen(value)) != (ssize_t)strlen(value))
		error = -errno;
	if (close(fd) && !error)
		error = -errno;
	return error;
}

/* Set one file and read it back. Return: whether it now holds @wanted; told in @rows. */
static bool change(const char *item, const char *path, const char *wanted, json_t *rows)
{
	char before[VALUE_BYTES] = "", after[VALUE_BYTES] = "";
	int error = read_value(path, before);
	const char *reason = NULL;
	bool is_set;

	if (!error && strcmp(before, wanted) != 0)
		error = write_value(path, wanted);
	read_value(path, after);
	is_set = !strcmp(after, wanted);
	if (!is_set)
		reason = error ? strerror(-error) : "it was written, and reads otherwise";
	json_array_append_new(rows, json_pack("{s:s?, s:s, s:s, s:s, s:s, s:b, s:s?}", "item", item,
					      "path", path, "before", before, "wanted", wanted,
					      "after", after, "applied", is_set, "reason", reason));
	return is_set;
}

static int make_folder_of(const char *path)
{
	char folder[PATH_MAX];

	snprintf(folder, sizeof(folder), "%s", path);
	return folders_make(dirname(folder), 0755);
}

static int sync_folder_of(const char *path)
{
	char copy[PATH_MAX];
	int fd, error;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	error = fsync(fd) ? -errno : 0;
	close(fd);
	return error;
}

/* Whole or not at all, and on the disk when this returns. */
static int write_state(const char *state, const json_t *before, struct fault *fault)
{
	char beside[PATH_MAX];
	int error = make_folder_of(state), fd = -1;

	snprintf(beside, sizeof(beside), "%s.new", state);
	if (!error) {
		fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		error = fd < 0 ? -errno : 0;
	}
	if (!error && (json_dumpfd(before, fd, JSON_INDENT(1)) || fsync(fd)))
		error = errno ? -errno : -EIO;
	if (fd >= 0 && close(fd) && !error)
		error = -errno;
	if (!error && rename(beside, state))
		error = -errno;
	if (!error)
		error = sync_folder_of(state);
	if (error)
		return fault_set(fault, error, "%s: cannot be written (%s), so nothing was changed",
				 state, strerror(-error));
	return 0;
}

json_t *settings_before(const char *state)
{
	json_t *const before = json_load_file(state, 0, NULL);

	if (json_is_object(before))
		return before;
	json_decref(before);
	return json_null();
}

static bool is_unfit(const struct preflight *preflight, const char *item)
{
	for (size_t i = 0; i < preflight->count; i++)
		if (!strcmp(preflight->items[i].name, item))
			return preflight->items[i].grade > PREFLIGHT_UNKNOWN;
	return false;
}

/* What is to be changed under @root: path -> value, and beside it the item. */
struct changes {
	json_t *wanted, *items;
};

static void add_changes(const char *root, const struct setting *setting, struct changes *changes)
{
	char pattern[PATH_MAX], value[VALUE_BYTES];
	glob_t files;

	snprintf(pattern, sizeof(pattern), "%s/%s", root, setting->pattern);
	if (glob(pattern, 0, NULL, &files))
		return;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		const char *const path = files.gl_pathv[i];

		if (read_value(path, value) || !strcmp(value, setting->value))
			continue;
		json_object_set_new(changes->wanted, path, json_string(setting->value));
		json_object_set_new(changes->items, path, json_string(setting->item));
	}
	globfree(&files);
}

static void find_changes(const char *root, struct changes *changes)
{
	struct preflight preflight;

	preflight_check(root, &preflight);
	for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
		if (is_unfit(&preflight, settings[i].item))
			add_changes(root, &settings[i], changes);
}

/* Values of now, but for those that an earlier application has replaced. */
static int save_state(const char *state, const struct changes *changes, struct fault *fault)
{
	json_t *before = settings_before(state);
	char value[VALUE_BYTES];
	const char *path;
	json_t *wanted;
	int error;

	if (!json_is_object(before))
		before = json_object();
	json_object_foreach(changes->wanted, path, wanted)
	{
		if (!json_object_get(before, path) && !read_value(path, value))
			json_object_set_new(before, path, json_string(value));
	}
	error = write_state(state, before, fault);
	json_decref(before);
	return error;
}

int settings_apply(const char *root, const char *state, json_t *rows, struct fault *fault)
{
	struct changes changes = { json_object(), json_object() };
	unsigned refused = 0;
	const char *path;
	json_t *wanted;
	int error = 0;

	find_changes(root, &changes);
	if (json_object_size(changes.wanted))
		error = save_state(state, &changes, fault);
	if (error)
		goto fail;
	json_object_foreach(changes.wanted, path, wanted)
	{
		refused += !change(json_string_value(json_object_get(changes.items, path)), path,
				   json_string_value(wanted), rows);
	}
	if (refused)
		error = fault_set(fault, -EPERM,
				  "%u of %zu settings could not be changed%s; the others are",
				  refused, json_object_size(changes.wanted),
				  geteuid() ? " (only root may)" : "");
fail:
	json_decref(changes.wanted);
	json_decref(changes.items);
	return error;
}

/* Put back what can be, and take it out of @before. */
static void put_back(json_t *before, json_t *rows)
{
	const char *path;
	json_t *value;
	void *next;

	json_object_foreach_safe(before, next, path, value)
	{
		if (json_is_string(value) && change(NULL, path, json_string_value(value), rows))
			json_object_del(before, path);
	}
}

int settings_restore(const char *state, json_t *rows, struct fault *fault)
{
	json_t *before;
	size_t left;
	int error = 0;

	if (access(state, F_OK))
		return fault_set(fault, -ENOENT,
				 "%s: %s: nothing was applied that could be restored", state,
				 strerror(errno));
	before = settings_before(state);
	if (!json_is_object(before))
		return fault_set(fault, -EINVAL, "%s: it does not hold settings of before", state);
	put_back(before, rows);
	left = json_object_size(before);
	if (left) {
		error = write_state(state, before, fault);
		if (!error)
			error = fault_set(fault, -EPERM,
					  "%zu settings could not be put back; %s keeps them", left,
					  state);
	} else if (unlink(state)) {
		error = fault_set(fault, -errno, "%s: cannot be removed: %s", state,
				  strerror(errno));
	}
	json_decref(before);
	return error;
}
