#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/runners/cells.h"

#define MAP "variant=map/chained@mutex threads=2"
#define ORDERED "variant=ordered/skiplist@mutex threads=2"

static void cell_same_value_spelt_otherwise_is_the_same_cell(void **state)
{
	(void)state;
	assert_true(cells_same(MAP " range=1M", MAP " range=1000000"));
	assert_true(cells_same(MAP " mix=get:90,put:5,remove:5", MAP " mix=remove:5,get:90,put:5"));
	assert_true(cells_same(MAP " duration=2000ms", MAP " duration=2s"));
}

static void cell_default_given_or_not_is_the_same_cell(void **state)
{
	(void)state;
	assert_true(cells_same(MAP, MAP " range=1M memory=local prefill=steady value_bytes=8 "
					"roles=mixed rate=max latency=off stall=off shards=auto "
					"mix=get:90,put:5,remove:5 duration=2s warmup=auto"));
}

static void cell_each_axis_but_oversubscribe_tells_cells_apart(void **state)
{
	static const char *const words[] = {
		"place=compact",
		"memory=interleave",
		"pages=thp",
		"alloc=glibc",
		"mix=get:100",
		"op_order=cycle",
		"dist=zipf:0.99",
		"range=2M",
		"prefill=10%",
		"value_bytes=100",
		"rate=1M",
		"latency=all",
		"counters=off",
		"duration=1s",
		"warmup=0s",
		"stall=every:1s,for:1ms",
		NULL,
	};

	(void)state;
	for (const char *const *word = words; *word; word++) {
		char given[256];

		snprintf(given, sizeof(given), MAP " %s", *word);
		if (cells_same(MAP, given))
			fail_msg("%s does not change the id", *word);
	}
	assert_true(cells_same(MAP, MAP " oversubscribe=2"));
	assert_false(cells_same(ORDERED, ORDERED " scan_length=11"));
}

static void cell_id_is_stable_from_one_release_to_the_next(void **state)
{
	struct cell cell;

	(void)state;
	/* Records of old campaigns are found by it: change the axes, and this must be decided. */
	assert_int_equal(cells_resolve("variant=probe/null threads=1", &cell), 0);
	assert_string_equal(cell.id, "f89504c010787aa6");
	cell_free(&cell);
}

static void cell_without_threads_or_variant_is_refused(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("threads=1", &cell), -EINVAL);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=map/chained@mutex", &cell), -EINVAL);
	cell_free(&cell);
}

static void cell_goes_through_json_and_stays_the_same(void **state)
{
	struct cell cell, back;
	json_t *object;

	(void)state;
	assert_int_equal(cells_resolve(MAP " place=list:0,2,4-7 mix=get:50,put:50 dist=zipf:0.5 "
					   "stall=every:1s,for:1ms,who:thread:1",
				       &cell),
			 0);
	object = cell_to_json(&cell);
	assert_int_equal(json_object_size(object), AXIS_COUNT);
	assert_int_equal(cell_from_json(object, &back, NULL), 0);
	assert_int_equal(cell_resolve(&back, cells_topology, NULL), 0);
	assert_string_equal(back.id, cell.id);
	assert_int_equal(back.place->list_length, 6);
	assert_int_equal(back.stall_thread, 1);
	json_decref(object);
	cell_free(&cell);
	cell_free(&back);
}

static void cell_of_a_server_that_runs_has_its_address(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=map/redis threads=1 server=[::1]:6379/2", &cell), 0);
	assert_string_equal(cell.endpoint.host, "::1");
	assert_int_equal(cell.endpoint.port, 6379);
	assert_string_equal(cell.endpoint.name, "2");
	assert_string_equal(cell.server_kind, "");
	assert_true(cell.uses_tcp);
	assert_false(cell.place->spares_server);
	cell_free(&cell);
}

static void cell_of_a_private_server_spares_its_pus(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=map/redis threads=1", &cell), 0);
	assert_string_equal(cell.server_kind, "redis");
	assert_true(cell.place->spares_server);
	assert_false(cell.uses_tcp);
	cell_free(&cell);
}

static void cell_of_a_server_that_is_none_is_refused(void **state)
{
	static const char *const wrong[] = { "localhost:", ":6379",     "localhost:0", "h:65536",
					     "h:6379x",    "no-server", "postgres",    NULL };

	(void)state;
	for (const char *const *text = wrong; *text; text++) {
		struct cell cell;
		char words[128];

		snprintf(words, sizeof(words), "variant=map/redis threads=1 server=%s", *text);
		if (!cells_resolve(words, &cell))
			fail_msg("server=%s is taken", *text);
		cell_free(&cell);
	}
}

static void cell_from_json_that_is_no_cell_is_refused(void **state)
{
	static const char *const texts[] = { "[]", "{\"thread\": \"1\"}", "{\"threads\": 1}",
					     NULL };

	(void)state;
	for (const char *const *text = texts; *text; text++) {
		json_t *const object = json_loads(*text, 0, NULL);
		struct cell cell;

		assert_int_equal(cell_from_json(object, &cell, &cells_fault), -EINVAL);
		json_decref(object);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cell_same_value_spelt_otherwise_is_the_same_cell),
		cmocka_unit_test(cell_default_given_or_not_is_the_same_cell),
		cmocka_unit_test(cell_each_axis_but_oversubscribe_tells_cells_apart),
		cmocka_unit_test(cell_id_is_stable_from_one_release_to_the_next),
		cmocka_unit_test(cell_without_threads_or_variant_is_refused),
		cmocka_unit_test(cell_goes_through_json_and_stays_the_same),
		cmocka_unit_test(cell_of_a_server_that_runs_has_its_address),
		cmocka_unit_test(cell_of_a_private_server_spares_its_pus),
		cmocka_unit_test(cell_of_a_server_that_is_none_is_refused),
		cmocka_unit_test(cell_from_json_that_is_no_cell_is_refused),
	};

	return cmocka_run_group_tests(tests, cells_set_up, cells_tear_down);
}
