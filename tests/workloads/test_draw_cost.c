/*
 * The bounds on the cost of a draw: 2 ns (uniform) and 6 ns (zipf) over the sequential one. They
 * are for a machine at rest; the test holds five times as much, which a call of the mathematics
 * library or a look-up in a large table per draw would break, and prints the figures.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "workloads/draw_cost.h"

#if !defined(__has_feature)
#	define __has_feature(feature) 0
#endif
#if !defined(__OPTIMIZE__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||     \
	__has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#	define COSTS_ARE_REAL 0
#else
#	define COSTS_ARE_REAL 1
#endif

enum { DRAWS = 300000, UNIFORM_NS = 2, ZIPF_NS = 6, SLACK = 5 };

static double cost_ns(const char *dist)
{
	static const char *const names[] = { "get", "put", "remove", NULL };
	struct draw_options options = {
		.range = 1000000, .seed = 1, .workers = 1, .insert_operation = -1
	};
	struct fault fault;
	double ns = -1;

	assert_int_equal(dist_parse(dist, &options.dist, &fault), 0);
	assert_int_equal(mix_parse("get:90,put:5,remove:5", names, &options.mix, &fault), 0);
	assert_int_equal(draw_cost_measure(&options, DRAWS, &ns), 0);
	return ns;
}

static void assert_cost(const char *dist, double bound_ns)
{
	const double sequential = cost_ns("sequential"), own = cost_ns(dist);

	printf("%-14s %5.2f ns, %5.2f over sequential (bound %g)\n", dist, own, own - sequential,
	       bound_ns);
	assert_true(sequential > 0.1);    /* below: the compiler left the work out */
	if (!COSTS_ARE_REAL) {
		puts("skipped: with a sanitizer, or not optimised, the figures mean nothing");
		skip();
	}
	assert_true(own - sequential <= SLACK * bound_ns);
}

static void cost_of_a_uniform_draw_is_bounded(void **state)
{
	(void)state;
	assert_cost("uniform", UNIFORM_NS);
}

static void cost_of_a_zipf_draw_is_bounded(void **state)
{
	(void)state;
	assert_cost("zipf:0.99", ZIPF_NS);
}

static void cost_of_a_bad_source_is_refused(void **state)
{
	const struct draw_options options = { .workers = 1 };
	double ns = -1;

	(void)state;
	assert_int_equal(draw_cost_measure(&options, DRAWS, &ns), -EINVAL);
	assert_true(ns == -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cost_of_a_uniform_draw_is_bounded),
		cmocka_unit_test(cost_of_a_zipf_draw_is_bounded),
		cmocka_unit_test(cost_of_a_bad_source_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
