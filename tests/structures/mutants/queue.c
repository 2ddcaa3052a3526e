/*
 * queue/list@spin, or ring@spin, with one defect, chosen by a MUTANT_ macro: the conformance cases must report it.
 * As in map.c, most defects strike workers other than the first.
 */
#if MUTANT_FULL_FOR_EVER
#	include "structures/queue/ring.h"
#else
#	include "structures/queue/list.h"
#endif

#if MUTANT_DROPPED
static inline bool mutant_enqueue(struct list *queue, struct context *context, uint64_t value)
{
	if (context->worker != 0 && queue_value_sequence(value) % 1000 == 99)
		return true;
	return list_enqueue(queue, context, value);
}

#	define list_enqueue mutant_enqueue
#endif

#if MUTANT_DELIVERED_TWICE
static inline bool mutant_dequeue(struct list *queue, struct context *context, uint64_t *value)
{
	static _Thread_local uint64_t before;

	if (context->worker != 0 && queue_value_sequence(before) % 1000 == 99) {
		*value = before;
		before = 0;
		return true;
	}
	if (!list_dequeue(queue, context, value))
		return false;
	before = *value;
	return true;
}

#	define list_dequeue mutant_dequeue
#endif

#if MUTANT_OUT_OF_ORDER
/* Holds one value back until the next one is in. */
static inline bool mutant_enqueue(struct list *queue, struct context *context, uint64_t value)
{
	static _Thread_local uint64_t held;
	const bool is_holding = held != 0;

	if (context->worker == 0)
		return list_enqueue(queue, context, value);
	if (!is_holding && queue_value_sequence(value) % 100 == 50) {
		held = value;
		return true;
	}
	if (!list_enqueue(queue, context, value))
		return false;
	if (is_holding && list_enqueue(queue, context, held))
		held = 0;
	return true;
}

#	define list_enqueue mutant_enqueue
#endif

#if MUTANT_NEWEST_FIRST
static inline bool mutant_enqueue(struct list *queue, struct context *context, uint64_t value)
{
	struct list_node *const node =
		arena_alloc(context->arena, MEMORY_NODES, sizeof(struct list_node));

	if (!node || !payload_make(context, value, &node->stored))
		return false;
	lock_acquire(&queue->lock, context->lock);
	node->next = queue->head;
	queue->head = node;
	if (!node->next)
		queue->tail = node;
	lock_release(&queue->lock, context->lock);
	return true;
}

#	define list_enqueue mutant_enqueue
#endif

#if MUTANT_GARBAGE_UNCOUNTED
static struct garbage mutant_garbage(void *instance)
{
	(void)instance;
	return (struct garbage){ 0 };
}

#	define VARIANT_GARBAGE mutant_garbage
#endif

#if MUTANT_FULL_FOR_EVER
static inline bool mutant_enqueue(struct ring *queue, struct context *context, uint64_t value)
{
	static _Atomic uintptr_t full;

	/* relaxed: it may be noticed late. */
	if (load_relaxed(&full) == (uintptr_t)queue)
		return false;
	if (ring_enqueue(queue, context, value))
		return true;
	store_relaxed(&full, (uintptr_t)queue); /* relaxed: as above */
	return false;
}

#	define ring_enqueue mutant_enqueue
#endif

#if MUTANT_FULL_FOR_EVER
#	include "structures/queue/ring.c"
#else
#	include "structures/queue/list.c"
#endif
