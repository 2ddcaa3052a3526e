/*
 * map/gossip from inside, on a drawn machine of two nodes: merging, and outboxes. One thread plays
 * the worker of each node, so that it alone says who exchanges when.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "structures/map/gossip.c"

enum { WORKERS = 2, KEYS = 10000, KEY = 7, DELTAS = 4 };

struct machine {
	struct topology *topology;
	struct memory *memory;
	struct gossip *map;
	struct context contexts[WORKERS];
};

static struct gossip_taker taker_of(struct machine *machine, unsigned worker)
{
	struct gossip_replica *const replica = machine->map->seats[worker]->replica;

	return (struct gossip_taker){ .replica = replica,
				      .shard = gossip_shard_of(machine->map, replica, KEY),
				      .context = &machine->contexts[worker] };
}

static uint64_t version(uint64_t timestamp, unsigned writer, bool is_present)
{
	return gossip_next_version((timestamp - 1) << GOSSIP_TIMESTAMP_SHIFT, writer, is_present);
}

/* Two updates that did not know of each other, one before them, and a tombstone after all. */
static const struct gossip_delta *deltas(void)
{
	static struct gossip_delta made[DELTAS];

	made[0] = (struct gossip_delta){ .key = KEY, .version = version(1, 1, true), .stored = 10 };
	made[1] = (struct gossip_delta){ .key = KEY, .version = version(2, 0, true), .stored = 20 };
	made[2] = (struct gossip_delta){ .key = KEY, .version = version(2, 1, true), .stored = 30 };
	made[3] = (struct gossip_delta){ .key = KEY, .version = version(3, 0, false) };
	return made;
}

/* All sequences of five of them: every order, and repetitions. */
static void assert_merged(struct machine *machine, unsigned kinds, uint64_t expected)
{
	unsigned sequences = 1;

	for (unsigned i = 0; i <= kinds; i++)
		sequences *= kinds;
	for (unsigned sequence = 0; sequence < sequences; sequence++) {
		const struct gossip_taker taker = taker_of(machine, 0);
		struct gossip_register *const merged =
			gossip_look_or_make(taker.shard, taker.context, KEY);
		unsigned rest = sequence, seen = 0;

		merged->version = 0;
		for (unsigned i = 0; i <= kinds; i++, rest /= kinds) {
			assert_true(gossip_merge(&taker, &deltas()[rest % kinds]));
			seen |= 1u << rest % kinds;
		}
		if (seen == (1u << kinds) - 1)
			assert_int_equal(merged->version, expected);
	}
}

static void news_in_any_order_and_again_gives_the_same_register(void **state)
{
	assert_merged(*state, 3, version(2, 1, true));
	assert_merged(*state, 4, version(3, 0, false));
}

static void update_is_newer_than_what_its_replica_has_merged(void **state)
{
	struct machine *const machine = *state;
	const struct gossip_taker taker = taker_of(machine, 0);
	uint64_t value;

	for (unsigned i = 0; i < DELTAS; i++)
		assert_true(gossip_merge(&taker, &deltas()[i]));
	assert_false(gossip_get(machine->map, taker.context, KEY, &value));
	assert_true(gossip_put(machine->map, taker.context, KEY, map_value(KEY, 1)));
	for (unsigned i = 0; i < DELTAS; i++)
		assert_true(gossip_merge(&taker, &deltas()[i]));
	assert_true(gossip_get(machine->map, taker.context, KEY, &value));
	assert_int_equal(value, map_value(KEY, 1));
}

static void settle(struct machine *machine)
{
	unsigned turn = 0;

	while (!gossip_settle(machine->map, &machine->contexts[turn % WORKERS]))
		turn++;
}

static void register_that_changes_often_is_sent_once(void **state)
{
	struct machine *const machine = *state;
	const struct gossip_taker from = taker_of(machine, 0);
	uint64_t value;

	for (unsigned i = 0; i < KEYS; i++)
		gossip_put(machine->map, from.context, KEY, map_value(KEY, i));
	settle(machine);
	/* relaxed: one thread. */
	assert_int_equal(load_relaxed(&from.shard->sent), 1);
	assert_true(gossip_get(machine->map, &machine->contexts[1], KEY, &value));
	assert_int_equal(value, map_value(KEY, KEYS - 1));
}

static void full_outbox_holds_nobody_up_and_loses_nothing(void **state)
{
	struct machine *const machine = *state;
	struct inspection inspection;
	uint64_t value;

	for (uint64_t key = 0; key < KEYS; key++) {
		assert_true(
			gossip_put(machine->map, &machine->contexts[0], key, map_value(key, 1)));
		gossip_quiesce(machine->map, &machine->contexts[0]);
		assert_false(gossip_get(machine->map, &machine->contexts[1], key, &value));
	}
	settle(machine);
	for (uint64_t key = 0; key < KEYS; key++)
		assert_true(gossip_get(machine->map, &machine->contexts[1], key, &value));
	gossip_inspect(machine->map, &inspection);
	assert_null(inspection.broken);
	assert_int_equal(inspection.elements, KEYS);
}

static void more_replicas_than_workers_are_not_made(void **state)
{
	struct machine *const machine = *state;
	const struct setup setup = { .memory = machine->memory,
				     .workers = WORKERS,
				     .range = KEYS,
				     .expected = KEYS,
				     .value_bytes = 8,
				     .shards = 64 };
	void *instance;

	assert_int_equal(gossip_create(&setup, &instance), 0);
	assert_int_equal(gossip_replicas(instance), WORKERS);
	gossip_destroy(instance);
}

static int set_up(void **state)
{
	static const unsigned pus[WORKERS] = { 0, 1 };
	static struct machine machine;
	struct memory_options options = { .worker_pus = pus,
					  .workers = WORKERS,
					  .limit_bytes = (size_t)1 << 26 };
	struct setup setup = {
		.workers = WORKERS, .range = KEYS, .expected = KEYS, .value_bytes = 8
	};
	struct fault fault;

	if (topology_load("node:2 core:1 pu:1", &machine.topology, &fault))
		return -1;
	options.topology = machine.topology;
	if (memory_create(&options, &machine.memory, &fault))
		return -1;
	setup.memory = machine.memory;
	for (unsigned i = 0; i < WORKERS; i++)
		machine.contexts[i] = (struct context){ .arena = memory_arena(machine.memory, i),
							.value_bytes = 8,
							.worker = i,
							.node = i };
	*state = &machine;
	return gossip_create(&setup, (void **)&machine.map);
}

static int tear_down(void **state)
{
	struct machine *const machine = *state;

	gossip_destroy(machine->map);
	memory_destroy(machine->memory);
	topology_free(machine->topology);
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(news_in_any_order_and_again_gives_the_same_register),
		TEST(update_is_newer_than_what_its_replica_has_merged),
		TEST(register_that_changes_often_is_sent_once),
		TEST(full_outbox_holds_nobody_up_and_loses_nothing),
		TEST(more_replicas_than_workers_are_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
