/*
 * map/line+SCHEME where threads meet in the middle of their operations: each is halted before an
 * access that the test names, so that nothing depends on the schedule.
 */
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "structures/common/atomics.h"

static void reach(const volatile void *word);

#undef store_release
#undef load_acquire
/* release: as it was. */
#define store_release(p, v) (reach(p), atomic_store_explicit((p), (v), memory_order_release))
/* acquire: as it was. */
#define load_acquire(p) (reach(p), atomic_load_explicit((p), memory_order_acquire))

#include "structures/map/line.c"
#include "structures/reclaim/epoch.c"

enum {
	WORKERS = 4,
	KEY = 5,
	SUM = MAP_REMOVE + 1,
	FIRST = 10,
	LATE = 11,
	SECOND = 12,
	UNTOUCHED = 13,
	ALIVE = 4,
	NEW_KEYS = 20000,
	ENOUGH_MS = 20
};

static struct topology *topology;
static struct memory *memory;
static struct line *map;
static struct context contexts[WORKERS];

/* --- a thread that performs one operation ----------------------------------------------------- */

struct actor {
	struct context *context;
	unsigned operation;
	uint64_t value;          /* to put, or what a get leaves here */
	const volatile void *at; /* halts before it touches this word; NULL: not again */
	bool answer;
	pthread_t thread;
	sem_t halted, go;
};

static _Thread_local struct actor *self;

static void reach(const volatile void *word)
{
	if (!self || self->at != word)
		return;
	self->at = NULL;
	sem_post(&self->halted);
	sem_wait(&self->go);
}

static void *act(void *argument)
{
	self = argument;
	if (reclaim_attach(map->reclaim, self->context))
		abort();
	reclaim_online(self->context->reclaim);
	if (self->operation == SUM)
		self->value = reclaim_garbage(map->reclaim).outstanding;
	else if (self->operation == MAP_GET)
		self->answer = line_get(map, self->context, KEY, &self->value);
	else
		self->answer = line_put(map, self->context, KEY, self->value);
	reclaim_offline(self->context->reclaim);
	reclaim_detach(self->context);
	return NULL;
}

/* @at: returns when the actor halts there; NULL: at once. */
static void start(struct actor *actor, unsigned worker, unsigned operation, uint64_t value,
		  const volatile void *at)
{
	*actor = (struct actor){
		.context = &contexts[worker], .operation = operation, .value = value, .at = at
	};
	sem_init(&actor->halted, 0, 0);
	sem_init(&actor->go, 0, 0);
	if (pthread_create(&actor->thread, NULL, act, actor))
		abort();
	if (at)
		sem_wait(&actor->halted);
}

/* Let it go on to its end. Return: what it answered. */
static bool finish(struct actor *actor)
{
	sem_post(&actor->go);
	pthread_join(actor->thread, NULL);
	sem_destroy(&actor->halted);
	sem_destroy(&actor->go);
	return actor->answer;
}

static void rest(void)
{
	const struct timespec pause = { .tv_nsec = ENOUGH_MS * 1000000 };

	nanosleep(&pause, NULL);
}

/* --- a map with one key, and the test's own thread, worker 0, online -------------------------- */

static int set_up(void **state)
{
	static const unsigned pus[WORKERS];
	struct setup setup = { .workers = WORKERS, .range = 8, .expected = 4, .value_bytes = 8 };
	struct fault fault;
	void *instance;

	(void)state;
	if (topology_load(NULL, &topology, &fault))
		return -1;
	const struct memory_options options = {
		.topology = topology,
		.policy = { .kind = MEMORY_LOCAL },
		.worker_pus = pus,
		.workers = WORKERS,
		.limit_bytes = (size_t)1 << 26,
	};
	if (memory_create(&options, &memory, &fault))
		return -1;
	setup.memory = memory;
	if (line_create(&setup, &instance))
		return -1;
	map = instance;
	for (unsigned i = 0; i < WORKERS; i++)
		contexts[i] = (struct context){ .arena = memory_arena(memory, i),
						.value_bytes = 8,
						.worker = i };
	if (reclaim_attach(map->reclaim, &contexts[0]))
		return -1;
	reclaim_online(contexts[0].reclaim);
	return !line_put(map, &contexts[0], KEY, FIRST);
}

static int tear_down(void **state)
{
	(void)state;
	reclaim_offline(contexts[0].reclaim);
	reclaim_detach(&contexts[0]);
	line_destroy(map);
	memory_destroy(memory);
	topology_free(topology);
	return 0;
}

/* A word of the slot that holds the key: LINE_KEYS or LINE_VALUES. */
static const volatile void *word_of_slot(unsigned first)
{
	/* relaxed: alone. */
	struct line_bucket *const head = line_bucket_of(load_relaxed(&map->table), hash_key(KEY));
	const struct line_place place = line_search(head, KEY + 1);

	return &place.bucket->words[first + place.slot];
}

static uint64_t value_now(void)
{
	uint64_t value = UNTOUCHED;

	assert_true(line_get(map, &contexts[0], KEY, &value));
	return value;
}

/* --- tests ------------------------------------------------------------------------------------ */

/*
 * An overwrite meets the key, which is then removed; its store falls between the value and the key
 * of the put that brings the key back. Nobody may call the key absent after that and find the value
 * of the overwrite later: it was overwritten before the remove or after the return.
 */
static void line_overwrite_while_its_key_comes_back_is_seen_or_was_before_the_remove(void **state)
{
	const volatile void *const value = word_of_slot(LINE_VALUES);
	const volatile void *const key = word_of_slot(LINE_KEYS);
	struct actor overwriter, returner, reader;
	bool was_found;

	(void)state;
	start(&overwriter, 1, MAP_PUT, LATE, value);
	assert_true(line_remove(map, &contexts[0], KEY));
	/* The search reads keys alone, so that it halts at the store of the value; then of the key. */
	start(&returner, 2, MAP_PUT, SECOND, value);
	returner.at = key;
	sem_post(&returner.go);
	sem_wait(&returner.halted);
	assert_false(finish(&overwriter));
	start(&reader, 3, MAP_GET, UNTOUCHED, NULL);
	rest();
	assert_true(finish(&returner));
	was_found = finish(&reader);
	assert_int_equal(value_now(), was_found ? LATE : SECOND);
}

/* A late overwrite before the value of the put that brings the key back is overwritten by it. */
static void line_overwrite_before_its_key_comes_back_is_lost(void **state)
{
	struct actor overwriter;

	(void)state;
	start(&overwriter, 1, MAP_PUT, LATE, word_of_slot(LINE_VALUES));
	assert_true(line_remove(map, &contexts[0], KEY));
	assert_false(finish(&overwriter));
	assert_true(line_put(map, &contexts[0], KEY, SECOND));
	assert_int_equal(value_now(), SECOND);
}

/* While a late overwrite may come, its slot is kept from other keys. */
static void line_overwrite_after_the_remove_hits_no_other_key(void **state)
{
	struct actor overwriter;
	uint64_t value = UNTOUCHED;

	(void)state;
	start(&overwriter, 1, MAP_PUT, LATE, word_of_slot(LINE_VALUES));
	assert_true(line_remove(map, &contexts[0], KEY));
	for (uint64_t key = KEY + 1; key < KEY + 64; key++)
		assert_true(line_put(map, &contexts[0], key, key));
	assert_false(finish(&overwriter));
	for (uint64_t key = KEY + 1; key < KEY + 64; key++) {
		assert_true(line_get(map, &contexts[0], key, &value));
		assert_int_equal(value, key);
	}
	assert_false(line_get(map, &contexts[0], KEY, &value));
}

/* A get that finds the key, and on its second look does not. */
static void line_get_of_a_key_that_leaves_meanwhile_leaves_the_value_alone(void **state)
{
	struct actor reader;

	(void)state;
	start(&reader, 1, MAP_GET, UNTOUCHED, word_of_slot(LINE_VALUES));
	assert_true(line_remove(map, &contexts[0], KEY));
	assert_false(finish(&reader));
	assert_int_equal(reader.value, UNTOUCHED);
}

/* What one worker retires another one frees: a sum taken in between is not below zero. */
static void line_garbage_summed_while_a_key_goes_and_returns_is_not_negative(void **state)
{
	struct actor monitor, returner;

	(void)state;
	start(&monitor, 2, SUM, 0, &map->reclaim->threads[1]->limbo.counts.freed);
	assert_true(line_remove(map, &contexts[0], KEY));
	start(&returner, 1, MAP_PUT, SECOND, NULL);
	assert_true(finish(&returner));
	finish(&monitor);
	assert_in_range(monitor.value, 0, 1);
}

/* Keys that come once and go, a few at a time: what they leave behind is used again. */
static void line_of_ever_new_keys_keeps_its_table(void **state)
{
	/* relaxed: alone. */
	const struct line_table *const table = load_relaxed(&map->table);

	(void)state;
	for (uint64_t key = KEY + 1; key < NEW_KEYS; key++) {
		assert_true(line_put(map, &contexts[0], key, key));
		if (key > KEY + ALIVE)
			assert_true(line_remove(map, &contexts[0], key - ALIVE));
	}
	/* relaxed: alone. */
	assert_ptr_equal(load_relaxed(&map->table), table);
	assert_null(load_relaxed(&table->next));
	assert_in_range(reclaim_garbage(map->reclaim).outstanding, 0, 100);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(line_overwrite_while_its_key_comes_back_is_seen_or_was_before_the_remove),
		CASE(line_overwrite_before_its_key_comes_back_is_lost),
		CASE(line_overwrite_after_the_remove_hits_no_other_key),
		CASE(line_garbage_summed_while_a_key_goes_and_returns_is_not_negative),
		CASE(line_get_of_a_key_that_leaves_meanwhile_leaves_the_value_alone),
		CASE(line_of_ever_new_keys_keeps_its_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
