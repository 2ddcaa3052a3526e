/*
 * Measurement loop of every probe, and its catalogue entry. Expects STRUCTURE, NAME_touch, NAME_create and VARIANT_PAPER,
 * VARIANT_PROGRESS.
 */
#include "structures/probe/probe.h"

ALWAYS_INLINE struct answer OP(step)(struct STRUCTURE *probe, struct worker *w,
				      struct tally *tally, const struct draw draw)
{
	tally->attempted[PROBE_TOUCH]++;
	tally->succeeded[PROBE_TOUCH]++;
	tally->sink += OP(touch)(probe, &w->context, draw.key);
	return (struct answer){ .took_effect = true };
}

static void OP(fill)(struct STRUCTURE *probe, struct worker *w, struct tally *tally)
{
	(void)probe, (void)w, (void)tally;
}

#include "structures/common/bare_hooks.inc.h"

static void OP(stall)(struct STRUCTURE *probe, struct worker *worker)
{
	(void)probe;
	worker_sleep_stalled(worker);
}

static void OP(destroy)(void *instance)
{
	(void)instance;    /* its memory goes with memory_destroy() */
}

static void OP(inspect)(void *instance, struct inspection *inspection)
{
	(void)instance;
	memset(inspection, 0, sizeof(*inspection));
}

#define VARIANT_UPDATE       UPDATE_NONE
#define VARIANT_LINEARIZABLE true
#include "structures/common/loop.inc.h"

#undef STRUCTURE
