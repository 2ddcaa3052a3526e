/* The traces that tests read. */
#ifndef TESTS_WORKLOADS_TRACES_H
#define TESTS_WORKLOADS_TRACES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

/* Made by a program: tests run in the source folder. */
#define TRACES_SMALL "tests/workloads/traces/small.jsonl"
enum { TRACES_SMALL_REQUESTS = 400, TRACES_SMALL_BLOCKS = 4526, TRACES_SMALL_DISTINCT = 1326 };

/*
 * The published trace of conversations (R. Qin et al., "Mooncake", FAST 2025), which is not ours to
 * commit. Return: its path, or NULL, and says so.
 */
static inline const char *traces_conversation(void)
{
	static const char beside[] = "../shared/data/mooncake/conversation_trace.jsonl";
	const char *const given = getenv("NUMAMARK_TEST_TRACE");

	if (given)
		return given;
	if (!access(beside, R_OK))
		return beside;
	print_message("the trace of conversations is not here: NUMAMARK_TEST_TRACE names it\n");
	return NULL;
}

#endif
