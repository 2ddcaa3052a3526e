#include "structures/queue/faa_segment.h"

#include <errno.h>

static int faa_segment_create(const struct setup *setup, void **instance)
{
	struct faa_segment *const queue = memory_shared(
		setup->memory, sizeof(*queue) + setup->workers * sizeof(*queue->threads));
	/* Retired like any other, so it comes from an arena: no worker runs yet. */
	struct faa_segment_array *first;
	int error;

	if (!queue)
		return -ENOMEM;
	for (unsigned i = 0; i < setup->workers; i++) {
		queue->threads[i] = memory_thread(setup->memory, i, sizeof(**queue->threads));
		if (!queue->threads[i])
			return -ENOMEM; /* what was got goes with memory_destroy() */
	}
	error = reclaim_create(setup, &queue->reclaim);
	if (error)
		return error;
	first = faa_segment_make(memory_arena(setup->memory, 0), 1);
	if (!first) {
		reclaim_destroy(queue->reclaim);
		return -ENOMEM;
	}
	queue->value_bytes = setup->value_bytes;
	/* relaxed, here and below: the caller publishes the queue. */
	store_relaxed(&queue->head, (uintptr_t)first);
	store_relaxed(&queue->tail, (uintptr_t)first);
	*instance = queue;
	return 0;
}

static bool is_element(uint64_t word)
{
	return word && word != FAA_SEGMENT_SPOILED;
}

/* Frees garbage, segments, and the payloads in them: with another allocator they would stay. */
static void faa_segment_destroy(void *instance)
{
	struct faa_segment *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };
	/* relaxed, here and below: all workers have detached. */
	uintptr_t next = load_relaxed(&queue->head);

	reclaim_destroy(queue->reclaim);
	while (next) {
		struct faa_segment_array *const array = faa_segment_array(next);

		for (unsigned i = 0; i < FAA_SEGMENT_CELLS; i++) {
			const uint64_t word =
				load_relaxed(&array->cells[i]); /* relaxed: as above */

			if (is_element(word))
				payload_free(&context, word);
		}
		next = load_relaxed(&array->next); /* relaxed: as above */
		arena_free(NULL, array, MEMORY_NODES, sizeof(*array));
	}
}

static void inspect_array(const struct faa_segment_array *array, struct context *context,
			  struct inspection *inspection)
{
	for (unsigned i = 0; i < FAA_SEGMENT_CELLS; i++) {
		const uint64_t word = load_relaxed(&array->cells[i]); /* relaxed: at rest */

		if (!is_element(word))
			continue;
		inspection->elements++;
		inspection->sum += payload_read(context, word);
		/* relaxed, here and below: as above. */
		if (i < load_relaxed(&array->dequeued) || i >= load_relaxed(&array->enqueued))
			inspection->broken = "faa_segment: a value out of the dequeuers' way";
	}
}

static void faa_segment_inspect(void *instance, struct inspection *inspection)
{
	const struct faa_segment *const queue = instance;
	struct context context = { .value_bytes = queue->value_bytes };
	/* relaxed, here and below: all workers are at rest. */
	uintptr_t next = load_relaxed(&queue->head), last = 0;

	*inspection = (struct inspection){ 0 };
	while (next) {
		inspect_array(faa_segment_array(next), &context, inspection);
		last = next;
		next = load_relaxed(&faa_segment_array(last)->next); /* relaxed: as above */
	}
	/* relaxed: as above. */
	if (load_relaxed(&queue->tail) != last)
		inspection->broken = "faa_segment: the tail is not the last segment";
	if (context.torn)
		inspection->broken = "faa_segment: a payload that is not whole";
}

#define STRUCTURE faa_segment
#define VARIANT_PAPER                                                                        \
	"Correia, Ramalhete, FAAArrayQueue, Concurrency Freaks, 2016; Morrison, Afek, Fast " \
	"concurrent queues for x86 processors, PPoPP 2013"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_LINEARIZABLE true
#include "structures/reclaim/hooks.inc.h"

#include "structures/queue/queue_loop.inc.h"
