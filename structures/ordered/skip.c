#include "structures/ordered/skip.h"

#include <errno.h>

int skip_init(struct skip *skip, const struct setup *setup)
{
	skip->head = memory_shared(setup->memory, skip_node_bytes(LEVEL_MAX));
	if (!skip->head)
		return -ENOMEM;
	skip->head->height = LEVEL_MAX;
	skip->value_bytes = setup->value_bytes;
	atomic_init(&skip->levels, 1);    /* nobody shares it yet */
	return 0;
}

void skip_destroy(struct skip *skip)
{
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = skip->value_bytes };
	/* relaxed, here and below: all workers have detached. */
	struct skip_node *node = skip_node(load_relaxed(&skip->head->next[0]));

	while (node) {
		/* relaxed, both: as above. */
		struct skip_node *const next = skip_node(load_relaxed(&node->next[0]));

		payload_free(&context, load_relaxed(&node->stored));
		skip_drop(&context, node);
		node = next;
	}
}

static void note_broken(struct inspection *inspection, bool is_broken, const char *what)
{
	if (is_broken && !inspection->broken)
		inspection->broken = what;
}

static void inspect_node(const struct skip *skip, const struct skip_node *node, uint32_t state,
			 struct inspection *inspection)
{
	/* relaxed, all: at rest. */
	note_broken(inspection, load_relaxed(&node->state) != state,
		    "skip list: a linked node is removed, or not yet inserted");
	note_broken(inspection, node->height > load_relaxed(&skip->levels),
		    "skip list: a node is higher than the list");
	/* relaxed: as above. */
	const bool is_taken = load_relaxed(&node->stored) == SKIP_TAKEN;

	note_broken(inspection, is_taken && skip->value_bytes > PAYLOAD_INLINE_BYTES,
		    "skip list: a linked node has lost its payload");
	inspection->elements++;
	inspection->sum += node->key;
}

/* Return: how many nodes are linked on a level. */
static uint64_t inspect_level(const struct skip *skip, unsigned level,
			      struct inspection *inspection)
{
	const struct skip_node *node = skip->head;
	uint64_t count = 0;

	for (;; count++) {
		/* relaxed: at rest. */
		const uintptr_t word = load_relaxed(&node->next[level]);
		const struct skip_node *const next = skip_node(word);

		note_broken(inspection, word & SKIP_MARK,
			    "skip list: a removed node is still linked");
		if (!next)
			return count;
		note_broken(inspection, next->height <= level,
			    "skip list: a node is linked above its height");
		note_broken(inspection, node != skip->head && next->key <= node->key,
			    "skip list: the keys of a level do not ascend");
		if (inspection->broken)
			return count;
		node = next;
	}
}

void skip_inspect(const struct skip *skip, uint32_t state, struct inspection *inspection)
{
	uint64_t of_height[LEVEL_MAX + 1] = { 0 }, above = 0;
	const struct skip_node *node;

	*inspection = (struct inspection){ 0 };
	/* relaxed, both: at rest. */
	for (node = skip_node(load_relaxed(&skip->head->next[0])); node;
	     node = skip_node(load_relaxed(&node->next[0]))) {
		inspect_node(skip, node, state, inspection);
		of_height[node->height]++;
	}
	for (unsigned level = LEVEL_MAX; level-- > 0;) {
		above += of_height[level + 1];
		note_broken(inspection, inspect_level(skip, level, inspection) != above,
			    "skip list: a node is not on each of its levels");
	}
}
