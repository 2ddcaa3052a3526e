#include <errno.h>
#include <numaif.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "topology/binding.h"
#include "topology/kernel_file.h"
#include "topology/memory_private.h"

enum { MEMORY_WORKERS_MAX = UINT16_MAX };

static int memory_out_of_memory(struct fault *fault, const char *what)
{
	return fault_set(fault, -ENOMEM, "no memory, or no address space (ulimit -v), for %s",
			 what);
}

/* With an allocator under test, the pages are the allocator's and can only be steered from afar. */
static int memory_plan_malloc_pages(enum memory_pages pages, struct fault *fault)
{
	char enabled[64];

	if (pages == MEMORY_PAGES_BASE)
		return 0;
	if (pages != MEMORY_PAGES_THP)
		return fault_set(
			fault, -ENOTSUP,
			"pages=huge2m and huge1g need alloc=arena: another allocator does not "
			"take its memory from there");
	kernel_file_read(enabled, sizeof(enabled), "/sys/kernel/mm/transparent_hugepage/enabled");
	if (!strstr(enabled, "[always]"))
		return fault_set(fault, -ENOTSUP,
				 "pages=thp needs alloc=arena, or, as root: echo always "
				 ">/sys/kernel/mm/transparent_hugepage/enabled");
	return 0;
}

static int memory_plan_pages(struct memory *memory, enum memory_pages pages, struct fault *fault)
{
	int error = memory->use_malloc ? memory_plan_malloc_pages(pages, fault) : 0;

	if (!error)
		error = page_kind_find(MEMORY_PAGES_BASE, &memory->base_kind, fault);
	if (!error)
		error = page_kind_find(pages, &memory->kind, fault);
	return error;
}

/* Objects of an allocator under test lie on base pages if all that this process maps does. */
static void memory_disable_thp(struct memory *memory)
{
	if (!memory->use_malloc || memory->kind.pages != MEMORY_PAGES_BASE ||
	    prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1)
		return;
	if (prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0))
		snprintf(memory->malloc_refusal, sizeof(memory->malloc_refusal),
			 "PR_SET_THP_DISABLE refused: %s", strerror(errno));
	else
		memory->has_disabled_thp = true;
}

static bool home_equals(const struct home *one, const struct home *other)
{
	return one->kind == other->kind && one->node == other->node;
}

static struct pool *memory_pool(struct memory *memory, enum memory_part part, struct home home)
{
	struct pool *pool = memory->pools;

	while (pool < memory->pools + memory->pool_count) {
		if (pool->part == part && home_equals(&pool->home, &home))
			return pool;
		pool++;
	}
	memory->pool_count++;
	*pool = (struct pool){ .home = home,
			       .kind = part == MEMORY_THREAD ? memory->base_kind : memory->kind,
			       .part = part };
	/* Reserved pages are not the node's to run out of: missing ones are refused. */
	if (!page_kind_is_reserved(&pool->kind))
		pool->budget = memory_budget(memory, &home);
	return pool;
}

/*
 * The next arena of the list, with the homes of @worker. One that any worker may be the first to
 * touch is bound to the node where such memory would otherwise be left to the kernel.
 */
static int memory_add_arena(struct memory *memory, unsigned worker, bool is_anyones)
{
	const struct region *const region =
		memory_map(memory, MEMORY_THREAD, worker, sizeof(struct arena));
	struct arena *arena;

	if (!region)
		return -ENOMEM;
	arena = (struct arena *)region->base;
	arena->base = (uintptr_t)memory->space.base;
	arena->span_bytes = memory->use_malloc ? 0 : memory->space.bytes;
	arena->owners = memory->space.owners;
	arena->births = memory->space.births;
	arena->memory = memory;
	arena->id = (uint16_t)memory->arena_count;
	memory->arenas[memory->arena_count++] = arena;
	arena->parts[MEMORY_THREAD].pool =
		memory_pool(memory, MEMORY_THREAD, memory_home(memory, MEMORY_THREAD, worker));
	for (enum memory_part part = MEMORY_NODES; part <= MEMORY_PAYLOADS; part++) {
		struct arena_part *const objects = &arena->parts[part];
		struct home home = memory_home(memory, part, worker);

		if (is_anyones && home.kind == HOME_TOUCHER)
			home.kind = HOME_NODE;
		if (!memory->use_malloc)
			objects->pool = memory_pool(memory, part, home);
		else if (!(objects->sampled = memory_thread(memory, worker,
							    MEMORY_SAMPLED_OBJECTS *
								    sizeof(*objects->sampled))))
			return -ENOMEM;
	}
	return 0;
}

/* The first worker that takes nodes from a pool. */
static unsigned memory_pool_user(const struct memory *memory, const struct pool *pool)
{
	unsigned worker = 0;

	while (memory->arenas[worker]->parts[MEMORY_NODES].pool != pool)
		worker++;
	return worker;
}

/* Huge pages that are missing are found out here, not by a trial that ends exhausted. */
static int memory_prove_pool(struct memory *memory, struct pool *pool, struct fault *fault)
{
	const unsigned worker = memory_pool_user(memory, pool);
	const unsigned kib = (unsigned)(pool->kind.unit_bytes / 1024);
	const struct topology_node *const node =
		topology_node(memory->topology, memory->worker_nodes[worker]);
	struct binding_saved saved;
	int error = binding_save(&saved);

	if (error)
		return fault_set(fault, error, "the affinity of a thread cannot be read: %s",
				 strerror(-error));
	/* Where the home is the toucher's node, the toucher must be there. */
	error = binding_set(memory->topology, memory->worker_pus[worker], fault);
	if (!error && pool_grow(pool, &memory->space, memory->topology, pool->kind.unit_bytes))
		error = fault_set(
			fault, -ENOMEM,
			"too few free pages of %u kB for a worker on node %u; as root: echo %u "
			">/sys/devices/system/node/node%u/hugepages/hugepages-%ukB/nr_hugepages",
			kib, node->os_index, kib > 2048 ? 4 : 1024, node->os_index, kib);
	binding_restore(&saved);
	return error;
}

static int memory_prove_pages(struct memory *memory, struct fault *fault)
{
	const bool is_due =
		page_kind_is_reserved(&memory->kind) && topology_is_live(memory->topology);

	for (unsigned i = 0; is_due && i < memory->pool_count; i++) {
		struct pool *const pool = &memory->pools[i];
		const int error =
			pool->part == MEMORY_NODES ? memory_prove_pool(memory, pool, fault) : 0;

		if (error)
			return error;
	}
	return 0;
}

/* Whether pages can be looked up at all, by one that is there. */
static void memory_prove_lookup(struct memory *memory)
{
	void *page = memory->arenas[0];
	int node;

	if (!topology_is_live(memory->topology))
		snprintf(memory->lookup_refusal, sizeof(memory->lookup_refusal),
			 "the topology is not this machine");
	else if (move_pages(0, 1, &page, NULL, &node, 0))
		snprintf(memory->lookup_refusal, sizeof(memory->lookup_refusal),
			 "move_pages refused: %s", strerror(errno));
}

static int memory_allocate(struct memory *memory, const struct memory_options *options)
{
	const size_t homes = topology_node_count(options->topology) + 1;

	pthread_mutex_init(&memory->lock, NULL);
	memory->topology = options->topology;
	memory->policy = options->policy;
	memory->use_malloc = options->use_malloc;
	memory->workers = options->workers;
	memory->worker_pus = calloc(options->workers, sizeof(*memory->worker_pus));
	memory->worker_nodes = calloc(options->workers, sizeof(*memory->worker_nodes));
	memory->arenas = calloc(options->workers, sizeof(*memory->arenas));
	memory->pools = calloc(homes * MEMORY_PARTS, sizeof(*memory->pools));
	memory->budgets = calloc(homes, sizeof(*memory->budgets));
	return memory->worker_pus && memory->worker_nodes && memory->arenas && memory->pools &&
			       memory->budgets
		       ? 0
		       : -ENOMEM;
}

static int memory_make_space(struct memory *memory, size_t limit_bytes, struct fault *fault)
{
	const unsigned pools = (topology_node_count(memory->topology) + 1) * MEMORY_PARTS;

	if (!limit_bytes)
		limit_bytes = memory_default_limit(memory);
	if (limit_bytes > MEMORY_LIMIT_MAX_BYTES)
		limit_bytes = MEMORY_LIMIT_MAX_BYTES;
	if (space_create(&memory->space, limit_bytes, pools, &memory->kind, memory->spread.count))
		return memory_out_of_memory(fault, "the arenas");
	return 0;
}

/* All that memory_create() builds, in whatever state of completion. */
static void memory_unmake(struct memory *memory)
{
	while (memory->tables) {
		struct region *const region = memory->tables;

		memory->tables = region->next;
		region_close(region);
		free(region);
	}
	if (memory->space.base) {
		arena_forget_poison(&memory->space);
		space_destroy(&memory->space);
	}
	if (memory->has_disabled_thp)
		prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	pthread_mutex_destroy(&memory->lock);
	free(memory->blocks);
	free(memory->budgets);
	free(memory->pools);
	free(memory->arenas);
	free(memory->worker_nodes);
	free(memory->worker_pus);
	free(memory);
}

int memory_create(const struct memory_options *options, struct memory **memory, struct fault *fault)
{
	struct memory *made;
	int error;

	if (!options->workers || options->workers > MEMORY_WORKERS_MAX)
		return fault_set(fault, -EINVAL, "%u workers: allowed are 1 to %d",
				 options->workers, MEMORY_WORKERS_MAX);
	made = calloc(1, sizeof(*made));
	if (!made)
		return memory_out_of_memory(fault, "an instance");
	error = memory_allocate(made, options);
	if (error)
		memory_out_of_memory(fault, "an instance");
	if (!error)
		error = memory_plan(made, options, fault);
	if (!error)
		error = memory_plan_pages(made, options->pages, fault);
	if (!error)
		error = memory_make_space(made, options->limit_bytes, fault);
	for (unsigned worker = 0; worker < made->workers && !error; worker++) {
		error = memory_add_arena(made, worker, false);
		if (error)
			memory_out_of_memory(fault, "the state of the workers");
	}
	if (!error)
		error = memory_prove_pages(made, fault);
	if (error) {
		memory_unmake(made);
		return error;
	}
	memory_prove_lookup(made);
	memory_disable_thp(made);
	arena_list_memory(made);
	*memory = made;
	return 0;
}

struct arena *memory_arena_on(struct memory *memory, unsigned node)
{
	const unsigned worker = memory_worker_on(memory, node);
	struct arena **const arenas =
		realloc(memory->arenas, (memory->arena_count + 1) * sizeof(*memory->arenas));

	errno = ENOMEM;
	if (!arenas)
		return NULL;
	memory->arenas = arenas;
	if (worker == memory->workers || memory->arena_count > MEMORY_WORKERS_MAX ||
	    memory_add_arena(memory, worker, true))
		return NULL;
	return memory->arenas[memory->arena_count - 1];
}

void memory_destroy(struct memory *memory)
{
	arena_unlist_memory(memory);
	memory_unmake(memory);
}

void memory_adopt_thread(struct memory *memory, unsigned worker)
{
	const struct home home = memory_home(memory, MEMORY_NODES, worker);
	struct node_set nodes;

	if (!memory->use_malloc || home.kind == HOME_NOWHERE)
		return;
	const int mode = home_policy(&home, memory->topology, &nodes);
	const unsigned long *const words = nodes.count ? nodes.words : NULL;

	/* The kernel reads one bit less than it is told. */
	if (!set_mempolicy(mode, words, words ? NODE_SET_NODES + 1 : 0))
		return;
	const int error = errno;

	pthread_mutex_lock(&memory->lock);
	if (!memory->malloc_refusal[0])
		snprintf(memory->malloc_refusal, sizeof(memory->malloc_refusal),
			 "set_mempolicy refused: %s", strerror(error));
	pthread_mutex_unlock(&memory->lock);
}
