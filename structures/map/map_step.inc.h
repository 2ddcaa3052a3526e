/*
 * One get, put or remove, and the prefill: what the loops of map and ordered share.
 * Expects STRUCTURE and its operations of map.h.
 */
#include "structures/map/map.h"

ALWAYS_INLINE struct answer OP(step_of_key)(struct STRUCTURE *map, struct worker *w,
					    struct tally *tally, const struct draw draw)
{
	uint64_t value = 0;
	bool took_effect;

	switch (draw.operation) {
	case MAP_GET:
		tally->attempted[MAP_GET]++;
		took_effect = OP(get)(map, &w->context, draw.key, &value);
		/* A branch, although a coin toss: what follows does not wait for it. */
		if (!took_effect)
			return (struct answer){ false, 0 };
		tally->succeeded[MAP_GET]++;
		if (__builtin_expect(!map_value_fits(draw.key, value), 0))
			count_rare(&tally->mismatched);
		tally->sink += value;
		break;
	case MAP_PUT:
		value = map_value(draw.key, draw_value(&w->draw));
		took_effect = OP(put)(map, &w->context, draw.key, value);
		tally->attempted[MAP_PUT]++;
		tally->succeeded[MAP_PUT] += took_effect;
		tally->sum_in += took_effect ? draw.key : 0;
		break;
	default:
		took_effect = OP(remove)(map, &w->context, draw.key);
		tally->attempted[MAP_REMOVE]++;
		tally->succeeded[MAP_REMOVE] += took_effect;
		tally->sum_out += took_effect ? draw.key : 0;
		break;
	}
	return (struct answer){ took_effect, value };
}

#if defined(VARIANT_PIPELINES) && VARIANT_PIPELINES
/* Across a network, as many at once as a batch has. */
static void OP(fill)(struct STRUCTURE *map, struct worker *w, struct tally *tally)
{
	struct draw draws[WORKER_BATCH];
	unsigned count;

	for (uint64_t i = w->prefill_from; i < w->prefill_to; i += count) {
		for (count = 0; count < WORKER_BATCH && i + count < w->prefill_to; count++)
			draws[count] = (struct draw){ prefill_key(&w->prefill, i + count), MAP_PUT };
		OP(prefetch)(map, &w->context, draws, count);
		for (unsigned n = 0; n < count; n++)
			OP(step_of_key)(map, w, tally, draws[n]);
	}
}
#else
static void OP(fill)(struct STRUCTURE *map, struct worker *w, struct tally *tally)
{
	for (uint64_t i = w->prefill_from; i < w->prefill_to; i++) {
		OP(step_of_key)
		(map, w, tally, (struct draw){ prefill_key(&w->prefill, i), MAP_PUT });
		if (i % WORKER_BATCH == 0)
			OP(quiesce)(map, &w->context);
	}
}
#endif
