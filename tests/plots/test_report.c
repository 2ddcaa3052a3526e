/* The report: self-contained, honest about what does not count, and deaf to markup in users' words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>

#include "tests/plots/reporting.h"

/* Laps of two variants, the first @ahead of the second in every one of them, with noise that both share. */
static void laps(FILE *file, unsigned threads, unsigned count, double ahead)
{
	for (unsigned lap = 1; lap <= count; lap++) {
		const double rate = 1e6 * (1 + 0.1 * (lap % 3)), noise = 1 + 0.002 * (lap % 4);

		records_trial(file, &(struct records_trial){ .family = "map",
							     .variant = "map/fast",
							     .mix = "get:100",
							     .threads = threads,
							     .rate = rate * ahead * noise,
							     .lap = lap });
		records_trial(file, &(struct records_trial){ .family = "map",
							     .variant = "map/slow",
							     .mix = "get:100",
							     .threads = threads,
							     .rate = rate,
							     .lap = lap });
	}
}

static void lead_in_every_lap_is_certain_with_its_interval(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	laps(file, 1, 8, 1.5);
	fclose(file);
	page = report(*state);
	assert_non_null(strstr(page, "On 1 thread <code>map/fast</code> is fastest, 1.6"));
	assert_non_null(strstr(page, "certainly ahead of <code>map/slow</code>, which it does 1.5 times "
				     "[1.5, 1.51]"));
	free(page);
}

static void lead_in_five_laps_is_not_certain(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	laps(file, 1, 5, 1.5);
	fclose(file);
	page = report(*state);
	assert_null(strstr(page, "; certainly ahead"));
	assert_non_null(strstr(page, ": so few trials could not show any difference"));
	free(page);
}

static void every_number_of_threads_has_its_row(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	laps(file, 1, 8, 1.5);
	laps(file, 2, 8, 1.3);
	laps(file, 4, 8, 1.2);
	fclose(file);
	page = report(*state);
	assert_non_null(strstr(page, "<td class=\"number\">2</td><td><code>map/fast</code></td>"));
	assert_non_null(strstr(page, "4 threads do 0.8 times what one does"));
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
	assert_non_null(strstr(page, "<td class=\"number\" data-key=\"0.1\">10&nbsp;%</td>"
				     "<td class=\"number\" data-key=\"1.25\">125&nbsp;%</td>"));
	free(page);
}

/* Of a cache of blocks, or of slots that promise what @flaw leaves of it. */
static void cache_laps(FILE *file, const struct records_trial *cache)
{
	for (unsigned lap = 1; lap <= 8; lap++) {
		struct records_trial trial = *cache;

		trial.threads = 2;
		trial.lap = lap;
		trial.rate *= 1 + 0.001 * (lap % 3);
		records_trial(file, &trial);
	}
}

static void write_caches(FILE *file)
{
	cache_laps(file, &(struct records_trial){ .family = "kvblock", .variant = "kvblock/a",
						  .mix = "request:100", .memory = "local",
						  .rate = 2e6, .hit_ratio = 1.25, .remote_pages = 1.125 });
	cache_laps(file, &(struct records_trial){ .family = "kvblock", .variant = "kvblock/b",
						  .mix = "request:100", .memory = "interleave",
						  .rate = 1e6, .hit_ratio = 1.5, .remote_pages = 1.5 });
	cache_laps(file, &(struct records_trial){ .family = "kvslot", .variant = "kvslot/kept",
						  .mix = "get:80,put:20", .rate = 4e6,
						  .counts_losses = true });
	cache_laps(file, &(struct records_trial){ .family = "kvslot", .variant = "kvslot/racy",
						  .mix = "get:80,put:20", .rate = 10e6,
						  .counts_losses = true, .lost = 3000, .torn = 2.5,
						  .flaw = "torn" });
	cache_laps(file, &(struct records_trial){ .family = "kvslot", .variant = "kvslot/slow",
						  .mix = "get:80,put:20", .rate = 1e6,
						  .counts_losses = true });
}

static void caches_open_with_what_the_fastest_is_paid_with(void **state)
{
	FILE *file = records_open(*state);
	char *page, *answer, *first;

	records_session(file, "t");
	write_caches(file);
	fclose(file);
	page = report(*state);
	answer = strstr(page, "<h2 id=\"answer\">");
	first = strstr(page, "<code>kvblock/a memory=local</code> has the highest median, 2.00 M ops/s "
			     "[2.00 M, 2.00 M], with a hit ratio of 0.2500, 12.5&nbsp;% of pages remote. "
			     "The highest hit ratio, 0.5000, is that of <code>kvblock/b "
			     "memory=interleave</code>, at 0.50 times the throughput.");
	assert_non_null(first);
	assert_in_range(first - answer, 1, 300);    /* nothing stands before it */
	assert_non_null(strstr(page, "<code>kvslot/kept</code> is the fastest that keeps every entry, "
				     "untorn: 4.00 M ops/s [4.00 M, 4.01 M]; <code>kvslot/racy "
				     "(torn)</code> (3000 lost, 2.5 torn in a million) does 2.5 times "
				     "[2.5, 2.5] as much; <code>kvslot/slow</code> does 0.25 times "
				     "[0.25, 0.25] as much."));
	free(page);
}

/* With one policy of memory, and losses that nobody counts, throughput is all there is. */
static void maps_open_without_tradeoffs(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	laps(file, 1, 8, 1.5);
	fclose(file);
	page = report(*state);
	assert_null(strstr(page, "has the highest median"));
	assert_null(strstr(page, "keeps every entry"));
	free(page);
}

static void trials_that_overlap_draw_no_rank(void **state)
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
	assert_non_null(strstr(page, "Not certainly ahead of <code>map/b</code> ("));
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
	assert_null(strstr(page, "<script>alert"));
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
	assert_non_null(strstr(page, "<code>map/good</code> was measured alone"));
	free(page);
}

static void trials_that_do_not_count_for_one_reason_stand_together(void **state)
{
	FILE *file = records_open(*state);
	char *page, *first;

	records_session(file, "t");
	trial(file, "map/bad", 2, 9e6, "invalid");
	trial(file, "map/worse", 2, 9e6, "invalid");
	fclose(file);
	page = report(*state);
	first = strstr(page, "no reason recorded");
	assert_non_null(first);
	assert_null(strstr(first + 1, "no reason recorded"));
	assert_non_null(strstr(first, "<code>map/bad</code> on 2 threads: 1 invalid, 0 skipped; "
				      "<code>map/worse</code> on 2 threads"));
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
	assert_non_null(strstr(page, "<a class=\"svg\" download=\"throughput-map.svg\">SVG</a></span>"));
	free(page);
}

static void downloads_are_those_of_the_folder(void **state)
{
	FILE *file = records_open(*state);
	char command[600];
	char *page;

	records_session(file, "t");
	trial(file, "map/a", 1, 1e6, "valid");
	fclose(file);
	snprintf(command, sizeof(command), "mkdir '%s/figures'", (char *)*state);
	assert_int_equal(system(command), 0);
	assert_int_equal(folder_write(*state, "figures/speedup-map.svg", "<svg/>", 6), 0);
	assert_int_equal(folder_write(*state, "figures/speedup-map.dat", "1 2\n", 4), 0);
	assert_int_equal(folder_write(*state, "figures/stray.svg", "<svg/>", 6), 0);
	page = report(*state);
	assert_non_null(strstr(page, "<a download=\"speedup-map.dat\" "
				     "href=\"data:text/plain;base64,MSAyCg==\">data</a>"));
	assert_null(strstr(page, "speedup-map.pdf"));
	assert_null(strstr(page, "stray"));
	free(page);
}

static void ladder_of_a_campaign_is_told_with_what_is_missing(void **state)
{
	static const char ladder[] = "[A ladder <b>]\n"
				     "start = variant=map/slow\n"
				     "not there = variant=map/absent\n"
				     "end = variant=map/fast\n";
	struct fault fault = { "" };
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	laps(file, 1, 8, 1.5);
	fclose(file);
	assert_int_equal(folder_write(*state, "a.ladder", ladder, strlen(ladder)), 0);
	assert_int_equal(report_directory(&(struct report_options){ .directory = *state,
								    .scripts = "plots",
								    .presets = *state },
					  &fault),
			 0);
	page = folder_read(*state, "report.html");
	assert_non_null(strstr(page, "<h3>A ladder &lt;b&gt;</h3>"));
	assert_non_null(strstr(page, "<code>map/fast</code> on 1 thread does 1.5 [1.5, 1.51] times what "
				     "<code>map/slow</code> on 1 thread does"));
	assert_non_null(strstr(page, "end; with not there"));
	assert_non_null(strstr(page, "not measured here"));
	free(page);
}

/* Two laps that agree in nothing: from 0.0001 to 100000 times is no interval. */
static void ladder_of_two_laps_apart_has_no_interval(void **state)
{
	static const char ladder[] = "[A ladder]\nstart = variant=map/slow\nend = variant=map/fast\n";
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	for (unsigned lap = 1; lap <= 2; lap++)
		for (int is_fast = 0; is_fast < 2; is_fast++)
			records_trial(file, &(struct records_trial){
						    .family = "map",
						    .variant = is_fast ? "map/fast" : "map/slow",
						    .mix = "get:100",
						    .threads = 1,
						    .rate = is_fast && lap == 1 ? 16e6 : 1e6,
						    .lap = lap });
	fclose(file);
	assert_int_equal(folder_write(*state, "a.ladder", ladder, strlen(ladder)), 0);
	page = report(*state);
	assert_non_null(strstr(page, "on 1 thread does 4 [no interval] times what"));
	free(page);
}

/* A ladder of one rung, of memory, on a machine whose nodes are @nodes. Return: the page. */
static char *report_of_placement(const char *folder, int nodes)
{
	static const char ladder[] = "[A ladder]\n"
				     "dealt out = variant=map/a memory=interleave\n"
				     "at home = variant=map/a memory=local\n";
	struct fault fault = { "" };
	FILE *file = records_open(folder);
	json_t *machine = json_array();

	for (int pu = 0; pu < 2; pu++)
		json_array_append_new(machine, json_pack("[i, i, i, i, i]", pu, pu, 0, pu % nodes, 0));
	records_line(file, json_pack("{s:i, s:s, s:s, s:o}", "schema", 1, "kind", "session",
				     "session", "s", "machine", machine));
	for (int is_local = 0; is_local < 2; is_local++)
		records_trial(file, &(struct records_trial){ .family = "map",
							     .variant = "map/a",
							     .mix = "get:100",
							     .memory = is_local ? "local" : "interleave",
							     .threads = 1,
							     .rate = 1e6 });
	fclose(file);
	assert_int_equal(folder_write(folder, "a.ladder", ladder, strlen(ladder)), 0);
	assert_int_equal(report_directory(&(struct report_options){ .directory = folder,
								    .scripts = "plots",
								    .presets = folder },
					  &fault),
			 0);
	return folder_read(folder, "report.html");
}

static void ladder_on_one_node_says_that_placement_is_noise(void **state)
{
	char *page = report_of_placement(*state, 1);

	assert_non_null(strstr(page, "the factor of &ldquo;at home&rdquo; is noise"));
	assert_non_null(strstr(page, "times what it does otherwise: &ldquo;at home&rdquo; over "
				     "&ldquo;dealt out&rdquo;"));
	free(page);
}

static void ladder_on_two_nodes_has_placement(void **state)
{
	char *page = report_of_placement(*state, 2);

	assert_non_null(strstr(page, "&ldquo;at home&rdquo; over"));
	assert_null(strstr(page, "is noise"));
	free(page);
}

static void threads_that_share_pus_are_not_held_to_perfect_scaling(void **state)
{
	json_t *const crowded = records_make(&(struct records_trial){
		.family = "map", .variant = "map/a", .mix = "get:100", .threads = 4, .rate = 2e6 });
	FILE *file = records_open(*state);
	char *page;

	json_object_set_new(crowded, "pus", json_pack("[i, i, i, i]", 0, 1, 0, 1));
	records_session(file, "t");
	trial(file, "map/a", 1, 1e6, NULL);
	trial(file, "map/a", 2, 1.5e6, NULL);
	records_line(file, crowded);
	fclose(file);
	page = report(*state);
	assert_non_null(strstr(page, "4 threads do 2 times what one does, on 2 PUs that they share"));
	assert_null(strstr(page, "of perfect scaling"));
	free(page);
}

static void load_on_a_server_says_which_end_was_busy(void **state)
{
	json_t *const served = records_make(&(struct records_trial){ .family = "map",
								     .variant = "map/a",
								     .mix = "get:100",
								     .threads = 1,
								     .rate = 1e6 });
	FILE *file = records_open(*state);
	char *page;

	json_object_update_new(served, json_pack("{s:{s:s, s:f, s:f}}", "server", "saturated", "server",
						 "busy", 0.98, "client_busy", 0.4));
	records_session(file, "t");
	records_line(file, served);
	fclose(file);
	page = report(*state);
	assert_non_null(strstr(page, "no time left: the server's (those that make the load were busy "
				     "for 40&nbsp;% of the time, the server's for 98&nbsp;%"));
	assert_null(strstr(page, "ceilings are unknown"));
	free(page);
}

/* A trial of one cell that counted one event, and says of another that it was not its turn. */
static void counted_trial(FILE *file, const char *event, double per_op, const char *other)
{
	json_t *trial = records_make(&(struct records_trial){ .family = "map",
							      .variant = "map/a",
							      .mix = "get:100",
							      .threads = 1,
							      .rate = 1e6 });

	json_object_set_new(trial, "counters",
			    json_pack("{s:{s:f}, s:{s:s}}", event, "per_op", per_op, other,
				      "unavailable", "counted in another pass"));
	records_line(file, trial);
}

static void events_counted_in_turns_stand_in_one_row(void **state)
{
	FILE *file = records_open(*state);
	char *page;

	records_session(file, "t");
	counted_trial(file, "l1_misses", 0.25, "l2_misses");
	counted_trial(file, "l2_misses", 0.125, "l1_misses");
	fclose(file);
	page = report(*state);
	assert_non_null(strstr(page, "<td class=\"number\" data-key=\"0.25\">0.25</td>"
				     "<td class=\"number\" data-key=\"0.125\">0.125</td></tr>"));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(lead_in_every_lap_is_certain_with_its_interval),
		IN_FOLDER(lead_in_five_laps_is_not_certain),
		IN_FOLDER(every_number_of_threads_has_its_row),
		IN_FOLDER(share_of_each_limit_stands_beside_a_cell),
		IN_FOLDER(caches_open_with_what_the_fastest_is_paid_with),
		IN_FOLDER(maps_open_without_tradeoffs),
		IN_FOLDER(trials_that_overlap_draw_no_rank),
		IN_FOLDER(markup_in_a_title_stays_text),
		IN_FOLDER(page_asks_the_network_for_nothing),
		IN_FOLDER(trials_that_do_not_count_are_listed),
		IN_FOLDER(trials_that_do_not_count_for_one_reason_stand_together),
		IN_FOLDER(figures_of_the_folder_are_inlined),
		IN_FOLDER(downloads_are_those_of_the_folder),
		IN_FOLDER(ladder_of_a_campaign_is_told_with_what_is_missing),
		IN_FOLDER(ladder_of_two_laps_apart_has_no_interval),
		IN_FOLDER(ladder_on_one_node_says_that_placement_is_noise),
		IN_FOLDER(ladder_on_two_nodes_has_placement),
		IN_FOLDER(threads_that_share_pus_are_not_held_to_perfect_scaling),
		IN_FOLDER(load_on_a_server_says_which_end_was_busy),
		IN_FOLDER(events_counted_in_turns_stand_in_one_row),
		IN_FOLDER(folder_without_results_is_refused),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
