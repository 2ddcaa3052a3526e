#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/topology/machines.h"
#include "topology/arena.h"
#include "topology/clock.h"

enum { WORKERS = 4, MIB = 1 << 20 };

static struct topology *machine;

static int load_machine(void **state)
{
	(void)state;
	machine = machine_load(NULL);
	return 0;
}

static int free_machine(void **state)
{
	(void)state;
	topology_free(machine);
	return 0;
}

static struct memory *memory_of(unsigned workers, bool use_malloc, size_t limit_bytes)
{
	unsigned pus[WORKERS];
	const struct memory_options options = { .topology = machine,
						.policy = { .kind = MEMORY_LOCAL },
						.use_malloc = use_malloc,
						.worker_pus = pus,
						.workers = workers,
						.limit_bytes = limit_bytes };
	struct memory *memory;
	struct fault fault;

	for (unsigned i = 0; i < workers; i++)
		pus[i] = i % topology_pu_count(machine);
	if (memory_create(&options, &memory, &fault))
		fail_msg("%s", fault.text);
	return memory;
}

/* Sizes worth trying: all small ones, and those about each boundary of a class. */
static size_t next_size(size_t size_bytes)
{
	if (size_bytes < 1100)
		return size_bytes + 1;
	const size_t class_bytes = arena_class_bytes(arena_class_index(size_bytes));

	return size_bytes < class_bytes ? class_bytes : size_bytes + 1;
}

static void arena_class_holds_its_sizes_and_no_class_below_does(void **state)
{
	(void)state;
	for (size_t size = 1; size <= ARENA_OBJECT_MAX_BYTES; size = next_size(size)) {
		const unsigned index = arena_class_index(size);

		assert_true(index < ARENA_CLASSES);
		assert_true(arena_class_bytes(index) >= size);
		assert_true(!index || arena_class_bytes(index - 1) < size);
	}
	assert_int_equal(arena_class_bytes(ARENA_CLASSES - 1), ARENA_OBJECT_MAX_BYTES);
}

static void arena_class_wastes_less_than_16_bytes_or_an_eighth(void **state)
{
	(void)state;
	for (size_t size = 1; size <= ARENA_OBJECT_MAX_BYTES; size = next_size(size)) {
		const size_t waste = arena_class_bytes(arena_class_index(size)) - size;

		assert_true(waste < 16 || 8 * waste <= size);
	}
	assert_int_equal(arena_class_bytes(arena_class_index(24)), 32);
}

static void arena_object_is_aligned_as_its_size_allows(void **state)
{
	struct memory *const memory = memory_of(1, false, 64 * MIB);
	struct arena *const arena = memory_arena(memory, 0);

	(void)state;
	for (size_t size = 1; size <= 70000; size = next_size(size)) {
		const size_t divides = size & -size;
		const size_t align = divides < 16 ? 16 : divides > 64 ? 64 : divides;

		for (int i = 0; i < 3; i++)
			assert_int_equal((uintptr_t)arena_alloc(arena, MEMORY_NODES, size) % align,
					 0);
	}
	memory_destroy(memory);
}

/* Each byte of every live object is written and found again: objects do not overlap. */
static void arena_objects_do_not_overlap(void **state)
{
	enum { OBJECTS = 3000 };
	struct memory *const memory = memory_of(1, false, 256 * MIB);
	struct arena *const arena = memory_arena(memory, 0);
	unsigned char *objects[OBJECTS];
	size_t sizes[OBJECTS];

	(void)state;
	for (unsigned i = 0; i < OBJECTS; i++) {
		sizes[i] = 1 + i * i % 20011;
		objects[i] = arena_alloc(arena, MEMORY_NODES, sizes[i]);
		assert_non_null(objects[i]);
		memset(objects[i], (int)(i % 251), sizes[i]);
	}
	for (unsigned i = 0; i < OBJECTS; i++)
		for (size_t byte = 0; byte < sizes[i]; byte++)
			if (objects[i][byte] != i % 251)
				fail_msg("object %u of %zu bytes overwritten at %zu", i, sizes[i],
					 byte);
	memory_destroy(memory);
}

static void arena_freed_object_is_the_next_of_its_class(void **state)
{
	struct memory *const memory = memory_of(1, false, MIB);
	struct arena *const arena = memory_arena(memory, 0);
	void *const first = arena_alloc(arena, MEMORY_NODES, 24);
	void *const second = arena_alloc(arena, MEMORY_NODES, 24);

	(void)state;
	arena_free(arena, first, MEMORY_NODES, 24);
	arena_free(arena, second, MEMORY_NODES, 24);
	assert_ptr_equal(arena_alloc(arena, MEMORY_NODES, 32), second);
	assert_ptr_equal(arena_alloc(arena, MEMORY_NODES, 17), first);
	memory_destroy(memory);
}

static void arena_objects_lie_as_close_as_their_class(void **state)
{
	struct memory *const memory = memory_of(1, false, MIB);
	struct arena *const arena = memory_arena(memory, 0);
	const char *const first = arena_alloc(arena, MEMORY_NODES, 24);

	(void)state;
	assert_ptr_equal(arena_alloc(arena, MEMORY_NODES, 24), first + 32);
	assert_ptr_equal(arena_alloc(arena, MEMORY_NODES, 24), first + 64);
	memory_destroy(memory);
}

/* Else an element of each worker would be more than a core's caches have room for. */
static void arena_first_objects_of_workers_lie_in_different_cache_sets(void **state)
{
	enum { MANY = 64, PAGE = 4096, PLACES = PAGE / 64 };
	unsigned pus[MANY] = { 0 }, places[PLACES] = { 0 };
	const struct memory_options options = {
		.topology = machine, .worker_pus = pus, .workers = MANY, .limit_bytes = 64 * MIB
	};
	struct memory *memory;

	(void)state;
	assert_int_equal(memory_create(&options, &memory, NULL), 0);
	for (unsigned i = 0; i < MANY; i++)
		places[(uintptr_t)arena_alloc(memory_arena(memory, i), MEMORY_NODES, 32) % PAGE /
		       64]++;
	for (unsigned i = 0; i < PLACES; i++)
		assert_in_range(places[i], 0, 4);
	memory_destroy(memory);
}

/* A run is used from a place inside it to its end, and then in front of that place. */
static void arena_uses_the_whole_of_its_runs(void **state)
{
	struct memory *const memory = memory_of(1, false, 4 << ARENA_BLOCK_LOG2);
	unsigned taken = 0;

	(void)state;
	while (arena_alloc(memory_arena(memory, 0), MEMORY_NODES, 64))
		taken++;
	assert_int_equal(taken, (4 << ARENA_BLOCK_LOG2) / 64);
	memory_destroy(memory);
}

static void arena_parts_do_not_share_blocks(void **state)
{
	struct memory *const memory = memory_of(1, false, MIB);
	struct arena *const arena = memory_arena(memory, 0);
	const uintptr_t node = (uintptr_t)arena_alloc(arena, MEMORY_NODES, 64);
	const uintptr_t payload = (uintptr_t)arena_alloc(arena, MEMORY_PAYLOADS, 64);

	(void)state;
	assert_int_not_equal(node >> ARENA_BLOCK_LOG2, payload >> ARENA_BLOCK_LOG2);
	memory_destroy(memory);
}

static uint64_t births_now(const struct arena *arena)
{
	/* relaxed: one thread. */
	return atomic_load_explicit(arena_births(arena), memory_order_relaxed);
}

static void arena_births_stand_still_until_a_block_is_taken(void **state)
{
	struct memory *const memory = memory_of(2, false, MIB);
	struct arena *const arena = memory_arena(memory, 0);
	void *const first = arena_alloc(arena, MEMORY_NODES, 64);
	const uint64_t before = births_now(arena);

	(void)state;
	assert_int_equal(arena_birth(arena, first), before);
	arena_free(arena, first, MEMORY_NODES, 64);
	for (unsigned i = 0; i < (1 << ARENA_BLOCK_LOG2) / 64; i++)
		assert_int_equal(arena_birth(arena, arena_alloc(arena, MEMORY_NODES, 64)), before);
	assert_int_equal(births_now(arena), before);
	assert_int_equal(arena_birth(arena, arena_alloc(arena, MEMORY_NODES, 64)), before + 1);
	assert_int_equal(births_now(memory_arena(memory, 1)), before + 1);
	memory_destroy(memory);
}

static void arena_run_of_several_blocks_has_one_birth(void **state)
{
	struct memory *const memory = memory_of(1, false, 4 * MIB);
	struct arena *const arena = memory_arena(memory, 0);
	const char *const object = arena_alloc(arena, MEMORY_PAYLOADS, 3 << ARENA_BLOCK_LOG2);

	(void)state;
	assert_int_equal(arena_birth(arena, object), births_now(arena));
	assert_int_equal(arena_birth(arena, object + (2 << ARENA_BLOCK_LOG2)), births_now(arena));
	memory_destroy(memory);
}

static void arena_of_malloc_has_no_births(void **state)
{
	struct memory *const memory = memory_of(1, true, 0);

	(void)state;
	assert_false(arena_has_births(memory_arena(memory, 0)));
	memory_destroy(memory);
}

static void arena_object_freed_by_another_worker_goes_home(void **state)
{
	struct memory *const memory = memory_of(2, false, MIB);
	struct arena *const owner = memory_arena(memory, 0), *const other = memory_arena(memory, 1);
	void *const object = arena_alloc(owner, MEMORY_NODES, 48);

	(void)state;
	arena_free(other, object, MEMORY_NODES, 48);
	assert_ptr_not_equal(arena_alloc(other, MEMORY_NODES, 48), object);
	assert_ptr_equal(arena_alloc(owner, MEMORY_NODES, 48), object);
	memory_destroy(memory);
}

static void arena_object_freed_without_an_arena_goes_home(void **state)
{
	struct memory *const other = memory_of(1, false, MIB);
	struct memory *const memory = memory_of(2, false, MIB);
	struct memory *const newest = memory_of(1, false, MIB);
	struct arena *const owner = memory_arena(memory, 1);
	void *const object = arena_alloc(owner, MEMORY_PAYLOADS, 100);

	(void)state;
	arena_free(NULL, object, MEMORY_PAYLOADS, 100);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_PAYLOADS), 0);
	assert_ptr_equal(arena_alloc(owner, MEMORY_PAYLOADS, 100), object);
	memory_destroy(memory);
	memory_destroy(other);
	memory_destroy(newest);
}

static void arena_in_use_counts_classes_whoever_frees(void **state)
{
	struct memory *const memory = memory_of(2, false, MIB);
	struct arena *const owner = memory_arena(memory, 0), *const other = memory_arena(memory, 1);
	void *objects[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		objects[i] = arena_alloc(owner, MEMORY_NODES, 24);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_NODES), 96);
	arena_free(owner, objects[0], MEMORY_NODES, 24);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_NODES), 64);
	arena_free(other, objects[1], MEMORY_NODES, 24);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_NODES), 32);
	arena_free(NULL, objects[2], MEMORY_NODES, 24);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_NODES), 0);
	memory_destroy(memory);
}

static void arena_at_its_bound_refuses_and_counts(void **state)
{
	struct memory *const memory = memory_of(2, false, MIB);
	struct arena *const arena = memory_arena(memory, 0);
	unsigned taken = 0;

	(void)state;
	while (arena_alloc(arena, MEMORY_NODES, 1000))
		taken++;
	assert_true(taken > 900 && taken <= MIB / 1000);
	assert_int_equal(memory_exhausted(memory), 1);
	assert_null(arena_alloc(arena, MEMORY_PAYLOADS, 5000));
	assert_int_equal(memory_exhausted(memory), 2);
	memory_destroy(memory);
}

static void arena_bound_is_shared_by_all_workers(void **state)
{
	struct memory *const memory = memory_of(2, false, MIB);

	(void)state;
	while (arena_alloc(memory_arena(memory, 0), MEMORY_NODES, 1000))
		;
	assert_null(arena_alloc(memory_arena(memory, 1), MEMORY_NODES, 1000));
	memory_destroy(memory);
}

static void arena_at_its_bound_still_serves_what_is_freed(void **state)
{
	struct memory *const memory = memory_of(2, false, MIB);
	struct arena *const arena = memory_arena(memory, 0);
	void *last = NULL, *object;

	(void)state;
	while ((object = arena_alloc(arena, MEMORY_NODES, 1000)))
		last = object;
	arena_free(memory_arena(memory, 1), last, MEMORY_NODES, 1000);
	assert_ptr_equal(arena_alloc(arena, MEMORY_NODES, 1000), last);
	memory_destroy(memory);
}

static void arena_object_above_the_largest_is_refused_and_counted(void **state)
{
	struct memory *const memory = memory_of(1, false, MIB);

	(void)state;
	assert_null(arena_alloc(memory_arena(memory, 0), MEMORY_PAYLOADS,
				(size_t)ARENA_OBJECT_MAX_BYTES + 1));
	assert_int_equal(memory_exhausted(memory), 1);
	memory_destroy(memory);
}

static void arena_large_object_is_whole_and_reused(void **state)
{
	enum { LARGE = 3 * MIB + 17 };
	struct memory *const memory = memory_of(2, false, 16 * MIB);
	struct arena *const arena = memory_arena(memory, 0);
	char *const object = arena_alloc(arena, MEMORY_PAYLOADS, LARGE);

	(void)state;
	assert_non_null(object);
	memset(object, 1, LARGE);
	/* From its middle the owner would be looked up wrongly; from its start it must not be. */
	arena_free(memory_arena(memory, 1), object, MEMORY_PAYLOADS, LARGE);
	assert_ptr_equal(arena_alloc(arena, MEMORY_PAYLOADS, LARGE), object);
	memory_destroy(memory);
}

static void arena_of_many_workers_takes_little_of_the_bound(void **state)
{
	enum { MANY = 256 };
	unsigned pus[MANY] = { 0 };
	const struct memory_options options = { .topology = machine,
						.worker_pus = pus,
						.workers = MANY,
						.limit_bytes = (size_t)MANY * 2
							       << ARENA_BLOCK_LOG2 };
	struct memory *memory;

	(void)state;
	assert_int_equal(memory_create(&options, &memory, NULL), 0);
	for (unsigned i = 0; i < MANY; i++) {
		assert_non_null(arena_alloc(memory_arena(memory, i), MEMORY_NODES, 24));
		assert_non_null(arena_alloc(memory_arena(memory, i), MEMORY_PAYLOADS, 1024));
	}
	memory_destroy(memory);
}

static void arena_of_malloc_counts_bytes_whoever_frees(void **state)
{
	struct memory *const memory = memory_of(2, true, 0);
	struct arena *const owner = memory_arena(memory, 0), *const other = memory_arena(memory, 1);
	void *objects[3];

	(void)state;
	for (int i = 0; i < 3; i++)
		objects[i] = arena_alloc(owner, MEMORY_NODES, 24);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_NODES), 72);
	arena_free(owner, objects[0], MEMORY_NODES, 24);
	arena_free(other, objects[1], MEMORY_NODES, 24);
	arena_free(NULL, objects[2], MEMORY_NODES, 24);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_NODES), 0);
	memory_destroy(memory);
}

static void arena_of_malloc_aligns_nodes_as_their_size_allows(void **state)
{
	struct memory *const memory = memory_of(1, true, 0);
	struct arena *const arena = memory_arena(memory, 0);

	(void)state;
	for (size_t size = 32; size <= 512; size += 32) {
		void *objects[8];

		for (int i = 0; i < 8; i++) {
			objects[i] = arena_alloc(arena, MEMORY_NODES, size);
			assert_int_equal((uintptr_t)objects[i] % (size % 64 ? 32 : 64), 0);
		}
		for (int i = 0; i < 8; i++)
			arena_free(arena, objects[i], MEMORY_NODES, size);
	}
	memory_destroy(memory);
}

/*
 * Workers hand each other objects through mailboxes and free what they get. Each object carries its
 * maker and number: a body that changed shows that it was handed out twice.
 */
enum { MAILBOXES = 64, BODY_WORDS = 8 };

struct parcel {
	uint64_t body[BODY_WORDS];
};

struct exchange {
	struct memory *memory;
	_Atomic(struct parcel *) mailboxes[MAILBOXES];
	_Atomic bool stop;
};

struct exchanger {
	struct exchange *exchange;
	unsigned worker;
	uint64_t random, made, freed, broken;
};

static size_t parcel_bytes(uint64_t tag)
{
	static const size_t sizes[] = { sizeof(struct parcel), 96, 200, 1000 };

	return sizes[tag % 4];
}

static void parcel_open(struct exchanger *me, struct parcel *parcel)
{
	const uint64_t tag = parcel->body[0];

	for (unsigned i = 1; i < BODY_WORDS; i++)
		me->broken += parcel->body[i] != tag + i;
	/* One in eight goes the way of a thread that is no worker. */
	arena_free(tag % 8 ? memory_arena(me->exchange->memory, me->worker) : NULL, parcel,
		   MEMORY_NODES, parcel_bytes(tag));
	me->freed++;
}

static void *exchange_parcels(void *cookie)
{
	struct exchanger *const me = cookie;
	struct arena *const arena = memory_arena(me->exchange->memory, me->worker);

	/* relaxed: the flag carries no data. */
	while (!atomic_load_explicit(&me->exchange->stop, memory_order_relaxed)) {
		me->random = me->random * 6364136223846793005u + 1442695040888963407u;
		const uint64_t tag = me->random >> 20;
		struct parcel *parcel = arena_alloc(arena, MEMORY_NODES, parcel_bytes(tag));

		if (!parcel)
			continue;
		me->made++;
		for (unsigned i = 0; i < BODY_WORDS; i++)
			parcel->body[i] = tag + i;
		/* acq_rel: publishes this body and takes over another's; partner: itself. */
		parcel = atomic_exchange_explicit(&me->exchange->mailboxes[tag % MAILBOXES], parcel,
						  memory_order_acq_rel);
		if (parcel)
			parcel_open(me, parcel);
	}
	return NULL;
}

static void arena_under_crossing_frees(bool use_malloc)
{
	struct exchange exchange = { .memory = memory_of(WORKERS, use_malloc, 64 * MIB) };
	struct exchanger workers[WORKERS];
	const uint64_t seed = clock_monotonic_ns();
	const struct timespec run_time = { .tv_sec = 1 };
	pthread_t threads[WORKERS];
	uint64_t made = 0, freed = 0, broken = 0;

	printf("seed %llu\n", (unsigned long long)seed);
	for (unsigned i = 0; i < WORKERS; i++) {
		workers[i] = (struct exchanger){ .exchange = &exchange,
						 .worker = i,
						 .random = seed + i };
		assert_int_equal(pthread_create(&threads[i], NULL, exchange_parcels, &workers[i]),
				 0);
	}
	nanosleep(&run_time, NULL);
	/* relaxed: as above. */
	atomic_store_explicit(&exchange.stop, true, memory_order_relaxed);
	for (unsigned i = 0; i < WORKERS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	for (unsigned i = 0; i < MAILBOXES; i++) {
		/* relaxed: joining the threads made their writes visible. */
		struct parcel *const parcel =
			atomic_load_explicit(&exchange.mailboxes[i], memory_order_relaxed);

		if (parcel)
			parcel_open(&workers[0], parcel);
	}
	for (unsigned i = 0; i < WORKERS; i++) {
		made += workers[i].made;
		freed += workers[i].freed;
		broken += workers[i].broken;
	}
	printf("%llu objects changed hands\n", (unsigned long long)made);
	assert_int_equal(broken, 0);
	assert_int_equal(made, freed);
	assert_true(made > 1000);
	assert_int_equal(memory_in_use_bytes(exchange.memory, MEMORY_NODES), 0);
	assert_int_equal(memory_exhausted(exchange.memory), 0);
	memory_destroy(exchange.memory);
}

static void arena_under_crossing_frees_loses_nothing(void **state)
{
	(void)state;
	arena_under_crossing_frees(false);
}

static void arena_of_malloc_under_crossing_frees_loses_nothing(void **state)
{
	(void)state;
	arena_under_crossing_frees(true);
}

#ifdef ARENA_ASAN
#	include <sanitizer/asan_interface.h>

static void arena_free_object_is_poisoned_whoever_freed_it(void **state)
{
	struct memory *const memory = memory_of(2, false, MIB);
	struct arena *const owner = memory_arena(memory, 0);
	char *const mine = arena_alloc(owner, MEMORY_NODES, 40);
	char *const theirs = arena_alloc(owner, MEMORY_NODES, 40);

	(void)state;
	assert_false(__asan_address_is_poisoned(mine + 39));
	assert_true(__asan_address_is_poisoned(mine + 40));
	arena_free(owner, mine, MEMORY_NODES, 40);
	arena_free(memory_arena(memory, 1), theirs, MEMORY_NODES, 40);
	assert_true(__asan_address_is_poisoned(mine));
	assert_true(__asan_address_is_poisoned(theirs));
	assert_true(__asan_address_is_poisoned(theirs + 39));
	memory_destroy(memory);
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_class_holds_its_sizes_and_no_class_below_does),
		cmocka_unit_test(arena_class_wastes_less_than_16_bytes_or_an_eighth),
		cmocka_unit_test(arena_object_is_aligned_as_its_size_allows),
		cmocka_unit_test(arena_objects_do_not_overlap),
		cmocka_unit_test(arena_freed_object_is_the_next_of_its_class),
		cmocka_unit_test(arena_objects_lie_as_close_as_their_class),
		cmocka_unit_test(arena_first_objects_of_workers_lie_in_different_cache_sets),
		cmocka_unit_test(arena_uses_the_whole_of_its_runs),
		cmocka_unit_test(arena_parts_do_not_share_blocks),
		cmocka_unit_test(arena_births_stand_still_until_a_block_is_taken),
		cmocka_unit_test(arena_run_of_several_blocks_has_one_birth),
		cmocka_unit_test(arena_of_malloc_has_no_births),
		cmocka_unit_test(arena_object_freed_by_another_worker_goes_home),
		cmocka_unit_test(arena_object_freed_without_an_arena_goes_home),
		cmocka_unit_test(arena_in_use_counts_classes_whoever_frees),
		cmocka_unit_test(arena_at_its_bound_refuses_and_counts),
		cmocka_unit_test(arena_bound_is_shared_by_all_workers),
		cmocka_unit_test(arena_at_its_bound_still_serves_what_is_freed),
		cmocka_unit_test(arena_object_above_the_largest_is_refused_and_counted),
		cmocka_unit_test(arena_large_object_is_whole_and_reused),
		cmocka_unit_test(arena_of_many_workers_takes_little_of_the_bound),
		cmocka_unit_test(arena_of_malloc_counts_bytes_whoever_frees),
		cmocka_unit_test(arena_of_malloc_aligns_nodes_as_their_size_allows),
		cmocka_unit_test(arena_under_crossing_frees_loses_nothing),
		cmocka_unit_test(arena_of_malloc_under_crossing_frees_loses_nothing),
#ifdef ARENA_ASAN
		cmocka_unit_test(arena_free_object_is_poisoned_whoever_freed_it),
#endif
	};

	return cmocka_run_group_tests(tests, load_machine, free_machine);
}
