/* Import of request traces: what is taken, what is refused and why, and what is kept. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/workloads/traces.h"
#include "workloads/trace.h"
#include "workloads/trace_parents.h"

static char folder[] = "/tmp/numamark-trace-XXXXXX";
static char path[64];

#define REQUEST(timestamp, ids)                                                                 \
	"{\"timestamp\":" timestamp ",\"input_length\":1,\"output_length\":1,\"hash_ids\":" ids \
	"}\n"

static void write_file(const char *text)
{
	FILE *const file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct trace opened(const char *file)
{
	struct fault fault = { "" };
	struct trace trace;

	if (trace_open(file, NULL, &trace, &fault))
		fail_msg("%s", fault.text);
	return trace;
}

/* In this line, for this reason. */
static void assert_refused(const char *text, const char *where, const char *why)
{
	struct fault fault = { "" };
	struct trace trace = { .mapped_bytes = 77 };

	write_file(text);
	assert_int_equal(trace_open(path, NULL, &trace, &fault), -EINVAL);
	assert_int_equal(trace.mapped_bytes, 77); /* untouched on failure */
	if (!strstr(fault.text, path) || !strstr(fault.text, where) || !strstr(fault.text, why))
		fail_msg("\"%s\" does not say \"%s\" and \"%s\"", fault.text, where, why);
}

static void trace_of_two_requests_is_read(void **state)
{
	struct trace trace;

	(void)state;
	write_file(REQUEST("5", "[0,7]") REQUEST("15", "[0,2,3]"));
	trace = opened(path);
	assert_int_equal(trace.header.requests, 2);
	assert_int_equal(trace.header.blocks, 5);
	assert_int_equal(trace.header.id_span, 8);
	assert_int_equal(trace.header.longest, 3);
	assert_int_equal(trace.header.longest_line, 2);
	assert_int_equal(trace_length(&trace, 1), 3);
	assert_int_equal(trace.requests[1].timestamp_ms, 10);
	assert_memory_equal(trace.blocks, ((uint64_t[]){ 0, 7, 0, 2, 3 }), 40);
	trace_close(&trace);
}

static void trace_that_was_imported_is_mapped_again(void **state)
{
	struct trace first = opened(TRACES_SMALL), again = opened(TRACES_SMALL);
	char kept[128];

	(void)state;
	snprintf(kept, sizeof(kept), "%s/%016llx.trace", folder,
		 (unsigned long long)first.header.hash);
	assert_int_equal(access(kept, R_OK), 0);
	assert_int_equal(first.header.blocks, TRACES_SMALL_BLOCKS);
	assert_memory_equal(first.mapping, again.mapping, first.mapped_bytes);
	trace_close(&first);
	trace_close(&again);
}

static void trace_that_was_kept_in_part_is_imported_again(void **state)
{
	struct trace trace = opened(TRACES_SMALL);
	char kept[128];

	(void)state;
	snprintf(kept, sizeof(kept), "%s/%016llx.trace", folder,
		 (unsigned long long)trace.header.hash);
	trace_close(&trace);
	assert_int_equal(truncate(kept, 100), 0);
	trace = opened(TRACES_SMALL);
	assert_int_equal(trace.header.blocks, TRACES_SMALL_BLOCKS);
	trace_close(&trace);
}

static void trace_of_the_same_name_and_other_content_is_another(void **state)
{
	struct trace trace;

	(void)state;
	write_file(REQUEST("0", "[1]"));
	trace = opened(path);
	trace_close(&trace);
	write_file(REQUEST("0", "[2]"));
	trace = opened(path);
	assert_int_equal(trace.blocks[0], 2);
	trace_close(&trace);
}

static void trace_without_a_folder_to_keep_it_in_is_read(void **state)
{
	struct trace trace;

	(void)state;
	setenv("NUMAMARK_CACHE", "/proc/none", 1);
	trace = opened(TRACES_SMALL);
	setenv("NUMAMARK_CACHE", folder, 1);
	assert_int_equal(trace.header.blocks, TRACES_SMALL_BLOCKS);
	trace_close(&trace);
}

static void trace_is_kept_in_a_folder_whose_parents_are_made(void **state)
{
	char deep[512], command[1024];
	struct trace trace;

	(void)state;
	snprintf(deep, sizeof(deep), "%s/not/there", folder);
	setenv("NUMAMARK_CACHE", deep, 1);
	trace = opened(TRACES_SMALL);
	setenv("NUMAMARK_CACHE", folder, 1);
	trace_close(&trace);
	snprintf(command, sizeof(command), "ls '%s' | grep -q '[.]trace$'", deep);
	assert_int_equal(system(command), 0);
}

static uint64_t told_bytes;

static void tell(const char *file, uint64_t done_bytes, uint64_t all_bytes)
{
	(void)file;
	assert_true(done_bytes <= all_bytes);
	told_bytes = all_bytes;
}

static void trace_of_many_lines_is_told_of(void **state)
{
	FILE *const file = fopen(path, "w");
	struct trace trace;

	(void)state;
	assert_non_null(file);
	for (unsigned i = 0; i < 3000; i++)
		fputs(REQUEST("0", "[0,1]"), file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(trace_open(path, tell, &trace, NULL), 0);
	assert_int_equal(told_bytes, 3000 * strlen(REQUEST("0", "[0,1]")));
	trace_close(&trace);
}

static void trace_that_ends_within_a_request_is_refused(void **state)
{
	(void)state;
	assert_refused(REQUEST("0", "[0]") "{\"timestamp\":1,\"inp", ":2:", "truncated");
}

static void trace_that_is_not_json_is_refused(void **state)
{
	(void)state;
	assert_refused(REQUEST("0", "[0]") "timestamp,input_length\n", ":2:", "not JSON");
}

static void trace_of_something_else_is_refused(void **state)
{
	(void)state;
	assert_refused("[1,2]\n", ":1:", "allowed is a JSON object a line");
	assert_refused("{\"timestamp\":1}\n", ":1:", "no input_length");
	assert_refused(REQUEST("-1", "[0]"), ":1:", "timestamp is no whole number from 0 on");
}

static void trace_without_requests_is_refused(void **state)
{
	(void)state;
	assert_refused("", ":1:", "empty");
}

static void trace_with_a_negative_id_is_refused(void **state)
{
	(void)state;
	assert_refused(REQUEST("0", "[0,-3]"), ":1:", "-3 is negative");
}

static void trace_with_a_huge_id_is_refused(void **state)
{
	(void)state;
	assert_refused(REQUEST("0", "[281474976710656]"), ":1:", "281474976710656 is too large");
	assert_refused(REQUEST("0", "[99999999999999999999]"), ":1:", "too large");
}

static void trace_with_an_id_that_is_no_number_is_refused(void **state)
{
	(void)state;
	assert_refused(REQUEST("0", "[\"a\"]"), ":1:", "no whole number");
	assert_refused(REQUEST("0", "[1.5]"), ":1:", "no whole number");
}

static void trace_with_an_empty_chain_is_refused(void **state)
{
	(void)state;
	assert_refused(REQUEST("0", "[]"), ":1:", "at least one block");
	assert_refused(REQUEST("0", "3"), ":1:", "at least one block");
}

static void trace_with_a_block_of_two_parents_is_refused(void **state)
{
	(void)state;
	assert_refused(REQUEST("0", "[0,1,2]") REQUEST("1", "[0,2]"), ":2:",
		       "block 2 comes after block 0, but where it was first met it comes after block 1");
	assert_refused(REQUEST("0", "[0,1]") REQUEST("1", "[1]"), ":2:",
		       "block 1 begins a chain, but where it was first met it comes after block 0");
	/* Of itself, and again in one chain. */
	assert_refused(REQUEST("0", "[3,3]"), ":1:", "block 3 comes after block 3, but");
	assert_refused(REQUEST("0", "[3,4,3]"), ":1:", "block 3 comes after block 4, but");
}

/* Far behind where it was first met. */
static void trace_with_a_late_block_of_two_parents_is_refused(void **state)
{
	FILE *const file = fopen(path, "w");
	struct fault fault = { "" };
	struct trace trace;

	(void)state;
	assert_non_null(file);
	for (unsigned i = 0; i < 20000; i++)
		fprintf(file, REQUEST("0", "[%u,%u]"), 2 * i, 2 * i + 1);
	fputs(REQUEST("0", "[2,1]"), file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(trace_open(path, NULL, &trace, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, ":20001: hash_ids: block 1 comes after block 2, but"));
}

static void parents_of_more_blocks_than_are_known_are_not_judged(void **state)
{
	struct trace_parents parents = { .table = NULL };
	uint64_t first;

	(void)state;
	for (uint64_t id = 0; id <= TRACE_PARENTS_MAX; id++)
		assert_int_equal(trace_parents_meet(&parents, id, TRACE_NO_PARENT, &first), 0);
	assert_int_equal(trace_parents_meet(&parents, TRACE_PARENTS_MAX - 1, 7, &first), 0);
	assert_true(first == TRACE_NO_PARENT);
	assert_int_equal(trace_parents_meet(&parents, TRACE_PARENTS_MAX, 7, &first), 0);
	assert_int_equal(first, 7);
	trace_parents_free(&parents);
}

static void trace_whose_time_runs_backwards_is_refused(void **state)
{
	(void)state;
	assert_refused(REQUEST("5", "[0]") REQUEST("7", "[0]") REQUEST("6", "[0]"),
		       ":3:", "backwards, from 7 to 6 ms");
}

static void trace_that_is_not_there_is_refused(void **state)
{
	struct fault fault;
	struct trace trace;

	(void)state;
	assert_int_equal(trace_open("/nowhere.jsonl", NULL, &trace, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "/nowhere.jsonl: the trace cannot be read"));
}

static void trace_of_the_published_conversations_has_its_known_size(void **state)
{
	const char *const file = traces_conversation();
	struct trace trace;

	(void)state;
	if (!file)
		skip();
	trace = opened(file);
	assert_int_equal(trace.header.requests, 12031);
	assert_int_equal(trace.header.blocks, 288500);
	assert_int_equal(trace.header.id_span, 182790);
	trace_close(&trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trace_of_two_requests_is_read),
		cmocka_unit_test(trace_that_was_imported_is_mapped_again),
		cmocka_unit_test(trace_that_was_kept_in_part_is_imported_again),
		cmocka_unit_test(trace_of_the_same_name_and_other_content_is_another),
		cmocka_unit_test(trace_without_a_folder_to_keep_it_in_is_read),
		cmocka_unit_test(trace_is_kept_in_a_folder_whose_parents_are_made),
		cmocka_unit_test(trace_of_many_lines_is_told_of),
		cmocka_unit_test(trace_that_ends_within_a_request_is_refused),
		cmocka_unit_test(trace_that_is_not_json_is_refused),
		cmocka_unit_test(trace_of_something_else_is_refused),
		cmocka_unit_test(trace_without_requests_is_refused),
		cmocka_unit_test(trace_with_a_negative_id_is_refused),
		cmocka_unit_test(trace_with_a_huge_id_is_refused),
		cmocka_unit_test(trace_with_an_id_that_is_no_number_is_refused),
		cmocka_unit_test(trace_with_an_empty_chain_is_refused),
		cmocka_unit_test(trace_with_a_block_of_two_parents_is_refused),
		cmocka_unit_test(trace_with_a_late_block_of_two_parents_is_refused),
		cmocka_unit_test(parents_of_more_blocks_than_are_known_are_not_judged),
		cmocka_unit_test(trace_whose_time_runs_backwards_is_refused),
		cmocka_unit_test(trace_that_is_not_there_is_refused),
		cmocka_unit_test(trace_of_the_published_conversations_has_its_known_size),
	};
	char command[64];
	int failed;

	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/t.jsonl", folder);
	setenv("NUMAMARK_CACHE", folder, 1);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command) ? 1 : failed;
}
