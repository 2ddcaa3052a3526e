#include "structures/ordered/btree.h"

#include <errno.h>

static int btree_create(const struct setup *setup, void **instance)
{
	struct btree *const tree = memory_shared(setup->memory, sizeof(*tree));
	int error;

	if (!tree)
		return -ENOMEM;
	error = reclaim_create(setup, &tree->reclaim);
	if (error)
		return error; /* what was got goes with memory_destroy() */
	tree->value_bytes = setup->value_bytes;
	btree_clear(&tree->first);
	/* relaxed: as below. Above the stamp of the first leaf: what is in it now needs no past. */
	store_relaxed(&tree->time, 1);
	/* relaxed: nobody else knows the tree yet; the caller publishes it. */
	store_relaxed(&tree->root, btree_as_word(&tree->first));
	*instance = tree;
	return 0;
}

static void btree_free_payloads(const struct btree *tree, const struct btree_node *leaf)
{
	if (tree->value_bytes <= PAYLOAD_INLINE_BYTES)
		return;
	for (unsigned i = 0; i < btree_count(leaf); i++)
		arena_free(NULL, payload_words(btree_word(leaf, i)), MEMORY_PAYLOADS,
			   tree->value_bytes);
}

/* All below a node, and the node: with an allocator other than arenas they would stay. */
static void btree_free(struct btree *tree, struct btree_node *node, unsigned height)
{
	if (!height)
		btree_free_payloads(tree, node);
	for (unsigned i = 0; height && i <= btree_count(node); i++)
		btree_free(tree, btree_child(node, i), height - 1);
	if (node != &tree->first)
		arena_free(NULL, node, MEMORY_NODES, sizeof(*node));
}

static void btree_destroy(void *instance)
{
	struct btree *const tree = instance;
	/* relaxed: all workers have detached. */
	const uint64_t root = load_relaxed(&tree->root);

	reclaim_destroy(tree->reclaim);
	btree_free(tree, btree_root_node(root), (unsigned)(root & BTREE_HEIGHT));
}

/* A look at a tree at rest: the leaf that should come next, and what was found so far. */
struct btree_look {
	const struct btree_node *next;
	struct inspection *inspection;
};

/* A range of keys, and what covers it. */
struct btree_range {
	const struct btree_node *node;
	unsigned height;
	uint64_t low, high; /* from low on, below high */
};

static const char *btree_look_at_keys(const struct btree_range *range)
{
	const unsigned count = btree_count(range->node);
	uint64_t least = range->low;

	for (unsigned i = 0; i < count; i++) {
		const uint64_t key = btree_key(range->node, i);

		if (key < least || key >= range->high)
			return "a key is out of order, or of its node's range";
		least = key + 1;
	}
	for (unsigned i = count; i < BTREE_KEYS; i++) {
		if (btree_key(range->node, i) != BTREE_NO_KEY)
			return "there is a gap between the keys of a node";
	}
	return NULL;
}

static const char *btree_look_at_leaf(struct btree_look *look, const struct btree_node *leaf)
{
	const unsigned count = btree_count(leaf);

	if (look->next != leaf)
		return "a leaf is not linked to the one right of it";
	look->next = btree_child(leaf, BTREE_NEXT);
	look->inspection->elements += count;
	for (unsigned i = 0; i < count; i++)
		look->inspection->sum += btree_key(leaf, i);
	return NULL;
}

/* Return: the first invariant that does not hold, or NULL. */
static const char *btree_look_at(struct btree_look *look, const struct btree_range *range)
{
	const char *broken = btree_look_at_keys(range);
	/* relaxed: all workers are at rest. */
	const uint64_t version = load_relaxed(&range->node->version);

	if (version & (BTREE_LOCKED | BTREE_CHANGING | BTREE_OBSOLETE))
		return "a node is locked or obsolete at rest";
	if (broken || !range->height)
		return broken ? broken : btree_look_at_leaf(look, range->node);
	const unsigned count = btree_count(range->node);

	for (unsigned i = 0; !broken && i <= count; i++) {
		const struct btree_range below = {
			.node = btree_child(range->node, i),
			.height = range->height - 1,
			.low = i ? btree_key(range->node, i - 1) : range->low,
			.high = i < count ? btree_key(range->node, i) : range->high,
		};

		broken = btree_look_at(look, &below);
	}
	return broken;
}

static void btree_inspect(void *instance, struct inspection *inspection)
{
	const struct btree *const tree = instance;
	/* relaxed: all workers are at rest. */
	const uint64_t root = load_relaxed(&tree->root);
	struct btree_look look = { &tree->first, inspection };
	const struct btree_range all = {
		.node = btree_root_node(root),
		.height = (unsigned)(root & BTREE_HEIGHT),
		.low = 0,
		.high = BTREE_NO_KEY,
	};

	*inspection = (struct inspection){ 0 };
	inspection->broken = btree_look_at(&look, &all);
	if (!inspection->broken && look.next)
		inspection->broken = "there is a leaf right of the last";
}

/* All that need the leaf of this key wait. */
static void btree_stall_writing(struct btree *tree, struct worker *worker)
{
	struct btree_at at;

	reclaim_enter(worker->context.reclaim);
	do
		at = btree_find_leaf(tree, worker->context.worker, BTREE_SHAPE);
	while (!btree_lock(at, BTREE_TO_CHANGE));
	worker_sleep_stalled(worker);
	btree_unlock(at, 0);
	reclaim_exit(worker->context.reclaim);
}

#define STRUCTURE btree
#if BTREE_SNAPSHOTS
#	define VARIANT_PAPER                                                                     \
		"Wei, Ben-David, Blelloch, Fatourou, Ruppert, Sun, Constant-time snapshots with " \
		"applications to concurrent data structures, PPoPP 2021"
#	define VARIANT_SCAN SCAN_SNAPSHOT
#else
#	define VARIANT_PAPER                                             \
		"Leis, Haubenschild, Neumann, Optimistic Lock Coupling, " \
		"IEEE Data Eng. Bull. 42(1), 2019"
#	define VARIANT_SCAN SCAN_WEAK
#endif
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define HOOKS_WRITERS_LOCK
#include "structures/reclaim/hooks.inc.h"

#include "structures/ordered/ordered_loop.inc.h"
