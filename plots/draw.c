#include "plots/draw.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#include "plots/law.h"
#include "plots/text.h"

enum { NOTE_BYTES = 256, NAME_BYTES = 256 };

static const struct point *one_thread(const struct series *series)
{
	return series->count && series->points[0].threads == 1 ? &series->points[0] : NULL;
}

/* What a figure divides the numbers of a series by; 0 where a trial of one thread is needed and lacks. */
static double unit_of(const struct figure *figure, const struct series *series,
		      const struct point *point)
{
	const struct point *const one = one_thread(series);

	if (figure->unit == FIGURE_AS_MEASURED)
		return 1;
	if (!one || one->median <= 0)
		return 0;
	return figure->unit == FIGURE_PER_ONE_THREAD ? one->median : one->median * point->threads;
}

/* Copy a series in the figure's unit. */
static int add_series(struct frame *frame, const struct figure *figure, const struct series *series)
{
	struct curve *curve;

	if (!series->count || unit_of(figure, series, &series->points[0]) <= 0)
		return 0;
	curve = frame_add_curve(frame, series->name, series->count);
	if (!curve)
		return -ENOMEM;
	for (size_t i = 0; i < series->count; i++) {
		const struct point *point = &series->points[i];
		const double unit = unit_of(figure, series, point);

		curve->spots[curve->count++] = (struct spot){ point->threads, point->median / unit,
							      point->low / unit, point->high / unit };
	}
	return 0;
}

/*
 * A limit is drawn where it ends inside the frame; above the curves it would press them flat, and is said in words.
 */
static int add_limit(struct frame *frame, const struct figure *figure, const struct series *limit,
		     char note[NOTE_BYTES])
{
	const struct point *const end =
		limit && limit->count ? &limit->points[limit->count - 1] : NULL;
	const size_t length = strlen(note);
	char rate[32];

	if (!figure->has_limits || !end)
		return 0;
	if (end->median <= frame->highest)
		return add_series(frame, figure, limit);
	text_rate(end->median, rate, sizeof(rate));
	snprintf(note + length, NOTE_BYTES - length, "%s%s: %s ops/s on %u threads",
		 length ? "; " : "above the frame, ", limit->name, rate, end->threads);
	return 0;
}

static int fill(struct frame *frame, const struct draw_request *request, char note[NOTE_BYTES])
{
	const struct panel *panel = request->panel;
	int error = 0;

	for (size_t i = 0; !error && i < panel->count; i++)
		error = add_series(frame, request->figure, &panel->series[i]);
	frame_measure(frame);
	frame->limits_from = frame->count;
	if (!error && request->figure->unit != FIGURE_AS_MEASURED && frame->x_high < 2)
		error = -ENODATA;    /* nothing speeds up on one thread */
	if (!error && (!frame->count || !(frame->highest > 0)))
		error = -ENODATA;
	if (!error)
		error = add_limit(frame, request->figure, panel->null, note);
	if (!error)
		error = add_limit(frame, request->figure, panel->faa, note);
	return error;
}

/* Up to eight threads each is a step; beyond, each doubling. */
static int draw_threads(const struct draw_request *request, const struct sheet *sheet,
			struct fault *fault)
{
	struct frame frame = { .y_is_log = request->figure->is_log,
			       .marks = request->panel->marks,
			       .mark_count = request->panel->mark_count };
	char note[NOTE_BYTES] = "";
	int error = fill(&frame, request, note);

	if (!error) {
		frame.x_low = fmin(frame.x_low, 1);
		frame.x_is_log = frame.x_high > 8;
		frame.note = note;
		error = frame_write(&frame, sheet, fault);
	}
	frame_free(&frame);
	return error;
}

/* The law of each curve, rate 0 where it does not describe it. Return: how many it does. */
static size_t fit_laws(const struct panel *panel, struct usl_fit fits[PANEL_SERIES_MAX])
{
	size_t fitted = 0;

	for (size_t i = 0; i < panel->count; i++) {
		if (law_fit(&panel->series[i], &fits[i]) || fits[i].misfit[0])
			fits[i] = (struct usl_fit){ .rate.value = 0 };
		fitted += fits[i].rate.value > 0;
	}
	return fitted;
}

static int write_laws(const struct sheet *sheet, const struct usl_fit *fits, size_t count,
		      struct fault *fault)
{
	FILE *const file = sheet_open(sheet, "laws", fault);

	if (!file)
		return -EIO;
	fprintf(file, "array rate[%zu]\narray contention[%zu]\narray coherency[%zu]\narray knee[%zu]\n",
		count, count, count, count);
	for (size_t i = 0; i < count; i++)
		fprintf(file,
			"rate[%zu] = %.9g\ncontention[%zu] = %.9g\ncoherency[%zu] = %.9g\n"
			"knee[%zu] = %.9g\n",
			i + 1, fits[i].rate.value, i + 1, fits[i].contention.value, i + 1,
			fits[i].coherency.value, i + 1,
			isfinite(fits[i].knee.value) ? fits[i].knee.value : 0);
	return sheet_close(sheet, "laws", file, fault);
}

/* A panel none of whose curves the law describes is no figure. */
static int draw_law(const struct draw_request *request, const struct sheet *sheet,
		    struct fault *fault)
{
	struct usl_fit fits[PANEL_SERIES_MAX];
	int error = fit_laws(request->panel, fits) ? 0 : -ENODATA;

	if (!error)
		error = write_laws(sheet, fits, request->panel->count, fault);
	return error ? error : draw_threads(request, sheet, fault);
}

/* How each kind of figure is drawn. */
static int (*const drawers[])(const struct draw_request *request, const struct sheet *sheet,
			      struct fault *fault) = {
	[FIGURE_THREADS] = draw_threads, [FIGURE_LAW] = draw_law,   [FIGURE_VECTOR] = draw_vectors,
	[FIGURE_LOAD] = draw_load,	 [FIGURE_HEAT] = draw_heat, [FIGURE_PLACES] = draw_places,
};

/* FIGURE[-EVENT]-PANEL */
static void name_sheet(const struct draw_request *request, char name[NAME_BYTES])
{
	snprintf(name, NAME_BYTES, "%s%s%.64s-%s", request->figure->name, request->event ? "-" : "",
		 request->event ? request->event : "", request->panel->slug);
	for (char *at = name; *at; at++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_", *at))
			*at = '_';
}

int draw_figure(const struct draw_request *request, unsigned formats, struct fault *fault)
{
	const struct panel *const panel = request->panel;
	char name[NAME_BYTES], title[1024];
	struct sheet sheet = { .folder = request->folder,
			       .scripts = request->scripts,
			       .name = name,
			       .script = request->figure->name,
			       .column = request->figure->column,
			       .title = title,
			       .subtitle = panel->workload,
			       .formats = formats,
			       .columns = request->columns };
	int length, error;

	name_sheet(request, name);
	length = snprintf(title, sizeof(title), "%.800s: %s", request->title, panel->family);
	if (request->event)
		length += snprintf(title + length, sizeof(title) - (size_t)length, ", %.64s",
				   request->event);
	if (panel->parts > 1)
		snprintf(title + length, sizeof(title) - (size_t)length, " (%u of %u)", panel->part,
			 panel->parts);
	error = drawers[request->figure->kind](request, &sheet, fault);
	return error ? error : sheet_finish(&sheet, fault);
}
