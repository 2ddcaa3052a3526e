/* Figures drawn by the real gnuplot from made-up records. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>
#include <unistd.h>

#include "plots/paper_table.h"
#include "runners/stats/usl.h"
#include "tests/plots/drawing.h"
#include "topology/clock.h"
static void every_format_of_every_figure_is_drawn(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;

	need_gnuplot();
	write_records(*state, "Twelve designs", 12, 3);
	assert_int_equal(plot(*state, NULL, "svg,pdf,png,tikz", &drawn, &fault), 0);
	/* Throughput and speed-up, and the law of curves that are straight: no latency was measured. */
	assert_int_equal(drawn, usl_is_here() ? 12 : 8);
	assert_file(*state, "throughput-map.svg", "<?xml");
	assert_file(*state, "throughput-map.pdf", "%PDF");
	assert_file(*state, "throughput-map.png", "\x89PNG");
	assert_file(*state, "throughput-map.tex", "\\begin{tikzpicture}");
	assert_file(*state, "speedup-map.svg", "<?xml");
	assert_file(*state, "throughput-map.dat", "# threads");
}

static void title_that_looks_like_code_stays_a_title(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;
	char title[2048], path[512];
	char *svg;

	need_gnuplot();
	snprintf(path, sizeof(path), "%s/ran", (char *)*state);
	snprintf(title, sizeof(title), "\"; system(\"touch %s\") '; system('touch %s') `touch %s` <b>", path,
		 path, path);
	write_records(*state, title, 2, 1);
	assert_int_equal(plot(*state, "throughput", "svg,tikz", &drawn, &fault), 0);
	assert_int_not_equal(access(path, F_OK), 0);
	svg = folder_read(*state, "figures/throughput-map.svg");
	assert_null(strstr(svg, "<b>"));
	assert_non_null(strstr(svg, "system("));
	free(svg);
}

static void labels_of_twelve_curves_do_not_overlap(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;
	double at[12];
	char *words, *found;

	need_gnuplot();
	write_records(*state, "t", 12, 1);
	assert_int_equal(plot(*state, "throughput", "svg", &drawn, &fault), 0);
	words = folder_read(*state, "figures/throughput-map.def");
	found = words;
	for (int i = 0; i < 12; i++) {
		found = strstr(found, "label_at[");
		found = strchr(found, ']') + 1;
		if (sscanf(found, " = %lf", &at[i]) != 1)
			i--;    /* the array's declaration */
	}
	for (int a = 0; a < 12; a++)
		for (int b = 0; b < a; b++)
			assert_true(at[a] - at[b] > 0.06 || at[b] - at[a] > 0.06);
	free(words);
}

/* The text of a line of the subtitle, cut at its end. */
static char *subtitle(char *words, unsigned line)
{
	char key[32], *at;

	snprintf(key, sizeof(key), "subtitle[%u] = '", line);
	at = strstr(words, key);
	assert_non_null(at);
	at += strlen(key);
	return strndup(at, strcspn(at, "\n") - 1);
}

static void workload_of_many_words_is_wrapped_and_loses_none(void **state)
{
	static const char mix[] = "get:12.345,put:23.456,remove:34.567,"
				  "of_another:1,and_of_another:28.632,more:0,and_one_of_a_long_name:0";
	struct fault fault = { "" };
	unsigned drawn = 0;
	char whole[1024] = "", *words, *line;
	FILE *file;

	need_gnuplot();
	file = records_open(*state);
	records_session(file, "t");
	records_trial(file, &(struct records_trial){ .family = "map",
						     .variant = "map/variant+ebr",
						     .mix = mix,
						     .threads = 1,
						     .rate = 1e6 });
	fclose(file);
	assert_int_equal(plot(*state, "throughput", "svg", &drawn, &fault), 0);
	words = folder_read(*state, "figures/throughput-map.def");
	assert_non_null(strstr(words, "subtitles = 2\n"));
	for (unsigned i = 1; i <= 2; i++) {
		line = subtitle(words, i);
		assert_in_range(strlen(line), 1, 116);
		snprintf(whole + strlen(whole), sizeof(whole) - strlen(whole), "%s%s", i > 1 ? " " : "",
			 line);
		free(line);
	}
	assert_non_null(strstr(whole, mix));
	assert_non_null(strstr(whole, " dist=uniform range=1000"));
	free(words);
}

static void fonts_of_a_pdf_are_in_it(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;
	char command[600], line[256];
	FILE *fonts;

	need_gnuplot();
	if (system("command -v pdffonts >/dev/null")) {
		print_message("pdffonts is not installed\n");
		skip();
	}
	write_records(*state, "t", 2, 1);
	assert_int_equal(plot(*state, "throughput", "pdf", &drawn, &fault), 0);
	snprintf(command, sizeof(command), "pdffonts '%s/figures/throughput-map.pdf' | tail -n +3",
		 (char *)*state);
	fonts = popen(command, "r");
	assert_non_null(fgets(line, sizeof(line), fonts));
	do {
		/* name, type, encoding, then: embedded, subset, unicode */
		assert_non_null(strstr(line, " yes yes yes "));
	} while (fgets(line, sizeof(line), fonts));
	pclose(fonts);
}

static void one_column_is_narrower_than_two(void **state)
{
	struct fault fault = { "" };
	unsigned columns[2] = { 1, 2 };
	double width[2];

	need_gnuplot();
	write_records(*state, "t", 2, 1);
	for (int i = 0; i < 2; i++) {
		char *svg;

		assert_int_equal(plot_directory(&(struct plot_options){ .directory = *state,
									.figures = "throughput",
									.formats = "svg",
									.columns = columns[i],
									.scripts = "plots" },
						NULL, &fault),
				 0);
		svg = folder_read(*state, "figures/throughput-map.svg");
		assert_int_equal(sscanf(strstr(svg, "viewBox="), "viewBox=\"0 0 %lf", &width[i]), 1);
		free(svg);
	}
	assert_true(width[0] < width[1]);
}

/* A table's row of the only cell, in one format. */
static void assert_table(const char *folder, enum paper_format format, const char *row)
{
	struct fault fault = { "" };
	char path[512], *text;

	snprintf(path, sizeof(path), "%s/table", folder);
	assert_int_equal(paper_table_write(folder, path, format, &fault), 0);
	text = folder_read(folder, "table");
	assert_non_null(strstr(text, row));
	free(text);
}

static void tables_have_medians_with_intervals_and_escape_words(void **state)
{
	FILE *file = records_open(*state);

	records_session(file, "t");
	for (unsigned v = 0; v < 2; v++)
		for (unsigned t = 0; t < 3; t++)
			records_trial(file, &(struct records_trial){ .family = "map",
								     .variant = v ? "map/a_b" : "map/c",
								     .mix = "get:100",
								     .memory = v ? "node|1" : "local",
								     .threads = 2,
								     .rate = 1e6 * (t + 1) });
	fclose(file);
	assert_table(*state, PAPER_MARKDOWN,
		     "\n| map/a\\_b | memory=node\\|1 | 2 | 2.00 M | 1.00 M to 3.00 M | 3/3 |\n");
	assert_table(*state, PAPER_LATEX,
		     "\nmap/a\\_b & memory=node\\textbar{}1 & 2 & 2.00 M & 1.00 M--3.00 M & 3/3 \\\\\n");
}

static void unknown_names_are_refused_with_the_nearest_or_all(void **state)
{
	struct fault fault = { "" };

	write_records(*state, "t", 1, 1);
	assert_int_equal(plot(*state, "troughput", NULL, NULL, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "did you mean throughput"));
	assert_int_equal(plot(*state, NULL, "gif", NULL, &fault), -EINVAL);
	assert_int_equal(plot(*state, "wombat", NULL, NULL, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "unknown figure 'wombat'; allowed are "));
	assert_non_null(strstr(fault.text, ", throughput, "));
	assert_int_equal(plot(*state, "", NULL, NULL, &fault), -EINVAL);
}

static void records_without_a_valid_trial_draw_nothing(void **state)
{
	struct fault fault = { "" };
	FILE *file = records_open(*state);

	records_session(file, "t");
	records_trial(file, &(struct records_trial){ .family = "map",
						     .variant = "map/a",
						     .mix = "get:100",
						     .status = "invalid",
						     .threads = 1,
						     .rate = 1 });
	fclose(file);
	assert_int_equal(plot(*state, NULL, NULL, NULL, &fault), -ENODATA);
	assert_non_null(strstr(fault.text, "no valid trial"));
}

static void ten_thousand_trials_take_seconds(void **state)
{
	struct fault fault = { "" };
	unsigned drawn = 0;
	uint64_t start;

	need_gnuplot();
	if (getenv("NUMAMARK_TEST_COVER")) {
		print_message("a sanitizer or an emulator is slow by itself\n");
		skip();
	}
	write_records(*state, "t", 60, 42);
	start = clock_monotonic_ns();
	assert_int_equal(plot(*state, NULL, NULL, &drawn, &fault), 0);
	print_message("10,080 trials: %u files in %.2f s\n", drawn,
		      (double)(clock_monotonic_ns() - start) / 1e9);
	/* 5 s are wanted, and 3.6 to 4.0 were seen on a quiet machine; this holds on a busy one. */
	assert_in_range((clock_monotonic_ns() - start) / 1000000, 0, 30000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(every_format_of_every_figure_is_drawn),
		IN_FOLDER(title_that_looks_like_code_stays_a_title),
		IN_FOLDER(labels_of_twelve_curves_do_not_overlap),
		IN_FOLDER(workload_of_many_words_is_wrapped_and_loses_none),
		IN_FOLDER(fonts_of_a_pdf_are_in_it),
		IN_FOLDER(one_column_is_narrower_than_two),
		IN_FOLDER(tables_have_medians_with_intervals_and_escape_words),
		IN_FOLDER(unknown_names_are_refused_with_the_nearest_or_all),
		IN_FOLDER(records_without_a_valid_trial_draw_nothing),
		IN_FOLDER(ten_thousand_trials_take_seconds),
	};

	return cmocka_run_group_tests_name("plot", tests, NULL, NULL);
}
