#include "topology/folders.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

int folders_make(const char *path, mode_t mode)
{
	char part[PATH_MAX];

	if (!*path)
		return -ENOENT;
	if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part))
		return -ENAMETOOLONG;
	for (char *at = part + 1;; at++) {
		const char kept = *at;

		if (kept && kept != '/')
			continue;
		*at = '\0';
		if (mkdir(part, mode) && errno != EEXIST)
			return -errno;
		*at = kept;
		if (!kept)
			return 0;
	}
}
