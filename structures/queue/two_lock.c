#include "structures/queue/two_lock.h"

static int two_lock_create(const struct setup *setup, void **instance)
{
	struct two_lock *const queue = memory_shared(setup->memory, sizeof(*queue));
	int error;

	if (!queue)
		return -ENOMEM;
	error = lock_init(&queue->head.lock, setup->memory);
	if (error)
		return error;
	error = lock_init(&queue->tail.lock, setup->memory);
	if (error)
		return error;
	error = lock_threads_init(&queue->threads, setup->memory, setup->workers);
	if (error)
		return error;
	/* The memory is zeroed: the first dummy has no successor. */
	queue->head.node = &queue->first;
	queue->tail.node = &queue->first;
	queue->value_bytes = setup->value_bytes;
	*instance = queue;
	return 0;
}

static void two_lock_destroy(void *instance)
{
	struct two_lock *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };
	struct two_lock_node *dummy = queue->head.node, *node;

	/* relaxed: nobody else is here any more. */
	for (; (node = load_relaxed(&dummy->next)) != NULL; dummy = node) {
		payload_free(&context, node->stored);
		if (dummy != &queue->first)
			arena_free(NULL, dummy, MEMORY_NODES, sizeof(*dummy));
	}
	if (dummy != &queue->first)
		arena_free(NULL, dummy, MEMORY_NODES, sizeof(*dummy));
	lock_destroy(&queue->head.lock);
	lock_destroy(&queue->tail.lock);
}

static void two_lock_inspect(void *instance, struct inspection *inspection)
{
	struct two_lock *const queue = instance;
	/*
	 * What a payload's first word says, or the word itself: payload_read() of a reader's own.
	 */
	struct context context = { .value_bytes = queue->value_bytes };
	const struct two_lock_node *dummy = queue->head.node, *node;

	*inspection = (struct inspection){ 0 };
	/* relaxed: at rest. */
	for (; (node = load_relaxed(&dummy->next)) != NULL; dummy = node) {
		inspection->elements++;
		inspection->sum += payload_read(&context, node->stored);
	}
	if (dummy != queue->tail.node)
		inspection->broken = "two_lock: the last node is not the tail";
	if (context.torn)
		inspection->broken = "two_lock: a payload that is not whole";
}

#define STRUCTURE two_lock
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"M. Michael, M. Scott, Simple, fast, and practical non-blocking and blocking concurrent "  \
	"queue algorithms, PODC 1996"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE true
#include "structures/queue/queue_loop.inc.h"
