#include "workloads/draw.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>

static bool has_zipf(const struct draw_options *options)
{
	return options->dist.kind == DIST_ZIPF || options->dist.kind == DIST_LATEST ||
	       options->dist.kind == DIST_PREFIX;
}

static size_t zipf_bytes(const struct draw_options *options)
{
	return has_zipf(options) ? zipf_table_bytes(options->range, options->dist.theta) : 0;
}

/* The cycle lies behind the distribution's table. */
size_t draw_table_bytes(const struct draw_options *options)
{
	return zipf_bytes(options) + (options->in_cycle ? DRAW_CYCLE_MAX : 0);
}

static void set_streams(struct draw_source *source, const struct draw_options *options)
{
	source->keys = random_seed(options->seed, options->worker, RANDOM_KEYS);
	source->operations = random_seed(options->seed, options->worker, RANDOM_OPERATIONS);
	source->values = random_seed(options->seed, options->worker, RANDOM_VALUES);
}

/* Cumulative shares of 63 bits. An operation without a share gets two equal bounds: never drawn. */
static void set_bounds(struct draw_source *source, const struct mix *mix)
{
	uint64_t below = 0;

	for (unsigned i = 0; i < MIX_OPERATIONS_MAX - 1; i++) {
		below += mix->share[i];
		source->bounds[i] = (uint64_t)(((unsigned __int128)below << 63) / MIX_TOTAL);
		if (below < MIX_TOTAL)
			source->bound_count = i + 1;
	}
}

static int set_cycle(struct draw_source *source, const struct mix *mix, uint8_t *cycle,
		     struct fault *fault)
{
	const int length = mix_cycle(mix, cycle, DRAW_CYCLE_MAX);

	if (length < 0)
		return fault_set(fault, -EINVAL,
				 "op_order=cycle: the mix repeats only after more than %d "
				 "operations; use coarser percentages",
				 DRAW_CYCLE_MAX);
	source->in_cycle = true;
	source->cycle = cycle;
	source->cycle_length = (unsigned)length;
	return 0;
}

static void set_keys(struct draw_source *source, const struct draw_options *options, void *table)
{
	const struct dist *const dist = &options->dist;
	const uint64_t range = options->range;

	source->range = range;
	source->kind = dist->kind;
	source->insert_operation = options->insert_operation;
	if (has_zipf(options))
		source->zipf = zipf_init(range, dist->theta, table);
	source->scatter = scatter_init(range, options->seed);
	source->hotspot = hotspot_init(range, dist->hot_keys, dist->hot_draws);
	source->latest = latest_init(range, options->worker, options->workers);
	source->chains = chain_init(dist, options->worker);
	source->next_request = options->worker;
	source->request_step = options->workers;
	source->sequential = sequential_init(
		range, dist->has_stride ? dist->stride : range / options->workers, options->worker);
}

int draw_init(struct draw_source *source, const struct draw_options *options, void *table,
	      struct fault *fault)
{
	struct draw_source made = { .in_cycle = false };
	int error = 0;

	assert(options->worker < options->workers);
	if (options->range == 0 || options->range > DRAW_RANGE_MAX)
		return fault_set(fault, -EINVAL, "range=%" PRIu64 ": allowed is 1 to 2^62",
				 options->range);
	set_streams(&made, options);
	set_bounds(&made, &options->mix);
	if (options->in_cycle)
		error = set_cycle(&made, &options->mix, (uint8_t *)table + zipf_bytes(options),
				  fault);
	if (error)
		return error;
	set_keys(&made, options, table);
	*source = made;
	return 0;
}

#define ALWAYS_INLINE static inline __attribute__((always_inline))

ALWAYS_INLINE void draw_in_cycle(struct draw_source *restrict source, struct draw *restrict draws,
				 unsigned n)
{
	unsigned next = source->cycle_next;

	for (unsigned i = 0; i < n; i++) {
		draws[i].operation = source->cycle[next];
		next = next + 1 == source->cycle_length ? 0 : next + 1;
	}
	source->cycle_next = next;
}

ALWAYS_INLINE unsigned draw_operation(struct draw_source *source, const unsigned bounds)
{
	const uint64_t number = random_next(&source->operations) >> 1;
	unsigned operation = 0;

	for (unsigned i = 0; i < bounds; i++)
		operation += number >= source->bounds[i];    /* a sum: nothing to mispredict */
	return operation;
}

ALWAYS_INLINE uint64_t draw_latest(struct draw_source *source, unsigned operation)
{
	if ((int)operation == source->insert_operation)
		return latest_insert(&source->latest);
	return latest_behind(&source->latest, zipf_next(&source->zipf, &source->keys));
}

ALWAYS_INLINE uint64_t draw_request(struct draw_source *source)
{
	const uint64_t request = source->next_request;

	source->next_request += source->request_step;
	return request;
}

ALWAYS_INLINE uint64_t draw_key(struct draw_source *source, const enum dist_kind kind,
				unsigned operation)
{
	switch (kind) {
	case DIST_PREFIX:
	case DIST_ZIPF:
		return scatter_key(&source->scatter, zipf_next(&source->zipf, &source->keys));
	case DIST_HOTSPOT:
		return scatter_key(&source->scatter,
				   hotspot_next(&source->hotspot, &source->keys));
	case DIST_LATEST: return draw_latest(source, operation);
	case DIST_SEQUENTIAL: return sequential_next(&source->sequential);
	case DIST_TRACE: return draw_request(source);
	case DIST_UNIFORM: break;
	}
	return random_below(&source->keys, source->range);
}

/* Operations first, then keys: two short loops, each with its state in registers. */
ALWAYS_INLINE void draw_operations(struct draw_source *restrict source,
				   struct draw *restrict draws, unsigned n)
{
	if (source->in_cycle) {
		draw_in_cycle(source, draws, n);
		return;
	}
	switch (source->bound_count) {    /* constants, so that the sum is unrolled */
	case 0:
		for (unsigned i = 0; i < n; i++)
			draws[i].operation = 0;
		break;
	case 1:
		for (unsigned i = 0; i < n; i++)
			draws[i].operation = draw_operation(source, 1);
		break;
	case 2:
		for (unsigned i = 0; i < n; i++)
			draws[i].operation = draw_operation(source, 2);
		break;
	case 3:
	case 4:
	case 5:    /* bounds without a share are never passed */
		for (unsigned i = 0; i < n; i++)
			draws[i].operation = draw_operation(source, 5);
		break;
	default:
		for (unsigned i = 0; i < n; i++)
			draws[i].operation = draw_operation(source, MIX_OPERATIONS_MAX - 1);
	}
}

ALWAYS_INLINE void draw_keys(struct draw_source *restrict source, struct draw *restrict draws,
			     unsigned n, const enum dist_kind kind)
{
	for (unsigned i = 0; i < n; i++)
		draws[i].key = draw_key(source, kind, draws[i].operation);
}

void draw_batch(struct draw_source *source, struct draw *draws, unsigned n)
{
	draw_operations(source, draws, n);
	switch (source->kind) {
	case DIST_UNIFORM: draw_keys(source, draws, n, DIST_UNIFORM); break;
	case DIST_PREFIX:
	case DIST_ZIPF: draw_keys(source, draws, n, DIST_ZIPF); break;
	case DIST_HOTSPOT: draw_keys(source, draws, n, DIST_HOTSPOT); break;
	case DIST_LATEST: draw_keys(source, draws, n, DIST_LATEST); break;
	case DIST_SEQUENTIAL: draw_keys(source, draws, n, DIST_SEQUENTIAL); break;
	case DIST_TRACE: draw_keys(source, draws, n, DIST_TRACE); break;
	}
}

void draw_operation_batch(struct draw_source *source, struct draw *draws, unsigned n)
{
	draw_operations(source, draws, n);
}
