#include "structures/remote/files.h"

#include <errno.h>
#include <sys/resource.h>

enum { FILES_BESIDE = 64 };

int files_raise(unsigned connections, unsigned beside, struct fault *fault)
{
	const rlim_t wanted = (rlim_t)connections + beside + FILES_BESIDE;
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return -errno;
	if (files.rlim_cur >= wanted)
		return 0;
	files.rlim_cur = wanted;
	files.rlim_max = files.rlim_max > wanted ? files.rlim_max : wanted;
	if (!setrlimit(RLIMIT_NOFILE, &files))
		return 0;
	return fault_set(fault, -EMFILE,
			 "connections=%u: this user may not open so many files; `ulimit -Hn %llu`, as "
			 "root, before the run permits it",
			 connections, (unsigned long long)wanted);
}
