#include "runners/server/tree.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "topology/kernel_file.h"

enum { STAT_BYTES = 1024 };

struct process {
	pid_t id, parent;
	unsigned long ticks;
	bool is_below;
};

struct processes {
	struct process *of;
	size_t count, room;
};

/* Fields 4 and 14 to 17 of /proc/ID/stat; the name before them may hold anything. */
static int read_process(pid_t id, struct process *process)
{
	char text[STAT_BYTES];
	const char *fields;
	unsigned long user, system;
	long ended_user, ended_system;
	int parent;

	if (kernel_file_read(text, sizeof(text), "/proc/%d/stat", (int)id) < 0)
		return -ESRCH;
	fields = strrchr(text, ')');
	if (!fields || sscanf(fields + 1,
			      " %*c %d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld", &parent,
			      &user, &system, &ended_user, &ended_system) != 5)
		return -ESRCH;
	*process = (struct process){ .id = id,
				     .parent = parent,
				     .ticks = user + system + (unsigned long)ended_user +
					      (unsigned long)ended_system };
	return 0;
}

static int add(struct processes *processes, const struct process *process)
{
	if (processes->count == processes->room) {
		const size_t room = processes->room ? 2 * processes->room : 256;
		struct process *const of = realloc(processes->of, room * sizeof(*of));

		if (!of)
			return -ENOMEM;
		processes->of = of;
		processes->room = room;
	}
	processes->of[processes->count++] = *process;
	return 0;
}

static int read_all(struct processes *processes)
{
	DIR *const directory = opendir("/proc");
	const struct dirent *entry;
	int error = directory ? 0 : -errno;

	while (!error && (entry = readdir(directory))) {
		struct process process;

		if (isdigit((unsigned char)entry->d_name[0]) &&
		    !read_process((pid_t)atoi(entry->d_name), &process))
			error = add(processes, &process);
	}
	if (directory)
		closedir(directory);
	return error;
}

static bool is_marked(const struct processes *processes, pid_t id)
{
	for (size_t i = 0; i < processes->count; i++)
		if (processes->of[i].id == id)
			return processes->of[i].is_below;
	return false;
}

/* Again and again, until a round finds no more: numbers say nothing about who came first. */
static void mark_below(struct processes *processes, pid_t root)
{
	bool has_found = true;

	while (has_found) {
		has_found = false;
		for (size_t i = 0; i < processes->count; i++) {
			struct process *const process = &processes->of[i];

			if (process->is_below || (process->parent != root &&
						  !is_marked(processes, process->parent)))
				continue;
			process->is_below = true;
			has_found = true;
		}
	}
}

/* Return: 0, or negative; what was found is released by the caller either way. */
static int find_below(pid_t root, struct processes *processes)
{
	const int error = read_all(processes);

	if (!error)
		mark_below(processes, root);
	return error;
}

int tree_signal(pid_t root, int signal)
{
	struct processes processes = { .of = NULL };
	const int error = find_below(root, &processes);
	int count = 0;

	for (size_t i = 0; i < processes.count && !error; i++)
		if (processes.of[i].is_below && !kill(processes.of[i].id, signal))
			count++;
	free(processes.of);
	return error ? error : count;
}

int tree_cpu_ns(pid_t root, uint64_t *cpu_ns)
{
	const uint64_t tick_ns = 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
	struct processes processes = { .of = NULL };
	int error = find_below(root, &processes);
	uint64_t ticks = 0;
	bool has_any = false;

	for (size_t i = 0; i < processes.count && !error; i++) {
		ticks += processes.of[i].is_below ? processes.of[i].ticks : 0;
		has_any |= processes.of[i].is_below;
	}
	free(processes.of);
	if (!error && !has_any)
		error = -ESRCH;
	if (!error)
		*cpu_ns = ticks * tick_ns;
	return error;
}
