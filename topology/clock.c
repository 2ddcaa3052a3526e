#include "topology/clock.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "topology/kernel_file.h"

enum {
	CLOCK_WINDOW_NS = 8000000,
	CLOCK_READINGS = 16, /* of both clocks side by side; the tightest one counts */
	CLOCK_ATTEMPTS = 4,
	CLOCK_COST_ROUNDS = 32,
	CLOCK_COST_READS = 256
};

/* Two windows agree to a few parts in 100,000 on a good counter; a busy host needs room. */
static const double CLOCK_TOLERANCE = 5e-4;

#define CLOCK_FOLDER "/sys/devices/system/clocksource/clocksource0/"

static uint64_t clock_raw_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_RAW, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

#if defined(__x86_64__)
static const char *const clock_counter_name = "tsc";

static bool clock_has_word(const char *text, const char *word)
{
	const size_t length = strlen(word);
	const char *found = text;

	while ((found = strstr(found, word))) {
		const bool begins = found == text || found[-1] == ' ';

		found += length;
		if (begins && (*found == ' ' || !*found))
			return true;
	}
	return false;
}

/* Return: why the TSC is not to be trusted, or NULL. */
static const char *clock_distrust(void)
{
	char text[8192], *end;
	const char *flags;

	if (kernel_file_read(text, sizeof(text), "/proc/cpuinfo") <= 0)
		return "/proc/cpuinfo tells no processor flags";
	flags = strstr(text, "\nflags");
	if (!flags)
		return "/proc/cpuinfo tells no processor flags";
	end = strchr(flags + 1, '\n');
	if (end)
		*end = '\0';
	if (!clock_has_word(flags, "rdtscp"))
		return "the processor has no rdtscp";
	if (!clock_has_word(flags, "constant_tsc"))
		return "the TSC's rate is not constant (no constant_tsc)";
	if (!clock_has_word(flags, "nonstop_tsc"))
		return "the TSC stops in deep sleep (no nonstop_tsc)";
	/* A TSC that the kernel has found unstable is no longer offered. */
	if (kernel_file_read(text, sizeof(text), CLOCK_FOLDER "available_clocksource") > 0 &&
	    !clock_has_word(text, "tsc"))
		return "the kernel does not offer the TSC as clock source: it is unstable";
	return NULL;
}
#elif defined(__aarch64__)
static const char *const clock_counter_name = "cntvct";

/* The architecture promises a constant rate and one count for all processors. */
static const char *clock_distrust(void)
{
	return NULL;
}
#else
static const char *const clock_counter_name = "counter";

static const char *clock_distrust(void)
{
	return "numamark reads no counter on this architecture";
}
#endif

struct clock_pair {
	uint64_t ticks, raw_ns;
};

/* Both clocks at one moment: of several readings, the one that nothing came between. */
static struct clock_pair clock_read_both(void)
{
	struct clock_pair best = { .ticks = 0 };
	uint64_t best_gap = UINT64_MAX;

	for (int i = 0; i < CLOCK_READINGS; i++) {
		const uint64_t before = clock_now(true);
		const uint64_t raw_ns = clock_raw_ns();
		const uint64_t gap = clock_now(true) - before;

		if (gap < best_gap) {
			best_gap = gap;
			best = (struct clock_pair){ .ticks = before + gap / 2, .raw_ns = raw_ns };
		}
	}
	return best;
}

static double clock_rate(struct clock_pair from, struct clock_pair to)
{
	return (double)(to.raw_ns - from.raw_ns) / (double)(to.ticks - from.ticks);
}

static struct clock_pair clock_pass_window(struct clock_pair from)
{
	struct clock_pair now;

	do
		now = clock_read_both();
	while (now.raw_ns - from.raw_ns < CLOCK_WINDOW_NS);
	return now;
}

/* Return: nanoseconds per tick over two windows that agree, or 0. */
static double clock_measure_rate(void)
{
	struct clock_pair first = clock_read_both();
	struct clock_pair middle = clock_pass_window(first);

	for (int attempt = 0; attempt < CLOCK_ATTEMPTS; attempt++) {
		const struct clock_pair last = clock_pass_window(middle);

		if (last.ticks <= middle.ticks || middle.ticks <= first.ticks)
			return 0;
		const double one = clock_rate(first, middle), other = clock_rate(middle, last);

		if (fabs(one - other) < CLOCK_TOLERANCE * one)
			return clock_rate(first, last);
		first = middle;
		middle = last;
	}
	return 0;
}

/* The cost of one clock_now(): the best of several rounds, since all else only adds. */
static double clock_measure_cost(bool is_counter)
{
	uint64_t best_ns = UINT64_MAX;

	for (int round = 0; round < CLOCK_COST_ROUNDS; round++) {
		const uint64_t start_ns = clock_raw_ns();
		uint64_t took_ns;

		for (int i = 0; i < CLOCK_COST_READS; i++)
			(void)clock_now(is_counter);
		took_ns = clock_raw_ns() - start_ns;
		best_ns = took_ns < best_ns ? took_ns : best_ns;
	}
	return (double)best_ns / CLOCK_COST_READS;
}

struct clock_source clock_calibrate(void)
{
	struct clock_source source = { .name = "clock_gettime", .ns_per_tick = 1 };
	double rate = 0;

	source.reason = clock_distrust();
	if (!source.reason) {
		rate = clock_measure_rate();
		if (rate <= 0)
			source.reason =
				"the counter and CLOCK_MONOTONIC_RAW do not keep the same rate";
	}
	if (!source.reason) {
		source.name = clock_counter_name;
		source.ns_per_tick = rate;
		source.is_counter = true;
	}
	source.read_ns = clock_measure_cost(source.is_counter);
	return source;
}
