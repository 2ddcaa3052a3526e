/* Small histories of a variant, each under another interleaving, checked for what it promises. */
#ifndef TESTS_STRUCTURES_EXPLORE_H
#define TESTS_STRUCTURES_EXPLORE_H

#include <stddef.h>
#include <stdint.h>

#include "structures/variant.h"
#include "topology/fault.h"

struct exploration {
	const struct topology *topology;
	const struct variant *variant;
	uint64_t seed;
	unsigned histories;
};

enum { EXPLORE_TEXT_BYTES = 4096 };

/**
 * explore_variant() - play histories until one breaks the promise.
 *
 * In a process of its own: a broken structure may crash, or never end.
 *
 * @text:  out, EXPLORE_TEXT_BYTES: what is broken, with its timeline; or what refused to work.
 *
 * Return: 0, -EBADMSG if the variant is broken, or another negative errno of what refused.
 */
int explore_variant(const struct exploration *exploration, char *text);

#endif
