/*
 * A table of two lines takes thousands of keys: it grows where they are, and evenly. Two puts of a
 * key that is absent, one within the other, agree on who has added it; and a put publishes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define VARIANT_SYMBOL    variant_that_grows
#define VARIANT_NAME      "kvslot/slots_lossless+ebr"
#define VARIANT_FAMILY    kvslot_family
#define VARIANT_STRUCTURE "slots_lossless"
#define VARIANT_RECLAIM   "ebr"
#define VARIANT_LOCK      ""

#include "structures/kvslot/slots_lossless.c"
#include "structures/common/backoff.h"
#include "tests/structures/harness.h"

enum {
	KEYS = 6000,
	/* Three keys a line, four lines below each, from two: full ones of 6 levels hold more. */
	DEPTH_EVEN = 6,
	DEPTH_MOST = DEPTH_EVEN + 4
};

struct seen {
	unsigned added, found, absent;
	unsigned depth; /* levels, the table's own included */
};

static unsigned depth_below(struct lossless_line *line)
{
	/* relaxed: alone. */
	struct lossless_line *const below = load_relaxed(&line->below);
	unsigned deepest = 0;

	for (unsigned i = 0; below && i < LOSSLESS_BELOW; i++) {
		const unsigned depth = depth_below(&below[i]);

		deepest = depth > deepest ? depth : deepest;
	}
	return deepest + 1;
}

static void put_and_get_all(struct harness *harness, struct worker *worker, void *argument)
{
	struct slots_lossless *const cache = harness_instance(harness);
	struct context *const context = &worker->context;
	struct seen *const seen = argument;
	uint64_t value = 0;

	*seen = (struct seen){ 0 };
	slots_lossless_online(cache, context);
	for (uint64_t key = 0; key < KEYS; key++)
		seen->added += slots_lossless_put(cache, context, key, kvslot_value(key, 0));
	for (uint64_t key = 0; key < KEYS; key++)
		seen->found += slots_lossless_get(cache, context, key, &value) &&
			       value == kvslot_value(key, 0);
	for (uint64_t key = KEYS; key < 2 * KEYS; key++)
		seen->absent += !slots_lossless_get(cache, context, key, &value);
	slots_lossless_offline(cache, context);
	for (uint64_t i = 0; i < UINT64_C(1) << cache->roots_log2; i++) {
		const unsigned depth = depth_below(&cache->roots[i]);

		seen->depth = depth > seen->depth ? depth : seen->depth;
	}
}

/* Return: the state that @action leaves of a table for @expected keys. */
static struct inspection perform(unsigned workers, uint64_t expected, harness_action *action,
				 void *argument)
{
	const struct harness_options options = {
		.variant = &variant_that_grows,
		.workers = workers,
		.range = KVSLOT_SEQUENCE_KEYS,
		.expected = expected,
		.value_bytes = 8,
		.seed = 1,
	};
	struct inspection inspection;
	struct fault fault = { "" };

	if (harness_once(&options, action, argument, &inspection, &fault))
		fail_msg("%s", fault.text);
	assert_null(inspection.broken);
	return inspection;
}

static void table_of_two_lines_keeps_thousands_and_grows_evenly(void **state)
{
	struct seen seen;

	(void)state;
	assert_int_equal(perform(1, 1, put_and_get_all, &seen).elements, KEYS);
	assert_int_equal(seen.added, KEYS);
	assert_int_equal(seen.found, KEYS);
	assert_int_equal(seen.absent, KEYS);
	assert_in_range(seen.depth, DEPTH_EVEN, DEPTH_MOST);
}

/* --- a get and a put within a put of the same key, at each of its atomic operations ------------- */

enum { POINTS_MAX = 20 /* more than a put has in a table of room for all */ };

static struct inner {
	struct slots_lossless *cache; /* NULL: not now */
	struct context *context;
	uint64_t key;
	unsigned points, at;
	bool was_there, has_added;
} inner;

void explore_point(void);
void explore_wait(void);

void explore_point(void)
{
	struct slots_lossless *const cache = inner.cache;
	uint64_t value;

	if (!cache || ++inner.points != inner.at)
		return;
	inner.cache = NULL;
	inner.was_there = slots_lossless_get(cache, inner.context, inner.key, &value);
	inner.has_added = slots_lossless_put(cache, inner.context, inner.key,
					     kvslot_value(inner.key, 2));
}

void explore_wait(void)
{
}

struct agreed {
	unsigned points;   /* at which another put came in */
	unsigned mistaken; /* of them, where either put was wrong about who added the key */
};

static void put_within_a_put(struct harness *harness, struct worker *worker, void *argument)
{
	struct slots_lossless *const cache = harness_instance(harness);
	struct agreed *const agreed = argument;

	if (worker->context.worker != 0)
		return; /* the first plays both */
	*agreed = (struct agreed){ 0 };
	slots_lossless_online(cache, &worker->context);
	for (unsigned at = 1; at <= POINTS_MAX; at++) {
		bool has_added;

		inner = (struct inner){ .cache = cache,
					.context = &harness_worker(harness, 1)->context,
					.key = at,
					.at = at };
		has_added = slots_lossless_put(cache, &worker->context, at, kvslot_value(at, 1));
		if (inner.cache)
			continue; /* it has fewer */
		agreed->points++;
		agreed->mistaken += inner.has_added == inner.was_there;
		agreed->mistaken += has_added == inner.has_added;
	}
	inner.cache = NULL;
	slots_lossless_offline(cache, &worker->context);
}

static void puts_of_an_absent_key_agree_on_who_added_it(void **state)
{
	struct agreed agreed;

	(void)state;
	perform(2, KEYS, put_within_a_put, &agreed);
	assert_in_range(agreed.points, 3, POINTS_MAX);
	assert_int_equal(agreed.mistaken, 0);
}

/* --- what was written before a put is seen by who has found its value --------------------------- */

enum { LETTER = 42 };

struct letter {
	unsigned plain; /* for ThreadSanitizer, which knows whether its reader may read it */
	unsigned read;
};

static void write_and_put_or_get_and_read(struct harness *harness, struct worker *worker,
					  void *argument)
{
	struct slots_lossless *const cache = harness_instance(harness);
	struct context *const context = &worker->context;
	struct letter *const letter = argument;
	struct backoff backoff = { 0 };
	uint64_t value;

	slots_lossless_online(cache, context);
	if (worker->context.worker == 0) {
		letter->plain = LETTER;
		slots_lossless_put(cache, context, 1, kvslot_value(1, 0));
	} else {
		while (!slots_lossless_get(cache, context, 1, &value))
			backoff_grow(&backoff);
		letter->read = letter->plain;
	}
	slots_lossless_offline(cache, context);
}

static void put_publishes_what_came_before_it(void **state)
{
	struct letter letter = { 0 };

	(void)state;
	perform(2, 1, write_and_put_or_get_and_read, &letter);
	assert_int_equal(letter.read, LETTER);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_of_two_lines_keeps_thousands_and_grows_evenly),
		cmocka_unit_test(puts_of_an_absent_key_agree_on_who_added_it),
		cmocka_unit_test(put_publishes_what_came_before_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
