/*
 * map/line+SCHEME where threads meet in the middle of their operations: each is halted before an
 * access that the test names, so that nothing depends on the schedule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "tests/structures/halted.h"

#include "structures/map/line.c"
#include "structures/reclaim/epoch.c"

enum { WORKERS = 4 };

#include "tests/structures/workers.h"

enum {
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

static struct line *map;

/* --- a thread that performs one operation ----------------------------------------------------- */

static void perform(struct actor *actor)
{
	if (actor->operation == SUM)
		actor->value = reclaim_garbage(map->reclaim).outstanding;
	else if (actor->operation == MAP_GET)
		actor->answer = line_get(map, actor->context, KEY, &actor->value);
	else
		actor->answer = line_put(map, actor->context, KEY, actor->value);
}

static void begin(struct actor *actor, unsigned worker, unsigned operation, uint64_t value,
		  const volatile void *at)
{
	*actor = (struct actor){ .domain = map->reclaim,
				 .context = &contexts[worker],
				 .operation = operation,
				 .value = value,
				 .at = at };
	start(actor);
}

static void rest(void)
{
	const struct timespec pause = { .tv_nsec = ENOUGH_MS * 1000000 };

	nanosleep(&pause, NULL);
}

/* --- a map with one key, and the test's own thread, worker 0, online -------------------------- */

static int set_up(void **state)
{
	struct setup setup = { .range = 8, .expected = 4, .value_bytes = 8 };
	void *instance;

	(void)state;
	if (workers_open(&setup) || line_create(&setup, &instance))
		return -1;
	map = instance;
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
	workers_close();
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
	begin(&overwriter, 1, MAP_PUT, LATE, value);
	assert_true(line_remove(map, &contexts[0], KEY));
	/* The search reads keys alone, so that it halts at the store of the value; then of the key. */
	begin(&returner, 2, MAP_PUT, SECOND, value);
	returner.at = key;
	sem_post(&returner.go);
	sem_wait(&returner.halted);
	assert_false(finish(&overwriter));
	begin(&reader, 3, MAP_GET, UNTOUCHED, NULL);
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
	begin(&overwriter, 1, MAP_PUT, LATE, word_of_slot(LINE_VALUES));
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
	begin(&overwriter, 1, MAP_PUT, LATE, word_of_slot(LINE_VALUES));
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
	begin(&reader, 1, MAP_GET, UNTOUCHED, word_of_slot(LINE_VALUES));
	assert_true(line_remove(map, &contexts[0], KEY));
	assert_false(finish(&reader));
	assert_int_equal(reader.value, UNTOUCHED);
}

/* What one worker retires another one frees: a sum taken in between is not below zero. */
static void line_garbage_summed_while_a_key_goes_and_returns_is_not_negative(void **state)
{
	struct actor monitor, returner;

	(void)state;
	begin(&monitor, 2, SUM, 0, &map->reclaim->threads[1]->limbo.counts.freed);
	assert_true(line_remove(map, &contexts[0], KEY));
	begin(&returner, 1, MAP_PUT, SECOND, NULL);
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
