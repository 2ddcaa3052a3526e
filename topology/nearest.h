/* The name that the user may have meant: for the end of a sentence that refuses an unknown one. */
#ifndef TOPOLOGY_NEAREST_H
#define TOPOLOGY_NEAREST_H

/* Longer names are compared by their first so many bytes. */
enum { NEAREST_NAME_MAX = 63 };

/**
 * nearest_name() - the name with the fewest typing errors between it and what was given.
 *
 * An error is a letter added, left out, changed, or two neighbours swapped; case does not count.
 *
 * @names:  NULL-terminated.
 *
 * Return: one of @names, the first among equals, or NULL if more than a third of the letters of the
 * longer one would be wrong (in two letters, one is forgiven): a far-fetched guess helps nobody.
 */
const char *nearest_name(const char *given, const char *const *names);

#endif
