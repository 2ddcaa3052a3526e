/* Token slots: how keys are packed, what stands there at first, and that losses are counted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "structures/kvslot/slots_racy.h"
#undef VARIANT_FLAW
#include "structures/kvslot/slots_versioned.h"

enum {
	SEQUENCES = 1000,
	SEQUENCES_FILLED = 100,
	POSITIONS_FILLED = 51,
	ONE = 5, /* two positions of one list */
	OTHER = 6
};

/* One slot for each layer and head: all keys of one list share it. */
static CACHELINE_ALIGNED unsigned char memory[KVSLOT_PAIRS * CACHELINE_BYTES];

static struct slots make_slots(void)
{
	memset(memory, 0, sizeof(memory));
	return (struct slots){
		.arrays = { memory }, .homes = 1, .per_pair = 1, .stride = CACHELINE_BYTES
	};
}

static void key_unpacked_packs_to_itself(void **state)
{
	const struct kvslot_name last = { SEQUENCES - 1, 7, 7, KVSLOT_POSITIONS - 1 };

	(void)state;
	assert_true(kvslot_pack(last) == (uint64_t)SEQUENCES * KVSLOT_SEQUENCE_KEYS - 1);
	for (uint64_t key = 0; key < SEQUENCES * KVSLOT_SEQUENCE_KEYS; key += 4097)
		assert_true(kvslot_pack(kvslot_unpack(key)) == key);
}

static void prefill_as_published_is_100_sequences_of_51_positions(void **state)
{
	const uint64_t count = (uint64_t)SEQUENCES_FILLED * POSITIONS_FILLED * KVSLOT_PAIRS;
	uint64_t before = 0;

	(void)state;
	for (uint64_t i = 0; i < count; i++) {
		const uint64_t key =
			kvslot_prefill_key((uint64_t)SEQUENCES * KVSLOT_SEQUENCE_KEYS, count, i);
		const struct kvslot_name name = kvslot_unpack(key);

		assert_true(name.sequence < SEQUENCES_FILLED && name.position < POSITIONS_FILLED);
		assert_true(!i || key > before); /* ascending: none comes twice */
		before = key;
	}
}

static void prefill_of_any_size_stays_in_the_range(void **state)
{
	const uint64_t range = 3 * KVSLOT_SEQUENCE_KEYS;

	(void)state;
	for (uint64_t count = 1; count <= range; count += 61)
		assert_true(kvslot_prefill_key(range, count, count - 1) < range);
	assert_true(kvslot_prefill_key(range, range, range - 1) == range - 1);
}

static void versioned_put_over_another_key_counts_it_as_lost(void **state)
{
	struct slots_versioned cache = { .slots = make_slots() };
	struct context context = { .value_bytes = 8 };
	uint64_t value;

	(void)state;
	assert_true(slots_versioned_put(&cache, &context, ONE, kvslot_value(ONE, 0)));
	assert_false(slots_versioned_put(&cache, &context, ONE, kvslot_value(ONE, 2)));
	assert_int_equal(context.lost, 0);
	assert_true(slots_versioned_put(&cache, &context, OTHER, kvslot_value(OTHER, 0)));
	assert_int_equal(context.lost, 1);
	assert_int_equal(context.lost_sum, ONE);
	assert_false(slots_versioned_get(&cache, &context, ONE, &value));
	assert_true(slots_versioned_get(&cache, &context, OTHER, &value));
}

static void racy_put_over_another_key_counts_it_as_lost(void **state)
{
	struct slots_racy cache = { .slots = make_slots() };
	struct context context = { .value_bytes = 8 };

	(void)state;
	slots_racy_put(&cache, &context, ONE, kvslot_value(ONE, 0));
	slots_racy_put(&cache, &context, OTHER, kvslot_value(OTHER, 0));
	assert_int_equal(context.lost, 1);
}

/* Whether it answers with the torn entry or takes it for a miss. */
static void racy_get_of_an_entry_of_two_writers_counts_it_as_torn(void **state)
{
	struct slots_racy cache = { .slots = make_slots() };
	struct context context = { .value_bytes = 8 };
	uint64_t value;

	(void)state;
	slots_racy_put(&cache, &context, ONE, kvslot_value(ONE, 0));
	assert_true(slots_racy_get(&cache, &context, ONE, &value));
	assert_int_equal(context.torn_reads, 0);
	/* relaxed: alone. */
	store_relaxed(&slots_find(&cache.slots, ONE)->value, kvslot_value(OTHER, 0));
	assert_true(slots_racy_get(&cache, &context, ONE, &value));
	assert_false(slots_racy_get(&cache, &context, OTHER, &value));
	assert_int_equal(context.torn_reads, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(key_unpacked_packs_to_itself),
		cmocka_unit_test(prefill_as_published_is_100_sequences_of_51_positions),
		cmocka_unit_test(prefill_of_any_size_stays_in_the_range),
		cmocka_unit_test(versioned_put_over_another_key_counts_it_as_lost),
		cmocka_unit_test(racy_put_over_another_key_counts_it_as_lost),
		cmocka_unit_test(racy_get_of_an_entry_of_two_writers_counts_it_as_torn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
