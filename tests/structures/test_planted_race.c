/*
 * A defect that leaves no trace in interleavings, nor on x86: what is published by a relaxed
 * operation. ThreadSanitizer must find it, among threads.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "runners/verify/team.h"
#include "structures/variant.h"

enum { RACE_NS = 500000000, RACES = 10 };

extern const struct variant planted_published_relaxed;

static struct topology *topology;

const char *__tsan_default_options(void);

const char *__tsan_default_options(void)
{
	return "halt_on_error=1";
}

static void play_threads(void)
{
	const char *reason = "";
	struct team_options options = {
		.topology = topology,
		.variant = &planted_published_relaxed,
		.promise = promise_of(&planted_published_relaxed, &reason),
		.workers = 2,
		.range = EVENT_KEYS_MAX + 1,
		.value_bytes = 8,
		.duration_ns = RACE_NS,
	};
	struct team_result result;

	for (unsigned i = 0; i < RACES; i++) {
		options.seed = i;
		if (team_run(&options, &result, NULL) || result.has_broken)
			_exit(1);
	}
	_exit(0);
}

static void published_relaxed_is_found(void **state)
{
	const pid_t child = fork();
	int status;

	(void)state;
	if (!child)
		play_threads();
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(published_relaxed_is_found) };
	int failed;

	if (topology_load("node:2 core:1 pu:1", &topology, NULL))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	topology_free(topology);
	return failed;
}
