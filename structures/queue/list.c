#include "structures/queue/list.h"

static int list_create(const struct setup *setup, void **instance)
{
	struct list *const queue = memory_shared(setup->memory, sizeof(*queue));
	int error;

	if (!queue)
		return -ENOMEM;
	error = lock_init(&queue->lock, setup->memory);
	if (error)
		return error;
	error = lock_threads_init(&queue->threads, setup->memory, setup->workers);
	if (error)
		return error;
	queue->value_bytes = setup->value_bytes;
	*instance = queue;
	return 0;
}

static void list_destroy(void *instance)
{
	struct list *const queue = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = queue->value_bytes };
	struct list_node *next;

	for (struct list_node *node = queue->head; node; node = next) {
		next = node->next;
		payload_free(&context, node->stored);
		arena_free(NULL, node, MEMORY_NODES, sizeof(*node));
	}
	lock_destroy(&queue->lock);
}

static void list_inspect(void *instance, struct inspection *inspection)
{
	const struct list *const queue = instance;
	/*
	 * What a payload's first word says, or the word itself: payload_read() of a reader's own.
	 */
	struct context context = { .value_bytes = queue->value_bytes };

	*inspection = (struct inspection){ 0 };
	for (const struct list_node *node = queue->head; node; node = node->next) {
		inspection->elements++;
		inspection->sum += payload_read(&context, node->stored);
		if (!node->next && node != queue->tail)
			inspection->broken = "list: the last node is not the tail";
	}
	if (context.torn)
		inspection->broken = "list: a payload that is not whole";
}

#define STRUCTURE list
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"D. Knuth, The Art of Computer Programming vol. 1, 1968, section 2.2.3, under one lock"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE true
#include "structures/queue/queue_loop.inc.h"
