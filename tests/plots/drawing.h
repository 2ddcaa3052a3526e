/* What tests of figures share: records made up, drawn by the real gnuplot. After cmocka.h. */
#ifndef TESTS_PLOTS_DRAWING_H
#define TESTS_PLOTS_DRAWING_H

#include <sys/stat.h>

#include "plots/plot.h"
#include "tests/plots/records.h"

static inline void need_gnuplot(void)
{
	if (!plot_has_gnuplot()) {
		print_message("skipped: gnuplot is not installed\n");
		skip();
	}
}

static inline void write_records(const char *folder, const char *title, unsigned variants, unsigned trials)
{
	const unsigned stops[] = { 1, 2, 4, 8 };
	FILE *file = records_open(folder);
	char variant[32];

	records_session(file, title);
	for (unsigned v = 0; v < variants; v++)
		for (unsigned s = 0; s < 4; s++)
			for (unsigned t = 0; t < trials; t++) {
				snprintf(variant, sizeof(variant), "map/variant_%u+ebr", v);
				records_trial(file,
					      &(struct records_trial){
						      .family = "map",
						      .variant = variant,
						      .mix = "get:90,put:5,remove:5",
						      .threads = stops[s],
						      .rate = 1e6 * stops[s] * (v + 1) + 1e4 * t });
			}
	fclose(file);
}

static inline int plot(const char *folder, const char *figures, const char *formats, unsigned *drawn,
		struct fault *fault)
{
	return plot_directory(&(struct plot_options){ .directory = folder,
						      .figures = figures,
						      .formats = formats,
						      .scripts = "plots" },
			      drawn, fault);
}

static inline void assert_file(const char *folder, const char *name, const char *begins)
{
	char path[512];
	struct stat info;
	char *text;

	snprintf(path, sizeof(path), "%s/figures/%s", folder, name);
	assert_int_equal(stat(path, &info), 0);
	assert_in_range(info.st_size, 500, 10000000);
	snprintf(path, sizeof(path), "figures/%s", name);
	text = folder_read(folder, path);
	assert_memory_equal(text, begins, strlen(begins));
	free(text);
}

#endif
