#include "workloads/draw_cost.h"

#include <errno.h>
#include <stdlib.h>
#include <time.h>

enum { REPEATS = 9, TABLE_ALIGNMENT = 64, BATCH = 64 };

static void draw_many(struct draw_source *source, uint64_t draws)
{
	struct draw batch[BATCH];

	for (uint64_t done = 0; done < draws; done += BATCH) {
		draw_batch(source, batch, BATCH);
		/* The draws must exist in memory, as they must for a structure's loop. */
		__asm__ volatile("" ::"r"(batch) : "memory");
	}
}

/* Of this thread: who else runs here must not count. */
static double thread_time_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static double time_once(struct draw_source *source, uint64_t draws)
{
	const double start = thread_time_ns();

	draw_many(source, draws);
	return (thread_time_ns() - start) / (double)((draws + BATCH - 1) / BATCH * BATCH);
}

static int ascending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

int draw_cost_measure(const struct draw_options *options, uint64_t draws, double *ns_per_draw)
{
	const size_t bytes = (draw_table_bytes(options) / TABLE_ALIGNMENT + 1) * TABLE_ALIGNMENT;
	void *const table = aligned_alloc(TABLE_ALIGNMENT, bytes);
	struct draw_source source;
	double costs[REPEATS];
	int error;

	if (!table)
		return -ENOMEM;
	error = draw_init(&source, options, table, NULL);
	if (!error) {
		time_once(&source, draws);    /* fills caches and predictors */
		for (unsigned i = 0; i < REPEATS; i++)
			costs[i] = time_once(&source, draws);
		qsort(costs, REPEATS, sizeof(*costs), ascending);
		*ns_per_draw = costs[REPEATS / 2];
	}
	free(table);
	return error;
}
