#include "runners/server/leftovers.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "topology/kernel_file.h"

enum { PATH_BYTES = 512, STAT_BYTES = 1024, OPEN_AT_ONCE = 16, ROUNDS_MOST = 200, ROUND_MS = 5 };

static const char prefix[] = "numamark-";

/* Locked first and named then: whoever sees the name sees the lock. */
int leftovers_lock(const char *folder)
{
	char unnamed[PATH_BYTES], named[PATH_BYTES];
	int fd;

	snprintf(unnamed, sizeof(unnamed), "%.400s/keeper.new", folder);
	snprintf(named, sizeof(named), "%.400s/keeper", folder);
	fd = open(unnamed, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) || rename(unnamed, named))
		return -errno;
	return 0;
}

/*
 * Servers begin in their folder, in a session without a terminal; a shell that somebody has left in there has one.
 */
static bool is_of_server(const char *id, const char *folder)
{
	char link[PATH_BYTES], place[PATH_BYTES], text[STAT_BYTES];
	const size_t length = strlen(folder);
	const char *fields;
	ssize_t got;
	int terminal;

	snprintf(link, sizeof(link), "/proc/%s/cwd", id);
	got = readlink(link, place, sizeof(place) - 1);
	if (got < (ssize_t)length || memcmp(place, folder, length) != 0)
		return false;
	place[got] = '\0';
	if (place[length] && place[length] != '/')
		return false;
	if (kernel_file_read(text, sizeof(text), "/proc/%s/stat", id) < 0)
		return false;
	fields = strrchr(text, ')');
	return fields && sscanf(fields + 1, " %*c %*d %*d %*d %d", &terminal) == 1 && !terminal;
}

/* Return: how many there were. */
static int kill_all(const char *folder)
{
	DIR *const directory = opendir("/proc");
	const struct dirent *entry;
	int count = 0;

	while (directory && (entry = readdir(directory)))
		if (isdigit((unsigned char)entry->d_name[0]) && is_of_server(entry->d_name, folder) &&
		    atoi(entry->d_name) != getpid())
			count += !kill(atoi(entry->d_name), SIGKILL);
	if (directory)
		closedir(directory);
	return count;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	remove(path);
	return 0;
}

/* With the rights of the folder's owner alone: a link that was laid into it leads no further than theirs. */
static void clean_as(const struct stat *owner, const char *folder)
{
	if (geteuid() == 0 &&
	    (setgroups(0, NULL) || setgid(owner->st_gid) || setuid(owner->st_uid)))
		_exit(EXIT_FAILURE);
	for (int round = 0; round < ROUNDS_MOST && kill_all(folder); round++)
		poll(NULL, 0, ROUND_MS);
	nftw(folder, remove_one, OPEN_AT_ONCE, FTW_DEPTH | FTW_PHYS);
	_exit(EXIT_SUCCESS);
}

void leftovers_clean(const char *folder)
{
	struct stat status;
	pid_t cleaner;

	if (lstat(folder, &status) || !S_ISDIR(status.st_mode))
		return;
	cleaner = fork();
	if (!cleaner)
		clean_as(&status, folder);
	while (cleaner > 0 && waitpid(cleaner, NULL, 0) < 0 && errno == EINTR)
		;
	/* Where the folder above is not the owner's to change; only what is empty goes. */
	rmdir(folder);
}

static int is_named_as_ours(const struct dirent *entry)
{
	return !strncmp(entry->d_name, prefix, sizeof(prefix) - 1) &&
	       strlen(entry->d_name) == sizeof(prefix) - 1 + strlen("XXXXXX");
}

/* Nobody else's, and nobody holds its lock: which we then do, so that no other run cleans it too. */
static int take(const char *folder, uid_t owner)
{
	char named[PATH_BYTES];
	struct stat status;
	int fd;

	if (lstat(folder, &status) || !S_ISDIR(status.st_mode) || status.st_uid != owner)
		return -EPERM;
	snprintf(named, sizeof(named), "%.400s/keeper", folder);
	fd = open(named, O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return -errno;
	if (!flock(fd, LOCK_EX | LOCK_NB))
		return fd;
	close(fd);
	return -EBUSY;
}

void leftovers_sweep(const char *parent, uid_t owner)
{
	struct dirent **entries = NULL;
	const int count = scandir(parent, &entries, is_named_as_ours, NULL);
	char folder[PATH_BYTES];

	for (int i = 0; i < count; i++) {
		int lock;

		snprintf(folder, sizeof(folder), "%.200s/%.200s", parent, entries[i]->d_name);
		lock = take(folder, owner);
		if (lock >= 0) {
			leftovers_clean(folder);
			close(lock);
		}
		free(entries[i]);
	}
	free(entries);
}
