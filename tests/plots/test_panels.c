/* Which cells stand in one frame, what the curves are called, and where boundaries are drawn. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "plots/panels.h"
#include "tests/plots/records.h"

struct fixture {
	char *folder;
	FILE *file;
	struct results results;
	struct summary_list cells;
	struct panels panels;
};

static int set_up(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	fixture->folder = folder_make();
	fixture->file = records_open(fixture->folder);
	records_session(fixture->file, "title");
	*state = fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;

	panels_free(&fixture->panels);
	summary_list_free(&fixture->cells);
	results_free(&fixture->results);
	folder_remove(fixture->folder);
	free(fixture);
	return 0;
}

static void build(struct fixture *fixture)
{
	struct fault fault = { "" };

	fclose(fixture->file);
	assert_int_equal(results_load(fixture->folder, &fixture->results, &fault), 0);
	assert_int_equal(results_summarise(&fixture->results, &fixture->cells), 0);
	assert_int_equal(panels_build(&fixture->results, &fixture->cells, FIGURE_THROUGHPUT, NULL, &fixture->panels), 0);
}

static void map_trial(struct fixture *fixture, const char *variant, unsigned threads, double rate)
{
	records_trial(fixture->file, &(struct records_trial){ .family = "map",
							      .variant = variant,
							      .mix = "get:100",
							      .threads = threads,
							      .rate = rate });
}

static void workloads_and_families_make_panels(void **state)
{
	struct fixture *fixture = *state;

	map_trial(fixture, "map/a", 1, 10);
	records_trial(fixture->file, &(struct records_trial){ .family = "map",
							      .variant = "map/a",
							      .mix = "put:100",
							      .threads = 1,
							      .rate = 5 });
	records_trial(fixture->file, &(struct records_trial){ .family = "queue",
							      .variant = "queue/a",
							      .mix = "enqueue:100",
							      .threads = 1,
							      .rate = 5 });
	build(fixture);
	assert_int_equal(fixture->panels.count, 3);
	assert_string_equal(fixture->panels.panels[0].slug, "map-1");
	assert_string_equal(fixture->panels.panels[1].slug, "map-2");
	assert_string_equal(fixture->panels.panels[2].slug, "queue");
}

/* One variant with two of them. */
static void write_capacities(FILE *file, const char *family, json_t *effective)
{
	for (int i = 1; i <= 2; i++) {
		json_t *trial = records_make(&(struct records_trial){ .family = family,
								      .variant = "a/a",
								      .mix = "all:100",
								      .threads = 1,
								      .rate = 1e6 });

		json_object_set_new(trial, "cell", json_string(i > 1 ? "large" : "small"));
		json_object_set(trial, "effective", effective);
		json_object_set_new(json_object_get(trial, "workload"), "capacity",
				    json_integer(4000 * i));
		records_line(file, trial);
	}
	json_decref(effective);
}

/* What a full cache evicts, a larger one has: one does not lead the other. */
static void caches_of_other_capacities_are_other_workloads(void **state)
{
	struct fixture *fixture = *state;

	write_capacities(fixture->file, "kvblock", json_pack("{s:i}", "evicted", 1));
	build(fixture);
	assert_int_equal(fixture->panels.count, 2);
	assert_non_null(strstr(fixture->panels.panels[0].workload, "mix=all:100 capacity="));
}

static void trials_that_time_operations_are_another_workload(void **state)
{
	struct fixture *fixture = *state;
	static const char *const how[] = { "off", "sample:16" };

	for (int i = 0; i < 2; i++) {
		json_t *trial = records_make(&(struct records_trial){ .family = "map",
								      .variant = "map/a",
								      .mix = "get:100",
								      .threads = 1,
								      .rate = 1e6 });

		json_object_set_new(trial, "cell", json_string(how[i]));
		json_object_set_new(json_object_get(trial, "workload"), "latency",
				    json_string(how[i]));
		records_line(fixture->file, trial);
	}
	build(fixture);
	assert_int_equal(fixture->panels.count, 2);
	assert_null(strstr(fixture->panels.panels[0].workload, "latency"));
	assert_non_null(strstr(fixture->panels.panels[1].workload, " latency=sample:16"));
}

/* Bounded queues stand beside one that is not. */
static void capacity_of_what_evicts_nothing_makes_no_workload(void **state)
{
	struct fixture *fixture = *state;

	write_capacities(fixture->file, "queue", json_object());
	build(fixture);
	assert_int_equal(fixture->panels.count, 1);
	assert_int_equal(fixture->panels.panels[0].count, 2);
}

static void points_are_sorted_by_threads_and_invalid_ones_left_out(void **state)
{
	struct fixture *fixture = *state;
	const struct series *series;

	map_trial(fixture, "map/a", 4, 30);
	map_trial(fixture, "map/a", 1, 10);
	records_trial(fixture->file, &(struct records_trial){ .family = "map",
							      .variant = "map/a",
							      .mix = "get:100",
							      .status = "invalid",
							      .threads = 2,
							      .rate = 999 });
	build(fixture);
	series = &fixture->panels.panels[0].series[0];
	assert_int_equal(series->count, 2);
	assert_int_equal(series->points[0].threads, 1);
	assert_int_equal(series->points[1].threads, 4);
	assert_true(panel_highest(&fixture->panels.panels[0]) == 30);
}

static void legend_names_only_what_differs(void **state)
{
	struct fixture *fixture = *state;
	const char *const memories[] = { "local", "interleave" };

	for (int i = 0; i < 2; i++)
		records_trial(fixture->file, &(struct records_trial){ .family = "map",
								      .variant = "map/a",
								      .mix = "get:100",
								      .memory = memories[i],
								      .threads = 1,
								      .rate = 10 - i });
	build(fixture);
	assert_int_equal(fixture->panels.panels[0].count, 2);
	assert_string_equal(fixture->panels.panels[0].series[0].name, "map/a memory=local");
	assert_string_equal(fixture->panels.panels[0].series[1].name, "map/a memory=interleave");
}

static void legend_names_of_many_words_only_those_that_differ(void **state)
{
	struct fixture *fixture = *state;

	for (int pipeline = 1; pipeline <= 16; pipeline += 15) {
		json_t *trial = records_make(&(struct records_trial){ .family = "map",
								      .variant = "map/a",
								      .mix = "get:100",
								      .threads = 1,
								      .rate = 10 });
		char cell[16];

		snprintf(cell, sizeof(cell), "%d", pipeline);
		json_object_set_new(trial, "cell", json_string(cell));
		json_object_update_new(json_object_get(trial, "workload"),
				       json_pack("{s:s, s:i}", "duration", "1s", "pipeline",
						 pipeline));
		records_line(fixture->file, trial);
	}
	build(fixture);
	assert_int_equal(fixture->panels.panels[0].count, 2);
	assert_non_null(strstr(fixture->panels.panels[0].series[0].name, "map/a pipeline="));
	assert_null(strstr(fixture->panels.panels[0].series[0].name, "duration"));
}

static void legend_leaves_out_words_that_only_one_variant_can_have(void **state)
{
	struct fixture *fixture = *state;

	for (int is_server = 0; is_server <= 1; is_server++) {
		json_t *trial = records_make(
			&(struct records_trial){ .family = "map",
						 .variant = is_server ? "map/server" : "map/a",
						 .mix = "get:100",
						 .threads = 1,
						 .rate = 10 });

		if (is_server)
			json_object_set_new(json_object_get(trial, "workload"), "transport",
					    json_string("tcp"));
		records_line(fixture->file, trial);
	}
	build(fixture);
	assert_int_equal(fixture->panels.panels[0].count, 2);
	for (size_t s = 0; s < 2; s++)
		assert_null(strstr(fixture->panels.panels[0].series[s].name, "transport"));
}

static void legend_of_scans_always_names_their_guarantee(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned threads = 1; threads <= 2; threads++)
		records_trial(fixture->file, &(struct records_trial){ .family = "ordered",
								      .variant = "ordered/a",
								      .mix = "get:50,scan:50",
								      .scans = "weak",
								      .threads = threads,
								      .rate = 10 });
	build(fixture);
	assert_int_equal(fixture->panels.count, 1);
	assert_string_equal(fixture->panels.panels[0].series[0].name, "ordered/a (weak scans)");
	assert_non_null(strstr(fixture->panels.panels[0].workload, "scan_length=10"));
}

static void probes_become_limits_not_panels(void **state)
{
	struct fixture *fixture = *state;

	map_trial(fixture, "map/a", 1, 10);
	records_trial(fixture->file, &(struct records_trial){ .family = "probe",
							      .variant = "probe/null",
							      .mix = "touch:100",
							      .threads = 1,
							      .rate = 500 });
	build(fixture);
	assert_int_equal(fixture->panels.count, 1);
	assert_non_null(fixture->panels.panels[0].null);
	assert_true(fixture->panels.panels[0].null->points[0].median == 500);
	assert_null(fixture->panels.panels[0].faa);
}

static void too_many_curves_are_split_evenly(void **state)
{
	struct fixture *fixture = *state;
	char variant[32];

	for (int i = 0; i < 25; i++) {
		snprintf(variant, sizeof(variant), "map/v%02d", i);
		map_trial(fixture, variant, 1, 100 - i);
	}
	build(fixture);
	assert_int_equal(fixture->panels.count, 3);
	assert_int_equal(fixture->panels.panels[0].count, 9);
	assert_int_equal(fixture->panels.panels[1].count, 9);
	assert_int_equal(fixture->panels.panels[2].count, 7);
	assert_string_equal(fixture->panels.panels[2].slug, "map-part3");
	assert_string_equal(fixture->panels.panels[0].series[0].name, "map/v00");    /* fastest first */
}

/* The second parts of two workloads stand behind all first parts. */
static void parts_of_several_workloads_have_files_of_their_own(void **state)
{
	static const char *const mixes[] = { "get:100", "get:90,put:10" };
	struct fixture *fixture = *state;
	const struct panel *panels;
	char variant[32];

	for (int i = 0; i < 26; i++) {
		snprintf(variant, sizeof(variant), "map/v%02d", i / 2);
		records_trial(fixture->file, &(struct records_trial){ .family = "map",
								      .variant = variant,
								      .mix = mixes[i % 2],
								      .threads = 1,
								      .rate = 10 });
	}
	build(fixture);
	panels = fixture->panels.panels;
	assert_int_equal(fixture->panels.count, 4);
	assert_string_equal(panels[0].slug, "map-1-part1");
	assert_string_equal(panels[1].slug, "map-2-part1");
	assert_string_equal(panels[2].slug, "map-1-part2");
	assert_string_equal(panels[3].slug, "map-2-part2");
}

static void connections_that_are_as_many_as_threads_make_one_curve(void **state)
{
	struct fixture *fixture = *state;

	for (unsigned threads = 1; threads <= 2; threads++) {
		json_t *trial = records_make(&(struct records_trial){ .family = "map",
								      .variant = "map/server",
								      .mix = "get:100",
								      .threads = threads,
								      .rate = 10 });

		json_object_set_new(json_object_get(trial, "workload"), "connections",
				    json_integer(threads));
		records_line(fixture->file, trial);
	}
	build(fixture);
	assert_int_equal(fixture->panels.panels[0].count, 1);
	assert_int_equal(fixture->panels.panels[0].series[0].count, 2);
}

static void node_and_smt_boundaries_follow_the_pus(void **state)
{
	struct fixture *fixture = *state;
	const struct panel *panel;

	map_trial(fixture, "map/a", 1, 10);
	map_trial(fixture, "map/a", 8, 50);
	build(fixture);
	panel = &fixture->panels.panels[0];
	assert_int_equal(panel->mark_count, 2);
	assert_true(panel->marks[0].threads == 2.5);
	assert_string_equal(panel->marks[0].text, "node 1");
	assert_true(panel->marks[1].threads == 4.5);
	assert_string_equal(panel->marks[1].text, "SMT");
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(workloads_and_families_make_panels),
		TEST(caches_of_other_capacities_are_other_workloads),
		TEST(trials_that_time_operations_are_another_workload),
		TEST(capacity_of_what_evicts_nothing_makes_no_workload),
		TEST(points_are_sorted_by_threads_and_invalid_ones_left_out),
		TEST(legend_names_only_what_differs),
		TEST(legend_names_of_many_words_only_those_that_differ),
		TEST(legend_leaves_out_words_that_only_one_variant_can_have),
		TEST(legend_of_scans_always_names_their_guarantee),
		TEST(probes_become_limits_not_panels),
		TEST(too_many_curves_are_split_evenly),
		TEST(parts_of_several_workloads_have_files_of_their_own),
		TEST(connections_that_are_as_many_as_threads_make_one_curve),
		TEST(node_and_smt_boundaries_follow_the_pus),
	};

	return cmocka_run_group_tests_name("panels", tests, NULL, NULL);
}
