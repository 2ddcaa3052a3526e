/* What one figure shows, ready to be drawn: curves with intervals over one axis, or a few of other forms. */
#ifndef PLOTS_FRAME_H
#define PLOTS_FRAME_H

#include "plots/figure.h"
#include "plots/panels.h"
#include "plots/sheet.h"

enum { FRAME_CURVES_MAX = PANEL_SERIES_MAX + 2 };

struct spot {
	double x, y, low, high;
};

struct curve {
	const char *name;
	struct spot *spots;    /* by x, ascending; owned by the frame */
	size_t count;
};

struct frame {
	struct curve curves[FRAME_CURVES_MAX];
	size_t count;
	size_t limits_from;    /* curves before this are variants, from it on limits of the harness */
	const struct mark *marks;
	size_t mark_count;
	bool x_is_log, y_is_log;
	double x_low, x_high, highest, lowest;    /* of all spots, with intervals; the lowest above 0 */
	const char *note;    /* below the frame, NULL for none */
	double label_at[FRAME_CURVES_MAX];    /* height of each label, share of the frame */
};

/* Add an empty curve with room for some spots. Return: it; NULL without memory, or where the frame is full. */
struct curve *frame_add_curve(struct frame *frame, const char *name, size_t room);

/* Find the ends of the axes. */
void frame_measure(struct frame *frame);
void frame_free(struct frame *frame);

/**
 * frame_write() - the data file and the words of a figure made of curves.
 *
 * Return: 0, or -EIO with the sentence in @fault.
 */
int frame_write(struct frame *frame, const struct sheet *sheet, struct fault *fault);

#endif
