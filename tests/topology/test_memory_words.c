/* The names of policies of memory and of sizes of pages, as users write them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "topology/memory.h"

static void memory_policy_parses_each_name(void **state)
{
	static const struct {
		const char *text;
		enum memory_policy_kind kind;
		unsigned node;
	} cases[] = {
		{ "local", MEMORY_LOCAL, 0 },           { "first-touch", MEMORY_FIRST_TOUCH, 0 },
		{ "interleave", MEMORY_INTERLEAVE, 0 }, { "node:0", MEMORY_NODE, 0 },
		{ "node:12", MEMORY_NODE, 12 },         { "remote", MEMORY_REMOTE, 0 }
	};
	struct memory_policy policy;

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(memory_policy_parse(cases[i].text, &policy, NULL), 0);
		assert_int_equal(policy.kind, cases[i].kind);
		assert_int_equal(policy.node_os_index, cases[i].node);
	}
}

static void memory_policy_refuses_what_is_none(void **state)
{
	static const char *const wrong[] = { "",        "Local",     "node",
					     "node:",   "node:-1",   "node: 1",
					     "node:1x", "node:1024", "node:99999999999999" };
	struct memory_policy policy;
	struct fault fault;

	(void)state;
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		assert_int_equal(memory_policy_parse(wrong[i], &policy, &fault), -EINVAL);
		assert_non_null(strstr(fault.text, "allowed are local"));
	}
}

static void memory_pages_parses_its_names_alone(void **state)
{
	enum memory_pages pages;
	struct fault fault;

	(void)state;
	assert_int_equal(memory_pages_parse("base", &pages, NULL), 0);
	assert_int_equal(pages, MEMORY_PAGES_BASE);
	assert_int_equal(memory_pages_parse("huge1g", &pages, NULL), 0);
	assert_int_equal(pages, MEMORY_PAGES_HUGE1G);
	assert_int_equal(memory_pages_parse("huge", &pages, &fault), -EINVAL);
	assert_string_equal(fault.text, "pages=huge: allowed are base, thp, huge2m and huge1g");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_policy_parses_each_name),
		cmocka_unit_test(memory_policy_refuses_what_is_none),
		cmocka_unit_test(memory_pages_parses_its_names_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
