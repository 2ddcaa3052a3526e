/*
 * Measurement loop of every token-slot cache, compiled once inside each of them, and its catalogue
 * entry. Expects STRUCTURE, the operations of kvslot.h, and the facts that map_loop.inc.h wants;
 * optional VARIANT_FLAW.
 */
#include "structures/kvslot/kvslot.h"

#ifndef VARIANT_FLAW
#	define VARIANT_FLAW FLAW_NONE
#endif

ALWAYS_INLINE struct answer OP(step)(struct STRUCTURE *cache, struct worker *w, struct tally *tally,
				     const struct draw draw)
{
	uint64_t value = 0;
	bool took_effect;

	if (draw.operation == KVSLOT_PUT) {
		value = kvslot_value(draw.key, draw_value(&w->draw));
		took_effect = OP(put)(cache, &w->context, draw.key, value);
		tally->attempted[KVSLOT_PUT]++;
		tally->succeeded[KVSLOT_PUT] += took_effect;
		tally->sum_in += took_effect ? draw.key : 0;
		if (VARIANT_FLAW != FLAW_NONE) {
			tally->lost = w->context.lost;
			tally->sum_out = w->context.lost_sum;
		}
		return (struct answer){ took_effect, value };
	}
	took_effect = OP(get)(cache, &w->context, draw.key, &value);
	tally->attempted[KVSLOT_GET]++;
	tally->succeeded[KVSLOT_GET] += took_effect;
	if (VARIANT_FLAW == FLAW_RACES)
		tally->torn_reads = w->context.torn_reads;
	else
		tally->mismatched += took_effect & !kvslot_value_fits(draw.key, value);
	tally->sink += value;
	return (struct answer){ took_effect, value };
}

/* Contexts in random order; where the range is no whole number of sequences, any keys. */
static void OP(fill)(struct STRUCTURE *cache, struct worker *w, struct tally *tally)
{
	const uint64_t range = w->prefill.range, count = w->prefill.count;
	const bool has_contexts = range % KVSLOT_SEQUENCE_KEYS == 0;
	const struct prefill order = has_contexts && count
					     ? prefill_init(count, count, w->prefill.round_keys[0])
					     : w->prefill;

	for (uint64_t i = w->prefill_from; i < w->prefill_to; i++) {
		const uint64_t drawn = prefill_key(&order, i);
		const uint64_t key = has_contexts ? kvslot_prefill_key(range, count, drawn) : drawn;

		OP(step)(cache, w, tally, (struct draw){ key, KVSLOT_PUT });
		if (i % WORKER_BATCH == 0)
			OP(quiesce)(cache, &w->context);
	}
}

#include "structures/common/loop.inc.h"

#undef STRUCTURE
