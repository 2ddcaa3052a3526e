/*
 * Defects planted in real structures (planted.cmake): each is found, by the checker of histories in
 * some interleaving or by an invariant at rest. The report says by which.
 *
 * AddressSanitizer is asked for the one that it alone finds; test_planted_race has the one of
 * ThreadSanitizer.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/structures/explore.h"
#include "topology/arena.h"

enum { HISTORIES = 200000 };

struct planted {
	const char *name;
	const struct variant *variant;
	const char *expected; /* part of the report; NULL: any, or a crash, which is as good */
	uint64_t seed;        /* one that finds it soon, where few interleavings do */
};

#ifdef ARENA_ASAN
/* What is read too late is not used, so that only the reading itself can be seen. */
#define PLANTED DEFECT(recheck_of_head_missing, "a sanitizer stopped")
#else
#define PLANTED                                       \
	DEFECT(mark_dropped, "not linearizable")      \
	DEFECT(linked_by_a_store, NULL)               \
	DEFECT(retired_before_unlinked, NULL)         \
	DEFECT(retired_twice, NULL)                   \
	DEFECT(recheck_missing, NULL)                 \
	DEFECT(epoch_unannounced, NULL)               \
	DEFECT(freed_at_once, NULL)                   \
	DEFECT(pin_of_the_dead, NULL)                 \
	DEFECT(killed_in_two_steps, NULL)             \
	DEFECT(pin_left_behind, NULL)                 \
	DEFECT(child_not_counted, NULL)               \
	DEFECT(one_block_too_many, NULL)              \
	DEFECT(copies_left_dead, NULL)                \
	DEFECT(pinned_elsewhere_goes, NULL)           \
	DEFECT(child_elsewhere_not_counted, NULL)     \
	DEFECT(room_used_twice, NULL)                 \
	DEFECT(new_block_not_pinned, NULL)            \
	DEFECT(leaf_forgotten, NULL)                  \
	DEFECT(acquired_over_a_hole, "one that finds what it has room for") \
	DEFECT(pinned_block_goes, NULL)               \
	DEFECT(version_unchecked, "not linearizable") \
	DEFECT(lock_taken_in_two_steps, NULL)         \
	DEFECT(wake_lost, "do not end")               \
	DEFECT(published_before_filled, NULL)         \
	DEFECT(published_before_made, NULL)           \
	DEFECT(refused_too_soon, "not linearizable")  \
	DEFECT(spoiled_cell_filled, NULL)             \
	DEFECT(lessee_not_awaited, NULL)              \
	DEFECT(read_after_release, NULL)              \
	DEFECT(races_undeclared, "not linearizable")  \
	DEFECT(slot_version_unchecked, NULL)          \
	DEFECT(slot_locked_by_a_store, NULL)          \
	DEFECT(place_taken_by_a_store, NULL)          \
	DEFECT(payload_swapped_in_two_steps, NULL)    \
	DEFECT(scan_in_pieces, NULL)                  \
	DEFECT(interval_unannounced, NULL)            \
	DEFECT(interval_begins_late, NULL)            \
	DEFECT(tie_break_missing, "not convergent")   \
	DEFECT(last_news_wins, "not convergent")      \
	DEFECT(tombstone_lost, "not convergent")      \
	DEFECT(news_lost, "not convergent")           \
	DEFECT(clock_of_the_writer_alone, "not convergent") \
	DEFECT(cell_not_marked_unsafe, NULL)          \
	DEFECT(ring_left_undrained, NULL)             \
	DEFECT(half_a_pair_compared, NULL)            \
	DEFECT(ring_not_made_final, NULL)             \
	DEFECT(threshold_too_low, "not linearizable") \
	DEFECT(threshold_not_set, "not linearizable") \
	DEFECT(closed_request_helped, "not linearizable") \
	SEEDED(request_not_finished, NULL, 10)        \
	DEFECT(passed_taken_for_placed, NULL)         \
	DEFECT(copy_over_what_is_newer, "not linearizable") \
	DEFECT(helper_awaited, "wait for a worker that is stalled") \
	DEFECT(frozen_word_answered, "not linearizable") \
	DEFECT(frozen_word_overwritten, NULL)         \
	DEFECT(next_table_without_the_copy, "not linearizable") \
	DEFECT(dead_slot_used_at_once, NULL)          \
	DEFECT(tag_before_its_key, NULL)              \
	DEFECT(spilled_uncounted, NULL)               \
	DEFECT(spill_not_looked_at, NULL)             \
	DEFECT(parent_looked_at_once, NULL)           \
	DEFECT(past_not_kept, "not linearizable")     \
	DEFECT(past_freed_at_once, NULL)              \
	SEEDED(get_begins_in_an_overwrite, "not linearizable", 10)
#endif

#define DEFECT(name, expected)       extern const struct variant planted_##name;
#define SEEDED(name, expected, seed) DEFECT(name, expected)
PLANTED
#undef DEFECT
#undef SEEDED
#define DEFECT(name, expected)       SEEDED(name, expected, 1)
#define SEEDED(name, expected, seed) { #name "_is_found", &planted_##name, expected, seed },
static struct planted planted[] = { PLANTED };
static struct topology *topology;

static void defect_under_exploration_is_found(void **state)
{
	const struct planted *const defect = *state;
	const struct exploration exploration = {
		.topology = topology, .variant = defect->variant, .seed = defect->seed, .histories = HISTORIES
	};
	char text[EXPLORE_TEXT_BYTES];
	const int error = explore_variant(&exploration, text);

	if (error == -ENOTSUP) {
		print_message("%s\n", text);
		skip();
	}
	assert_int_equal(error, -EBADMSG);
	print_message("%s\n", text);
	if (defect->expected && !strstr(text, defect->expected))
		fail_msg("expected: %s", defect->expected);
}

int main(void)
{
	enum { PLANTED_COUNT = sizeof(planted) / sizeof(*planted) };
	struct CMUnitTest tests[PLANTED_COUNT];
	int failed;

	if (topology_load("node:2 core:1 pu:1", &topology, NULL))
		return 1;
	for (size_t i = 0; i < PLANTED_COUNT; i++)
		tests[i] = (struct CMUnitTest){
			.name = planted[i].name,
			.test_func = defect_under_exploration_is_found,
			.initial_state = &planted[i],
		};
	failed = _cmocka_run_group_tests("planted", tests, PLANTED_COUNT, NULL, NULL);
	topology_free(topology);
	return failed;
}
