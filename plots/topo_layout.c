#include "plots/topo_layout.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * A node of memory alone is a strip below the others: as large as they are it would be an empty
 * field.
 */
static bool is_strip(const struct topo_box *box)
{
	return box->pu_count == 0;
}

static unsigned grid_count(const struct topo_box *box)
{
	unsigned count = 0;

	for (unsigned i = 0; i < box->box_count; i++)
		count += !is_strip(&box->boxes[i]);
	return count;
}

static unsigned rows_of(unsigned count, unsigned columns)
{
	return (count + columns - 1) / columns;
}

/* Width of @count cells side by side with their gaps. */
static double span(unsigned count, double cell)
{
	return count ? count * (cell + TOPO_GAP) - TOPO_GAP : 0;
}

/*
 * Least deviation from the shape wanted, where an empty place in the last row counts as some of it.
 */
static unsigned choose_columns(unsigned count, double width, double height)
{
	static const double wanted = 1.8, emptiness_weight = 6;
	unsigned best = 1;
	double least = HUGE_VAL;

	for (unsigned columns = 1; columns <= count; columns++) {
		const unsigned rows = rows_of(count, columns);
		const double shape = span(columns, width) / span(rows, height);
		const double cost = fabs(log(shape / wanted)) +
				    emptiness_weight * (rows * columns - count) / count;

		if (cost < least) {
			least = cost;
			best = columns;
		}
	}
	return best;
}

static void core_size(struct topo_box *core)
{
	const unsigned columns =
		core->pu_count < TOPO_PUS_PER_ROW ? core->pu_count : TOPO_PUS_PER_ROW;
	const unsigned rows = rows_of(core->pu_count, columns);

	core->columns = columns;
	core->width = columns * (TOPO_PU_WIDTH + TOPO_PU_GAP) - TOPO_PU_GAP + 2 * TOPO_CORE_PADDING;
	core->height = rows * (TOPO_PU_HEIGHT + TOPO_PU_GAP) - TOPO_PU_GAP + 2 * TOPO_CORE_PADDING;
}

static double header_width(const struct topo_box *box)
{
	const double letters = (double)strlen(box->label);

	return box->kind == TOPO_MACHINE ? fmax(TOPO_LEGEND_WIDTH, letters * TOPO_TITLE_CHAR)
					 : letters * TOPO_LABEL_CHAR;
}

static double header_height(const struct topo_box *box)
{
	return box->kind == TOPO_MACHINE ? TOPO_TITLE_HEIGHT : TOPO_HEADER_HEIGHT;
}

/* Sizes from inside out. */
static void box_size(struct topo_box *box)
{
	const unsigned count = grid_count(box);
	double cell_width = 0, cell_height = 0, content_width;

	if (box->kind == TOPO_CORE) {
		core_size(box);
		return;
	}
	for (unsigned i = 0; i < box->box_count; i++) {
		box_size(&box->boxes[i]);
		if (is_strip(&box->boxes[i]))
			continue;
		cell_width = fmax(cell_width, box->boxes[i].width);
		cell_height = fmax(cell_height, box->boxes[i].height);
	}
	box->columns = count ? choose_columns(count, cell_width, cell_height) : 1;
	content_width = span(box->columns, cell_width);
	for (unsigned i = 0; i < box->box_count; i++)
		if (is_strip(&box->boxes[i]))
			content_width = fmax(content_width, box->boxes[i].width);
	box->width = fmax(content_width, header_width(box)) + 2 * TOPO_PADDING;
	box->height = TOPO_STRIP_HEIGHT;
	if (is_strip(box))
		return;
	box->height = header_height(box) + span(rows_of(count, box->columns), cell_height) +
		      (box->box_count - count) * (TOPO_STRIP_HEIGHT + TOPO_GAP) + TOPO_PADDING;
}

static void box_place(struct topo_box *box, double x, double y);

/* Cores keep their size; other boxes grow so that their row is full. */
static void grid_place(struct topo_box *box, double width, double height)
{
	const unsigned count = grid_count(box), rows = rows_of(count, box->columns);
	const double left = box->x + TOPO_PADDING, top = box->y + header_height(box);
	const bool is_fixed = box->boxes[0].kind == TOPO_CORE;
	double cell_width = (width + TOPO_GAP) / box->columns - TOPO_GAP;
	double cell_height = (height + TOPO_GAP) / rows - TOPO_GAP;
	unsigned at = 0;

	if (is_fixed) {
		cell_width = cell_height = 0;
		for (unsigned i = 0; i < box->box_count; i++) {
			cell_width = fmax(cell_width, box->boxes[i].width);
			cell_height = fmax(cell_height, box->boxes[i].height);
		}
	}
	for (unsigned i = 0; i < box->box_count; i++) {
		struct topo_box *inner = &box->boxes[i];

		if (is_strip(inner))
			continue;
		if (!is_fixed) {
			inner->width = cell_width;
			inner->height = cell_height;
		}
		box_place(inner, left + (at % box->columns) * (cell_width + TOPO_GAP),
			  top + (at / box->columns) * (cell_height + TOPO_GAP));
		at++;
	}
}

/* Places from outside in; the box has its final size. */
static void box_place(struct topo_box *box, double x, double y)
{
	const unsigned strips = box->box_count - grid_count(box);
	const double width = box->width - 2 * TOPO_PADDING;
	double strip_y;

	box->x = x;
	box->y = y;
	if (!box->box_count)
		return;
	strip_y =
		y + box->height - TOPO_PADDING - strips * (TOPO_STRIP_HEIGHT + TOPO_GAP) + TOPO_GAP;
	if (grid_count(box))
		grid_place(box, width, strip_y - TOPO_GAP - y - header_height(box));
	for (unsigned i = 0; i < box->box_count; i++) {
		if (!is_strip(&box->boxes[i]))
			continue;
		box->boxes[i].width = width;
		box_place(&box->boxes[i], x + TOPO_PADDING, strip_y);
		strip_y += TOPO_STRIP_HEIGHT + TOPO_GAP;
	}
}

void topo_layout(struct topo_box *machine)
{
	box_size(machine);
	box_place(machine, 0, 0);
}

struct topo_box topo_pu_place(const struct topo_box *core, unsigned i)
{
	const unsigned column = i % core->columns, row = i / core->columns;

	return (struct topo_box){
		.x = core->x + TOPO_CORE_PADDING + column * (TOPO_PU_WIDTH + TOPO_PU_GAP),
		.y = core->y + TOPO_CORE_PADDING + row * (TOPO_PU_HEIGHT + TOPO_PU_GAP),
		.width = TOPO_PU_WIDTH,
		.height = TOPO_PU_HEIGHT,
	};
}

void topo_tree_free(struct topo_box *machine)
{
	for (unsigned i = 0; i < machine->box_count; i++)
		topo_tree_free(&machine->boxes[i]);
	free(machine->boxes);
}
