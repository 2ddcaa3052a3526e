#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <unistd.h>

#include "runners/plan/plan.h"
#include "runners/plan/preset_find.h"
#include "tests/runners/cells.h"
#include "tests/runners/folder.h"

#define SMALL "[sweep one]\nvariant = probe/null\nthreads = 1\n"

static char *folder;

static int set_up(void **state)
{
	folder = folder_make();
	return cells_set_up(state);
}

static int tear_down(void **state)
{
	folder_remove(folder);
	return cells_tear_down(state);
}

/* Plans a file of the folder, with words of the command line over it. */
static int plan_file(const char *name, const char *const *words, struct plan *plan)
{
	char path[512];
	const struct plan_request request = { .preset = path,
					      .words = words,
					      .topology = cells_topology };

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	memset(plan, 0, sizeof(*plan));
	return plan_make(&request, plan, &cells_fault);
}

static void assert_text_planned(const char *text, const char *const *words, struct plan *plan,
				size_t count)
{
	assert_int_equal(folder_write(folder, "p.ini", text, strlen(text)), 0);
	if (plan_file("p.ini", words, plan))
		fail_msg("%s", cells_fault.text);
	assert_int_equal(plan->count, count);
}

static void assert_bytes_refused(const char *text, size_t length, const char *part)
{
	struct plan plan;

	assert_int_equal(folder_write(folder, "p.ini", text, length), 0);
	assert_true(plan_file("p.ini", NULL, &plan) < 0);
	if (!strstr(cells_fault.text, part))
		fail_msg("\"%s\" is not in: %s", part, cells_fault.text);
}

static void assert_text_refused(const char *text, const char *part)
{
	assert_bytes_refused(text, strlen(text), part);
}

static void preset_sections_are_sweeps(void **state)
{
	struct plan plan;

	(void)state;
	assert_text_planned("; Which?\n"
			    "[campaign]\n"
			    "title  = Maps, 10% updates\n"
			    "trials = 10\n"
			    "host = off\n"
			    "\n"
			    "[sweep uniform]\n"
			    "variant = probe/null, probe/faa ; a remark\n"
			    "threads = 1,2\n"
			    "# another remark\n"
			    "[sweep zipf]\n"
			    "variant=probe/private\n"
			    "threads=1..4\n"
			    "dist=zipf:0.99\n",
			    NULL, &plan, 7);
	assert_string_equal(plan.title, "Maps, 10% updates");
	assert_int_equal(plan.trials, 10);
	assert_int_equal(plan.host, PLAN_HOST_OFF);
	assert_string_equal(plan.cells[6].text[AXIS_DIST], "zipf:0.99");
	plan_free(&plan);
}

static void preset_without_a_title_is_called_by_its_name(void **state)
{
	struct plan plan;

	(void)state;
	assert_text_planned(SMALL, NULL, &plan, 1);
	assert_string_equal(plan.title, "p");
	plan_free(&plan);
}

static void preset_repeated_keys_add_to_their_list(void **state)
{
	struct plan plan;

	(void)state;
	assert_text_planned(SMALL "threads = 2, 4\nplace = list:0,1,2,3\nplace = list:0,1,\n"
				  "place = 8,9\n",
			    NULL, &plan, 6);
	assert_string_equal(plan.cells[3].text[AXIS_PLACE], "list:0-1,8-9");
	plan_free(&plan);
}

static void preset_of_windows_lines_and_a_byte_order_mark_is_read(void **state)
{
	struct plan plan;

	(void)state;
	assert_text_planned("\xef\xbb\xbf[a]\r\nvariant = probe/null\r\nthreads = 1\r\n", NULL,
			    &plan, 1);
	plan_free(&plan);
}

static void preset_last_line_without_an_end_is_read(void **state)
{
	struct plan plan;

	(void)state;
	assert_text_planned("[a]\nvariant = probe/null\nthreads = 1,2", NULL, &plan, 2);
	plan_free(&plan);
}

static void preset_keys_of_the_command_line_replace_those_of_every_section(void **state)
{
	const char *const words[] = { "threads=2,4", "trials=3", NULL };
	struct plan plan;

	(void)state;
	assert_text_planned(SMALL "[two]\nvariant = probe/faa\nthreads = 1,8\n", words, &plan, 4);
	assert_int_equal(plan.cells[0].threads, 2);
	assert_int_equal(plan.cells[3].threads, 4);
	assert_int_equal(plan.trials, 3);
	plan_free(&plan);
}

static void preset_sections_that_an_override_does_not_suit_are_left_out(void **state)
{
	const char *const words[] = { "mix=get:100", NULL };
	struct plan plan;

	(void)state;
	assert_text_planned("[maps]\nvariant = map/chained@mutex\nthreads = 1\n"
			    "[queues]\nvariant = queue/list@mutex\nthreads = 1\nprefill = 10\n",
			    words, &plan, 1);
	assert_int_equal(plan.left_out, 1);
	plan_free(&plan);
}

static void preset_override_that_suits_no_section_is_refused(void **state)
{
	const char *const words[] = { "mix=enqueue:100", NULL };
	struct plan plan;

	(void)state;
	folder_write(folder, "p.ini", SMALL, strlen(SMALL));
	assert_int_equal(plan_file("p.ini", words, &plan), -EINVAL);
	assert_non_null(strstr(cells_fault.text, "enqueue"));
}

static void preset_unknown_key_is_refused_with_line_and_nearest(void **state)
{
	(void)state;
	assert_text_refused(SMALL "memroy = local\n", "p.ini:4: unknown key");
	assert_text_refused(SMALL "memroy = local\n", "did you mean memory?");
	assert_text_refused("[campaign]\ntrails = 3\n" SMALL, "p.ini:2: unknown key");
}

static void preset_bad_value_is_refused_with_its_line(void **state)
{
	(void)state;
	assert_text_refused(SMALL "\nrange = 0\n", "p.ini:5: range=0: allowed is");
	assert_text_refused("[a]\nvariant = map/chained@mutex\nthreads = 1\n"
			    "mix = get:90,put:5,remove:4\n",
			    "p.ini:4: mix=");
	assert_text_refused("[a]\nvariant = map/chained@mutex\nthreads = 1\n"
			    "mix = get:90,put:5,remove:4\n",
			    "99");
	assert_text_refused("[a]\nvariant = probe/nul\n", "p.ini:2: variant=probe/nul");
	assert_text_refused(SMALL "memory = node:9\n", "p.ini:4: memory=node:9");
	assert_text_refused("[a]\nvariant = probe/null\nthreads = 1,64\n", "p.ini:3: threads=64");
}

static void preset_key_in_the_wrong_section_is_refused(void **state)
{
	(void)state;
	assert_text_refused("[campaign]\nthreads = 3\n" SMALL, "p.ini:2: threads is an axis");
	assert_text_refused(SMALL "trials = 3\n", "p.ini:4: trials is of the whole campaign");
	assert_text_refused("threads = 3\n" SMALL, "p.ini:1: threads stands before");
}

static void preset_section_without_a_variant_is_refused(void **state)
{
	(void)state;
	assert_text_refused("\n[a]\nthreads = 1\n", "p.ini:2: [a]: no variant");
}

static void preset_without_a_sweep_is_refused(void **state)
{
	(void)state;
	assert_text_refused("[campaign]\ntrials = 3\n", "no sweep");
	assert_text_refused("; nothing\n", "no sweep");
}

static void preset_line_above_199_bytes_is_refused(void **state)
{
	char text[1024];
	int length = snprintf(text, sizeof(text), SMALL "range = 1");
	struct plan plan;

	(void)state;
	length += snprintf(text + length, sizeof(text) - (size_t)length, "%*d", 190, 2);
	assert_text_refused(text, "p.ini:4: range=1"); /* 199 bytes are read, all of them */
	snprintf(text + length, sizeof(text) - (size_t)length, "3");
	assert_text_refused(text, "p.ini:4: a line of 200 bytes; allowed are 199");
	(void)plan;
}

static void preset_indented_line_is_refused(void **state)
{
	(void)state;
	assert_text_refused(SMALL "  range = 1k\n", "p.ini:4: an indented line");
	assert_text_refused(SMALL "\trange = 1k\n", "p.ini:4: an indented line");
	assert_text_refused(SMALL " [two]\n", "p.ini:4: an indented line");
}

static void preset_indented_comment_is_a_comment(void **state)
{
	struct plan plan;

	(void)state;
	assert_text_planned(SMALL "   ; range = 1k\n  \n\t# no\n", NULL, &plan, 1);
	plan_free(&plan);
}

static void preset_line_that_is_none_is_refused(void **state)
{
	(void)state;
	assert_text_refused(SMALL "range\n", "p.ini:4: allowed are [section]");
	assert_text_refused(SMALL "[two\nthreads = 0\n", "p.ini:4: allowed are [section]");
	assert_text_refused(SMALL "range\nmemroy = 1\n", "p.ini:4: allowed are [section]");
}

static void preset_empty_value_is_refused(void **state)
{
	(void)state;
	assert_text_refused(SMALL "range =\n", "p.ini:4: range");
	assert_text_refused(SMALL "range = 1,,2\n", "p.ini:4: range");
	assert_text_refused("[a]\nvariant =\n", "p.ini:2: variant");
	assert_text_refused(SMALL "mix =\n", "p.ini:4: mix");
}

static void preset_binary_is_refused(void **state)
{
	static const char elf[] = "\x7f"
				  "ELF\x02\x01\x01\0\0\0";

	(void)state;
	assert_bytes_refused(elf, sizeof(elf), "not a text");
	assert_bytes_refused(SMALL "\x01\n", sizeof(SMALL) + 1, "not a text");
}

static void preset_that_is_empty_is_refused(void **state)
{
	(void)state;
	assert_text_refused("", "empty");
}

static void preset_that_is_missing_is_refused(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(plan_file("none.ini", NULL, &plan), -ENOENT);
	assert_non_null(strstr(cells_fault.text, "none.ini"));
}

static void preset_that_is_a_folder_is_refused(void **state)
{
	struct plan plan;

	(void)state;
	assert_int_equal(plan_file("", NULL, &plan), -EISDIR);
	assert_non_null(strstr(cells_fault.text, "folder"));
}

static void preset_of_100_mb_is_refused_unread(void **state)
{
	struct plan plan;
	char path[512];
	int file;

	(void)state;
	snprintf(path, sizeof(path), "%s/large.ini", folder);
	file = open(path, O_CREAT | O_WRONLY, 0600);
	assert_int_equal(ftruncate(file, 100 << 20), 0); /* sparse */
	close(file);
	assert_int_equal(plan_file("large.ini", NULL, &plan), -EFBIG);
	assert_non_null(strstr(cells_fault.text, "100 MB"));
}

static void preset_of_unknown_name_gets_the_nearest(void **state)
{
	char path[PRESET_PATH_BYTES];

	(void)state;
	assert_int_equal(preset_find("quikc", path, &cells_fault), -ENOENT);
	assert_non_null(strstr(cells_fault.text, "did you mean quick?"));
}

static void preset_label_is_the_bare_name(void **state)
{
	char label[PRESET_LABEL_BYTES];

	(void)state;
	preset_label("/a/b.c/map-scaling.ini", label);
	assert_string_equal(label, "map-scaling");
	preset_label("quick", label);
	assert_string_equal(label, "quick");
}

static void preset_built_in_all_plan_and_ask_a_question(void **state)
{
	struct preset_entry *entries;
	const int count = preset_list(&entries);

	(void)state;
	assert_true(count >= 5);
	for (int i = 0; i < count; i++) {
		const struct plan_request request = { .preset = entries[i].name,
						      .topology = cells_topology };
		struct plan plan;

		assert_true(strlen(entries[i].question) > 20);
		if (!strcmp(entries[i].name, PRESET_SWEEP))
			continue;
		assert_non_null(strchr(entries[i].question, '?'));
		if (plan_make(&request, &plan, &cells_fault))
			fail_msg("%s: %s", entries[i].name, cells_fault.text);
		assert_string_equal(plan.title, entries[i].title);
		plan_free(&plan);
	}
	free(entries);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preset_sections_are_sweeps),
		cmocka_unit_test(preset_without_a_title_is_called_by_its_name),
		cmocka_unit_test(preset_repeated_keys_add_to_their_list),
		cmocka_unit_test(preset_of_windows_lines_and_a_byte_order_mark_is_read),
		cmocka_unit_test(preset_last_line_without_an_end_is_read),
		cmocka_unit_test(preset_keys_of_the_command_line_replace_those_of_every_section),
		cmocka_unit_test(preset_sections_that_an_override_does_not_suit_are_left_out),
		cmocka_unit_test(preset_override_that_suits_no_section_is_refused),
		cmocka_unit_test(preset_unknown_key_is_refused_with_line_and_nearest),
		cmocka_unit_test(preset_bad_value_is_refused_with_its_line),
		cmocka_unit_test(preset_key_in_the_wrong_section_is_refused),
		cmocka_unit_test(preset_section_without_a_variant_is_refused),
		cmocka_unit_test(preset_without_a_sweep_is_refused),
		cmocka_unit_test(preset_line_above_199_bytes_is_refused),
		cmocka_unit_test(preset_indented_line_is_refused),
		cmocka_unit_test(preset_indented_comment_is_a_comment),
		cmocka_unit_test(preset_line_that_is_none_is_refused),
		cmocka_unit_test(preset_empty_value_is_refused),
		cmocka_unit_test(preset_binary_is_refused),
		cmocka_unit_test(preset_that_is_empty_is_refused),
		cmocka_unit_test(preset_that_is_missing_is_refused),
		cmocka_unit_test(preset_that_is_a_folder_is_refused),
		cmocka_unit_test(preset_of_100_mb_is_refused_unread),
		cmocka_unit_test(preset_of_unknown_name_gets_the_nearest),
		cmocka_unit_test(preset_label_is_the_bare_name),
		cmocka_unit_test(preset_built_in_all_plan_and_ask_a_question),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
