/* Folders to write into. */
#ifndef TOPOLOGY_FOLDERS_H
#define TOPOLOGY_FOLDERS_H

#include <sys/types.h>

/**
 * folders_make() - a folder, and those above it that are not there.
 *
 * @mode:  of those that are made, less the process's umask.
 *
 * Return: 0, also where it is there; or a negative errno, some of those above it made perhaps.
 */
int folders_make(const char *path, mode_t mode);

#endif
