/*
 * Measurement loop of every map, compiled once inside each of them, and its catalogue entry.
 * Expects STRUCTURE, the operations of map.h, and VARIANT_PAPER, VARIANT_PROGRESS, VARIANT_UPDATE,
 * VARIANT_LINEARIZABLE; optional VARIANT_SHARDED, VARIANT_PREFETCHES, VARIANT_HELPERS, VARIANT_CONVERGENCE and
 * VARIANT_GARBAGE (a scheme).
 */
#include "structures/map/map_step.inc.h"

ALWAYS_INLINE struct answer OP(step)(struct STRUCTURE *map, struct worker *w, struct tally *tally,
				     const struct draw draw)
{
	return OP(step_of_key)(map, w, tally, draw);
}

#include "structures/common/loop.inc.h"

#undef STRUCTURE
