/*
 * Structures that are broken on purpose (mutants/): the conformance cases report each, and for the
 * right reason. This is the proof that they can fail.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/structures/conformance.h"

enum { SECONDS_MAX = 60, SEEDS_MAX = 5 };

struct mutant {
	const char *name;
	const struct variant *variant;
	const char *expected;    /* part of the report; NULL: any, or a crash, which is as good */
};

#define MUTANTS                                                                                    \
	MUTANT(map_no_lock, NULL)                                                                  \
	MUTANT(map_torn_payload, "torn")                                                           \
	MUTANT(map_exhaustion_uncounted, "exhaustion is not counted")                              \
	MUTANT(map_payload_leaked, "not given back")                                               \
	MUTANT(map_removed_stays, "elements")                                                      \
	MUTANT(map_added_twice, "elements")                                                        \
	MUTANT(map_other_value, "mismatched")                                                      \
	MUTANT(map_get_misses, "a get misses the key")                                             \
	MUTANT(map_blocking, "no other thread completes an operation")                             \
	MUTANT(ordered_scan_misses, "a scan ends before")                                          \
	MUTANT(ordered_scan_finds_removed, "a scan finds a key that was never there")              \
	MUTANT(ordered_scan_descends, "mismatched")                                                \
	MUTANT(ordered_scan_in_parts, "a scan is no snapshot")                                     \
	MUTANT(queue_dropped, "elements")                                                          \
	MUTANT(queue_delivered_twice, "mismatched")                                                \
	MUTANT(queue_out_of_order, "mismatched")                                                   \
	MUTANT(queue_newest_first, "another value than the oldest")                                \
	MUTANT(queue_garbage_uncounted, "nothing was retired")                                     \
	MUTANT(queue_full_for_ever, "capacity 10: it took 0")                                      \
	MUTANT(scheme_stall_outside, "that were retired beside a stalled thread")                  \
	MUTANT(scheme_garbage_unbounded, "beside a stalled thread, at most")                       \
	MUTANT(scheme_memory_runs_out, "memory runs out beside a stalled thread")                  \
	MUTANT(scheme_place_left_behind, "more for threads that attach again")

#define MUTANT(name, expected) extern const struct variant mutant_##name;
MUTANTS
#undef MUTANT
#define MUTANT(name, expected) { #name "_is_reported", &mutant_##name, expected },
static struct mutant mutants[] = { MUTANTS };

static struct topology *topology;

/* In a process of its own: a mutant may crash or never end. The report goes through a pipe. */
static void check_and_exit(const struct mutant *mutant, int to)
{
	struct conformance conformance = {
		.topology = topology, .variant = mutant->variant, .divisor = 1
	};
	struct fault fault = { "" };
	int error = 0;

	alarm(SECONDS_MAX);
	/* Again, where a defect shows only when threads meet, and these have not. */
	while (!error && conformance.seed++ < SEEDS_MAX)
		error = conformance_check(&conformance, &fault);
	if (error && write(to, fault.text, strlen(fault.text)) < 0)
		error = 0;
	_exit(error ? 1 : 0);
}

static void mutant_under_the_conformance_cases_is_reported(void **state)
{
	const struct mutant *const mutant = *state;
	char report[FAULT_TEXT_BYTES] = "";
	int ends[2], status;
	ssize_t got;
	pid_t child;

	if (topology_pu_count(topology) < 2 && mutant->variant == &mutant_map_no_lock) {
		print_message("two threads at once need two PUs\n");
		skip();
	}
	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child)
		check_and_exit(mutant, ends[1]);
	close(ends[1]);
	got = read(ends[0], report, sizeof(report) - 1);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	report[got > 0 ? got : 0] = '\0';
	print_message("%s\n", *report ? report : "(no report)");
	assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	if (mutant->expected && !strstr(report, mutant->expected))
		fail_msg("expected: %s", mutant->expected);
}

int main(void)
{
	enum { MUTANTS_COUNT = sizeof(mutants) / sizeof(*mutants) };
	struct CMUnitTest tests[MUTANTS_COUNT];
	struct fault fault;
	int failed;

	if (topology_load(NULL, &topology, &fault))
		return 1;
	for (size_t i = 0; i < MUTANTS_COUNT; i++)
		tests[i] = (struct CMUnitTest){
			.name = mutants[i].name,
			.test_func = mutant_under_the_conformance_cases_is_reported,
			.initial_state = &mutants[i],
		};
	failed = _cmocka_run_group_tests("mutants", tests, MUTANTS_COUNT, NULL, NULL);
	topology_free(topology);
	return failed;
}
