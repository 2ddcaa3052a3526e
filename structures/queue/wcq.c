#include "structures/queue/wcq.h"

#include <errno.h>

#include "structures/queue/bounded.h"

/* A ring with the indices 0 to @count - 1 in it, in this order. */
static void fill(struct wcq_ring *ring, uint64_t count)
{
	const uint64_t words = UINT64_C(2) << ring->log2;

	/* Positions begin with cycle 1. */
	for (uint64_t i = 0; i < words; i++) {
		struct atomic_pair *const entry = wcq_entry(ring, i);
		const uint64_t cycle = i < count, index = i < count ? i : wcq_none(ring);

		/* relaxed, here and below: the caller publishes the ring. */
		store_relaxed(&entry->high, 0);
		store_relaxed(&entry->low, /* relaxed: as above */
			      wcq_word(ring, cycle, wcq_safe(ring) | wcq_finished(ring), index));
	}
	store_relaxed(&ring->head.low, words);         /* relaxed: as above */
	store_relaxed(&ring->tail.low, words + count); /* relaxed: as above */
	/* relaxed: as above. */
	store_relaxed(&ring->threshold, count ? wcq_threshold(ring) : -1);
}

static bool make_ring(struct wcq_ring *ring, const struct setup *setup, unsigned log2,
		      uint64_t count)
{
	ring->log2 = log2;
	ring->workers = setup->workers;
	ring->entries = memory_shared(setup->memory, wcq_entries_bytes(log2));
	ring->records = memory_shared(setup->memory, setup->workers * sizeof(*ring->records));
	if (!ring->entries || !ring->records)
		return false;
	for (unsigned i = 0; i < setup->workers; i++) {
		struct wcq_record *const record = memory_thread(setup->memory, i, sizeof(*record));

		if (!record)
			return false;
		store_relaxed(&record->current, 1); /* relaxed: as in fill(). `asked` is 0 */
		record->until_help = WCQ_HELP_EVERY;
		record->helped = i;
		ring->records[i] = record;
	}
	fill(ring, count);
	return true;
}

static int wcq_create(const struct setup *setup, void **instance)
{
	const unsigned log2 = bounded_index_log2(setup);
	struct wcq *const queue = memory_shared(setup->memory, sizeof(*queue));

	if (!are_pairs_atomic())
		return -ENOTSUP;
	if (!queue)
		return -ENOMEM; /* what was got goes with memory_destroy() */
	queue->value_bytes = setup->value_bytes;
	queue->slots = memory_shared(setup->memory, sizeof(*queue->slots) << log2);
	if (!queue->slots || !make_ring(&queue->used, setup, log2, 0) ||
	    !make_ring(&queue->free, setup, log2, UINT64_C(1) << log2))
		return -ENOMEM;
	*instance = queue;
	return 0;
}

/* The next value from position head + *@at on. At rest. */
static bool find(const struct wcq *queue, uint64_t *at, uint64_t *stored)
{
	const struct wcq_ring *const ring = &queue->used;
	/* relaxed, here and below: at rest. */
	const uint64_t head = load_relaxed(&ring->head.low), tail = load_relaxed(&ring->tail.low);

	while (head + *at < tail) {
		const uint64_t position = head + (*at)++;
		/* relaxed: as above. */
		const uint64_t word = load_relaxed(&wcq_entry(ring, position)->low);

		if (wcq_is_vacant(ring, word) ||
		    wcq_cycle_of_word(ring, word) != wcq_cycle(ring, position))
			continue;
		*stored = queue->slots[wcq_index_of_word(ring, word)];
		return true;
	}
	return false;
}

static void wcq_destroy(void *instance)
{
	struct wcq *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };
	uint64_t at = 0, stored;

	while (find(queue, &at, &stored))
		payload_free(&context, stored);
}

static void wcq_inspect(void *instance, struct inspection *inspection)
{
	const struct wcq *const queue = instance;
	struct context context = { .value_bytes = queue->value_bytes };
	uint64_t at = 0, stored;

	*inspection = (struct inspection){ 0 };
	while (find(queue, &at, &stored)) {
		inspection->elements++;
		inspection->sum += payload_read(&context, stored);
	}
	if (inspection->elements > UINT64_C(1) << queue->used.log2)
		inspection->broken = "wcq: more elements than slots";
	if (context.torn)
		inspection->broken = "wcq: a payload that is not whole";
}

#define STRUCTURE wcq
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER \
	"Nikolaev, Ravindran, wCQ: a fast wait-free queue with bounded memory usage, SPAA 2022"
#define VARIANT_PROGRESS     PROGRESS_WAIT_FREE
#define VARIANT_LINEARIZABLE true
#define VARIANT_BOUNDED      true
#include "structures/queue/queue_loop.inc.h"
