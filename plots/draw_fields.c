/* A figure made of coloured fields: series by threads. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "plots/draw.h"
#include "plots/fields.h"
#include "plots/marks.h"
#include "plots/text.h"

enum { TEXT_BYTES = 64 };

/* The highest median of all series on so many threads. */
static double fastest_on(const struct panel *panel, unsigned threads)
{
	double fastest = 0;

	for (size_t s = 0; s < panel->count; s++)
		for (size_t i = 0; i < panel->series[s].count; i++)
			if (panel->series[s].points[i].threads == threads)
				fastest = fmax(fastest, panel->series[s].points[i].median);
	return fastest;
}

/* Each number of threads that any series has, ascending. Return: how many. */
static size_t find_columns(const struct panel *panel, unsigned columns[FIELDS_MAX])
{
	size_t count = 0;

	for (unsigned threads = 1; threads <= panel_most_threads(panel) && count < FIELDS_MAX; threads++)
		if (fastest_on(panel, threads) > 0)
			columns[count++] = threads;
	return count;
}

static void write_row(const struct fields *fields, const struct panel *panel, size_t row,
		      const unsigned *columns, size_t count)
{
	const struct series *const series = &panel->series[row];
	char rate[TEXT_BYTES];

	for (size_t c = 0; c < count; c++) {
		for (size_t i = 0; i < series->count; i++) {
			const struct point *const point = &series->points[i];

			if (point->threads != columns[c])
				continue;
			text_rate(point->median, rate, sizeof(rate));
			fields_put(fields, c, row, point->median / fastest_on(panel, columns[c]), rate,
				   "");
		}
	}
}

int draw_heat(const struct draw_request *request, const struct sheet *sheet, struct fault *fault)
{
	const struct panel *const panel = request->panel;
	struct fields fields = { .sheet = sheet,
				 .colour_label = "share of the fastest on as many threads",
				 .x_label = "threads",
				 .rows = panel->count };
	unsigned columns[FIELDS_MAX];
	char name[TEXT_BYTES];
	int error;

	fields.columns = find_columns(panel, columns);
	if (panel->count < 2 || !fields.columns)
		return -ENODATA;
	error = fields_begin(&fields, fault);
	for (size_t c = 0; !error && c < fields.columns; c++) {
		snprintf(name, sizeof(name), "%u", columns[c]);
		fields_name_column(&fields, c, name);
	}
	for (size_t r = 0; !error && r < panel->count; r++) {
		fields_name_row(&fields, r, panel->series[r].name);
		write_row(&fields, panel, r, columns, fields.columns);
	}
	return error ? error : fields_end(&fields, fault);
}
