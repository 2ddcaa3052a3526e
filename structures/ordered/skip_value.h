/*
 * Values of the concurrent skip lists, which are updated in place, and the end of their nodes.
 *
 * With 8-byte values an update is a store, with payloads a CAS whose winner retires the payload that
 * was there. Who retires a node takes its payload out with SKIP_TAKEN: an update that comes after
 * that sees that it is too late and starts over.
 */
#ifndef STRUCTURES_ORDERED_SKIP_VALUE_H
#define STRUCTURES_ORDERED_SKIP_VALUE_H

#include "structures/ordered/skip.h"
#include "structures/reclaim/reclaim.h"

/* The value word, for a read that afterwards sees that the node was there. */
static inline uint64_t skip_load_value(const struct skip_node *node)
{
	/* acquire: the payload as it was published, and this load stays before the one that shows
	 * whether the node is removed; pairs with the release in skip_overwrite(). */
	return load_acquire(&node->stored);
}

/* Return: false if the node was removed and its payload taken: start over. */
static inline bool skip_overwrite(struct context *context, struct skip_node *node, uint64_t stored)
{
	uint64_t old;

	if (!payload_is_apart(context)) {
		/* release: orders nothing of its own; pairs with the acquire in skip_load_value().
		 */
		store_release(&node->stored, stored);
		return true;
	}
	/* relaxed: only compared, the payload is not looked at. */
	old = load_relaxed(&node->stored);
	do {
		if (old == SKIP_TAKEN)
			return false;
		/* acq_rel: publishes the new payload, pairs with the acquire in skip_load_value();
		 * acquires the old one, to hand it on. */
	} while (!cas_acq_rel(&node->stored, &old, stored));
	reclaim_retire(context->reclaim, payload_words(old), MEMORY_PAYLOADS, context->value_bytes);
	return true;
}

/* Retire a node that is unlinked on every level for ever, and the payload of @stored. */
static inline void skip_retire_with(struct context *context, struct skip_node *node,
				    uint64_t stored)
{
	if (payload_is_apart(context))
		reclaim_retire(context->reclaim, payload_words(stored), MEMORY_PAYLOADS,
			       context->value_bytes);
	reclaim_retire(context->reclaim, node, MEMORY_NODES, skip_node_bytes(node->height));
}

/* The same where others may still update its value: the payload is taken out. */
static inline void skip_retire(struct context *context, struct skip_node *node)
{
	/* acq_rel: acquires the payload that an update published, to hand it on; a later one sees
	 * that it is too late; pairs with the CAS in skip_overwrite(). */
	skip_retire_with(context, node,
			 payload_is_apart(context) ? exchange_acq_rel(&node->stored, SKIP_TAKEN)
						   : 0);
}

enum skip_put { SKIP_PUT_AGAIN, SKIP_PUT_ADDED, SKIP_PUT_UPDATED, SKIP_PUT_FAILED };

/* What is left to do after a put: of the node that was made, and of the payload. */
static inline bool skip_put_end(struct context *context, enum skip_put put, uint64_t stored,
				struct skip_node *fresh)
{
	if (fresh && put != SKIP_PUT_ADDED)
		skip_drop(context, fresh);
	if (put == SKIP_PUT_FAILED)
		payload_free(context, stored);
	return put == SKIP_PUT_ADDED;
}

/*
 * Make the node of a put when it is first needed; it is kept for the next attempt.
 * Return: SKIP_PUT_ADDED if it can be linked where the path leads, SKIP_PUT_AGAIN if the list has to
 * be searched on more levels first, SKIP_PUT_FAILED without memory.
 */
static inline enum skip_put skip_prepare(struct skip *skip, struct context *context,
					 const struct skip_path *path, uint64_t key,
					 struct skip_node **fresh)
{
	if (!*fresh)
		*fresh = skip_make(context, key);
	if (!*fresh)
		return SKIP_PUT_FAILED;
	if ((*fresh)->height <= path->levels)
		return SKIP_PUT_ADDED;
	skip_raise(skip, (*fresh)->height);
	return SKIP_PUT_AGAIN;
}

#endif
