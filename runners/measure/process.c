#include "runners/measure/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Return: bytes read (the text is terminated), or -errno. */
static ssize_t read_text(const char *path, char *text, size_t room)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -errno;
	got = read(fd, text, room - 1);
	if (got < 0)
		got = -errno;
	else
		text[got] = '\0';
	close(fd);
	return got;
}

uint64_t process_rss_bytes(void)
{
	uint64_t pages = 0;
	char text[256];

	if (read_text("/proc/self/statm", text, sizeof(text)) <= 0 ||
	    sscanf(text, "%*u %" SCNu64, &pages) != 1)
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

/* Not ru_maxrss: that begins with the memory of the process that forked this one. */
uint64_t process_peak_rss_bytes(void)
{
	char text[4096];
	const char *line;
	uint64_t kib = 0;

	if (read_text("/proc/self/status", text, sizeof(text)) <= 0)
		return 0;
	line = strstr(text, "\nVmHWM:");
	if (!line || sscanf(line, " VmHWM: %" SCNu64, &kib) != 1)
		return 0;
	return kib * 1024;
}

int process_tasks(pid_t *tasks, unsigned room)
{
	DIR *folder = opendir("/proc/self/task");
	const struct dirent *entry;
	unsigned count = 0;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		const long id = strtol(entry->d_name, NULL, 10);

		if (id > 0 && count < room)
			tasks[count++] = (pid_t)id;
	}
	closedir(folder);
	return (int)count;
}

/* "id (name) state ..."; the name may hold parentheses itself: the last one ends it. */
static int parse_stat(const char *text, struct process_task *task)
{
	const char *const from = strchr(text, '('), *const to = strrchr(text, ')');
	uint64_t user, system;
	size_t length;

	if (!from || !to ||
	    sscanf(to + 1,
		   " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64, &user,
		   &system) != 2)
		return -EIO;
	length = (size_t)(to - from) - 1;
	if (length >= sizeof(task->name))
		length = sizeof(task->name) - 1;
	memcpy(task->name, from + 1, length);
	task->name[length] = '\0';
	task->cpu_ns = (user + system) * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
	return 0;
}

int process_task_read(pid_t id, struct process_task *task)
{
	char path[64], text[512];
	uint64_t cpu_ns;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)id);
	if (read_text(path, text, sizeof(text)) <= 0)
		return -ESRCH;
	if (parse_stat(text, task))
		return -EIO;
	/* The scheduler's own account, where the kernel keeps one, is not rounded to ticks. */
	snprintf(path, sizeof(path), "/proc/self/task/%d/schedstat", (int)id);
	if (read_text(path, text, sizeof(text)) > 0 && sscanf(text, "%" SCNu64, &cpu_ns) == 1)
		task->cpu_ns = cpu_ns;
	return 0;
}
