#include "runners/measure/think.h"

#include <math.h>

#include "runners/stats/stats.h"
#include "structures/common/think.h"

/* Long enough that a reading of the clock is nothing to it, short enough to be seldom interrupted. */
#define BLOCK_NS 20000.0

enum { BLOCKS = 15, TRIAL_ROUNDS = 10000 };

static double time_of_ns(uint64_t rounds, uint64_t times, const struct clock_source *clock)
{
	const uint64_t start = clock_now(clock->is_counter);

	for (uint64_t i = 0; i < times; i++)
		think(rounds);
	return (double)(clock_now(clock->is_counter) - start) * clock->ns_per_tick / (double)times;
}

static double median_ns(uint64_t rounds, uint64_t times, const struct clock_source *clock)
{
	double blocks[BLOCKS];

	for (unsigned i = 0; i < BLOCKS; i++)
		blocks[i] = time_of_ns(rounds, times, clock);
	return stats_median(blocks, BLOCKS);
}

double think_measure_ns(uint64_t rounds, const struct clock_source *clock)
{
	const double once_ns = median_ns(rounds, 1, clock);
	const uint64_t times = once_ns < BLOCK_NS ? (uint64_t)ceil(BLOCK_NS / fmax(once_ns, 1)) : 1;

	return median_ns(rounds, times, clock);
}

/* What a call takes whatever its rounds, such as the end of a loop that was not foreseen, is taken off. */
uint64_t think_rounds_for(uint64_t think_ns, const struct clock_source *clock)
{
	const double round_ns = think_measure_ns(TRIAL_ROUNDS, clock) / TRIAL_ROUNDS;
	const double most = fmax((double)think_ns / round_ns, 1);
	const double beside_ns =
		think_measure_ns((uint64_t)most, clock) - floor(most) * round_ns;
	const double rounds = most - beside_ns / round_ns;

	return isfinite(rounds) && rounds > 1 ? (uint64_t)llround(rounds) : 1;
}
