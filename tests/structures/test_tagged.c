/*
 * map/tagged where threads meet in the middle of their operations: each is halted before an access
 * that the test names, so that nothing depends on the schedule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/structures/halted.h"

#include "structures/map/tagged.c"
#include "structures/reclaim/epoch.c"

enum { WORKERS = 2 };

#include "tests/structures/workers.h"

enum {
	KEY = 5,
	FIRST = 10,
	LATE = 11,
	SECOND = 12,
	UNTOUCHED = 13,
	ALIVE = 4,
	NEW_KEYS = 20000,
	NEIGHBOURS = 2 * TAGGED_SLOTS,    /* fill a bucket, whatever was dead in it */
	MOVES = 2 * RECLAIM_TICKET_GRACE, /* of the epoch: a young slot waits for two tickets */
	PAYLOAD_BYTES = 24
};

static struct tagged *map;

/* --- a thread that performs one operation ----------------------------------------------------- */

static void perform(struct actor *actor)
{
	if (actor->operation == MAP_GET)
		actor->answer = tagged_get(map, actor->context, actor->key, &actor->value);
	else
		actor->answer = tagged_put(map, actor->context, actor->key, actor->value);
}

/* Worker 1 begins an operation, and halts at a word. */
static void begin(struct actor *actor, unsigned operation, uint64_t key, uint64_t value,
		  const volatile void *at)
{
	*actor = (struct actor){ .domain = map->reclaim,
				 .context = &contexts[1],
				 .operation = operation,
				 .key = key,
				 .value = value,
				 .at = at };
	start(actor);
}

/* --- a map with one key, and the test's own thread, worker 0, online -------------------------- */

static int set_up_values(size_t value_bytes)
{
	struct setup setup = { .range = 8, .expected = 4, .value_bytes = value_bytes };
	void *instance;

	if (workers_open(&setup) || tagged_create(&setup, &instance))
		return -1;
	map = instance;
	watched = &map->spill->table;
	if (reclaim_attach(map->reclaim, &contexts[0]))
		return -1;
	reclaim_online(contexts[0].reclaim);
	return !tagged_put(map, &contexts[0], KEY, FIRST);
}

static int set_up(void **state)
{
	(void)state;
	return set_up_values(PAYLOAD_INLINE_BYTES);
}

static int set_up_payloads(void **state)
{
	(void)state;
	return set_up_values(PAYLOAD_BYTES);
}

/* At rest the map holds together, and nothing of a value is left behind. */
static int tear_down(void **state)
{
	struct inspection inspection;
	uint64_t left_bytes;

	(void)state;
	reclaim_offline(contexts[0].reclaim);
	reclaim_detach(&contexts[0]);
	tagged_inspect(map, &inspection);
	tagged_destroy(map);
	left_bytes = memory_in_use_bytes(memory, MEMORY_PAYLOADS);
	workers_close();
	if (inspection.broken)
		print_error("%s\n", inspection.broken);
	if (left_bytes)
		print_error("%llu bytes of payloads are left\n", (unsigned long long)left_bytes);
	return inspection.broken || left_bytes ? -1 : 0;
}

/* Key number @n of those in KEY's bucket, KEY itself not counted; of KEY's class, or of another. */
static uint64_t neighbour(unsigned n, bool is_of_its_class)
{
	const struct tagged_place place = tagged_place_of(map, KEY);
	const unsigned class = tagged_class(place.hash);

	for (uint64_t key = KEY + 1;; key++) {
		const struct tagged_place other = tagged_place_of(map, key);

		if (other.at == place.at &&
		    (tagged_class(other.hash) == class) == is_of_its_class && n-- == 0)
			return key;
	}
}

/* Where a key's value is in its bucket, or NULL. */
static const volatile void *word_of(uint64_t key)
{
	const struct tagged_place place = tagged_place_of(map, key);
	_Atomic uint64_t *word = NULL;

	/* relaxed: alone. */
	if (tagged_find(map, place, load_relaxed(&map->tags[place.at]), key, &word) == TAGGED_SLOTS)
		return NULL;
	return word;
}

static uint64_t value_of(uint64_t key)
{
	uint64_t value = UNTOUCHED;

	assert_true(tagged_get(map, &contexts[0], key, &value));
	return value;
}

static void assert_absent(uint64_t key)
{
	uint64_t value = UNTOUCHED;

	assert_false(tagged_get(map, &contexts[0], key, &value));
	assert_int_equal(value, UNTOUCHED);
}

/* Try to let all sections end, which those of halted actors do not. */
static void let_pass(void)
{
	for (unsigned i = 0; i < MOVES; i++) {
		reclaim_quiesce(contexts[0].reclaim);
		reclaim_nudge(contexts[0].reclaim);
	}
}

/* Keys beside KEY, none of its class, more than its bucket has slots. */
static void put_neighbours(void)
{
	for (unsigned i = 0; i < NEIGHBOURS; i++) {
		let_pass();
		assert_true(tagged_put(map, &contexts[0], neighbour(i, false), i));
	}
}

static void assert_neighbours(void)
{
	for (unsigned i = 0; i < NEIGHBOURS; i++)
		assert_int_equal(value_of(neighbour(i, false)), i);
}

/* --- tests ------------------------------------------------------------------------------------ */

/* An overwrite meets the key, which is then removed and put again: its store is not seen. */
static void tagged_overwrite_while_its_key_comes_back_is_lost(void **state)
{
	const volatile void *const word = word_of(KEY);
	struct actor overwriter;

	(void)state;
	begin(&overwriter, MAP_PUT, KEY, LATE, word);
	for (unsigned i = 0; i < 2 * TAGGED_SLOTS; i++) {
		assert_true(tagged_remove(map, &contexts[0], KEY));
		let_pass();
		assert_true(tagged_put(map, &contexts[0], KEY, SECOND + i));
		assert_ptr_not_equal(word_of(KEY), word);
	}
	assert_false(finish(&overwriter));
	assert_int_equal(value_of(KEY), SECOND + 2 * TAGGED_SLOTS - 1);
}

/* While a late overwrite may come, its slot is kept from other keys; they go to the spill. */
static void tagged_overwrite_after_the_remove_hits_no_other_key(void **state)
{
	struct actor overwriter;

	(void)state;
	begin(&overwriter, MAP_PUT, KEY, LATE, word_of(KEY));
	assert_true(tagged_remove(map, &contexts[0], KEY));
	put_neighbours();
	assert_false(finish(&overwriter));
	assert_neighbours();
	assert_absent(KEY);
}

/* A get between its look at the tags and the value: it finds the one that was removed. */
static void tagged_get_of_a_key_that_leaves_meanwhile_finds_its_last_value(void **state)
{
	struct actor reader;

	(void)state;
	begin(&reader, MAP_GET, KEY, UNTOUCHED, word_of(KEY));
	assert_false(tagged_put(map, &contexts[0], KEY, SECOND));
	assert_true(tagged_remove(map, &contexts[0], KEY));
	put_neighbours();
	assert_true(finish(&reader));
	assert_int_equal(reader.value, SECOND);
	assert_int_equal(contexts[1].torn, 0);
	assert_neighbours();
	assert_absent(KEY);
}

/* A get between its look at the tags and the spill, to which the key comes meanwhile. */
static void tagged_get_of_a_key_that_spills_meanwhile_finds_it(void **state)
{
	struct actor reader;

	(void)state;
	assert_true(tagged_remove(map, &contexts[0], KEY));
	let_pass();
	put_neighbours();
	/* In the spill from the beginning: it is counted, so that the reader goes on. */
	assert_true(tagged_put(map, &contexts[0], neighbour(0, true), 0));
	begin(&reader, MAP_GET, KEY, UNTOUCHED, &map->spill->table);
	assert_true(tagged_put(map, &contexts[0], KEY, SECOND));
	assert_null(word_of(KEY));
	assert_true(finish(&reader));
	assert_int_equal(reader.value, SECOND);
}

/* What does not fit is found, overwritten and removed like any other key. */
static void tagged_key_of_a_full_bucket_spills(void **state)
{
	(void)state;
	assert_true(tagged_remove(map, &contexts[0], KEY));
	let_pass();
	put_neighbours();
	assert_true(tagged_put(map, &contexts[0], KEY, FIRST));
	assert_null(word_of(KEY));
	assert_int_equal(value_of(KEY), FIRST);
	assert_false(tagged_put(map, &contexts[0], KEY, SECOND));
	assert_int_equal(value_of(KEY), SECOND);
	assert_neighbours();
	assert_true(tagged_remove(map, &contexts[0], KEY));
	assert_false(tagged_remove(map, &contexts[0], KEY));
	assert_absent(KEY);
}

/* A key in the spill stays there when its bucket has room again. */
static void tagged_key_in_the_spill_stands_nowhere_else(void **state)
{
	(void)state;
	assert_true(tagged_remove(map, &contexts[0], KEY));
	let_pass();
	put_neighbours();
	assert_true(tagged_put(map, &contexts[0], KEY, FIRST));
	assert_true(tagged_remove(map, &contexts[0], neighbour(0, false)));
	let_pass();
	assert_true(tagged_put(map, &contexts[0], neighbour(0, false), 0));
	assert_false(tagged_put(map, &contexts[0], KEY, SECOND));
	assert_null(word_of(KEY));
	assert_int_equal(value_of(KEY), SECOND);
	assert_true(tagged_remove(map, &contexts[0], KEY));
	assert_absent(KEY);
}

/* Only a search of a class that is counted goes to the spill. */
static void tagged_search_of_another_class_does_not_look_into_the_spill(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TAGGED_SLOTS; i++)
		assert_true(tagged_put(map, &contexts[0], neighbour(i, true), i));
	watched_reached = 0;
	assert_absent(neighbour(0, false));
	assert_false(tagged_remove(map, &contexts[0], neighbour(0, false)));
	assert_int_equal(watched_reached, 0);
	assert_absent(neighbour(TAGGED_SLOTS, true));
	assert_int_equal(watched_reached, 1);
}

/* A slot that waits goes to another key once all sections have ended, and not before. */
static void tagged_dead_slot_comes_back_after_grace(void **state)
{
	const uint64_t in_vain = neighbour(TAGGED_SLOTS, false);
	const uint64_t last = neighbour(TAGGED_SLOTS + 1, false);
	const volatile void *const word = word_of(KEY);
	struct actor overwriter;

	(void)state;
	for (unsigned i = 0; i < TAGGED_SLOTS - 1; i++)
		assert_true(tagged_put(map, &contexts[0], neighbour(i, false), i));
	begin(&overwriter, MAP_PUT, KEY, LATE, word);
	assert_true(tagged_remove(map, &contexts[0], KEY));
	let_pass();
	assert_true(tagged_put(map, &contexts[0], in_vain, 0));
	assert_null(word_of(in_vain));
	assert_false(finish(&overwriter));
	/* One sweep makes what is young old, and the next one frees it. */
	for (unsigned i = 0; i < MOVES && word_of(last) != word; i++) {
		let_pass();
		tagged_remove(map, &contexts[0], last);
		assert_true(tagged_put(map, &contexts[0], last, SECOND));
	}
	assert_ptr_equal(word_of(last), word);
	assert_int_equal(value_of(last), SECOND);
}

/* Where nobody else is in a section, a put into a full bucket frees the slot that waits, at once. */
static void tagged_put_makes_room_where_a_slot_waits(void **state)
{
	const volatile void *const word = word_of(KEY);
	const uint64_t last = neighbour(TAGGED_SLOTS - 1, false);

	(void)state;
	for (unsigned i = 0; i < TAGGED_SLOTS - 1; i++)
		assert_true(tagged_put(map, &contexts[0], neighbour(i, false), i));
	assert_true(tagged_remove(map, &contexts[0], KEY));
	assert_true(tagged_put(map, &contexts[0], last, SECOND));
	assert_ptr_equal(word_of(last), word);
}

/* Key number @n, KEY not counted, of those in one bucket with the lowest tag that keys have. */
static uint64_t low_tagged(unsigned n)
{
	uint64_t at = UINT64_MAX;

	for (uint64_t key = KEY + 1;; key++) {
		const struct tagged_place place = tagged_place_of(map, key);

		if (tagged_tag(place.hash) != TAGGED_LIVE || (at != UINT64_MAX && place.at != at))
			continue;
		at = place.at;
		if (n-- == 0)
			return key;
	}
}

/* A key that is gone is not found by the tag that its slot has meanwhile, whatever is beside it. */
static void tagged_key_that_is_gone_stays_so_beside_its_own_tag(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++)
		assert_true(tagged_put(map, &contexts[0], low_tagged(i), i));
	for (unsigned i = 0; i < MOVES; i++) {
		let_pass();
		assert_true(tagged_remove(map, &contexts[0], low_tagged(1)));
		assert_absent(low_tagged(1));
		assert_false(tagged_remove(map, &contexts[0], low_tagged(1)));
		assert_true(tagged_put(map, &contexts[0], low_tagged(1), SECOND));
		assert_int_equal(value_of(low_tagged(1)), SECOND);
	}
}

/* Keys that come once and go, a few at a time: what they leave behind is used again. */
static void tagged_of_ever_new_keys_keeps_its_spill(void **state)
{
	/* relaxed: alone. */
	const struct line_table *const table = load_relaxed(&map->spill->table);

	(void)state;
	for (uint64_t key = KEY + 1; key < NEW_KEYS; key++) {
		assert_true(tagged_put(map, &contexts[0], key, key));
		if (key > KEY + ALIVE)
			assert_true(tagged_remove(map, &contexts[0], key - ALIVE));
	}
	/* relaxed: alone. */
	assert_ptr_equal(load_relaxed(&map->spill->table), table);
	assert_null(load_relaxed(&table->next));
	/* What the slots' values leave is in bags. */
	assert_in_range(reclaim_garbage(map->reclaim).outstanding, 0,
			payload_is_apart(&contexts[0]) ? 4 * LIMBO_BAG_ENTRIES : 100);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
/* clang-format off */
#define PAYLOADS(test) { #test "_of_payloads", test, set_up_payloads, tear_down, NULL }
/* clang-format on */

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(tagged_overwrite_while_its_key_comes_back_is_lost),
		CASE(tagged_overwrite_after_the_remove_hits_no_other_key),
		CASE(tagged_get_of_a_key_that_leaves_meanwhile_finds_its_last_value),
		CASE(tagged_get_of_a_key_that_spills_meanwhile_finds_it),
		CASE(tagged_key_of_a_full_bucket_spills),
		CASE(tagged_key_in_the_spill_stands_nowhere_else),
		CASE(tagged_search_of_another_class_does_not_look_into_the_spill),
		CASE(tagged_dead_slot_comes_back_after_grace),
		CASE(tagged_put_makes_room_where_a_slot_waits),
		CASE(tagged_key_that_is_gone_stays_so_beside_its_own_tag),
		CASE(tagged_of_ever_new_keys_keeps_its_spill),
		PAYLOADS(tagged_get_of_a_key_that_leaves_meanwhile_finds_its_last_value),
		PAYLOADS(tagged_key_of_a_full_bucket_spills),
		PAYLOADS(tagged_key_in_the_spill_stands_nowhere_else),
		PAYLOADS(tagged_key_that_is_gone_stays_so_beside_its_own_tag),
		PAYLOADS(tagged_of_ever_new_keys_keeps_its_spill),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
