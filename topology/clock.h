/*
 * Time: the invariant TSC (or the arm64 virtual counter) where it is calibrated and trustworthy,
 * CLOCK_MONOTONIC elsewhere. A tick is the counter's unit; convert differences only.
 */
#ifndef TOPOLOGY_CLOCK_H
#define TOPOLOGY_CLOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct clock_source {
	const char *name;   /* "tsc", "cntvct" or "clock_gettime" */
	const char *reason; /* why the fall-back, NULL when the counter is used */
	double ns_per_tick;
	double read_ns; /* measured cost of one clock_now() */
	bool is_counter;
};

/**
 * clock_calibrate() - find the source, its rate against CLOCK_MONOTONIC_RAW and its own cost. About
 * 20 ms.
 */
struct clock_source clock_calibrate(void);

/* Nanoseconds of CLOCK_MONOTONIC: for everything outside a measuring loop. */
static inline uint64_t clock_monotonic_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Ticks, ordered after the instructions before it; for latency samples. */
static inline uint64_t clock_now(bool is_counter)
{
#if defined(__x86_64__)
	unsigned processor;

	if (is_counter)
		/* Its header would bring in 70,000 lines, for each structure once more. */
		return __builtin_ia32_rdtscp(&processor);
#elif defined(__aarch64__)
	uint64_t ticks;

	if (is_counter) {
		__asm__ volatile("isb\n\tmrs %0, cntvct_el0" : "=r"(ticks)::"memory");
		return ticks;
	}
#endif
	(void)is_counter;
	return clock_monotonic_ns();
}

#endif
