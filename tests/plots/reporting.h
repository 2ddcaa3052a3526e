/* What tests of reports share: a trial made up, and the page that comes of a folder. After cmocka.h. */
#ifndef TESTS_PLOTS_REPORTING_H
#define TESTS_PLOTS_REPORTING_H

#include "plots/report.h"
#include "tests/plots/records.h"

static inline void trial(FILE *file, const char *variant, unsigned threads, double rate, const char *status)
{
	records_trial(file, &(struct records_trial){ .family = "map",
						     .variant = variant,
						     .mix = "get:100",
						     .status = status,
						     .threads = threads,
						     .rate = rate });
}

/* Presets are looked for in the folder, too. */
static inline int report_to(const char *folder, struct fault *fault)
{
	return report_directory(&(struct report_options){ .directory = folder,
							  .scripts = "plots",
							  .presets = folder },
				fault);
}

static inline char *report(const char *folder)
{
	struct fault fault = { "" };

	assert_int_equal(report_to(folder, &fault), 0);
	return folder_read(folder, "report.html");
}

#endif
