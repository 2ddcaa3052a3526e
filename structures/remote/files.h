/* The files that a process may open: one for each connection. */
#ifndef STRUCTURES_REMOTE_FILES_H
#define STRUCTURES_REMOTE_FILES_H

#include "topology/fault.h"

/**
 * files_raise() - raise the limit as far as we may.
 *
 * @beside:  files that are no connections, besides some that every process has.
 *
 * Return: 0, or -EMFILE with the sentence, and what permits it, in @fault.
 */
int files_raise(unsigned connections, unsigned beside, struct fault *fault);

#endif
