#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/runners/spellings.h"

static void axes_every_row_is_complete(void **state)
{
	(void)state;
	for (int key = 0; key < AXIS_COUNT; key++) {
		assert_non_null(axes[key].name);
		assert_non_null(axes[key].allowed);
		assert_non_null(axes[key].parse);
		assert_int_equal(axis_find(axes[key].name), key);
	}
}

static void axes_defaults_are_those_documented(void **state)
{
	static const struct spelling defaults[] = {
		{ "place", "cores-first" },
		{ "memory", "local" },
		{ "alloc", "arena" },
		{ "pages", "base" },
		{ "op_order", "random" },
		{ "dist", "uniform" },
		{ "range", "1000000" },
		{ "prefill", "500000" },
		{ "value_bytes", "8" },
		{ "roles", "mixed" },
		{ "rate", "max" },
		{ "latency", "off" },
		{ "counters", "software" },
		{ "stall", "off" },
		{ "warmup", "auto" },
		{ "duration", "2s" },
		{ "free", "amortised" },
		{ "arrivals", "constant" },
		{ "slo", "off" },
		{ NULL, NULL },
	};
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(MAP, &cell), 0);
	for (const struct spelling *row = defaults; row->given; row++)
		assert_string_equal(cell.text[axis_find(row->given)], row->canonical);
	cell_free(&cell);
}

static void axis_nearest_knows_axes_and_other_keys(void **state)
{
	const char *const others[] = { "trials", NULL };

	(void)state;
	assert_string_equal(axis_nearest("thread", others), "threads");
	assert_string_equal(axis_nearest("trails", others), "trials");
	assert_null(axis_nearest("colour", others));
}

static void threads_are_1_to_the_pus(void **state)
{
	(void)state;
	check_spellings("variant=map/chained@mutex", AXIS_THREADS,
			(const struct spelling[]){ { "1", "1" },
						   { "016", "16" },
						   { "0", NULL },
						   { "-1", NULL },
						   { "17", NULL },
						   { "5000", NULL },
						   { "two", NULL },
						   { NULL, NULL } });
}

static void oversubscribe_permits_and_never_multiplies(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(
		cells_resolve("variant=map/chained@mutex threads=24 oversubscribe=1.5", &cell), 0);
	assert_int_equal(cell.threads, 24);
	cell_free(&cell);
	assert_int_equal(
		cells_resolve("variant=map/chained@mutex threads=25 oversubscribe=1.5", &cell),
		-EINVAL);
	assert_non_null(strstr(cells_fault.text, "at most 24"));
	assert_non_null(strstr(cells_fault.text, "oversubscribe=1.6"));
	cell_free(&cell);
}

static void oversubscribe_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_OVERSUBSCRIBE,
			(const struct spelling[]){ { "1.50", "1.5" },
						   { "2", "2" },
						   { "0.5", NULL },
						   { "65", NULL },
						   { "-2", NULL },
						   { "inf", NULL },
						   { "2x", NULL },
						   { NULL, NULL } });
}

static void place_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_PLACE,
			(const struct spelling[]){ { "compact", "compact" },
						   { "scatter", "scatter" },
						   { "node:1", "node:1" },
						   { "node:01", "node:1" },
						   { "list:0,1,2,8", "list:0-2,8" },
						   { "node:2", NULL },
						   { "list:0,99", NULL },
						   { "compcat", NULL },
						   { NULL, NULL } });
}

static void memory_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_MEMORY,
			(const struct spelling[]){ { "first-touch", "first-touch" },
						   { "interleave", "interleave" },
						   { "remote", "remote" },
						   { "node:01", "node:1" },
						   { "node:7", NULL },
						   { "lokal", NULL },
						   { NULL, NULL } });
}

static void pages_and_alloc_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_PAGES,
			(const struct spelling[]){
				{ "huge2m", "huge2m" }, { "huge", NULL }, { NULL, NULL } });
	check_spellings(MAP, AXIS_ALLOC,
			(const struct spelling[]){ { "jemalloc", "jemalloc" },
						   { "glibc", "glibc" },
						   { "malloc", NULL },
						   { NULL, NULL } });
}

static void variant_with_a_wrong_separator_gets_the_right_one(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=map/chained+mutex threads=1", &cell), -ENOENT);
	assert_non_null(strstr(cells_fault.text, "did you mean map/chained@mutex?"));
	cell_free(&cell);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(axes_every_row_is_complete),
		cmocka_unit_test(axes_defaults_are_those_documented),
		cmocka_unit_test(axis_nearest_knows_axes_and_other_keys),
		cmocka_unit_test(threads_are_1_to_the_pus),
		cmocka_unit_test(oversubscribe_permits_and_never_multiplies),
		cmocka_unit_test(oversubscribe_spellings),
		cmocka_unit_test(place_spellings),
		cmocka_unit_test(memory_spellings),
		cmocka_unit_test(pages_and_alloc_spellings),
		cmocka_unit_test(variant_with_a_wrong_separator_gets_the_right_one),
	};

	return cmocka_run_group_tests(tests, cells_set_up, cells_tear_down);
}
