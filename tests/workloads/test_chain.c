/* Requests as chains of blocks: of a trace, lap by lap, and of the tree of prompts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/workloads/traces.h"
#include "workloads/draw.h"

enum { PROMPTS = 64, DRAWS = 200000 };

/* Of all sources; released when the last case is done. */
enum { TABLES_MAX = 16 };
static void *tables[TABLES_MAX];
static unsigned table_count;

static int release_tables(void **state)
{
	(void)state;
	while (table_count)
		free(tables[--table_count]);
	return 0;
}

static struct draw_source source_of(const char *text, uint64_t range, unsigned worker,
				    unsigned workers)
{
	struct draw_options options = { .range = range,
					.seed = 1,
					.worker = worker,
					.workers = workers,
					.insert_operation = -1,
					.mix = { .share = { MIX_TOTAL }, .count = 1 } };
	struct draw_source source;
	struct fault fault = { "" };
	void *table;

	if (dist_parse(text, &options.dist, &fault))
		fail_msg("%s", fault.text);
	assert_true(table_count < TABLES_MAX);
	table = aligned_alloc(64, (draw_table_bytes(&options) / 64 + 1) * 64);
	tables[table_count++] = table;
	if (draw_init(&source, &options, table, &fault))
		fail_msg("%s", fault.text);
	return source;
}

static void trace_requests_go_round_robin_to_the_workers(void **state)
{
	struct draw_source source = source_of("trace:" TRACES_SMALL, 1, 1, 3);

	(void)state;
	assert_int_equal(draw_next(&source).key, 1);
	assert_int_equal(draw_next(&source).key, 4);
	assert_int_equal(draw_next(&source).key, 7);
}

static void trace_in_the_next_lap_has_other_blocks(void **state)
{
	struct draw_source source = source_of("trace:" TRACES_SMALL, 1, 0, 1);
	const uint64_t span = source.chains.trace->header.id_span;
	uint64_t first[64], second[64];

	(void)state;
	for (uint64_t request = 0; request < TRACES_SMALL_REQUESTS; request++) {
		const unsigned length = chain_fill(&source.chains, request, first);

		assert_int_equal(length, trace_length(source.chains.trace, request));
		assert_int_equal(
			chain_fill(&source.chains, request + TRACES_SMALL_REQUESTS, second),
			length);
		for (unsigned i = 0; i < length; i++)
			assert_int_equal(second[i], first[i] + span);
	}
}

static void prefix_chain_is_shared_as_far_as_asked_for(void **state)
{
	struct draw_source source = source_of("prefix:4:10:0.99:60", PROMPTS, 0, 2);
	struct draw_source other = source_of("prefix:4:10:0.99:60", PROMPTS, 1, 2);
	uint64_t once[10], twice[10], others[10];

	(void)state;
	assert_int_equal(chain_fill(&source.chains, 9, once), 10);
	chain_fill(&source.chains, 9, twice);
	chain_fill(&other.chains, 9, others);
	assert_memory_equal(once, twice, 6 * sizeof(*once));
	assert_memory_equal(once, others, 6 * sizeof(*once));
	for (unsigned i = 6; i < 10; i++)
		for (unsigned j = 6; j < 10; j++) {
			assert_int_not_equal(once[i], twice[j]);
			assert_int_not_equal(once[i], others[j]);
		}
}

/* How many of all prompts' blocks of a level are different ones: 1, 4, 16, 64, and no more. */
static void prefix_tree_branches_as_asked_for(void **state)
{
	struct draw_source source = source_of("prefix:4:5:0:100", PROMPTS, 0, 1);
	const unsigned expected[] = { 1, 4, 16, 64, 64 };
	uint64_t chains[PROMPTS][5];

	(void)state;
	for (uint64_t prompt = 0; prompt < PROMPTS; prompt++)
		chain_fill(&source.chains, prompt, chains[prompt]);
	for (unsigned level = 0; level < 5; level++) {
		unsigned distinct = 0;

		for (unsigned i = 0; i < PROMPTS; i++) {
			unsigned j = 0;

			while (j < i && chains[j][level] != chains[i][level])
				j++;
			distinct += j == i;
		}
		assert_int_equal(distinct, expected[level]);
	}
}

/* A block determines the one before it: that is what makes it the hash of a prefix. */
static void prefix_block_has_one_parent(void **state)
{
	struct draw_source source = source_of("prefix:3:6:0:100", 300, 0, 1);
	static uint64_t chains[300][6];

	(void)state;
	for (uint64_t prompt = 0; prompt < 300; prompt++)
		chain_fill(&source.chains, prompt, chains[prompt]);
	for (unsigned i = 0; i < 300; i++)
		for (unsigned j = 0; j < i; j++)
			for (unsigned level = 1; level < 6; level++)
				if (chains[i][level] == chains[j][level])
					assert_int_equal(chains[i][level - 1],
							 chains[j][level - 1]);
}

static void prefix_prompts_follow_zipf(void **state)
{
	struct draw_source source = source_of("prefix:4:10:0.99:60", PROMPTS, 0, 1);
	struct draw_source zipf = source_of("zipf:0.99", PROMPTS, 0, 1);

	(void)state;
	for (unsigned i = 0; i < DRAWS; i++)
		assert_int_equal(draw_next(&source).key, draw_next(&zipf).key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trace_requests_go_round_robin_to_the_workers),
		cmocka_unit_test(trace_in_the_next_lap_has_other_blocks),
		cmocka_unit_test(prefix_chain_is_shared_as_far_as_asked_for),
		cmocka_unit_test(prefix_tree_branches_as_asked_for),
		cmocka_unit_test(prefix_block_has_one_parent),
		cmocka_unit_test(prefix_prompts_follow_zipf),
	};

	return cmocka_run_group_tests(tests, NULL, release_tables);
}
