/* What a draw costs by itself, in a loop like the measuring one around nothing. */
#ifndef WORKLOADS_DRAW_COST_H
#define WORKLOADS_DRAW_COST_H

#include <stdint.h>

#include "workloads/draw.h"

/**
 * draw_cost_measure() - time draw_batch() for these options.
 *
 * @draws:  per repeat, at least 1; a million takes some milliseconds.
 * @ns_per_draw:  out, the median of the repeats.
 *
 * Return: 0, -ENOMEM, or -EINVAL as draw_init().
 * Threads: any; binding the caller is the caller's business.
 */
int draw_cost_measure(const struct draw_options *options, uint64_t draws, double *ns_per_draw);

#endif
