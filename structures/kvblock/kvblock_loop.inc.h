/*
 * Measurement loop of every block cache, compiled once inside each of them, and its catalogue
 * entry. Expects STRUCTURE, the operations of kvblock.h, and the facts that
 * structures/common/loop.inc.h names.
 */
#include "structures/kvblock/kvblock.h"

ALWAYS_INLINE void OP(count)(struct tally *tally, const struct kvblock_request *request,
			     unsigned operation, unsigned hits)
{
	tally->attempted[operation]++;
	tally->succeeded[operation] += hits > 0;
	tally->counts[KVBLOCK_BLOCKS] += request->count;
	tally->counts[KVBLOCK_HITS] += hits;
	tally->counts[KVBLOCK_ADDED] += request->added;
	tally->counts[KVBLOCK_EVICTED] += request->evicted;
	tally->sum_in += request->sum_added;
	tally->sum_out += request->sum_evicted;
}

ALWAYS_INLINE struct answer OP(step)(struct STRUCTURE *cache, struct worker *w, struct tally *tally,
				     const struct draw draw)
{
	struct kvblock_request request = {
		.blocks = w->chain,
		.count = chain_fill(&w->draw.chains, draw.key, w->chain),
	};
	uint64_t start = worker_part_begin(w);
	unsigned hits;

	OP(acquire)(cache, &w->context, &request);
	worker_part_end(w, KVBLOCK_ACQUIRE, start);
	hits = request.cached;
	if (draw.operation == KVBLOCK_REQUEST && hits < request.count) {
		start = worker_part_begin(w);
		OP(commit)(cache, &w->context, &request);
		worker_part_end(w, KVBLOCK_COMMIT, start);
		tally->counts[KVBLOCK_REFUSED] += request.count - request.cached;
		/* What a commit found or made never takes away from what was acquired. */
		tally->mismatched += request.cached < hits;
	}
	OP(release)(cache, &w->context, &request);
	OP(count)(tally, &request, draw.operation, hits);
	return (struct answer){ hits > 0, hits };
}

/* A cache fills by its requests. */
static void OP(fill)(struct STRUCTURE *cache, struct worker *w, struct tally *tally)
{
	(void)cache, (void)w, (void)tally;
}

#define VARIANT_UPDATE  UPDATE_NONE
#define VARIANT_BOUNDED true
#include "structures/common/loop.inc.h"

#undef STRUCTURE
