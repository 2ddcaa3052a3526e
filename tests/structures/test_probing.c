/*
 * map/probing where a line fills up while a search is in it: what is found in the next line is said
 * to be the key, and not the one that was seen last in the line before. One thread plays both, at
 * each atomic operation of the search in turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "structures/map/probing.c"

enum { LINES = 2, POINTS = 12 /* more than the search has */ };

static struct probing_table *table;
static struct probing_key key;
static unsigned points, filled_at;

void explore_point(void);
void explore_wait(void);

/* Others put a key into the last cell of the first line, and then ours into the next one. */
void explore_point(void)
{
	if (++points != filled_at)
		return;
	/* plain: one thread. */
	atomic_init(&table->lines[0].keys[PROBING_LAST], key.stored + PROBING_CELLS);
	atomic_init(&table->lines[1].keys[0], key.stored);
}

void explore_wait(void)
{
}

/* A key whose home is the first line. */
static struct probing_key find_key(void)
{
	struct probing_key found = probing_key(0);

	for (uint64_t i = 0; probing_home(table, found.hash) != 0; i++)
		found = probing_key(i);
	return found;
}

static struct probing_place find_while_filling(unsigned at)
{
	for (unsigned i = 0; i < PROBING_CELLS; i++) {
		/* plain: one thread. */
		atomic_init(&table->lines[0].keys[i],
			    i < PROBING_LAST ? key.stored + i + 1 : PROBING_EMPTY);
		atomic_init(&table->lines[1].keys[i], PROBING_EMPTY); /* plain: likewise */
	}
	points = 0;
	filled_at = at;
	return probing_find(table, key);
}

static void probing_search_in_a_line_that_fills_up_says_what_it_found(void **state)
{
	unsigned found = 0;

	(void)state;
	table = aligned_alloc(CACHELINE_APART_BYTES,
			      sizeof(*table) + LINES * sizeof(struct probing_line));
	assert_non_null(table);
	table->count = LINES;
	key = find_key();
	for (unsigned at = 1; at < POINTS; at++) {
		const struct probing_place place = find_while_filling(at);

		assert_non_null(place.line);
		if (place.line == &table->lines[0]) {
			assert_int_equal(place.key, PROBING_EMPTY);
			continue;
		}
		found++;
		assert_int_equal(place.slot, 0);
		assert_int_equal(place.key, key.stored);
	}
	assert_in_range(found, 1, POINTS);
	free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probing_search_in_a_line_that_fills_up_says_what_it_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
