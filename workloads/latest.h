/*
 * New keys are wanted most: recency follows Zipf's law behind a cursor that inserts move.
 *
 * Worker t of w makes, with its i-th insert (i from 0), key (i x w + t) mod range: the workers'
 * inserts interleave and never collide within one round of the range. Any other operation takes the
 * key that lies a Zipf-drawn number of keys (theta 0.99, 0 the likeliest) behind the worker's own
 * latest insert, backwards round the range; before the first insert, behind key range - w + t.
 *
 * So the cursor is each worker's own and no line is shared: where all workers insert at one rate,
 * each cursor stands where a shared one would, to within w keys; a worker that inserts more slowly
 * keeps reading around its own, older, inserts. A worker that never inserts (roles=split) has a
 * cursor that stands still. Keys are not scattered: new keys are neighbours, as in a log.
 */
#ifndef WORKLOADS_LATEST_H
#define WORKLOADS_LATEST_H

#include <stdint.h>

/* The exponent of the published core workloads that read the latest records. */
#define LATEST_THETA 0.99

struct latest {
	uint64_t range;
	uint64_t newest;    /* key of the latest insert */
	uint64_t step;      /* workers mod range */
};

static inline struct latest latest_init(uint64_t range, unsigned worker, unsigned workers)
{
	const uint64_t step = workers % range;

	return (struct latest){
		.range = range,
		.newest = (range - step + worker % range) % range,
		.step = step,
	};
}

/* The key of an insert. */
static inline uint64_t latest_insert(struct latest *latest)
{
	latest->newest += latest->step;
	latest->newest -= latest->newest >= latest->range ? latest->range : 0;
	return latest->newest;
}

/* The key @age inserts behind the newest; @age below the range. */
static inline uint64_t latest_behind(const struct latest *latest, uint64_t age)
{
	return latest->newest - age + (age > latest->newest ? latest->range : 0);
}

#endif
