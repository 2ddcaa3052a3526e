/* Files of counter groups: what is in them for which processor, and what is refused. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "runners/measure/counter_groups.h"
#include "tests/runners/fake_host.h"

static const char text[] = "# What it tells.\n"
			   "# More of it.\n"
			   "[zen3 zen4]\n"
			   "AMD:EVENT  cycles  cycles of one kind\n"
			   "OTHER      stalls  cycles of another\n"
			   "= stalled stalls / cycles  the share of them\n"
			   "[any]\n"
			   "PRESET  cycles  cycles of all kinds\n";

static struct counter_group group;
static struct fault fault;

static int parse(const char *file, const char *processor)
{
	return counter_group_parse(file, "x.txt", processor, &group, &fault);
}

static void section_of_the_processor_is_taken(void **state)
{
	(void)state;
	assert_int_equal(parse(text, "zen4"), 0);
	assert_string_equal(group.meaning, "What it tells.");
	assert_int_equal(group.count, 2);
	assert_string_equal(group.events[0].event, "AMD:EVENT");
	assert_string_equal(group.events[0].name, "cycles");
	assert_string_equal(group.events[0].meaning, "cycles of one kind");
}

static void ratio_names_its_two_events(void **state)
{
	(void)state;
	assert_int_equal(parse(text, "zen3"), 0);
	assert_int_equal(group.ratio_count, 1);
	assert_string_equal(group.ratios[0].name, "stalled");
	assert_int_equal(group.ratios[0].over, 1);
	assert_int_equal(group.ratios[0].under, 0);
}

static void other_processors_take_any(void **state)
{
	(void)state;
	assert_int_equal(parse(text, "neoverse-n1"), 0);
	assert_int_equal(group.count, 1);
	assert_string_equal(group.events[0].event, "PRESET");
	assert_int_equal(group.ratio_count, 0);
}

static void file_without_sections_is_for_all(void **state)
{
	(void)state;
	assert_int_equal(parse("E  e  an event\n", "zen3"), 0);
	assert_int_equal(group.count, 1);
}

static void line_that_is_none_is_refused_with_its_place(void **state)
{
	static const char *const bad[] = { "# x\nEVENT\n", "# x\nE e m\nE e again\n",
					   "# x\nE e m\n= r e / f no such event\n",
					   "# x\n[zen3\n" };
	static const char *const places[] = { "x.txt:2", "x.txt:3", "x.txt:3", "x.txt:2" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_int_equal(parse(bad[i], "zen3"), -EINVAL);
		assert_non_null(strstr(fault.text, places[i]));
	}
}

static void processor_is_told_by_vendor_family_and_model(void **state)
{
	static const struct {
		const char *cpuinfo, *name;
	} known[] = {
		{ "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 106\n",
		  "icelake-server" },
		{ "vendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 143\n",
		  "sapphire-rapids" },
		{ "vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 1\n", "zen3" },
		{ "vendor_id\t: AuthenticAMD\ncpu family\t: 25\nmodel\t\t: 17\n", "zen4" },
		{ "vendor_id\t: AuthenticAMD\ncpu family\t: 26\nmodel\t\t: 2\n", "any" },
		{ "vendor_id\t: AuthenticAMD\ncpu family\t: 6\nmodel\t\t: 106\n", "any" },
		{ "CPU implementer\t: 0x41\nCPU part\t: 0xd0c\n", "neoverse-n1" },
		{ "CPU implementer\t: 0x41\nCPU part\t: 0xd40\n", "neoverse-v1" },
		{ "CPU implementer\t: 0x43\nCPU part\t: 0xd0c\n", "any" },
		{ "", "any" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		assert_string_equal(counter_processor(known[i].cpuinfo), known[i].name);
}

static void check_group(const char *name, void *count)
{
	static const char *const processors[] = { "icelake-server", "sapphire-rapids", "zen3",
						  "zen4",           "neoverse-n1",     "neoverse-v1",
						  "any" };
	char file[96];
	char *content;

	snprintf(file, sizeof(file), "runners/measure/groups/%s.txt", name);
	content = folder_read(".", file);
	for (size_t i = 0; i < sizeof(processors) / sizeof(*processors); i++) {
		if (counter_group_parse(content, file, processors[i], &group, &fault))
			fail_msg("%s", fault.text);
		if (!group.count)
			fail_msg("%s has nothing for %s", file, processors[i]);
	}
	free(content);
	++*(size_t *)count;
}

static void our_groups_have_events_for_every_processor(void **state)
{
	size_t count = 0;

	(void)state;
	counter_groups_each(check_group, &count);
	assert_int_equal(count, 8);
}

static void group_of_another_name_is_not_there(void **state)
{
	(void)state;
	assert_int_equal(counter_group_load("hardware-of-dreams", &group, &fault), -ENOENT);
	assert_non_null(strstr(fault.text, "coherence"));
	assert_int_equal(counter_group_load("../groups/cache", &group, &fault), -ENOENT);
}

/* No compiling: a file in a folder of the user's is a group. */
static void group_of_the_user_goes_before_ours(void **state)
{
	char *const home = folder_make();
	const char *const before = getenv("XDG_CONFIG_HOME");

	(void)state;
	fake_host_write(home, "numamark/counters/tlb.txt", "# mine\nMY:EVENT  mine  of my own\n");
	setenv("XDG_CONFIG_HOME", home, 1);
	assert_int_equal(counter_group_load("tlb", &group, &fault), 0);
	assert_string_equal(group.events[0].event, "MY:EVENT");
	if (before)
		setenv("XDG_CONFIG_HOME", before, 1);
	else
		unsetenv("XDG_CONFIG_HOME");
	folder_remove(home);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(section_of_the_processor_is_taken),
		cmocka_unit_test(ratio_names_its_two_events),
		cmocka_unit_test(other_processors_take_any),
		cmocka_unit_test(file_without_sections_is_for_all),
		cmocka_unit_test(line_that_is_none_is_refused_with_its_place),
		cmocka_unit_test(processor_is_told_by_vendor_family_and_model),
		cmocka_unit_test(our_groups_have_events_for_every_processor),
		cmocka_unit_test(group_of_another_name_is_not_there),
		cmocka_unit_test(group_of_the_user_goes_before_ours),
	};

	/* Another group of this user's, or of the current folder, is none of ours. */
	setenv("XDG_CONFIG_HOME", "/nonexistent", 1);
	return cmocka_run_group_tests_name("counter groups", tests, NULL, NULL);
}
