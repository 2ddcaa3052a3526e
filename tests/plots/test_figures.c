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

/* Of each policy: 3/10 of the reads are remote where they are counted, 1/2 of the pages elsewhere. */
static void write_homes(const char *folder)
{
	static const struct records_trial trials[] = {
		{ .variant = "kvblock/a", .memory = "local", .rate = 2e6, .hit_ratio = 1.25,
		  .remote_pages = 1.5, .remote_reads = 1.3 },
		{ .variant = "kvblock/a", .memory = "interleave", .rate = 1e6, .hit_ratio = 1.5,
		  .remote_pages = 1.5 },
		{ .variant = "kvblock/b", .memory = "interleave", .rate = 1e6 },
	};
	FILE *const file = records_open(folder);

	records_session(file, "t");
	for (size_t i = 0; i < sizeof(trials) / sizeof(*trials); i++) {
		struct records_trial trial = trials[i];

		trial.family = "kvblock";
		trial.mix = "request:100";
		trial.threads = 4;
		records_trial(file, &trial);
	}
	fclose(file);
}

static void homes_show_rate_hits_and_remote_share_together(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;
	char *data;

	need_gnuplot();
	write_homes(*state);
	assert_int_equal(plot(*state, "homes", "svg", &drawn, &fault), 0);
	assert_int_equal(drawn, 1);
	data = folder_read(*state, "figures/homes-kvblock.dat");
	assert_non_null(strstr(data, "\"2.00 M\""));
	assert_non_null(strstr(data, "0.5 \"0.2500\""));
	assert_non_null(strstr(data, "0.7 \"30.0 % of reads\""));
	assert_non_null(strstr(data, "0.5 \"50.0 % of pages\""));
	assert_non_null(strstr(data, "0 \"unavailable\""));
	free(data);
}

/* With one policy there is nothing to compare. */
static void homes_of_one_policy_are_no_figure(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;

	need_gnuplot();
	write_rich_records(*state);
	assert_int_equal(plot(*state, "homes", "svg", &drawn, &fault), -ENODATA);
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
		IN_FOLDER(homes_show_rate_hits_and_remote_share_together),
		IN_FOLDER(homes_of_one_policy_are_no_figure),
		IN_FOLDER(probes_of_a_file_are_drawn_as_matrices),
		IN_FOLDER(file_that_is_no_probe_is_refused),
		IN_FOLDER(ratios_are_drawn_with_those_beyond_the_figure_said),
	};

	return cmocka_run_group_tests_name("figures", tests, NULL, NULL);
}
