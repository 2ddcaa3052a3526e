/* Sources as the measuring loops use them: operation, key and value together. */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/workloads/statistics.h"
#include "workloads/draw.h"

enum { DRAWS = 1 << 19, SIDE = 16, TABLE_BYTES = 64 * 1024 };

static const char *const operations[] = { "get", "put", "remove", "scan", NULL };

static struct draw_options options(const char *dist, uint64_t range, const char *mix)
{
	struct draw_options made = {
		.range = range, .seed = test_seed(), .workers = 1, .insert_operation = -1
	};
	struct fault fault;

	assert_int_equal(dist_parse(dist, &made.dist, &fault), 0);
	assert_int_equal(mix_parse(mix, operations, &made.mix, &fault), 0);
	return made;
}

/* A source with a table of its own, released by discard(). */
struct drawer {
	struct draw_source source;
	void *table;
};

static struct drawer drawer(const struct draw_options *from)
{
	struct drawer made = { .table = aligned_alloc(64, TABLE_BYTES) };
	struct fault fault = { "" };

	assert_non_null(made.table);
	assert_true(draw_table_bytes(from) <= TABLE_BYTES);
	if (draw_init(&made.source, from, made.table, &fault))
		fail_msg("%s", fault.text);
	return made;
}

static void discard(struct drawer made)
{
	free(made.table);
}

/* What the measured loops may not meet: a key outside the range. */
static uint64_t next_key(struct drawer *from)
{
	const struct draw draw = draw_next(&from->source);

	assert_true(draw.key < from->source.range);
	return draw.key;
}

static void operations_come_in_the_shares_of_the_mix(void **state)
{
	const struct draw_options from = options("uniform", 1000, "remove:0.5,get:89.5,scan:10");
	const double shares[] = { 0.895, 0, 0.005, 0.1 };
	struct drawer source = drawer(&from);
	uint64_t counts[4] = { 0 };

	(void)state;
	for (unsigned i = 0; i < DRAWS; i++)
		counts[draw_next(&source.source).operation]++;
	discard(source);
	assert_int_equal(counts[1], 0);
	assert_chance(chance_of_counts(counts, shares, 4), "operations");
}

static void operations_of_one_alone_are_no_others(void **state)
{
	(void)state;
	for (unsigned operation = 0; operation < MIX_OPERATIONS_MAX; operation++) {
		struct draw_options from = options("uniform", 1000, "get:100");
		struct drawer source;

		from.mix.share[0] = 0;
		from.mix.share[operation] = MIX_TOTAL;
		from.mix.order[0] = operation;
		source = drawer(&from);
		/* The outermost numbers of the stream, not only those that come. */
		for (unsigned i = 0; i < MIX_OPERATIONS_MAX - 1; i++)
			assert_true(source.source.bounds[i] == (i < operation ? 0 : 1ull << 63));
		for (unsigned i = 0; i < 10000; i++)
			assert_int_equal(draw_next(&source.source).operation, operation);
		discard(source);
	}
}

static void batch_is_the_same_as_draws_one_by_one(void **state)
{
	enum { BATCH = 64 };
	const char *const dists[] = { "uniform", "zipf:0.99", "hotspot:20:80", "latest",
				      "sequential" };
	const char *const mixes[] = { "get:100", "put:30,get:70", "put:30,remove:30,get:40",
				      "scan:10,put:30,get:60" };

	(void)state;
	for (unsigned i = 0; i < 5 * 4 * 2; i++) {
		struct draw_options from = options(dists[i % 5], 1000000, mixes[i / 5 % 4]);
		struct draw batch[BATCH];
		struct drawer one, other;

		from.insert_operation = 1;
		from.in_cycle = i / 20;
		one = drawer(&from);
		other = drawer(&from);
		for (unsigned n = 1; n <= BATCH; n++) {
			draw_batch(&one.source, batch, n);
			for (unsigned k = 0; k < n; k++) {
				const struct draw draw = draw_next(&other.source);

				assert_true(batch[k].key == draw.key);
				assert_int_equal(batch[k].operation, draw.operation);
			}
		}
		discard(one);
		discard(other);
	}
}

static void operations_alone_are_those_of_whole_draws(void **state)
{
	enum { BATCH = 64 };
	const char *const mixes[] = { "get:100", "put:30,get:70", "scan:10,put:30,get:60" };

	(void)state;
	for (unsigned i = 0; i < 3 * 2; i++) {
		struct draw_options from = options("uniform", 1000000, mixes[i % 3]);
		struct draw alone[BATCH];
		struct drawer one, other;

		from.in_cycle = i / 3;
		one = drawer(&from);
		other = drawer(&from);
		for (unsigned n = 1; n <= BATCH; n++) {
			draw_operation_batch(&one.source, alone, n);
			for (unsigned k = 0; k < n; k++)
				assert_int_equal(alone[k].operation,
						 draw_next(&other.source).operation);
		}
		discard(one);
		discard(other);
	}
}

static void operations_in_a_cycle_repeat_exactly(void **state)
{
	struct draw_options from = options("zipf:0.99", 1000000, "remove:25,get:50,put:25");
	const unsigned expected[] = { 2, 0, 0, 1 };
	struct drawer source;

	(void)state;
	from.in_cycle = true;
	source = drawer(&from);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(draw_next(&source.source).operation, expected[i % 4]);
	discard(source);
}

/* Counts of (a part of the key, another draw) in SIDE x SIDE bins, and their exact shares. */
struct joint {
	uint64_t counts[SIDE * SIDE];
	double shares[SIDE * SIDE];
};

static double chance_of_joint(const struct joint *joint)
{
	return chance_of_counts(joint->counts, joint->shares, SIDE * SIDE);
}

/*
 * Method's rule 1: in one published harness whole bands of keys were inserted and never removed,
 * because key and operation were cut from one number. Ranges far above 2^32 show it best.
 */
static void assert_key_and_operation_independent(uint64_t range, unsigned worker)
{
	struct draw_options from = options("uniform", range, "get:25,put:25,remove:25,scan:25");
	struct joint highs = { { 0 }, { 0 } }, lows = { { 0 }, { 0 } };
	struct drawer source;

	from.worker = worker;
	from.workers = worker + 1;
	source = drawer(&from);
	for (unsigned bin = 0; bin < SIDE * SIDE; bin++)
		highs.shares[bin] = lows.shares[bin] = bin % SIDE < 4 ? 0.25 / SIDE : 0;
	for (unsigned i = 0; i < DRAWS; i++) {
		const struct draw draw = draw_next(&source.source);
		const uint64_t band = (uint64_t)((__uint128_t)draw.key * SIDE / range);

		highs.counts[band * SIDE + draw.operation]++;
		lows.counts[draw.key % SIDE * SIDE + draw.operation]++;
	}
	discard(source);
	assert_chance(chance_of_joint(&highs), "bands of %" PRIu64 " and operation", range);
	assert_chance(chance_of_joint(&lows), "low bits of %" PRIu64 " and operation", range);
}

static void keys_and_operations_are_independent(void **state)
{
	(void)state;
	/* Powers of two, so that low bits are even. */
	assert_key_and_operation_independent(1ull << 20, 0);
	assert_key_and_operation_independent(1ull << 33, 1);
	assert_key_and_operation_independent(1ull << 40, 127);
	assert_key_and_operation_independent(1ull << 62, 3);
}

static void values_are_independent_of_keys_and_operations(void **state)
{
	const struct draw_options from =
		options("uniform", 1ull << 33, "get:25,put:25,remove:25,scan:25");
	struct drawer source = drawer(&from);
	uint64_t bands[SIDE * SIDE] = { 0 }, lows[SIDE * SIDE] = { 0 }, chosen[SIDE * 4] = { 0 };

	(void)state;
	for (unsigned i = 0; i < DRAWS; i++) {
		const struct draw draw = draw_next(&source.source);
		const uint64_t value = draw_value(&source.source);

		bands[(draw.key >> 29) * SIDE + (value >> 60)]++;
		lows[draw.key % SIDE * SIDE + value % SIDE]++;
		chosen[draw.operation * SIDE + value % SIDE]++;
	}
	discard(source);
	assert_chance(chance_of_even_counts(bands, SIDE * SIDE), "high bits of key and value");
	assert_chance(chance_of_even_counts(lows, SIDE * SIDE), "low bits of key and value");
	assert_chance(chance_of_even_counts(chosen, SIDE * 4), "operation and value");
}

static void keys_do_not_depend_on_values_drawn(void **state)
{
	const struct draw_options from = options("uniform", 1ull << 40, "get:50,put:50");
	struct drawer plain = drawer(&from), busy = drawer(&from);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		const struct draw one = draw_next(&plain.source), other = draw_next(&busy.source);

		draw_value(&busy.source);
		assert_true(one.key == other.key && one.operation == other.operation);
	}
	discard(plain);
	discard(busy);
}

static void workers_of_one_seed_draw_different_keys(void **state)
{
	const char *const dists[] = { "uniform", "zipf:0.5", "hotspot:20:80" };

	(void)state;
	for (unsigned d = 0; d < 3; d++) {
		struct draw_options from = options(dists[d], 1ull << 40, "get:100");
		struct drawer one, other;
		unsigned equal = 0;

		from.workers = 2;
		one = drawer(&from);
		from.worker = 1;
		other = drawer(&from);
		for (unsigned i = 0; i < 1000; i++)
			equal += next_key(&one) == next_key(&other);
		assert_true(equal < 3);
		discard(one);
		discard(other);
	}
}

static void same_seed_and_worker_repeat_every_draw(void **state)
{
	const struct draw_options from = options("zipf:1.2", 1000000, "get:50,put:50");
	struct drawer one = drawer(&from), other = drawer(&from);

	(void)state;
	for (unsigned i = 0; i < 1000; i++) {
		const struct draw a = draw_next(&one.source), b = draw_next(&other.source);

		assert_true(a.key == b.key && a.operation == b.operation);
	}
	discard(one);
	discard(other);
}

static void sequential_keys_step_by_one_from_each_workers_stride(void **state)
{
	struct draw_options from = options("sequential:30", 100, "get:100");

	(void)state;
	from.workers = 5;
	for (from.worker = 0; from.worker < 5; from.worker++) {
		struct drawer source = drawer(&from);

		for (uint64_t i = 0; i < 250; i++)
			assert_int_equal(next_key(&source), (from.worker * 30 + i) % 100);
		discard(source);
	}
}

static void sequential_stride_is_range_by_workers_if_not_given(void **state)
{
	struct draw_options from = options("sequential", 1000, "get:100");
	struct drawer source;

	(void)state;
	from.workers = 3;
	from.worker = 2;
	source = drawer(&from);
	assert_int_equal(next_key(&source), 666);
	discard(source);
}

static void sequential_huge_stride_does_not_overflow(void **state)
{
	struct draw_options from = options("sequential:999999999999999999", 1000, "get:100");
	struct drawer source;

	(void)state;
	from.workers = 4096;
	from.worker = 4095;
	source = drawer(&from);
	assert_int_equal(next_key(&source), (__uint128_t)999999999999999999ull * 4095 % 1000);
	discard(source);
}

/* The rank of a key: the inverse of scattering, for ranges small enough to be listed. */
static uint64_t *list_ranks(const struct draw_source *source)
{
	uint64_t *const ranks = calloc(source->range, sizeof(*ranks));

	assert_non_null(ranks);
	for (uint64_t rank = 0; rank < source->range; rank++)
		ranks[scatter_key(&source->scatter, rank)] = rank;
	return ranks;
}

static void zipf_keys_have_the_mass_of_their_ranks(void **state)
{
	enum { RANGE = 2000 };
	const struct draw_options from = options("zipf:0.99", RANGE, "get:50,put:50");
	struct drawer source = drawer(&from);
	uint64_t *const ranks = list_ranks(&source.source);
	const double total = zipf_mass(1, RANGE, 0.99);
	uint64_t counts[RANGE] = { 0 };
	double shares[RANGE];

	(void)state;
	for (unsigned rank = 0; rank < RANGE; rank++)
		shares[rank] = pow(rank + 1, -0.99) / total;
	for (unsigned i = 0; i < DRAWS; i++)
		counts[ranks[next_key(&source)]]++;
	free(ranks);
	discard(source);
	assert_chance(chance_of_counts(counts, shares, RANGE), "keys of zipf:0.99");
}

/* In one published harness samples drawn for one exponent were used for another. */
static void sources_of_different_exponents_share_nothing(void **state)
{
	const struct draw_options mild = options("zipf:0.99", 1000000, "get:100");
	const struct draw_options steep = options("zipf:2", 1000000, "get:100");
	struct drawer one = drawer(&mild), other = drawer(&steep);
	const uint64_t hottest = scatter_key(&one.source.scatter, 0);
	uint64_t tops[2] = { 0 };

	(void)state;
	for (unsigned i = 0; i < DRAWS; i++) {
		tops[0] += next_key(&one) == hottest;
		tops[1] += next_key(&other) == hottest;
	}
	discard(one);
	discard(other);
	assert_chance(chance_of_share(tops[0], DRAWS, 1 / zipf_mass(1, 1000000, 0.99)),
		      "top key of zipf:0.99 beside zipf:2");
	assert_chance(chance_of_share(tops[1], DRAWS, 1 / zipf_mass(1, 1000000, 2)),
		      "top key of zipf:2 beside zipf:0.99");
}

static void sources_of_different_seeds_have_different_hot_keys(void **state)
{
	struct draw_options from = options("zipf:2", 1ull << 40, "get:100");
	struct drawer one = drawer(&from), other;

	(void)state;
	from.seed++;
	other = drawer(&from);
	assert_true(scatter_key(&one.source.scatter, 0) != scatter_key(&other.source.scatter, 0));
	discard(one);
	discard(other);
}

static void hotspot_shares_are_exact_within_and_without_the_hot_set(void **state)
{
	enum { RANGE = 1000 };
	const struct draw_options from = options("hotspot:2.5:75", RANGE, "get:100");
	struct drawer source = drawer(&from);
	uint64_t *const ranks = list_ranks(&source.source);
	uint64_t counts[RANGE] = { 0 }, hot = 0;
	double shares[RANGE];

	(void)state;
	for (unsigned rank = 0; rank < RANGE; rank++)
		shares[rank] = rank < 25 ? 0.75 / 25 : 0.25 / 975;
	for (unsigned i = 0; i < DRAWS; i++)
		counts[ranks[next_key(&source)]]++;
	for (unsigned rank = 0; rank < 25; rank++)
		hot += counts[rank];
	free(ranks);
	discard(source);
	assert_chance(chance_of_share(hot, DRAWS, 0.75), "hot draws of hotspot:2.5:75");
	assert_chance(chance_of_counts(counts, shares, RANGE), "keys of hotspot:2.5:75");
}

static void hotspot_of_few_keys_has_a_hot_one(void **state)
{
	(void)state;
	for (uint64_t range = 1; range < 4; range++) {
		const struct draw_options from = options("hotspot:1:100", range, "get:100");
		struct drawer source = drawer(&from);
		const uint64_t key = next_key(&source);

		for (unsigned i = 0; i < 1000; i++)
			assert_int_equal(next_key(&source), key);
		discard(source);
	}
}

static void latest_inserts_of_all_workers_interleave(void **state)
{
	struct draw_options from = options("latest", 1000, "put:100");

	(void)state;
	from.insert_operation = 1;
	from.workers = 7;
	for (from.worker = 0; from.worker < 7; from.worker++) {
		struct drawer source = drawer(&from);

		for (uint64_t i = 0; i < 500; i++)
			assert_int_equal(next_key(&source), (i * 7 + from.worker) % 1000);
		discard(source);
	}
}

/* How far behind the newest insert reads lie, while inserts move it. */
static void latest_reads_follow_zipf_behind_the_newest(void **state)
{
	enum { RANGE = 2000 };
	struct draw_options from = options("latest", RANGE, "get:80,put:20");
	const double total = zipf_mass(1, RANGE, 0.99);
	uint64_t counts[RANGE] = { 0 }, newest;
	double shares[RANGE];
	struct drawer source;

	(void)state;
	from.insert_operation = 1;
	from.workers = 3;
	from.worker = 2;
	source = drawer(&from);
	newest = RANGE - 1;    /* range - workers + worker */
	for (unsigned rank = 0; rank < RANGE; rank++)
		shares[rank] = pow(rank + 1, -0.99) / total;
	for (unsigned i = 0; i < DRAWS; i++) {
		const struct draw draw = draw_next(&source.source);

		if (draw.operation == 1)
			newest = draw.key;
		else
			counts[(newest + RANGE - draw.key) % RANGE]++;
	}
	discard(source);
	assert_chance(chance_of_counts(counts, shares, RANGE), "age of keys read");
}

static void latest_on_fewer_keys_than_workers_stays_in_range(void **state)
{
	(void)state;
	for (uint64_t range = 1; range < 9; range++) {
		struct draw_options from = options("latest", range, "get:50,put:50");
		struct drawer source;

		from.insert_operation = 1;
		from.workers = 8;
		from.worker = 7;
		source = drawer(&from);
		for (unsigned i = 0; i < 1000; i++)
			next_key(&source);
		discard(source);
	}
}

static void range_of_0_or_above_the_largest_is_refused(void **state)
{
	const uint64_t bad[] = { 0, DRAW_RANGE_MAX + 1, UINT64_MAX };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct draw_options from = options("zipf:0.99", 10, "get:100");
		struct draw_source source;
		struct fault fault;
		char table[64];

		from.range = bad[i];
		assert_int_equal(draw_init(&source, &from, table, &fault), -EINVAL);
		assert_non_null(strstr(fault.text, "allowed is 1 to 2^62"));
	}
}

static void cycle_that_repeats_too_late_is_refused(void **state)
{
	struct draw_options from = options("uniform", 10, "get:99.999,put:0.001");
	struct draw_source source;
	struct fault fault;
	uint8_t table[DRAW_CYCLE_MAX];

	(void)state;
	from.in_cycle = true;
	assert_int_equal(draw_init(&source, &from, table, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "op_order=cycle"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_come_in_the_shares_of_the_mix),
		cmocka_unit_test(operations_of_one_alone_are_no_others),
		cmocka_unit_test(batch_is_the_same_as_draws_one_by_one),
		cmocka_unit_test(operations_alone_are_those_of_whole_draws),
		cmocka_unit_test(operations_in_a_cycle_repeat_exactly),
		cmocka_unit_test(keys_and_operations_are_independent),
		cmocka_unit_test(values_are_independent_of_keys_and_operations),
		cmocka_unit_test(keys_do_not_depend_on_values_drawn),
		cmocka_unit_test(workers_of_one_seed_draw_different_keys),
		cmocka_unit_test(same_seed_and_worker_repeat_every_draw),
		cmocka_unit_test(sequential_keys_step_by_one_from_each_workers_stride),
		cmocka_unit_test(sequential_stride_is_range_by_workers_if_not_given),
		cmocka_unit_test(sequential_huge_stride_does_not_overflow),
		cmocka_unit_test(zipf_keys_have_the_mass_of_their_ranks),
		cmocka_unit_test(sources_of_different_exponents_share_nothing),
		cmocka_unit_test(sources_of_different_seeds_have_different_hot_keys),
		cmocka_unit_test(hotspot_shares_are_exact_within_and_without_the_hot_set),
		cmocka_unit_test(hotspot_of_few_keys_has_a_hot_one),
		cmocka_unit_test(latest_inserts_of_all_workers_interleave),
		cmocka_unit_test(latest_reads_follow_zipf_behind_the_newest),
		cmocka_unit_test(latest_on_fewer_keys_than_workers_stays_in_range),
		cmocka_unit_test(range_of_0_or_above_the_largest_is_refused),
		cmocka_unit_test(cycle_that_repeats_too_late_is_refused),
	};

	test_seed();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
