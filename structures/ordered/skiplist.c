#include "structures/ordered/skiplist.h"

#include <errno.h>

static int skiplist_create(const struct setup *setup, void **instance)
{
	struct skiplist *const list = memory_shared(setup->memory, sizeof(*list));
	int error;

	if (!list)
		return -ENOMEM;
	list->head = memory_shared(setup->memory, skiplist_node_bytes(LEVEL_MAX));
	if (!list->head)
		return -ENOMEM;    /* what was got goes with memory_destroy() */
	list->head->height = LEVEL_MAX;
	for (unsigned i = 0; i < LEVEL_MAX - 1; i++)
		list->head->up[i] = (struct skiplist_link){ NULL, SKIPLIST_END };
	list->height = 1;
	list->value_bytes = setup->value_bytes;
	error = lock_threads_init(&list->threads, setup->memory, setup->workers);
	if (error)
		return error;
	error = lock_init(&list->lock, setup->memory);
	if (error)
		return error;
	*instance = list;
	return 0;
}

static void skiplist_destroy(void *instance)
{
	struct skiplist *const list = instance;
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .arena = NULL, .value_bytes = list->value_bytes };
	struct skiplist_node *next;

	for (struct skiplist_node *node = list->head->next; node; node = next) {
		next = node->next;
		payload_free(&context, node->stored);
		arena_free(NULL, node, MEMORY_NODES, skiplist_node_bytes(node->height));
	}
	lock_destroy(&list->lock);
}

/* Return: how many nodes are linked on an upper level; what is wrong goes to @inspection. */
static uint64_t skiplist_inspect_level(const struct skiplist *list, unsigned level,
				       struct inspection *inspection)
{
	const struct skiplist_link *link = &list->head->up[level - 1];
	uint64_t count = 0;

	for (; link->node; link = &link->node->up[level - 1], count++) {
		if (link->node->height <= level) {
			inspection->broken = "skiplist: a node is linked above its height";
			return count;
		}
		if (link->key != link->node->key)
			inspection->broken = "skiplist: a link has another key than its node";
		if (link->node->up[level - 1].key <= link->key)
			inspection->broken = "skiplist: the keys of a level do not ascend";
	}
	if (link->key != SKIPLIST_END)
		inspection->broken = "skiplist: a link to no node has a key";
	return count;
}

static void skiplist_inspect(void *instance, struct inspection *inspection)
{
	const struct skiplist *const list = instance;
	uint64_t of_height[LEVEL_MAX + 1] = { 0 };
	uint64_t above = 0;

	*inspection = (struct inspection){ 0 };
	for (const struct skiplist_node *node = list->head->next; node; node = node->next) {
		if (node->next && node->next->key <= node->key)
			inspection->broken = "skiplist: the keys do not ascend";
		inspection->elements++;
		inspection->sum += node->key;
		of_height[node->height]++;
	}
	for (unsigned level = LEVEL_MAX - 1; level > 0; level--) {
		above += of_height[level + 1];
		if (above && level >= list->height)
			inspection->broken = "skiplist: a node is higher than the list";
		if (skiplist_inspect_level(list, level, inspection) != above)
			inspection->broken = "skiplist: a node is not on each of its levels";
	}
}

#define STRUCTURE skiplist
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"W. Pugh, Skip lists: a probabilistic alternative to balanced trees, CACM 33(6), 1990, "   \
	"under one lock"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SCAN         SCAN_SNAPSHOT
#include "structures/ordered/ordered_loop.inc.h"
