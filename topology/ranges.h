/*
 * Lists of numbers as people write them: "0,2,4-7". Used for PUs and nodes, in axes and in
 * sentences.
 */
#ifndef TOPOLOGY_RANGES_H
#define TOPOLOGY_RANGES_H

#include <stddef.h>

#include "topology/fault.h"

/**
 * ranges_parse() - read a list of numbers and ascending ranges, in the order given.
 *
 * @numbers:  out, room for @room; may be partly written on failure.
 *
 * Return: how many, at least 1, or -EINVAL with the sentence in @fault.
 */
int ranges_parse(const char *text, unsigned *numbers, unsigned room, struct fault *fault);

/**
 * ranges_format() - write numbers in their order, runs that ascend by one as a range.
 *
 * @items_max:  beyond so many items the middle is left out: "0,64,1,65,...,127"; 0: never.
 * @text:  out, @size_bytes; cut after a whole item, with "..." if even that does not fit.
 */
void ranges_format(const unsigned *numbers, unsigned count, unsigned items_max, char *text,
		   size_t size_bytes);

#endif
