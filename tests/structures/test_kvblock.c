/*
 * Block caches on whole traces, by one thread: what must be hit is hit, in every variant; and
 * kvblock/lru against a plain reference of least recently used, to the last hit, over capacities.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "structures/kvblock/kvblock.h"
#include "tests/structures/harness.h"
#include "tests/workloads/traces.h"

enum { DIST_BYTES = 4096 };

static struct topology *topology;

/* One pass of one thread. */
static struct harness_sums pass(const struct variant *variant, const char *file, uint64_t requests,
				uint64_t capacity)
{
	char dist[DIST_BYTES];
	const struct harness_options options = {
		.topology = topology,
		.variant = variant,
		.workers = 1,
		.range = 1,
		.capacity = capacity,
		.value_bytes = 8,
		.dist = dist,
		.seed = 1,
	};
	struct harness_sums sums;
	struct harness *harness;
	struct fault fault = { "" };

	snprintf(dist, sizeof(dist), "trace:%s", file);
	if (harness_open(&options, &harness, &fault))
		fail_msg("%s: %s", variant->name, fault.text);
	assert_int_equal(harness_attach(harness), 0);
	harness_perform(harness, harness_mix, &requests);
	sums = harness_sum(harness);
	if (harness_balance(harness, &fault))
		fail_msg("%s: %s", variant->name, fault.text);
	harness_close(harness);
	return sums;
}

static bool is_cache(const struct variant *variant)
{
	return variant->family == &kvblock_family;
}

/* Each block is missed once, when it first comes. */
static void assert_hits_all(const char *file, uint64_t requests, uint64_t blocks, uint64_t distinct)
{
	for (size_t i = 0; i < catalogue_count; i++) {
		struct harness_sums sums;

		if (!is_cache(catalogue[i]))
			continue;
		sums = pass(catalogue[i], file, requests, distinct + 1);
		if (sums.tally.counts[KVBLOCK_BLOCKS] != blocks ||
		    sums.tally.counts[KVBLOCK_HITS] != blocks - distinct ||
		    sums.tally.counts[KVBLOCK_EVICTED] != 0)
			fail_msg("%s: %llu hits of %llu blocks", catalogue[i]->name,
				 (unsigned long long)sums.tally.counts[KVBLOCK_HITS],
				 (unsigned long long)sums.tally.counts[KVBLOCK_BLOCKS]);
	}
}

static void every_variant_with_room_for_all_hits_what_came_before(void **state)
{
	(void)state;
	assert_hits_all(TRACES_SMALL, TRACES_SMALL_REQUESTS, TRACES_SMALL_BLOCKS,
			TRACES_SMALL_DISTINCT);
}

static void every_variant_on_the_published_trace_hits_105710_blocks(void **state)
{
	const char *const file = traces_conversation();

	(void)state;
	if (!file)
		skip();
	assert_hits_all(file, 12031, 288500, 182790);
}

/* The reference: an array of blocks, searched from end to end. */
struct known {
	uint64_t id,
		used; /* a later request is a higher `used`, and a parent higher than its child */
	uint64_t parent; /* index + 1, 0: none */
	unsigned children;
	bool is_cached;
};

struct reference {
	struct known *known; /* by id */
	uint64_t ids, cached, capacity, hits, evicted;
};

/* The oldest leaf that is not of this request. */
static void reference_evict(struct reference *reference, uint64_t request)
{
	struct known *oldest = NULL;

	for (uint64_t id = 0; id < reference->ids; id++) {
		struct known *const known = &reference->known[id];

		if (known->is_cached && !known->children && (known->used >> 16) != request &&
		    (!oldest || known->used < oldest->used))
			oldest = known;
	}
	assert_non_null(oldest);
	oldest->is_cached = false;
	if (oldest->parent)
		reference->known[oldest->parent - 1].children--;
	reference->cached--;
	reference->evicted++;
}

static void reference_add(struct reference *reference, uint64_t request, const uint64_t *ids,
			  unsigned at)
{
	struct known *const known = &reference->known[ids[at]];

	if (reference->cached == reference->capacity)
		reference_evict(reference, request);
	known->is_cached = true;
	known->children = 0;
	known->parent = at ? ids[at - 1] + 1 : 0;
	if (at)
		reference->known[ids[at - 1]].children++;
	reference->cached++;
}

static void reference_serve(struct reference *reference, uint64_t request, const uint64_t *ids,
			    unsigned count)
{
	unsigned at = 0;

	for (; at < count && reference->known[ids[at]].is_cached; at++) {
		reference->known[ids[at]].used = request << 16 | (count - at);
		reference->hits++;
	}
	for (; at < count; at++) {
		reference_add(reference, request, ids, at);
		reference->known[ids[at]].used = request << 16 | (count - at);
	}
}

static struct reference reference_pass(const struct trace *trace, uint64_t requests,
				       uint64_t capacity)
{
	struct reference reference = { .ids = trace->header.id_span, .capacity = capacity };

	reference.known = calloc(reference.ids, sizeof(*reference.known));
	assert_non_null(reference.known);
	for (uint64_t i = 0; i < requests; i++)
		reference_serve(&reference, i + 1, trace->blocks + trace->requests[i].first,
				trace_length(trace, i));
	free(reference.known);
	return reference;
}

static void assert_follows(const char *file, uint64_t requests, uint64_t capacity)
{
	const struct variant *const variant = catalogue_find("kvblock/lru@mutex");
	struct reference reference;
	struct harness_sums sums;
	struct trace trace;

	assert_non_null(variant);
	assert_int_equal(trace_open(file, NULL, &trace, NULL), 0);
	reference = reference_pass(&trace, requests, capacity);
	sums = pass(variant, file, requests, capacity);
	assert_int_equal(sums.tally.counts[KVBLOCK_HITS], reference.hits);
	assert_int_equal(sums.tally.counts[KVBLOCK_EVICTED], reference.evicted);
	trace_close(&trace);
}

static void lru_over_capacities_hits_what_the_reference_hits(void **state)
{
	(void)state;
	for (uint64_t capacity = 30; capacity < 1500; capacity = capacity * 5 / 4)
		assert_follows(TRACES_SMALL, TRACES_SMALL_REQUESTS, capacity);
}

/* The first of it: the reference takes its time. */
static void lru_on_the_published_trace_hits_what_the_reference_hits(void **state)
{
	const char *const file = traces_conversation();

	(void)state;
	if (!file)
		skip();
	assert_follows(file, 500, 1000);
	assert_follows(file, 500, 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_variant_with_room_for_all_hits_what_came_before),
		cmocka_unit_test(every_variant_on_the_published_trace_hits_105710_blocks),
		cmocka_unit_test(lru_over_capacities_hits_what_the_reference_hits),
		cmocka_unit_test(lru_on_the_published_trace_hits_what_the_reference_hits),
	};
	char folder[] = "/tmp/numamark-kvblock-XXXXXX", command[64];
	struct fault fault;
	int failed;

	if (topology_load(NULL, &topology, &fault) || !mkdtemp(folder))
		return 1;
	setenv("NUMAMARK_CACHE", folder, 1);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	topology_free(topology);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) ? 1 : failed;
}
