/* The report: self-contained, honest about what does not count, and deaf to markup in users' words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>

#include "plots/report.h"
#include "tests/plots/records.h"

static int make_folder(void **state)
{
	*state = folder_make();
	return *state ? 0 : -1;
}

static int remove_folder(void **state)
{
	folder_remove(*state);
	return 0;
}

static void trial(FILE *file, const char *variant, unsigned threads, double rate, const char *status)
{
	records_trial(file, &(struct records_trial){ .family = "map",
						     .variant = variant,
						     .mix = "get:100",
						     .status = status,
						     .threads = threads,
						     .rate = rate });
}

static char *report(const char *folder)
{
	struct fault fault = { "" };

	assert_int_equal(report_directory(&(struct report_options){ .directory = folder,
								    .scripts = "plots" },
					  &fault),
			 0);
	return folder_read(folder, "report.html");
}

static void fastest_variant_is_named_with_its_interval(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	trial(file, "map/slow", 1, 1e6, "valid");
	trial(file, "map/fast", 1, 3e6, "valid");
	fclose(file);
	page = report(*state);
	assert_non_null(strstr(page, "On 1 thread <code>map/fast</code> has the highest median, 3.00 M "
				     "ops/s [3.00 M, 3.00 M]; no other interval reaches it"));
	free(page);
}

static void share_of_each_limit_stands_beside_a_cell(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	trial(file, "map/a", 2, 5e6, "valid");
	trial(file, "probe/null", 1, 5e6, "valid");
	trial(file, "probe/null", 2, 50e6, "valid");
	trial(file, "probe/faa", 2, 4e6, "valid");
	fclose(file);
	page = report(*state);
	assert_non_null(strstr(page, "<td class=\"number\">10&nbsp;%</td>"
				     "<td class=\"number\">125&nbsp;%</td>"));
	free(page);
}

static void overlapping_intervals_draw_no_rank(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	trial(file, "map/a", 1, 10e6, "valid");
	trial(file, "map/a", 1, 14e6, "valid");
	trial(file, "map/b", 1, 11e6, "valid");
	trial(file, "map/b", 1, 12e6, "valid");
	fclose(file);
	page = report(*state);
	assert_non_null(strstr(page, "not to be told from it (intervals overlap): <code>map/b</code>"));
	free(page);
}

static void markup_in_a_title_stays_text(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "<script>alert(1)</script>");
	trial(file, "map/a", 1, 1e6, "valid");
	fclose(file);
	page = report(*state);
	assert_null(strstr(page, "<script"));
	assert_non_null(strstr(page, "&lt;script&gt;"));
	free(page);
}

static void page_asks_the_network_for_nothing(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	trial(file, "map/a", 1, 1e6, "valid");
	fclose(file);
	page = report(*state);
	assert_null(strstr(page, "http:"));
	assert_null(strstr(page, "https:"));
	assert_null(strstr(page, "@import"));
	free(page);
}

static void trials_that_do_not_count_are_listed(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	trial(file, "map/bad", 2, 9e6, "invalid");
	trial(file, "map/good", 2, 1e6, "valid");
	fclose(file);
	page = report(*state);
	assert_non_null(strstr(page, "<code>map/bad</code> on 2 threads: 1 invalid, 0 skipped"));
	assert_non_null(strstr(page, "<code>map/good</code> has the highest median"));
	free(page);
}

static void figures_of_the_folder_are_inlined(void **state)
{
	FILE *file = records_open(*state);
	char command[600];
	char *page;

	records_session(file, "t");
	trial(file, "map/a", 1, 1e6, "valid");
	fclose(file);
	snprintf(command, sizeof(command), "mkdir '%s/figures'", (char *)*state);
	assert_int_equal(system(command), 0);
	assert_int_equal(folder_write(*state, "figures/throughput-map.svg", "<svg/>", 6), 0);
	page = report(*state);
	assert_non_null(strstr(page, "data:image/svg+xml;base64,PHN2Zy8+\""));
	free(page);
}

static void folder_without_results_is_refused(void **state)
{
	struct fault fault = { "" };

	assert_int_equal(report_directory(&(struct report_options){ .directory = *state,
								    .scripts = "plots" },
					  &fault),
			 -ENOENT);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(fastest_variant_is_named_with_its_interval),
		IN_FOLDER(share_of_each_limit_stands_beside_a_cell),
		IN_FOLDER(overlapping_intervals_draw_no_rank),
		IN_FOLDER(markup_in_a_title_stays_text),
		IN_FOLDER(page_asks_the_network_for_nothing),
		IN_FOLDER(trials_that_do_not_count_are_listed),
		IN_FOLDER(figures_of_the_folder_are_inlined),
		IN_FOLDER(folder_without_results_is_refused),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
