/*
 * ordered/skiplist_fraser where a remove falls into a put of the same key, at each of its atomic
 * operations in turn: one thread plays both, so that nothing depends on the schedule.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "structures/ordered/skiplist_fraser.c"

enum { PUTTER, REMOVER, WORKERS };

#include "tests/structures/workers.h"

enum {
	BEFORE = 10,
	KEY = 50,
	BEHIND = 90,
	LEVELS = 5,        /* searches begin above all nodes: none is repeated for a higher one */
	POINTS_MAX = 200   /* more than a put has */
};

static struct skiplist_fraser *list;

/* --- the atomic operations of the put, counted ------------------------------------------------ */

static struct skip_node *victim;    /* marked at point `marked_at`; NULL: no longer, or not at all */
static unsigned points, marked_at;

void explore_point(void);
void explore_wait(void);

void explore_point(void)
{
	struct skip_node *const node = victim;

	if (!node || ++points != marked_at)
		return;
	victim = NULL;
	for (unsigned level = node->height; level-- > 0;)
		skiplist_fraser_mark(node, level);
}

void explore_wait(void)
{
}

/* --- a list of three keys --------------------------------------------------------------------- */

static int set_up(void **state)
{
	struct setup setup = { .range = 100, .expected = 4, .value_bytes = 8 };
	void *instance;

	(void)state;
	if (workers_open(&setup) || skiplist_fraser_create(&setup, &instance))
		return -1;
	list = instance;
	skip_raise(&list->skip, LEVELS);
	for (unsigned i = 0; i < WORKERS; i++)
		if (reclaim_attach(list->reclaim, &contexts[i]))
			return -1;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (unsigned i = 0; i < WORKERS; i++)
		reclaim_detach(&contexts[i]);
	skiplist_fraser_destroy(list);
	workers_close();
	return 0;
}

/* The worker's next node is linked on two levels, or more. */
static void draw_a_tall_one(struct context *context)
{
	struct context next = *context;

	while (level_draw(&next) < 2)
		context->levels_drawn = next.levels_drawn;
}

static struct skip_node *first_of(uint64_t key)
{
	struct skip_path path;

	return skiplist_fraser_find(list, key, &path);
}

static bool is_reachable(const struct skip_node *node)
{
	for (unsigned level = 0; level < LEVELS; level++)
		/* relaxed: alone. */
		for (struct skip_node *at = skip_node(load_relaxed(&list->skip.head->next[level]));
		     at; at = skip_node(load_relaxed(&at->next[level])))
			if (at == node)
				return true;
	return false;
}

/* Return: false if the put has fewer points, or met the key gone or there. */
static bool put_with_a_remove_at(unsigned point)
{
	struct skip_node *removed;
	bool has_marked, was_added;

	draw_a_tall_one(&contexts[REMOVER]);
	skiplist_fraser_put(list, &contexts[REMOVER], KEY, KEY);
	victim = removed = first_of(KEY);
	points = 0;
	marked_at = point;
	draw_a_tall_one(&contexts[PUTTER]);
	was_added = skiplist_fraser_put(list, &contexts[PUTTER], KEY, KEY);
	has_marked = !victim;
	victim = NULL;
	if (!has_marked)
		return false;
	skiplist_fraser_leave(list, &contexts[REMOVER], removed, SKIPLIST_FRASER_REMOVED);
	assert_false(is_reachable(removed));
	return was_added;
}

static void put_during_a_remove_of_its_key_leaves_the_old_node_unlinked(void **state)
{
	struct inspection inspection;
	unsigned met = 0;

	(void)state;
	skiplist_fraser_put(list, &contexts[REMOVER], BEFORE, BEFORE);
	skiplist_fraser_put(list, &contexts[REMOVER], BEHIND, BEHIND);
	for (unsigned point = 1; point < POINTS_MAX; point++) {
		met += put_with_a_remove_at(point);
		skiplist_fraser_remove(list, &contexts[REMOVER], KEY);
		skiplist_fraser_inspect(list, &inspection);
		assert_null(inspection.broken);
		assert_int_equal(inspection.elements, 2);
	}
	assert_in_range(met, 3, POINTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			put_during_a_remove_of_its_key_leaves_the_old_node_unlinked, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
