#include "structures/map/urcu_lfht.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

/* How many threads this process has, and the sum of their ids: what tells one new thread. */
struct urcu_lfht_threads {
	unsigned count;
	long sum;
};

static struct urcu_lfht_threads urcu_lfht_count_threads(void)
{
	struct urcu_lfht_threads threads = { 0 };
	DIR *const folder = opendir("/proc/self/task");
	const struct dirent *entry;

	while (folder && (entry = readdir(folder))) {
		const long id = strtol(entry->d_name, NULL, 10);    /* 0 for . and .. */

		threads.count += id > 0;
		threads.sum += id;
	}
	if (folder)
		closedir(folder);
	return threads;
}

/* The library starts its resize worker with the first table, and tells nobody its id. */
static struct cds_lfht *urcu_lfht_make_table(uint64_t buckets, int *resizer)
{
	const struct urcu_lfht_threads before = urcu_lfht_count_threads();
	struct cds_lfht *const table =
		cds_lfht_new(buckets, buckets, URCU_LFHT_GROWTH * buckets,
			     CDS_LFHT_AUTO_RESIZE | CDS_LFHT_ACCOUNTING, NULL);
	const struct urcu_lfht_threads after = urcu_lfht_count_threads();

	*resizer = after.count == before.count + 1 ? (int)(after.sum - before.sum) : 0;
	return table;
}

static int urcu_lfht_create(const struct setup *setup, void **instance)
{
	struct urcu_lfht *const map = memory_shared(setup->memory, sizeof(*map));
	uint64_t buckets = 1;
	int error;

	if (!map)
		return -ENOMEM;
	error = reclaim_create(setup, &map->reclaim);
	if (error)
		return error;    /* what was got goes with memory_destroy() */
	while (buckets < setup->expected)
		buckets *= 2;
	map->table = urcu_lfht_make_table(buckets, &map->resizer);
	if (!map->table) {
		reclaim_destroy(map->reclaim);
		return -ENOMEM;
	}
	map->value_bytes = setup->value_bytes;
	*instance = map;
	return 0;
}

/* The library wants its table empty. */
static void urcu_lfht_empty(struct urcu_lfht *map)
{
	const bool is_apart = map->value_bytes > PAYLOAD_INLINE_BYTES;
	struct cds_lfht_iter at;
	struct urcu_lfht_node *node;

	cds_lfht_for_each_entry(map->table, &at, node, link) {
		cds_lfht_del(map->table, &node->link);
		if (is_apart)
			/* relaxed: all workers have detached. */
			arena_free(NULL, payload_words(load_relaxed(&node->value)),
				   MEMORY_PAYLOADS, map->value_bytes);
		arena_free(NULL, node, MEMORY_NODES, sizeof(*node));
	}
}

static void urcu_lfht_destroy(void *instance)
{
	struct urcu_lfht *const map = instance;

	urcu_visit(map->reclaim);
	rcu_read_lock();
	urcu_lfht_empty(map);
	rcu_read_unlock();
	/* It waits for the resize worker, which may wait for every thread that is online. */
	rcu_thread_offline();
	cds_lfht_destroy(map->table, NULL);
	urcu_leave();
	reclaim_destroy(map->reclaim);
}

/* Return: the invariant that a node breaks, or NULL. */
static const char *urcu_lfht_inspect_node(struct urcu_lfht *map, struct urcu_lfht_node *node)
{
	if (cds_lfht_is_node_deleted(&node->link))
		return "a removed node is still linked at rest";
	if (urcu_lfht_look(map, node->key) != node)
		return "a key is there twice, or in a place where a look-up misses it";
	/* relaxed: all workers are at rest. */
	if (map->value_bytes > PAYLOAD_INLINE_BYTES &&
	    load_relaxed(&node->value) == URCU_LFHT_TAKEN)
		return "a linked node has lost its payload";
	return NULL;
}

static void urcu_lfht_inspect(void *instance, struct inspection *inspection)
{
	struct urcu_lfht *const map = instance;
	struct cds_lfht_iter at;
	struct urcu_lfht_node *node;

	*inspection = (struct inspection){ 0 };
	urcu_visit(map->reclaim);
	rcu_read_lock();
	cds_lfht_for_each_entry(map->table, &at, node, link) {
		liburcu_acquired(&node->link);
		if (!inspection->broken)
			inspection->broken = urcu_lfht_inspect_node(map, node);
		inspection->elements++;
		inspection->sum += node->key;
	}
	rcu_read_unlock();
	urcu_leave();
}

static unsigned urcu_lfht_helpers(void *instance, struct helper *helpers)
{
	struct urcu_lfht *const map = instance;
	unsigned count = reclaim_helpers(map->reclaim, helpers);

	if (map->resizer && count < HELPERS_MAX)
		helpers[count++] = (struct helper){ map->resizer, "cds_lfht resize worker" };
	return count;
}

#define STRUCTURE urcu_lfht
#define VARIANT_PAPER                                                                              \
	"Shalev, Shavit, Split-ordered lists: lock-free extensible hash tables, J. ACM 53(3), "    \
	"2006; code: Desnoyers, Lai, userspace-rcu, 2011"
#define VARIANT_PROGRESS     PROGRESS_LOCK_FREE
#define VARIANT_UPDATE       (URCU_LFHT_REPLACES ? UPDATE_REPLACE : UPDATE_IN_PLACE)
#define VARIANT_LINEARIZABLE true
#define VARIANT_HELPERS      urcu_lfht_helpers
#include "structures/reclaim/hooks.inc.h"

#include "structures/map/map_loop.inc.h"
