/* Where numamark's own files are: presets, figure scripts, host profiles. */
#ifndef RUNNERS_DATA_PATH_H
#define RUNNERS_DATA_PATH_H

#include <stddef.h>

#include "topology/fault.h"

/**
 * data_path_find() - the full path of one of numamark's own files or folders.
 *
 * A program of the build tree uses the source tree it was built from, and nothing else. An
 * installed one uses the data folder that lies beside it as it did when it was installed, so that
 * an installation may be moved as a whole; else the folder it was configured for.
 *
 * @name:  path within the source tree, such as "workloads/presets/quick.ini"; installations keep it.
 * @path:  out, @room bytes.
 *
 * Return: 0, -ENOENT, -ENAMETOOLONG, or the errno of reading /proc/self/exe, with the sentence in @fault.
 */
int data_path_find(const char *name, char *path, size_t room, struct fault *fault);

/* The same, for the program at an absolute path. */
int data_path_find_for(const char *program, const char *name, char *path, size_t room,
		       struct fault *fault);

#endif
