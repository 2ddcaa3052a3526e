/* What the figures of each kind show, from made-up records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>
#include <math.h>

#include "plots/dots.h"
#include "plots/probe_heat.h"
#include "runners/stats/usl.h"
#include "tests/plots/drawing.h"
/* Two designs under load: one keeps no garbage, and only one was timed. */
static void write_rich_records(const char *folder)
{
	const unsigned stops[] = { 1, 2, 4, 8 };
	FILE *file = records_open(folder);

	records_session(file, "Everything measured");
	for (unsigned v = 0; v < 2; v++)
		for (unsigned s = 0; s < 4; s++)
			for (unsigned t = 0; t < 3; t++)
				records_trial(file, &(struct records_trial){
							    .family = "map",
							    .variant = v ? "map/timed+ebr" : "map/plain@mutex",
							    .mix = "get:100",
							    .threads = stops[s],
							    .rate = 1e6 * stops[s] + 1e4 * t,
							    .p99_ns = v ? 400.0 * stops[s] : 0,
							    .jain = 0.9 + 0.01 * t,
							    .bytes_per_element = 32 + 8 * v,
							    .garbage = v * 1000 * stops[s],
						    });
	fclose(file);
}

static void figures_beside_the_usual_are_drawn_when_named(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;

	need_gnuplot();
	write_rich_records(*state);
	assert_int_equal(plot(*state, "efficiency,fairness,latency,memory,garbage", "svg", &drawn,
			      &fault),
			 0);
	assert_int_equal(drawn, 5);
	assert_file(*state, "efficiency-map.svg", "<?xml");
	assert_file(*state, "fairness-map.svg", "<?xml");
	assert_file(*state, "latency-map.svg", "<?xml");
	assert_file(*state, "memory-map.svg", "<?xml");
	assert_file(*state, "garbage-map.svg", "<?xml");
}

/* Trials of an open loop with a histogram, events and a series over time, at three rates. */
static void write_open_records(const char *folder)
{
	FILE *file = records_open(folder);

	records_session(file, "Open loop");
	for (unsigned rate = 1; rate <= 3; rate++) {
		for (unsigned t = 0; t < 3; t++) {
			json_t *trial = records_make(&(struct records_trial){ .family = "map",
									      .variant = "map/a+ebr",
									      .mix = "get:100",
									      .threads = 2,
									      .rate = 1e5 * rate,
									      .garbage = 5,
									      .bytes_per_element = 32 });
			char cell[16];

			snprintf(cell, sizeof(cell), "%x", rate);
			json_object_set_new(trial, "cell", json_string(cell));
			json_object_set_new(json_object_get(trial, "workload"), "rate_ops_per_s",
					    json_integer(100000 * rate));
			json_object_update_new(
				trial,
				json_pack("{s:{s:s, s:f, s:i, s:[i, i, i, i, i, i]}, s:{s:{s:f}}, "
					  "s:{s:[i, i], s:[i, i], s:[i, i]}}",
					  "latency_ns", "kind", "open-loop", "p99", 1000.0 * rate,
					  "samples", 2000, "histogram", 100, 1000, 200, 900, 4000, 100,
					  "counters", "l3_misses", "per_op", 0.5, "series", "at_ms", 100,
					  200, "rss_bytes", 1000000, 2000000, "garbage", 1, 7));
			records_line(file, trial);
		}
	}
	fclose(file);
}

static void figures_of_latency_load_and_time_are_drawn(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;
	char *data;

	need_gnuplot();
	write_open_records(*state);
	assert_int_equal(plot(*state, "cdf,load,counters,rss_over_time,garbage_over_time,placement", "svg",
			      &drawn, &fault),
			 0);
	data = folder_read(*state, "figures/cdf-map-1.dat");
	assert_non_null(strstr(data, "\n2 200 200 200\n"));    /* the median: half lies below 200 */
	assert_non_null(strstr(data, "\n10 200 200 200\n"));
	assert_non_null(strstr(data, "\n20 4000 4000 4000\n"));
	free(data);
	data = folder_read(*state, "figures/load-map.dat");
	assert_non_null(strstr(data, "100000 1000 1000 1000\n200000 2000 2000 2000\n300000 3000"));
	free(data);
	data = folder_read(*state, "figures/counters-l3_misses-map-1.dat");
	assert_non_null(strstr(data, "\n2 0.5 0.5 0.5\n"));
	free(data);
	data = folder_read(*state, "figures/garbage_over_time-map-1.dat");
	assert_non_null(strstr(data, "\n0.1 1 1 1\n0.2 7 7 7\n"));
	free(data);
	data = folder_read(*state, "figures/placement-map-1.dat");
	assert_non_null(strstr(data, "\"0\" \"w0\"\n"));
	assert_non_null(strstr(data, "\"4\" \"\"\n"));
	free(data);
}

/* A box of the data file, by its label. */
static void find_box(const char *data, const char *label, double corners[4])
{
	char quoted[64];
	const char *at;

	snprintf(quoted, sizeof(quoted), "\"%s\"", label);
	at = strstr(data, quoted);
	assert_non_null(at);
	while (at[-1] != '\n')
		at--;
	assert_int_equal(sscanf(at, "%*d %lf %lf %lf %lf", &corners[0], &corners[1], &corners[2],
				&corners[3]),
			 4);
}

static bool is_inside(const double inner[4], const double outer[4])
{
	return inner[0] > outer[0] && inner[1] > outer[1] && inner[2] < outer[2] && inner[3] < outer[3];
}

static void placement_draws_each_pu_inside_its_node(void **state)
{
	double package[4], first[4], second[4], pu[4];
	struct fault fault;
	unsigned drawn = 0;
	char *data;

	need_gnuplot();
	write_open_records(*state);
	assert_int_equal(plot(*state, "placement", "svg", &drawn, &fault), 0);
	data = folder_read(*state, "figures/placement-map-1.dat");
	find_box(data, "package 0", package);
	find_box(data, "NUMA node 0", first);
	find_box(data, "NUMA node 1", second);
	assert_true(is_inside(first, package));
	assert_false(is_inside(second, package));
	find_box(data, "6", pu);
	assert_true(is_inside(pu, second));
	find_box(data, "5", pu);
	assert_true(is_inside(pu, first));
	free(data);
}

/* Beyond what it can do, less is reached than below it: the curve must not turn back. */
static void rates_of_a_search_are_drawn_by_what_was_offered(void **state)
{
	FILE *file = records_open(*state);
	json_t *const trial = records_make(&(struct records_trial){
		.family = "map", .variant = "map/a", .mix = "get:100", .threads = 1, .rate = 1e5 });
	struct fault fault = { "" };
	unsigned drawn = 0;
	char *data;

	need_gnuplot();
	json_object_update_new(
		trial, json_pack("{s:{s:s, s:f}, s:{s:[{s:f, s:f, s:f}, {s:f, s:f, s:f}, {s:f, s:f, s:f}]}}",
				 "latency_ns", "kind", "open-loop", "p99", 1000.0, "sweep", "probes",
				 "rate_ops_per_s", 4e5, "reached_ops_per_s", 1e4, "latency_ns", 9e6,
				 "rate_ops_per_s", 2e5, "reached_ops_per_s", 2e5, "latency_ns", 2e3,
				 "rate_ops_per_s", 1e5, "reached_ops_per_s", 1e5, "latency_ns", 1e3));
	records_session(file, "A search");
	records_line(file, trial);
	fclose(file);
	assert_int_equal(plot(*state, "load", "svg", &drawn, &fault), 0);
	data = folder_read(*state, "figures/load-map.dat");
	assert_non_null(strstr(data, "100000 1000 1000 1000\n200000 2000 2000 2000\n400000 9000000"));
	free(data);
}

static void law_and_heat_are_drawn_of_curves_that_have_them(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;
	char *words;
	FILE *file;

	need_gnuplot();
	file = records_open(*state);
	records_session(file, "t");
	for (unsigned n = 1; n <= 32; n *= 2)
		for (unsigned v = 1; v <= 2; v++)
			records_trial(file, &(struct records_trial){
						    .family = "map",
						    .variant = v > 1 ? "map/b" : "map/a",
						    .mix = "get:100",
						    .threads = n,
						    .rate = 1e6 * n / v / (1 + 0.05 * (n - 1) +
									   0.001 * n * (n - 1)) });
	fclose(file);
	assert_int_equal(plot(*state, "heat", "svg", &drawn, &fault), 0);
	words = folder_read(*state, "figures/heat-map.dat");
	assert_non_null(strstr(words, "\n1 2 0.5 \"500 k\" \"\"\n"));
	free(words);
	if (!usl_is_here()) {
		print_message("built without cminpack\n");
		skip();
	}
	assert_int_equal(plot(*state, "scaling", "svg", &drawn, &fault), 0);
	words = folder_read(*state, "figures/scaling-map.laws");
	assert_non_null(strstr(words, "contention[1] = 0.05"));
	assert_non_null(strstr(words, "knee[1] = 30.8"));
	free(words);
}

/* Two indexes of blocks under policies of memory, and slots of which one loses. */
static const struct records_trial tradeoffs[] = {
	{ .family = "kvblock", .variant = "kvblock/a", .mix = "request:100", .memory = "local",
	  .rate = 2e6, .hit_ratio = 1.25, .remote_pages = 1.5, .remote_reads = 1.3 },
	{ .family = "kvblock", .variant = "kvblock/a", .mix = "request:100", .memory = "interleave",
	  .rate = 1e6, .hit_ratio = 1.5, .remote_pages = 1.25 },
	{ .family = "kvblock", .variant = "kvblock/b", .mix = "request:100", .memory = "interleave",
	  .rate = 0.5e6 },
	{ .family = "kvslot", .variant = "kvslot/kept", .mix = "get:80,put:20", .rate = 4e6,
	  .hit_ratio = 1.5, .counts_losses = true },
	{ .family = "kvslot", .variant = "kvslot/racy", .mix = "get:80,put:20", .rate = 8e6,
	  .hit_ratio = 1.4, .counts_losses = true, .lost = 3000, .torn = 2.5, .flaw = "torn" },
};

/* @laps of the first @count of them, a per cent apart. */
static void write_tradeoffs(const char *folder, size_t count, unsigned laps)
{
	FILE *const file = records_open(folder);

	records_session(file, "t");
	for (size_t i = 0; i < count * laps; i++) {
		struct records_trial trial = tradeoffs[i % count];

		trial.threads = 4;
		trial.rate *= 1 + 0.01 * (double)(i / count);
		records_trial(file, &trial);
	}
	fclose(file);
}

static char *draw_tradeoffs_of(const char *folder)
{
	struct fault fault = { "" };
	unsigned drawn = 0;

	if (plot(folder, "tradeoffs", "svg", &drawn, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(drawn, 1);
	return folder_read(folder, "figures/tradeoffs-1.dat");
}

/* Rows: a title, three caches, a title, two kinds of slots. */
static void tradeoffs_of_a_campaign_stand_in_one_figure(void **state)
{
	char *data, *words;

	need_gnuplot();
	write_tradeoffs(*state, 5, 1);
	data = draw_tradeoffs_of(*state);
	assert_non_null(strstr(data, "\n1 2 1 \"2.00 M\" \"\"\n2 2 -1 \"one trial\""));
	assert_non_null(strstr(data, "\n3 2 0.5 \"0.2500\""));
	assert_non_null(strstr(data, "\n1 4 0.25 \"500 k\""));
	assert_non_null(strstr(data, "\n1 6 1 \"8.00 M\""));
	assert_non_null(strstr(data, "\n5 6 0 \"3000\" \"\"\n6 6 0 \"2.5\""));
	assert_non_null(strstr(data, "\n5 7 1 \"0\" \"\"\n6 7 1 \"0\""));
	free(data);
	words = folder_read(*state, "figures/tradeoffs-1.def");
	assert_non_null(strstr(words, "block_row[2] = 5\n"));
	assert_non_null(strstr(words, "'kvslot on 4 threads, mix=get:80,put:20 "));
	assert_non_null(strstr(words, "row_name[6] = 'kvslot/racy (torn)'"));
	free(words);
}

/* Reads were not counted everywhere, and one trial has no pages either. */
static void tradeoffs_compare_remote_shares_of_one_kind(void **state)
{
	char *data, *words;

	need_gnuplot();
	write_tradeoffs(*state, 3, 1);
	data = draw_tradeoffs_of(*state);
	assert_non_null(strstr(data, "\n4 2 0.5 \"50.0 %\""));
	assert_non_null(strstr(data, "\n4 3 0.75 \"25.0 %\""));
	assert_non_null(strstr(data, "\n4 4 -1 \"unavailable\""));
	free(data);
	words = folder_read(*state, "figures/tradeoffs-1.def");
	assert_non_null(strstr(words, "column_name[4] = 'remote pages'"));
	assert_null(strstr(words, "column_name[5]"));    /* nothing here counts losses */
	free(words);
}

static void tradeoffs_have_intervals_of_six_trials_and_ranges_of_fewer(void **state)
{
	char *data, *words;

	need_gnuplot();
	write_tradeoffs(*state, 2, 5);
	data = draw_tradeoffs_of(*state);
	assert_non_null(strstr(data, "\n2 2 -1 \"2.00-2.08 M\""));
	assert_non_null(strstr(data, "\n2 3 -1 \"1.00-1.04 M\""));
	free(data);
	words = folder_read(*state, "figures/tradeoffs-1.def");
	assert_non_null(strstr(words, "column_name[2] = 'range (trials)'"));
	free(words);
	write_tradeoffs(*state, 2, 6);
	free(draw_tradeoffs_of(*state));
	words = folder_read(*state, "figures/tradeoffs-1.def");
	assert_non_null(strstr(words, "column_name[2] = 'interval (95 %)'"));
	free(words);
}

static void tradeoffs_on_one_node_have_no_remote_share(void **state)
{
	FILE *const file = records_open(*state);
	char *data, *words;

	need_gnuplot();
	records_line(file, json_pack("{s:i, s:s, s:s, s:[[i, i, i, i, i]]}", "schema", 1, "kind",
				     "session", "session", "s", "machine", 0, 0, 0, 0, 0));
	for (size_t i = 0; i < 2; i++) {
		struct records_trial trial = tradeoffs[i];

		trial.threads = 1;
		records_trial(file, &trial);
	}
	fclose(file);
	data = draw_tradeoffs_of(*state);
	assert_non_null(strstr(data, "\n4 2 -1 \"unavailable\""));
	assert_non_null(strstr(data, "\n4 3 -1 \"unavailable\""));
	free(data);
	words = folder_read(*state, "figures/tradeoffs-1.def");
	assert_non_null(strstr(words, "this machine has one NUMA node"));
	free(words);
}

static void tradeoffs_without_a_valid_trial_on_the_most_threads_are_said_to_have_none(void **state)
{
	FILE *const file = records_open(*state);
	char *data;

	need_gnuplot();
	records_session(file, "t");
	for (unsigned i = 0; i < 3; i++) {
		struct records_trial trial = tradeoffs[i % 2];

		trial.threads = i < 2 ? 1 : 2;
		records_trial(file, &trial);
	}
	fclose(file);
	data = draw_tradeoffs_of(*state);
	assert_non_null(strstr(data, "\n2 2 -1 \"one trial\""));
	assert_non_null(strstr(data, "\n2 3 -1 \"no valid trial\""));
	free(data);
}

/* The 13th and last is half as fast as the first, which stands in another part. */
static void tradeoffs_in_parts_are_shares_of_the_whole_workload(void **state)
{
	FILE *const file = records_open(*state);
	char *data, *words;

	need_gnuplot();
	records_session(file, "t");
	for (unsigned i = 0; i < 13; i++) {
		char variant[16];

		snprintf(variant, sizeof(variant), "kvslot/%u", i);
		records_trial(file, &(struct records_trial){ .family = "kvslot",
							     .variant = variant,
							     .mix = "put:100",
							     .threads = 1,
							     .rate = 2e6 - i * (1e6 / 12),
							     .counts_losses = true });
	}
	fclose(file);
	data = draw_tradeoffs_of(*state);
	assert_non_null(strstr(data, "\n1 15 0.5 \"1.00 M\""));
	free(data);
	words = folder_read(*state, "figures/tradeoffs-1.def");
	assert_non_null(strstr(words, "'kvslot on 1 thread, 2 of 2, mix=put:100 "));
	free(words);
}

/* With one policy, and no losses to count, there is nothing to weigh. */
static void tradeoffs_of_one_policy_are_no_figure(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;

	need_gnuplot();
	write_rich_records(*state);
	assert_int_equal(plot(*state, "tradeoffs", "svg", &drawn, &fault), -ENODATA);
}

/* 5 x 12 rows and their titles are more than one sheet has room for. */
static void tradeoffs_of_many_workloads_go_on_further_sheets(void **state)
{
	FILE *const file = records_open(*state);
	struct fault fault = { "" };
	unsigned drawn = 0;

	need_gnuplot();
	records_session(file, "t");
	for (unsigned i = 0; i < 60; i++) {
		char mix[16], variant[16];

		snprintf(mix, sizeof(mix), "put:%u", i / 12);
		snprintf(variant, sizeof(variant), "kvslot/%u", i % 12);
		records_trial(file, &(struct records_trial){ .family = "kvslot",
							     .variant = variant,
							     .mix = mix,
							     .threads = 1,
							     .rate = 1e6,
							     .counts_losses = true });
	}
	fclose(file);
	assert_int_equal(plot(*state, "tradeoffs", "svg", &drawn, &fault), 0);
	assert_int_equal(drawn, 2);
}

static void series_without_the_number_of_a_figure_is_not_in_it(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;
	char *data;

	need_gnuplot();
	write_rich_records(*state);
	assert_int_equal(plot(*state, "latency,fairness", "svg", &drawn, &fault), 0);
	data = folder_read(*state, "figures/latency-map.dat");
	assert_non_null(strstr(data, "map/timed+ebr"));
	assert_null(strstr(data, "map/plain@mutex"));
	free(data);
	data = folder_read(*state, "figures/fairness-map.dat");
	assert_null(strstr(data, "\n1 "));    /* one thread is fair to itself */
	free(data);
}

static void probes_of_a_file_are_drawn_as_matrices(void **state)
{
	static const char found[] =
		"[{\"kind\":\"pair\",\"from\":0,\"to\":4,\"round_trip_ns\":100},"
		"{\"kind\":\"pair\",\"from\":4,\"to\":8,\"round_trip_ns\":250},"
		"{\"kind\":\"memory\",\"cpu_node\":0,\"memory_node\":1,\"latency_ns\":140,"
		"\"bandwidth\":2e10,\"loaded_latency_ns\":null}]";
	struct fault fault = { "" };
	unsigned drawn = 0;
	char path[512], *data;

	need_gnuplot();
	assert_int_equal(folder_write(*state, "p.json", found, strlen(found)), 0);
	snprintf(path, sizeof(path), "%s/p.json", (char *)*state);
	assert_int_equal(probe_heat_draw(&(struct plot_options){ .directory = path,
								 .formats = "svg",
								 .scripts = "plots" },
					 &drawn, &fault),
			 0);
	assert_int_equal(drawn, 3);    /* no loaded latency was measured */
	data = folder_read(*state, "p-coherence.dat");
	/* PUs 0, 4 and 8 are the first, second and third; each pair both ways. */
	assert_non_null(strstr(data, "\n2 1 100 \"100\" \"\"\n1 2 100 "));
	assert_non_null(strstr(data, "\n3 2 250 "));
	free(data);
	data = folder_read(*state, "p-memory_bandwidth.dat");
	assert_non_null(strstr(data, "\n1 1 20 \"20\""));
	free(data);
}

static void file_that_is_no_probe_is_refused(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;
	char path[512];

	snprintf(path, sizeof(path), "%s/p.json", (char *)*state);
	assert_int_equal(folder_write(*state, "p.json", "{}", 2), 0);
	assert_int_equal(probe_heat_draw(&(struct plot_options){ .directory = path, .scripts = "plots" },
					 &drawn, &fault),
			 -EINVAL);
	assert_int_equal(folder_write(*state, "p.json", "[]", 2), 0);
	assert_int_equal(probe_heat_draw(&(struct plot_options){ .directory = path, .scripts = "plots" },
					 &drawn, &fault),
			 -ENODATA);
}

static void ratios_are_drawn_with_those_beyond_the_figure_said(void **state)
{
	struct dot dots[DOTS_MAX + 2];
	struct fault fault = { "" };
	const struct sheet sheet = { .folder = *state,
				     .scripts = "plots",
				     .name = "c",
				     .script = "comparison",
				     .title = "it's",
				     .subtitle = "",
				     .formats = 1u << PLOT_SVG,
				     .columns = 2 };
	char *text;

	need_gnuplot();
	for (int i = 0; i < DOTS_MAX + 2; i++)
		dots[i] = (struct dot){ "map/a threads=1", 1.1, i ? 1.05 : 0, i ? 1.2 : INFINITY, i % 2 };
	assert_int_equal(dots_draw(&sheet, dots, DOTS_MAX + 2, &fault), 0);
	text = folder_read(*state, "c.svg");
	assert_non_null(strstr(text, "2 more cells are in the data file"));
	free(text);
	text = folder_read(*state, "c.dat");
	assert_non_null(strstr(text, "\n1 1.1 1.1 1.1 0 # map/a threads=1\n2 1.1 1.05 1.2 1 # "));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(figures_beside_the_usual_are_drawn_when_named),
		IN_FOLDER(series_without_the_number_of_a_figure_is_not_in_it),
		IN_FOLDER(figures_of_latency_load_and_time_are_drawn),
		IN_FOLDER(placement_draws_each_pu_inside_its_node),
		IN_FOLDER(rates_of_a_search_are_drawn_by_what_was_offered),
		IN_FOLDER(law_and_heat_are_drawn_of_curves_that_have_them),
		IN_FOLDER(tradeoffs_of_a_campaign_stand_in_one_figure),
		IN_FOLDER(tradeoffs_compare_remote_shares_of_one_kind),
		IN_FOLDER(tradeoffs_have_intervals_of_six_trials_and_ranges_of_fewer),
		IN_FOLDER(tradeoffs_on_one_node_have_no_remote_share),
		IN_FOLDER(tradeoffs_without_a_valid_trial_on_the_most_threads_are_said_to_have_none),
		IN_FOLDER(tradeoffs_in_parts_are_shares_of_the_whole_workload),
		IN_FOLDER(tradeoffs_of_one_policy_are_no_figure),
		IN_FOLDER(tradeoffs_of_many_workloads_go_on_further_sheets),
		IN_FOLDER(probes_of_a_file_are_drawn_as_matrices),
		IN_FOLDER(file_that_is_no_probe_is_refused),
		IN_FOLDER(ratios_are_drawn_with_those_beyond_the_figure_said),
	};

	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
