/* How far apart two PUs' clocks can be, from stamps that a line carries to and fro. */
#ifndef RUNNERS_PROBE_CLOCK_H
#define RUNNERS_PROBE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

/* The other's clock minus ours lies between these; ticks. */
struct clock_bounds {
	int64_t low, high;
};

#define CLOCK_BOUNDS_NONE            \
	{                            \
		INT64_MIN, INT64_MAX \
	}

/**
 * clock_bounds_narrow() - learn from one exchange.
 *
 * Ours was read before (@sent) and after (@received) the other's was (@theirs): whatever the way
 * took, the difference lies between theirs - received and theirs - sent.
 */
void clock_bounds_narrow(struct clock_bounds *bounds, uint64_t sent, uint64_t theirs,
			 uint64_t received);

/* Whether the two may show the same: false proves that they do not. */
bool clock_bounds_agree(const struct clock_bounds *bounds);

#endif
