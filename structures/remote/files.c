#include "structures/remote/files.h"

#include <errno.h>
#include <sys/resource.h>

enum { FILES_BESIDE = 64 };

int files_raise(unsigned connections, unsigned beside, struct fault *fault)
{
	const rlim_t wanted = (rlim_t)connections + beside + FILES_BESIDE;
	struct rlimit files;
	rlim_t allowed;

	if (getrlimit(RLIMIT_NOFILE, &files))
		return -errno;
	allowed = files.rlim_max;
	if (files.rlim_cur >= wanted)
		return 0;
	files.rlim_cur = wanted;
	files.rlim_max = files.rlim_max > wanted ? files.rlim_max : wanted;
	if (!setrlimit(RLIMIT_NOFILE, &files))
		return 0;
	return fault_set(fault, -EMFILE,
			 "connections=%u: a process may open %llu files here, and %llu are needed: `ulimit -Hn "
			 "%llu` as root before the run permits them, or for a container `--ulimit "
			 "nofile=%llu` where it is started",
			 connections, (unsigned long long)allowed, (unsigned long long)wanted,
			 (unsigned long long)wanted, (unsigned long long)wanted);
}
