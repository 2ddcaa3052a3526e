/*
 * Page placement on a machine with several NUMA nodes, emulated or real.
 *
 * For each policy, page size and allocator the memory of several workers is made and filled, and
 * memory_residency() must find at least 95 % of each part where the policy wants it. What is put
 * elsewhere on purpose must be found out. The defect of huge pages brought in by a neighbour is
 * reproduced first with plain system calls, so that the check is known to be able to fail.
 *
 * usage: placed_memory [may-change-settings]
 * With the argument it reserves huge pages and sets transparent_hugepage to always: for a guest.
 * Exit status: 0 passed, 1 failed, 77 skipped.
 */
#include <errno.h>
#include <numaif.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "topology/arena.h"
#include "topology/binding.h"
#include "topology/kernel_file.h"

enum {
	SKIPPED = 77,
	WORKERS_MAX = 16,
	NODE_BYTES = 32,
	NODES = 12000,
	PAYLOAD_BYTES = 1000,
	PAYLOADS = 600,
	THREAD_BYTES = 300 * 1000,
	TABLE_BYTES = 5 << 20,
	HOMED_BYTES = 8 << 20,    /* a huge page for each of four nodes, where they are spread */
	HUGE_BYTES = 2 << 20
};

static struct topology *machine;
static unsigned worker_pus[WORKERS_MAX], workers;
static unsigned failures;
static bool may_change_settings;

__attribute__((format(printf, 2, 3))) static void expect(bool holds, const char *format, ...)
{
	va_list arguments;

	fputs(holds ? "ok      " : "FAILED  ", stdout);
	va_start(arguments, format);
	vprintf(format, arguments);
	va_end(arguments);
	putchar('\n');
	failures += !holds;
}

static void give_up(const struct fault *fault)
{
	printf("FAILED  %s\n", fault->text);
	exit(1);
}

/* Workers sit on the nodes in turn, so that neighbours in number have different homes. */
static unsigned seat_workers(void)
{
	const unsigned nodes = topology_node_count(machine);
	unsigned seated = 0, nodes_with_pus = 0;

	for (unsigned node = 0; node < nodes; node++)
		nodes_with_pus += topology_node(machine, node)->pu_count > 0;
	for (unsigned round = 0; seated < WORKERS_MAX && round < 4; round++) {
		for (unsigned node = 0; node < nodes && seated < WORKERS_MAX; node++) {
			unsigned rank = round;

			for (unsigned pu = 0; pu < topology_pu_count(machine); pu++)
				if (topology_pu(machine, pu)->node == (int)node && !rank--)
					worker_pus[seated++] = pu;
		}
	}
	workers = seated;
	return nodes_with_pus;
}

struct filler {
	struct memory *memory;
	struct arena *arena;     /* one more, on the worker's node */
	unsigned worker, pu;
	bool failed;
};

static void *fill_worker(void *cookie)
{
	struct filler *const me = cookie;
	struct arena *const arena = memory_arena(me->memory, me->worker);
	struct fault fault;

	if (binding_set(machine, me->pu, &fault))
		give_up(&fault);
	memory_adopt_thread(me->memory, me->worker);
	void *const block = memory_thread(me->memory, me->worker, THREAD_BYTES);

	me->failed = !block;
	if (block)
		memset(block, 1, THREAD_BYTES);
	for (unsigned i = 0; i < NODES; i++) {
		void *const node =
			arena_alloc(i % 2 ? arena : me->arena, MEMORY_NODES, NODE_BYTES);

		me->failed |= !node;
		if (node)
			memset(node, 1, NODE_BYTES);
	}
	for (unsigned i = 0; i < PAYLOADS; i++) {
		void *const payload = arena_alloc(arena, MEMORY_PAYLOADS, PAYLOAD_BYTES);

		me->failed |= !payload;
		if (payload)
			memset(payload, 1, PAYLOAD_BYTES);
	}
	return NULL;
}

/* A table of every node: of the first workers, who sit on one each. */
static bool fill_tables_of_nodes(struct memory *memory)
{
	for (unsigned i = 0; i < workers && i < topology_node_count(machine); i++) {
		char *const table = memory_on_node(memory, memory_worker_node(memory, i),
						   HOMED_BYTES);

		if (!table)
			return false;
		memset(table, 1, HOMED_BYTES);
	}
	return true;
}

/* @shift: 0, or how many seats away from its own each worker is really put. */
static bool fill(struct memory *memory, unsigned shift)
{
	struct filler fillers[WORKERS_MAX];
	pthread_t threads[WORKERS_MAX];
	bool failed = false;
	char *const table = memory_shared(memory, TABLE_BYTES);
	char *const small = memory_shared(memory, 200);

	if (!table || !small || !fill_tables_of_nodes(memory))
		return false;
	memset(table, 1, TABLE_BYTES);
	memset(small, 1, 200);
	/* All arenas are made before any worker uses one. */
	for (unsigned i = 0; i < workers; i++)
		fillers[i] = (struct filler){ .memory = memory,
					      .arena = memory_arena_on(
						      memory, memory_worker_node(memory, i)),
					      .worker = i,
					      .pu = worker_pus[(i + shift) % workers] };
	for (unsigned i = 0; i < workers; i++) {
		if (!fillers[i].arena ||
		    pthread_create(&threads[i], NULL, fill_worker, &fillers[i]))
			exit(1);
	}
	for (unsigned i = 0; i < workers; i++) {
		pthread_join(threads[i], NULL);
		failed |= fillers[i].failed;
	}
	return !failed;
}

static struct memory *make(const char *policy, const char *pages, bool use_malloc)
{
	struct memory_options options = { .topology = machine,
					  .use_malloc = use_malloc,
					  .worker_pus = worker_pus,
					  .workers = workers };
	struct memory *memory;
	struct fault fault;

	if (memory_policy_parse(policy, &options.policy, &fault) ||
	    memory_pages_parse(pages, &options.pages, &fault))
		give_up(&fault);
	if (!memory_create(&options, &memory, &fault))
		return memory;
	printf("skipped %s %s %s: %s\n", policy, pages, use_malloc ? "malloc" : "arena",
	       fault.text);
	return NULL;
}

/* Whether the page size asked for is what a part got. Transparent huge pages are never certain. */
static bool has_pages_asked_for(const char *pages, unsigned part, const struct residency *got)
{
	if (part == MEMORY_THREAD || !strcmp(pages, "base"))
		return !got->huge_bytes;
	/* A table this small would leave nearly all of such a page unused. */
	if ((part == MEMORY_TABLE || part == MEMORY_HOMED) && !strcmp(pages, "huge1g"))
		return !got->huge_bytes;
	return got->huge_bytes > 0 || (!strcmp(pages, "thp") && !may_change_settings);
}

static void check_part(const char *label, const char *pages, unsigned part,
		       const struct residency *got)
{
	const bool holds = got->pages && got->share >= 0.95 && !got->refused && !got->unavailable &&
			   has_pages_asked_for(pages, part, got);

	expect(holds,
	       "%s %-8s %4llu pages, %5.1f %% where they belong, %6llu of %6llu KiB huge%s%s",
	       label, memory_part_names[part], (unsigned long long)got->pages, 100 * got->share,
	       (unsigned long long)got->huge_bytes / 1024,
	       (unsigned long long)got->mapped_bytes / 1024, got->refused ? ", " : "",
	       got->refused ? got->refused : "");
}

static void check_policy(const char *policy, const char *pages, bool use_malloc)
{
	struct memory *const memory = make(policy, pages, use_malloc);
	struct residency parts[MEMORY_PARTS];
	char label[64];

	if (!memory)
		return;
	snprintf(label, sizeof(label), "%-11s %-6s %s", policy, pages,
		 use_malloc ? "malloc" : "arena ");
	if (fill(memory, 0)) {
		memory_residency(memory, parts);
		for (unsigned part = 0; part < MEMORY_PARTS; part++)
			check_part(label, pages, part, &parts[part]);
	} else {
		expect(false, "%s memory ran out", label);
	}
	memory_destroy(memory);
}

/* As a trial is: memory that another policy's run has freed must not be handed out in this one. */
static void check_policy_afresh(const char *policy, const char *pages, bool use_malloc)
{
	const pid_t child = fork();
	int status = 1;

	if (!child) {
		failures = 0;
		check_policy(policy, pages, use_malloc);
		exit(failures > 0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status)
		failures++;
}

/* First-touch memory of workers that sit on each other's nodes. */
static void check_misplaced_workers_are_found_out(void)
{
	struct memory *const memory = make("first-touch", "base", false);
	struct residency parts[MEMORY_PARTS];

	if (!memory || !fill(memory, 1))
		exit(1);
	memory_residency(memory, parts);
	expect(parts[MEMORY_NODES].share < 0.95,
	       "nodes touched by workers on the wrong node: %.1f %% where they belong",
	       100 * parts[MEMORY_NODES].share);
	memory_destroy(memory);
}

/* Pages that someone moves away after they were placed. */
static void check_moved_pages_are_found_out(void)
{
	struct memory *const memory = make("node:0", "base", false);
	const unsigned long elsewhere = 1ul << topology_node(machine, 1)->os_index;
	struct residency parts[MEMORY_PARTS];
	char *table;

	if (!memory)
		exit(1);
	table = memory_shared(memory, TABLE_BYTES);
	memset(table, 1, TABLE_BYTES);
	if (mbind(table, TABLE_BYTES / 4, MPOL_BIND, &elsewhere, 64, MPOL_MF_MOVE))
		exit(1);
	memory_residency(memory, parts);
	expect(parts[MEMORY_TABLE].share > 0.6 && parts[MEMORY_TABLE].share < 0.95,
	       "a quarter of the table moved away: %.1f %% where they belong",
	       100 * parts[MEMORY_TABLE].share);
	memory_destroy(memory);
}

static void check_lopsided_interleaving_is_found_out(void)
{
	struct memory *const memory = make("interleave", "base", false);
	const unsigned long elsewhere = 1ul << topology_node(machine, 1)->os_index;
	struct residency parts[MEMORY_PARTS];
	char *table;

	if (!memory)
		exit(1);
	table = memory_shared(memory, TABLE_BYTES);
	memset(table, 1, TABLE_BYTES);
	if (mbind(table, TABLE_BYTES / 4, MPOL_BIND, &elsewhere, 64, MPOL_MF_MOVE))
		exit(1);
	memory_residency(memory, parts);
	expect(parts[MEMORY_TABLE].share < 0.95,
	       "a quarter of an interleaved table on one node: %.1f %% where they belong",
	       100 * parts[MEMORY_TABLE].share);
	memory_destroy(memory);
}

/* The share of a range that lies on a node, page by page. */
static double share_on(char *start, size_t bytes, unsigned node)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned there = 0, count = 0;

	for (size_t offset = 0; offset < bytes; offset += page) {
		void *address = start + offset;
		int found;

		if (move_pages(0, 1, &address, NULL, &found, 0))
			exit(1);
		count += found >= 0;
		there += found == (int)node;
	}
	return count ? (double)there / count : 0;
}

struct toucher {
	char *start;
	size_t bytes;
	unsigned pu;
	unsigned long bind_to; /* node mask, 0: first touch alone */
};

static void *touch(void *cookie)
{
	const struct toucher *const me = cookie;
	struct fault fault;

	if (binding_set(machine, me->pu, &fault))
		give_up(&fault);
	if (me->bind_to && mbind(me->start, me->bytes, MPOL_BIND, &me->bind_to, 64, 0))
		exit(1);
	memset(me->start, 1, me->bytes);
	return NULL;
}

static void touch_from(struct toucher toucher)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, touch, &toucher))
		exit(1);
	pthread_join(thread, NULL);
}

/* Address space for one huge page, aligned to it. */
static char *map_huge_aligned(void)
{
	char *const room = mmap(NULL, 2 * HUGE_BYTES, PROT_READ | PROT_WRITE,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const size_t before = -(uintptr_t)room & (HUGE_BYTES - 1);

	if (room == MAP_FAILED)
		exit(1);
	if (before)
		munmap(room, before);
	munmap(room + before + HUGE_BYTES, HUGE_BYTES - before);
	return room + before;
}

/*
 * A naive allocator: one mapping, its first half for worker 0 and its second for worker 1. Worker 0
 * touches a single byte of its own and gets a huge page that spans both.
 */
static void reproduce_neighbours_huge_page(bool binds)
{
	char *const reserved = map_huge_aligned();
	const unsigned mine = (unsigned)topology_pu(machine, worker_pus[1])->node;
	const unsigned os_index = topology_node(machine, mine)->os_index;
	const size_t half = HUGE_BYTES / 2;
	double share;

	madvise(reserved, HUGE_BYTES, MADV_HUGEPAGE);
	touch_from((struct toucher){ .start = reserved, .bytes = 1, .pu = worker_pus[0] });
	touch_from((struct toucher){ .start = reserved + half,
				     .bytes = half,
				     .pu = worker_pus[1],
				     .bind_to = binds ? 1ul << os_index : 0 });
	share = share_on(reserved + half, half, os_index);
	expect(share < 0.95,
	       "the defect, with plain mmap and %s: %.1f %% of worker 1's memory on its node",
	       binds ? "mbind before its touch" : "first touch", 100 * share);
	munmap(reserved, HUGE_BYTES);
}

/* The same neighbours in our memory: each gets a little, in turn, so that they lie close by. */
static void check_neighbours_in_arenas(const char *policy, const char *pages)
{
	struct memory *const memory = make(policy, pages, false);
	struct residency parts[MEMORY_PARTS];

	if (!memory)
		return;
	for (unsigned round = 0; round < 12; round++) {
		for (unsigned i = 0; i < workers; i++) {
			char *const object =
				arena_alloc(memory_arena(memory, i), MEMORY_NODES, 2048);
			char *const block = memory_thread(memory, i, 1024);

			if (!object || !block)
				exit(1);
			touch_from((struct toucher){
				.start = object, .bytes = 2048, .pu = worker_pus[i] });
		}
	}
	memory_residency(memory, parts);
	expect(parts[MEMORY_NODES].share >= 0.95 && parts[MEMORY_THREAD].share >= 0.95,
	       "neighbours in turn, %s, %s: %.1f %% of nodes and %.1f %% of thread state where "
	       "they "
	       "belong",
	       policy, pages, 100 * parts[MEMORY_NODES].share, 100 * parts[MEMORY_THREAD].share);
	memory_destroy(memory);
}

static void write_setting(const char *path, const char *value)
{
	FILE *const file = fopen(path, "w");

	if (!file || fputs(value, file) < 0 || fclose(file))
		printf("cannot write %s: %s\n", path, strerror(errno));
}

static void change_settings(void)
{
	char path[128];

	write_setting("/sys/kernel/mm/transparent_hugepage/enabled", "always");
	for (unsigned node = 0; node < topology_node_count(machine); node++) {
		snprintf(path, sizeof(path),
			 "/sys/devices/system/node/node%u/hugepages/hugepages-2048kB/nr_hugepages",
			 topology_node(machine, node)->os_index);
		write_setting(path, "48");
	}
}

static bool has_transparent_huge_pages(void)
{
	char enabled[64];

	return kernel_file_read(enabled, sizeof(enabled),
				"/sys/kernel/mm/transparent_hugepage/enabled") > 0 &&
	       !strstr(enabled, "[never]");
}

int main(int count, char **arguments)
{
	static const char *const policies[] = { "local",  "first-touch", "interleave",
						"node:0", "node:1",      "remote" };
	static const char *const pages[] = { "base", "thp", "huge2m", "huge1g" };
	struct fault fault;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (topology_load(NULL, &machine, &fault))
		give_up(&fault);
	if (seat_workers() < 2) {
		printf("skipped: needs two NUMA nodes with PUs; this machine has %u\n",
		       topology_node_count(machine));
		return SKIPPED;
	}
	may_change_settings = count > 1 && !strcmp(arguments[1], "may-change-settings");
	if (may_change_settings)
		change_settings();
	if (has_transparent_huge_pages()) {
		reproduce_neighbours_huge_page(false);
		reproduce_neighbours_huge_page(true);
	} else {
		printf("skipped: transparent huge pages are off: the defect cannot be shown\n");
	}
	check_neighbours_in_arenas("local", "base");
	check_neighbours_in_arenas("local", "thp");
	check_neighbours_in_arenas("first-touch", "base");
	check_neighbours_in_arenas("first-touch", "thp");
	for (unsigned i = 0; i < sizeof(policies) / sizeof(*policies); i++) {
		for (unsigned j = 0; j < sizeof(pages) / sizeof(*pages); j++)
			check_policy_afresh(policies[i], pages[j], false);
		check_policy_afresh(policies[i], "base", true);
	}
	check_misplaced_workers_are_found_out();
	check_moved_pages_are_found_out();
	check_lopsided_interleaving_is_found_out();
	topology_free(machine);
	printf("%s\n", failures ? "FAILED" : "passed");
	return failures > 0;
}
