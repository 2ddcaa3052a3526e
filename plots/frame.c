#include "plots/frame.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Closer than this share of the axis, two labels or two tics would overlap. */
static const double label_gap = 0.062, tic_gap = 0.045;

/* Letters that have room beside a frame which leaves half of the figure to the curves. */
enum { LETTERS_OF_HALF_A_PAGE = 31, LETTERS_OF_A_PAGE = 52 };

struct curve *frame_add_curve(struct frame *frame, const char *name, size_t room)
{
	struct curve *const curve = &frame->curves[frame->count];

	if (frame->count == FRAME_CURVES_MAX)
		return NULL;
	*curve = (struct curve){ .name = name, .spots = calloc(room + 1, sizeof(*curve->spots)) };
	if (!curve->spots)
		return NULL;
	frame->count++;
	return curve;
}

void frame_free(struct frame *frame)
{
	for (size_t i = 0; i < frame->count; i++)
		free(frame->curves[i].spots);
	frame->count = 0;
}

void frame_measure(struct frame *frame)
{
	frame->x_low = frame->lowest = INFINITY;
	frame->x_high = -INFINITY;
	frame->highest = 0;
	for (size_t s = 0; s < frame->count; s++) {
		for (size_t i = 0; i < frame->curves[s].count; i++) {
			const struct spot *const spot = &frame->curves[s].spots[i];

			frame->highest = fmax(frame->highest, spot->high);
			if (spot->low > 0)
				frame->lowest = fmin(frame->lowest, spot->low);
			frame->x_low = fmin(frame->x_low, spot->x);
			frame->x_high = fmax(frame->x_high, spot->x);
		}
	}
}

/* The ends of the axis of numbers: some room above the highest, on a logarithmic one below too. */
static double axis_high(const struct frame *frame)
{
	return frame->y_is_log ? frame->highest * 2 : frame->highest * 1.08;
}

static double axis_low(const struct frame *frame)
{
	return frame->y_is_log ? frame->lowest / 2 : 0;
}

static double end_height(const struct frame *frame, size_t index)
{
	const struct curve *const curve = &frame->curves[index];
	const double end = curve->spots[curve->count - 1].y;

	if (!frame->y_is_log)
		return end / axis_high(frame);
	return log(fmax(end, frame->lowest) / axis_low(frame)) /
	       log(axis_high(frame) / axis_low(frame));
}

static size_t letters_most(const struct sheet *sheet)
{
	return sheet->columns == 1 ? LETTERS_OF_HALF_A_PAGE : LETTERS_OF_A_PAGE;
}

/* Where a name goes on in a second line: at the last space that leaves room for the first; 0: it does not. */
static size_t name_break(const char *name, size_t most)
{
	size_t at = 0;

	if (strlen(name) <= most)
		return 0;
	for (size_t i = 1; name[i]; i++)
		if (name[i] == ' ' && (i <= most || !at))
			at = i;
	return at;
}

/* Labels of two lines are twice as far apart, as far as there is room for all. */
static double gap_of_labels(const struct frame *frame, size_t most)
{
	bool has_break = false;

	for (size_t s = 0; s < frame->count; s++)
		has_break |= name_break(frame->curves[s].name, most) > 0;
	if (!has_break || frame->count < 2)
		return label_gap;
	return fmax(label_gap, fmin(2 * label_gap, 1 / (double)(frame->count - 1)));
}

/* Series by the height of their ends, highest first. */
static void order_by_height(const struct frame *frame, size_t *order)
{
	for (size_t i = 0; i < frame->count; i++) {
		size_t at = i;

		for (; at && end_height(frame, order[at - 1]) < end_height(frame, i); at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

/*
 * Each label as near to its curve's end as the others allow, in the least-squares sense: with the gaps taken out, the
 * heights must not rise from one label to the next, which is isotonic regression by pooling adjacent violators (Ayer
 * and others, 1955). What would lie outside of the frame goes to its edge: clipping keeps the solution the best one.
 */
static void place_labels(struct frame *frame, double gap)
{
	const double lowest = gap * (double)(frame->count - 1), highest = fmax(1, lowest);
	size_t order[FRAME_CURVES_MAX], first[FRAME_CURVES_MAX + 1], pools = 0;
	double mean[FRAME_CURVES_MAX];

	order_by_height(frame, order);
	for (size_t i = 0; i < frame->count; i++) {
		first[pools] = i;
		mean[pools++] = end_height(frame, order[i]) + gap * (double)i;
		while (pools > 1 && mean[pools - 2] < mean[pools - 1]) {
			const double above = (double)(first[pools - 1] - first[pools - 2]);
			const double below = (double)(i + 1 - first[pools - 1]);

			mean[pools - 2] = (mean[pools - 2] * above + mean[pools - 1] * below) /
					  (above + below);
			pools--;
		}
	}
	first[pools] = frame->count;
	for (size_t p = 0; p < pools; p++)
		for (size_t i = first[p]; i < first[p + 1]; i++)
			frame->label_at[order[i]] =
				fmin(highest, fmax(lowest, mean[p])) - gap * (double)i;
}

/* One block a curve, two blank lines between: what gnuplot calls an index. */
static int write_data(const struct frame *frame, const struct sheet *sheet, struct fault *fault)
{
	FILE *const file = sheet_open(sheet, "dat", fault);

	if (!file)
		return -EIO;
	fprintf(file, "# %s  low  high   (median of valid trials, 95 %% bootstrap interval)\n",
		sheet->column);
	for (size_t s = 0; s < frame->count; s++) {
		fprintf(file, "%s# %s\n", s ? "\n\n" : "", frame->curves[s].name);
		for (size_t i = 0; i < frame->curves[s].count; i++) {
			const struct spot *const spot = &frame->curves[s].spots[i];

			fprintf(file, "%.9g %.9g %.9g %.9g\n", spot->x, spot->y, spot->low,
				spot->high);
		}
	}
	return sheet_close(sheet, "dat", file, fault);
}

/* Where on the axis something lies, as a share of its length. */
static double share_of_axis(const struct frame *frame, double x)
{
	if (frame->x_high <= frame->x_low)
		return 0;
	return frame->x_is_log ? log(x / frame->x_low) / log(frame->x_high / frame->x_low)
			       : (x - frame->x_low) / (frame->x_high - frame->x_low);
}

/* The least x of any spot that is above @after; infinity: there is none. */
static double next_x(const struct frame *frame, double after)
{
	double next = INFINITY;

	for (size_t s = 0; s < frame->count; s++)
		for (size_t i = 0; i < frame->curves[s].count; i++)
			if (frame->curves[s].spots[i].x > after)
				next = fmin(next, frame->curves[s].spots[i].x);
	return next;
}

/* What was measured, as far apart as the labels need. */
static void write_tics(FILE *file, const struct frame *frame)
{
	double last = -INFINITY;

	fputs("set xtics (", file);
	for (double x = next_x(frame, -INFINITY); isfinite(x); x = next_x(frame, x)) {
		if (isfinite(last) &&
		    share_of_axis(frame, x) - share_of_axis(frame, last) < tic_gap)
			continue;
		fprintf(file, "%s%g", isfinite(last) ? ", " : "", x);
		last = x;
	}
	fputs(")\n", file);
}

/* In one line, or in two. */
static void write_name(FILE *file, const char *name, size_t number, const struct sheet *sheet)
{
	const size_t at = name_break(name, letters_most(sheet));
	char *const line = strndup(name, at ? at : strlen(name));
	char key[32];

	snprintf(key, sizeof(key), "name[%zu]", number);
	sheet_put_text(sheet, file, key, line ? line : name);
	snprintf(key, sizeof(key), "name_rest[%zu]", number);
	sheet_put_text(sheet, file, key, line && at ? name + at + 1 : "");
	free(line);
}

static void write_curves(FILE *file, const struct frame *frame, const struct sheet *sheet)
{
	size_t longest = 0;

	for (size_t s = 0; s < frame->count; s++) {
		const char *const name = frame->curves[s].name;
		const size_t at = name_break(name, letters_most(sheet)), rest = strlen(name + at);
		const size_t longer = at > rest ? at : rest;

		longest = longer > longest ? longer : longest;
	}
	fprintf(file, "series = %zu\ncurves = %zu\nlongest_name = %zu\n", frame->count,
		frame->limits_from, longest);
	fprintf(file,
		"array name[%zu]\narray name_rest[%zu]\narray label_at[%zu]\narray "
		"end_x[%zu]\narray end_y[%zu]\n",
		frame->count, frame->count, frame->count, frame->count, frame->count);
	for (size_t s = 0; s < frame->count; s++) {
		const struct curve *const curve = &frame->curves[s];

		write_name(file, curve->name, s + 1, sheet);
		fprintf(file, "label_at[%zu] = %.4f\nend_x[%zu] = %.9g\nend_y[%zu] = %.9g\n", s + 1,
			frame->label_at[s], s + 1, curve->spots[curve->count - 1].x, s + 1,
			curve->spots[curve->count - 1].y);
	}
}

static void write_marks(FILE *file, const struct frame *frame, const struct sheet *sheet)
{
	char key[32];

	fprintf(file, "marks = %zu\n", frame->mark_count);
	if (frame->mark_count)
		fprintf(file, "array mark_x[%zu]\narray mark_text[%zu]\n", frame->mark_count,
			frame->mark_count);
	for (size_t i = 0; i < frame->mark_count; i++) {
		fprintf(file, "mark_x[%zu] = %.4g\n", i + 1, frame->marks[i].threads);
		snprintf(key, sizeof(key), "mark_text[%zu]", i + 1);
		sheet_put_text(sheet, file, key, frame->marks[i].text);
	}
}

int frame_write(struct frame *frame, const struct sheet *sheet, struct fault *fault)
{
	int error;
	FILE *file;

	place_labels(frame, gap_of_labels(frame, letters_most(sheet)));
	error = write_data(frame, sheet, fault);
	if (error)
		return error;
	file = sheet_open_words(sheet, fault);
	if (!file)
		return -EIO;
	fprintf(file, "highest = %.9g\ny_low = %.9g\ny_high = %.9g\ny_is_log = %d\n",
		frame->highest, axis_low(frame), axis_high(frame), frame->y_is_log);
	fprintf(file, "x_low = %.9g\nx_high = %.9g\nx_is_log = %d\n", frame->x_low, frame->x_high,
		frame->x_is_log);
	sheet_put_text(sheet, file, "note_text", frame->note ? frame->note : "");
	write_curves(file, frame, sheet);
	write_marks(file, frame, sheet);
	write_tics(file, frame);
	fprintf(file, "load scripts.'/%s.gp'\n", sheet->script);
	return sheet_close(sheet, "def", file, fault);
}
