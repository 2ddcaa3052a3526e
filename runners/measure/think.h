/* How long thinking takes (structures/common/think.h) on the PU of the calling thread. */
#ifndef RUNNERS_MEASURE_THINK_H
#define RUNNERS_MEASURE_THINK_H

#include <stdint.h>

#include "topology/clock.h"

/**
 * think_rounds_for() - as many rounds as come nearest to a time.
 *
 * @think_ns:  above 0.
 *
 * Return: at least 1.
 */
uint64_t think_rounds_for(uint64_t think_ns, const struct clock_source *clock);

/**
 * think_measure_ns() - what thinking for so many rounds takes, by the clock.
 *
 * Return: a median, so that an interruption does not count.
 */
double think_measure_ns(uint64_t rounds, const struct clock_source *clock);

#endif
