#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/runners/cells.h"

#define MAP   "variant=map/chained@mutex threads=2"
#define QUEUE "variant=queue/list@mutex threads=2"
#define ORDERED "variant=ordered/skiplist@mutex threads=2"

/* One value of one axis, given and canonical; NULL: refused. */
struct spelling {
	const char *given, *canonical;
};

static void check_spellings(const char *base, enum axis_key key, const struct spelling *spellings)
{
	for (; spellings->given; spellings++) {
		char words[512];
		struct cell cell;
		int error;

		snprintf(words, sizeof(words), "%s %s=%s", base, axes[key].name, spellings->given);
		error = cells_resolve(words, &cell);
		if (spellings->canonical) {
			if (error)
				fail_msg("%s: %s", words, cells_fault.text);
			assert_string_equal(cell.text[key], spellings->canonical);
		} else {
			if (!error)
				fail_msg("%s was taken", words);
			assert_non_null(strstr(cells_fault.text, axes[key].name));
		}
		cell_free(&cell);
	}
}

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
	assert_int_equal(cells_resolve("variant=probe/null threads=2 batch=16", &cell), -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "fetches nothing ahead"));
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=map/probing+ebr threads=2 batch=65", &cell), -EINVAL);
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

static void rate_and_latency_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_RATE,
			(const struct spelling[]){ { "max", "max" },
						   { "250k", "250000" },
						   { "sweep", NULL },
						   { "0", NULL },
						   { "-5", NULL },
						   { NULL, NULL } });
	check_spellings(MAP, AXIS_LATENCY,
			(const struct spelling[]){ { "off", "off" },
						   { "sample:1k", "sample:1000" },
						   { "sample:1", "all" },
						   { "all", "all" },
						   { "sample:0", NULL },
						   { "sample", NULL },
						   { "on", NULL },
						   { NULL, NULL } });
}

static void think_time_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_THINK,
			(const struct spelling[]){ { "0", "0" },
						   { "1k", "1000" },
						   { "10M", "10000000" },
						   { "10000001", NULL },
						   { "1us", NULL },
						   { "-1", NULL },
						   { NULL, NULL } });
}

static void think_time_is_for_threads_that_take_their_time(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(MAP " think_ns=500 rate=1k", &cell), -EINVAL);
	assert_non_null(strstr(cells_fault.text, "allowed with it is rate=max"));
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=resp/redis threads=1 think_ns=500", &cell),
			 -EOPNOTSUPP);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=map/probing+ebr threads=1 batch=8 think_ns=500",
				       &cell),
			 -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "think_ns=0"));
	cell_free(&cell);
}

static void cell_without_think_time_is_the_same_as_ever(void **state)
{
	(void)state;
	assert_true(cells_same(MAP, MAP " think_ns=0"));
	assert_false(cells_same(MAP, MAP " think_ns=1"));
}

static void load_of_another_program_runs_for_a_time(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=http/wrk threads=1 connections=20k latency=all", &cell),
			 0);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=http/wrk threads=1 duration=ops:5", &cell),
			 -EOPNOTSUPP);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=http/wrk threads=1 latency=sample:5", &cell),
			 -EOPNOTSUPP);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=http/wrk threads=1 rate=1k", &cell), -EOPNOTSUPP);
	cell_free(&cell);
}

static void objective_spellings(void **state)
{
	(void)state;
	check_spellings(MAP " rate=sweep", AXIS_SLO,
			(const struct spelling[]){ { "p99:1ms", "p99:1ms" },
						   { "p999:1500000", "p999:1500us" },
						   { "off", NULL },
						   { "p98:1ms", NULL },
						   { "p99:0", NULL },
						   { "p99", NULL },
						   { NULL, NULL } });
}

static void sweep_of_rates_needs_an_objective_and_a_time(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(MAP " rate=sweep", &cell), -EINVAL);
	cell_free(&cell);
	assert_int_equal(cells_resolve(MAP " slo=p99:1ms", &cell), -EOPNOTSUPP);
	cell_free(&cell);
	assert_int_equal(cells_resolve(MAP " rate=sweep slo=p99:1ms duration=ops:5", &cell),
			 -EINVAL);
	cell_free(&cell);
	assert_int_equal(cells_resolve(MAP " rate=sweep slo=p99:1ms arrivals=poisson", &cell), 0);
	assert_true(cell.is_swept && cell.slo_ns == 1000000 && cell.slo_quantile == 0.99);
	cell_free(&cell);
}

static void arrivals_need_a_rate(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve(MAP " arrivals=poisson", &cell), -EOPNOTSUPP);
	cell_free(&cell);
	assert_int_equal(cells_resolve(MAP " rate=1k arrivals=poisson", &cell), 0);
	assert_true(cell.is_poisson);
	cell_free(&cell);
}

static void counters_are_a_group_or_off(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_COUNTERS,
			(const struct spelling[]){ { "off", "off" },
						   { "software", "software" },
						   { "cache", "cache" },
						   { "hardware-of-dreams", NULL },
						   { NULL, NULL } });
}

static void stall_spellings(void **state)
{
	(void)state;
	check_spellings(
		MAP, AXIS_STALL,
		(const struct spelling[]){
			{ "off", "off" },
			{ "every:0.5s,for:100ms", "every:500ms,for:100ms,who:any" },
			{ "who:writer,for:1ms,every:1s", "every:1s,for:1ms,who:writer" },
			{ "every:1s,for:1ms,who:thread:01", "every:1s,for:1ms,who:thread:1" },
			{ "every:2s,for:100ms", NULL },
			{ "every:1s,for:2s", NULL },
			{ "every:1s", NULL },
			{ "every:0s,for:1ms", NULL },
			{ "every:1s,for:1ms,who:thread:2", NULL },
			{ "every:1s,for:1ms,who:nobody", NULL },
			{ "every:1s,every:1s,for:1ms", NULL },
			{ "sometimes", NULL },
			{ NULL, NULL } });
}

static void stall_of_a_probe_is_refused(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(
		cells_resolve("variant=probe/null threads=1 stall=every:1s,for:1ms", &cell),
		-EOPNOTSUPP);
	cell_free(&cell);
}

static void duration_and_warmup_spellings(void **state)
{
	(void)state;
	check_spellings(MAP, AXIS_DURATION,
			(const struct spelling[]){ { "2000ms", "2s" },
						   { "ops:1M", "ops:1000000" },
						   { "0s", NULL },
						   { "2", NULL },
						   { "once", NULL },
						   { "ops:0", NULL },
						   { "25h", NULL },
						   { NULL, NULL } });
	check_spellings(MAP, AXIS_WARMUP,
			(const struct spelling[]){ { "auto", "auto" },
						   { "0s", "0s" },
						   { "0.1s", "100ms" },
						   { "yes", NULL },
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
		cmocka_unit_test(rate_and_latency_spellings),
		cmocka_unit_test(think_time_spellings),
		cmocka_unit_test(think_time_is_for_threads_that_take_their_time),
		cmocka_unit_test(cell_without_think_time_is_the_same_as_ever),
		cmocka_unit_test(load_of_another_program_runs_for_a_time),
		cmocka_unit_test(objective_spellings),
		cmocka_unit_test(sweep_of_rates_needs_an_objective_and_a_time),
		cmocka_unit_test(arrivals_need_a_rate),
		cmocka_unit_test(counters_are_a_group_or_off),
		cmocka_unit_test(stall_spellings),
		cmocka_unit_test(stall_of_a_probe_is_refused),
		cmocka_unit_test(duration_and_warmup_spellings),
		cmocka_unit_test(variant_with_a_wrong_separator_gets_the_right_one),
	};

	return cmocka_run_group_tests(tests, cells_set_up, cells_tear_down);
}
