/*
 * Folders of private servers whose keeper was killed before it could remove them, and what of the servers still runs.
 *
 * A keeper holds a lock in its folder for as long as it lives. A folder that has the lock's file, and of which nobody holds
 * it, is left over. It is cleaned by a process with no more rights than the folder's owner.
 */
#ifndef RUNNERS_SERVER_LEFTOVERS_H
#define RUNNERS_SERVER_LEFTOVERS_H

#include <sys/types.h>

/* By a keeper, in its folder: until it ends. Return: 0 or a negative errno. */
int leftovers_lock(const char *folder);

/* End what runs in a folder whose keeper is dead, and remove it. */
void leftovers_clean(const char *folder);

/* Clean all that are left over in @parent, and that belong to @owner. */
void leftovers_sweep(const char *parent, uid_t owner);

#endif
