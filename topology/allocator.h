/*
 * The malloc of a trial: which shared library to preload for it, and which one is really there.
 */
#ifndef TOPOLOGY_ALLOCATOR_H
#define TOPOLOGY_ALLOCATOR_H

#include <stddef.h>

#include "topology/fault.h"

/**
 * allocator_preload_path() - the shared library that makes malloc() of a fresh process this one.
 *
 * Looked for in LD_LIBRARY_PATH and the usual library directories of this architecture; a file of
 * another architecture does not count.
 *
 * @name:  "glibc", "jemalloc", "mimalloc" or "tcmalloc".
 * @path:  out, room for @room bytes: the value for LD_PRELOAD; empty for glibc, which needs none.
 *
 * Return: 0, -EINVAL for another name, -ENOENT with the package that has the library,
 * -ENAMETOOLONG.
 */
int allocator_preload_path(const char *name, char *path, size_t room, struct fault *fault);

/**
 * allocator_active() - whose malloc() this process calls.
 *
 * The object that the dynamic linker resolves malloc to is the proof; for the three others it must
 * also be the one that defines their own marker function.
 *
 * Return: one of the names above, or "other".
 */
const char *allocator_active(void);

#endif
