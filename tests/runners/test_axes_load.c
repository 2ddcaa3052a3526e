#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/runners/spellings.h"

static void mix_spellings(void **state)
{
	(void)state;
	check_spellings(
		MAP, AXIS_MIX,
		(const struct spelling[]){ { "put:5,get:90,remove:5", "get:90,put:5,remove:5" },
					   { "get:100,put:0", "get:100" },
					   { "get:99.900,put:0.1", "get:99.9,put:0.1" },
					   { "get:90,put:5", NULL },
					   { "get:90,put:20", NULL },
					   { "get:90,pot:10", NULL },
					   { "get", NULL },
					   { "", NULL },
					   { NULL, NULL } });
}

static void mix_in_a_cycle_keeps_its_order(void **state)
{
	(void)state;
	check_spellings(
		MAP " op_order=cycle", AXIS_MIX,
		(const struct spelling[]){ { "put:50,get:50", "put:50,get:50" }, { NULL, NULL } });
	assert_false(cells_same(MAP " op_order=cycle mix=put:50,get:50",
				MAP " op_order=cycle mix=get:50,put:50"));
}

static void mix_operation_of_another_family_names_what_there_is(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(MAP " mix=enqueue:100", &cell), -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "has no operation enqueue"));
	assert_non_null(strstr(cells_fault.text, "get, put, remove"));
	cell_free(&cell);
}

static void mix_operation_of_no_family_gets_the_nearest(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(MAP " mix=gte:100", &cell), -EINVAL);
	assert_non_null(strstr(cells_fault.text, "did you mean"));
	cell_free(&cell);
}

static void op_order_cycle_needs_a_mix_that_repeats_soon(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(MAP " op_order=cycle mix=get:99.999,put:0.001", &cell),
			 -EINVAL);
	assert_non_null(strstr(cells_fault.text, "does not repeat"));
	cell_free(&cell);
}

static void dist_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_DIST,
			(const struct spelling[]){ { "zipf:0.990", "zipf:0.99" },
						   { "zipf:1", "zipf:1" },
						   { "hotspot:20:80", "hotspot:20:80" },
						   { "hotspot:0.1:99.9", "hotspot:0.1:99.9" },
						   { "latest", "latest" },
						   { "sequential", "sequential" },
						   { "sequential:0500", "sequential:500" },
						   { "zipf", NULL },
						   { "zipf:-1", NULL },
						   { NULL, NULL } });
}

/* The sentence is about the file: it comes before what the family can make of it. */
static void dist_of_a_trace_that_is_not_there_is_refused(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_not_equal(cells_resolve(MAP " dist=trace:no-such-file.jsonl", &cell), 0);
	assert_non_null(strstr(cells_fault.text, "no-such-file.jsonl"));
	cell_free(&cell);
}

static void range_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_RANGE,
			(const struct spelling[]){ { "1M", "1000000" },
						   { "1000000", "1000000" },
						   { "1", "1" },
						   { "4611686018427387904", "4611686018427387904" },
						   { "0", NULL },
						   { "4611686018427387905", NULL },
						   { NULL, NULL } });
}

static void prefill_spellings(void **state)
{
	(void)state;
	check_spellings(MAP " range=1000", AXIS_PREFILL,
			(const struct spelling[]){ { "steady", "500" },
						   { "50%", "500" },
						   { "12.5%", "125" },
						   { "0.5k", "500" },
						   { "0", "0" },
						   { "100%", "1000" },
						   { "101%", NULL },
						   { "1001", NULL },
						   { "full", NULL },
						   { NULL, NULL } });
}

static void prefill_steady_follows_the_mix(void **state)
{
	static const struct spelling mixes[] = {
		{ "get:90,put:5,remove:5", "500" }, { "get:100", "1000" },
		{ "get:50,put:50", "1000" },        { "get:50,remove:50", "0" },
		{ "put:75,remove:25", "750" },      { NULL, NULL },
	};
	struct cell cell;

	(void)state;
	for (const struct spelling *row = mixes; row->given; row++) {
		char words[256];

		snprintf(words, sizeof(words), MAP " range=1000 mix=%s", row->given);
		assert_int_equal(cells_resolve(words, &cell), 0);
		assert_string_equal(cell.text[AXIS_PREFILL], row->canonical);
		assert_true(cell.is_steady);
		cell_free(&cell);
	}
}

static bool is_steady(const char *words)
{
	struct cell cell;
	bool steady;

	assert_int_equal(cells_resolve(words, &cell), 0);
	steady = cell.is_steady;
	cell_free(&cell);
	return steady;
}

static void mix_that_inserts_and_removes_is_steady_wherever_it_begins(void **state)
{
	(void)state;
	assert_true(is_steady(MAP " range=1000 prefill=10%"));
	assert_true(is_steady(MAP " mix=get:100 prefill=10%"));
}

static void mix_that_fills_is_steady_once_it_has_filled(void **state)
{
	(void)state;
	assert_false(is_steady(MAP " mix=put:100 range=1000 prefill=10%"));
	assert_true(is_steady(MAP " mix=put:100 range=1000 prefill=100%"));
}

static void tables_that_never_grow_are_made_for_what_the_mix_leads_to(void **state)
{
	static const struct {
		const char *words;
		uint64_t filled;
	} rows[] = {
		{ MAP " range=1000 mix=put:100 prefill=0", 1000 },
		{ MAP " range=1000 mix=get:90,put:5,remove:5 prefill=0", 500 },
		{ MAP " range=1000 mix=get:90,put:5,remove:5 prefill=100%", 1000 },
		{ MAP " range=1000 mix=get:100 prefill=100", 100 },
		{ MAP " range=1000 mix=remove:100 prefill=100", 100 },
		{ MAP " range=1G mix=put:100 prefill=0", CELL_FILLED_MAX },
		{ MAP " range=1G mix=put:100 prefill=5M", 5000000 },
		{ QUEUE " prefill=7", 7 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct cell cell;

		assert_int_equal(cells_resolve(rows[i].words, &cell), 0);
		assert_int_equal(cell.filled, rows[i].filled);
		cell_free(&cell);
	}
}

static void prefill_of_a_queue_begins_empty_and_takes_no_share(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(QUEUE, &cell), 0);
	assert_int_equal(cell.prefill, 0);
	assert_false(cell.is_steady);
	cell_free(&cell);
	assert_int_equal(cells_resolve(QUEUE " prefill=2M", &cell), 0);
	assert_int_equal(cell.prefill, 2000000);
	cell_free(&cell);
	assert_int_equal(cells_resolve(QUEUE " prefill=50%", &cell), -EOPNOTSUPP);
	cell_free(&cell);
}

static void value_bytes_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_VALUE_BYTES,
			(const struct spelling[]){ { "8", "8" },
						   { "1k", "1024" },
						   { "64k", "65536" },
						   { "100", "100" },
						   { "7", NULL },
						   { "65537", NULL },
						   { "0", NULL },
						   { NULL, NULL } });
}

static void shards_are_for_sharded_variants(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=map/sharded@rwlock threads=2 shards=64", &cell), 0);
	assert_int_equal(cell.shards, 64);
	cell_free(&cell);
	assert_int_equal(cells_resolve(MAP " shards=64", &cell), -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "has no shards"));
	cell_free(&cell);
	assert_int_equal(cells_resolve(MAP " shards=auto", &cell), 0);
	cell_free(&cell);
}

static void batch_is_for_variants_that_fetch_ahead(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=map/probing+ebr threads=2 batch=16", &cell), 0);
	assert_int_equal(cell.batch, 16);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=map/probing+ebr threads=2 batch=1k", &cell), 0);
	assert_int_equal(cell.batch, 1000);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=probe/null threads=2 batch=16", &cell), -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "fetches nothing ahead"));
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=map/probing+ebr threads=2 batch=1025", &cell), -EINVAL);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=map/probing+ebr threads=2 batch=0", &cell), -EINVAL);
	cell_free(&cell);
}

static void batch_is_not_timed(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=map/probing+ebr threads=2 batch=2 latency=all", &cell),
			 -EOPNOTSUPP);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=map/probing+ebr threads=2 batch=2 rate=1M", &cell),
			 -EOPNOTSUPP);
	cell_free(&cell);
}

static void scan_length_spellings(void **state)
{
	(void)state;
	check_spellings(ORDERED, AXIS_SCAN_LENGTH,
			(const struct spelling[]){ { "1", "1" },
						   { "1k", "1000" },
						   { "1M", "1000000" },
						   { "0", NULL },
						   { "1000001", NULL },
						   { "ten", NULL },
						   { NULL, NULL } });
}

static void scan_length_is_for_mixes_with_scans(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(ORDERED, &cell), 0);
	assert_int_equal(cell.scan_length, 10);
	cell_free(&cell);
	assert_int_equal(cells_resolve(ORDERED " mix=get:100", &cell), 0);
	assert_int_equal(cell.scan_length, 0);
	cell_free(&cell);
	assert_int_equal(cells_resolve(ORDERED " mix=get:100 scan_length=20", &cell), -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "no scans"));
	cell_free(&cell);
	assert_int_equal(cells_resolve(MAP " scan_length=20", &cell), -EOPNOTSUPP);
	cell_free(&cell);
	assert_int_equal(cells_resolve(MAP " mix=get:50,scan:50", &cell), -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "has no operation scan"));
	cell_free(&cell);
}

static void alloc_other_than_the_arena_is_refused_where_the_scheme_needs_it(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=map/michael+ibr threads=1 alloc=arena", &cell), 0);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=map/michael+ibr threads=1 alloc=glibc", &cell),
			 -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "allowed is alloc=arena"));
	cell_free(&cell);
}

static void capacity_is_for_bounded_variants(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=queue/vyukov threads=2 capacity=1k", &cell), 0);
	assert_int_equal(cell.capacity, 1000);
	cell_free(&cell);
	assert_int_equal(cells_resolve(QUEUE " capacity=1k", &cell), -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "unbounded"));
	cell_free(&cell);
}

static void prefill_of_a_bounded_queue_is_a_share_of_its_capacity(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(
		cells_resolve("variant=queue/vyukov threads=2 capacity=1k prefill=50%", &cell), 0);
	assert_int_equal(cell.prefill, 500);
	cell_free(&cell);
	assert_int_equal(
		cells_resolve("variant=queue/vyukov threads=2 capacity=1k prefill=1001", &cell),
		-EINVAL);
	assert_non_null(strstr(cells_fault.text, "capacity=1000 has no room"));
	cell_free(&cell);
}

static void free_is_for_variants_that_retire(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(MAP " free=batch", &cell), -EOPNOTSUPP);
	cell_free(&cell);
}

static void roles_split_gives_the_larger_half_to_consumers(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=queue/list@mutex threads=5 roles=split", &cell), 0);
	assert_int_equal(cell.producers, 2);
	assert_int_equal(cell.consumers, 3);
	cell_free(&cell);
}

static void roles_that_cannot_be_are_refused(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=queue/list@mutex threads=1 roles=split", &cell),
			 -ERANGE);
	cell_free(&cell);
	assert_int_equal(cells_resolve(QUEUE " roles=1:2", &cell), -ERANGE);
	cell_free(&cell);
	assert_int_equal(cells_resolve(MAP " roles=1:1", &cell), -EOPNOTSUPP);
	cell_free(&cell);
	check_spellings(QUEUE, AXIS_ROLES,
			(const struct spelling[]){ { "1:1", "1:1" },
						   { "01:1", "1:1" },
						   { "2:0", NULL },
						   { "1:", NULL },
						   { "-1:3", NULL },
						   { "1:1:1", NULL },
						   { "solo", NULL },
						   { NULL, NULL } });
}

static void roles_beyond_what_the_algorithm_takes_are_refused(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=queue/spsc threads=2", &cell), -ERANGE);
	assert_non_null(strstr(cells_fault.text, "queue/spsc takes at most 1"));
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=queue/spsc threads=3 roles=1:2", &cell), -ERANGE);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=queue/spsc threads=2 roles=1:1", &cell), 0);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=queue/spsc threads=1", &cell), 0);
	cell_free(&cell);
}

static void roles_leave_no_say_to_the_mix(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(QUEUE " roles=1:1 mix=enqueue:70,dequeue:30", &cell),
			 -EOPNOTSUPP);
	cell_free(&cell);
	assert_true(cells_same(QUEUE " roles=1:1 mix=enqueue:50,dequeue:50", QUEUE " roles=1:1"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mix_spellings),
		cmocka_unit_test(mix_in_a_cycle_keeps_its_order),
		cmocka_unit_test(mix_operation_of_another_family_names_what_there_is),
		cmocka_unit_test(mix_operation_of_no_family_gets_the_nearest),
		cmocka_unit_test(op_order_cycle_needs_a_mix_that_repeats_soon),
		cmocka_unit_test(dist_spellings),
		cmocka_unit_test(dist_of_a_trace_that_is_not_there_is_refused),
		cmocka_unit_test(range_spellings),
		cmocka_unit_test(prefill_spellings),
		cmocka_unit_test(prefill_steady_follows_the_mix),
		cmocka_unit_test(mix_that_inserts_and_removes_is_steady_wherever_it_begins),
		cmocka_unit_test(mix_that_fills_is_steady_once_it_has_filled),
		cmocka_unit_test(tables_that_never_grow_are_made_for_what_the_mix_leads_to),
		cmocka_unit_test(prefill_of_a_queue_begins_empty_and_takes_no_share),
		cmocka_unit_test(value_bytes_spellings),
		cmocka_unit_test(shards_are_for_sharded_variants),
		cmocka_unit_test(batch_is_for_variants_that_fetch_ahead),
		cmocka_unit_test(batch_is_not_timed),
		cmocka_unit_test(scan_length_spellings),
		cmocka_unit_test(scan_length_is_for_mixes_with_scans),
		cmocka_unit_test(alloc_other_than_the_arena_is_refused_where_the_scheme_needs_it),
		cmocka_unit_test(capacity_is_for_bounded_variants),
		cmocka_unit_test(prefill_of_a_bounded_queue_is_a_share_of_its_capacity),
		cmocka_unit_test(free_is_for_variants_that_retire),
		cmocka_unit_test(roles_split_gives_the_larger_half_to_consumers),
		cmocka_unit_test(roles_that_cannot_be_are_refused),
		cmocka_unit_test(roles_beyond_what_the_algorithm_takes_are_refused),
		cmocka_unit_test(roles_leave_no_say_to_the_mix),
	};

	return cmocka_run_group_tests(tests, cells_set_up, cells_tear_down);
}
