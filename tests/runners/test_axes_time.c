#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/runners/spellings.h"

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

static void rate_is_for_connections_and_not_for_another_program(void **state)
{
	struct cell cell;

	(void)state;
	assert_int_equal(cells_resolve("variant=resp/redis threads=1 rate=1k pipeline=16", &cell), 0);
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=map/redis threads=1 rate=1k pipeline=16", &cell),
			 -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "does not time operations one by one"));
	cell_free(&cell);
	assert_int_equal(cells_resolve("variant=http/wrk threads=1 rate=1k", &cell), -EOPNOTSUPP);
	assert_non_null(strstr(cells_fault.text, "the program that drives http/wrk"));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_and_latency_spellings),
		cmocka_unit_test(think_time_spellings),
		cmocka_unit_test(think_time_is_for_threads_that_take_their_time),
		cmocka_unit_test(rate_is_for_connections_and_not_for_another_program),
		cmocka_unit_test(cell_without_think_time_is_the_same_as_ever),
		cmocka_unit_test(load_of_another_program_runs_for_a_time),
		cmocka_unit_test(objective_spellings),
		cmocka_unit_test(sweep_of_rates_needs_an_objective_and_a_time),
		cmocka_unit_test(arrivals_need_a_rate),
		cmocka_unit_test(counters_are_a_group_or_off),
		cmocka_unit_test(stall_spellings),
		cmocka_unit_test(stall_of_a_probe_is_refused),
		cmocka_unit_test(duration_and_warmup_spellings),
	};

	return cmocka_run_group_tests(tests, cells_set_up, cells_tear_down);
}
