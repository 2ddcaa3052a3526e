#include "workloads/draw.h"

#include <errno.h>
#include <inttypes.h>

size_t draw_table_bytes(const struct draw_options *options)
{
	return options->in_cycle ? DRAW_CYCLE_MAX : 0;
}

/* Cumulative shares on the scale of 63 bits. An operation without a share gets two equal bounds: never drawn. */
static void set_bounds(struct draw_source *source, const struct mix *mix)
{
	uint64_t below = 0;

	for (unsigned i = 0; i < MIX_OPERATIONS_MAX - 1; i++) {
		below += mix->share[i];
		source->bounds[i] = (uint64_t)(((unsigned __int128)below << 63) / MIX_TOTAL);
	}
}

static int set_cycle(struct draw_source *source, const struct draw_options *options,
		     uint8_t *cycle, struct fault *fault)
{
	const int length = mix_cycle(&options->mix, cycle, DRAW_CYCLE_MAX);

	if (length < 0)
		return fault_set(fault, -EINVAL,
				 "op_order=cycle needs a mix that repeats within %d operations; "
				 "this one does not: use coarser percentages",
				 DRAW_CYCLE_MAX);
	source->in_cycle = true;
	source->cycle = cycle;
	source->cycle_length = (unsigned)length;
	return 0;
}

static void set_streams(struct draw_source *source, const struct draw_options *options)
{
	source->keys = random_seed(options->seed, options->worker, RANDOM_KEYS);
	source->operations = random_seed(options->seed, options->worker, RANDOM_OPERATIONS);
	source->values = random_seed(options->seed, options->worker, RANDOM_VALUES);
}

int draw_init(struct draw_source *source, const struct draw_options *options, void *table,
	      struct fault *fault)
{
	const struct dist *dist = &options->dist;
	const uint64_t range = options->range;

	if (range == 0 || range > DRAW_RANGE_MAX)
		return fault_set(fault, -EINVAL, "range=%" PRIu64 ": allowed is 1 to 2^62", range);

	*source = (struct draw_source){ .range = range, .kind = dist->kind };
	set_streams(source, options);
	set_bounds(source, &options->mix);
	if (options->in_cycle) {
		const int error = set_cycle(source, options, table, fault);

		if (error)
			return error;
	}
	switch (dist->kind) {
	case DIST_UNIFORM: return 0;
	case DIST_SEQUENTIAL:
		source->sequential = sequential_init(
			range, dist->has_stride ? dist->stride : range / options->workers,
			options->worker);
		return 0;
	default: return fault_set(fault, -EINVAL, "dist: allowed are uniform and sequential");
	}
}
