/* The machine as it is drawn by numamark topo, and who sat where. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "plots/draw.h"
#include "plots/machine_boxes.h"
#include "plots/marks.h"

enum { TEXT_BYTES = 64, SUBTITLE_BYTES = 4096 };

/* What the data file calls a box, which the script colours. */
enum shape { SHAPE_PACKAGE, SHAPE_NODE, SHAPE_CACHE, SHAPE_CORE, SHAPE_PU, SHAPE_TAKEN };

/* Of a panel the trial with the most workers; its places are the first of all others' too, as policies go. */
static const json_t *widest_trial(const struct panel *panel)
{
	const json_t *widest = NULL;
	size_t most = 0;

	for (size_t s = 0; s < panel->count; s++) {
		for (size_t i = 0; i < panel->series[s].count; i++) {
			const json_t *const trial = panel->series[s].points[i].cell->first;
			const size_t workers = json_array_size(json_object_get(trial, "pus"));

			widest = workers > most ? trial : widest;
			most = workers > most ? workers : most;
		}
	}
	return widest;
}

/* Workers on one PU: "w0", or "w0 w8" where it has two. */
static void worker_text(const json_t *pus, json_int_t pu, char text[TEXT_BYTES])
{
	const json_t *value;
	size_t worker;

	*text = 0;
	json_array_foreach(pus, worker, value)
	{
		const size_t length = strlen(text);

		if (json_integer_value(value) == pu)
			snprintf(text + length, TEXT_BYTES - length, "%sw%zu", length ? " " : "",
				 worker);
	}
}

/* One rectangle: from its corners, with its label. */
static void put_box(FILE *data, enum shape shape, const struct topo_box *box, const char *label,
		    const char *worker)
{
	fprintf(data, "%d %.1f %.1f %.1f %.1f \"%s\" \"%s\"\n", shape, box->x, box->y,
		box->x + box->width, box->y + box->height, label, worker);
}

static void put_pus(FILE *data, const json_t *machine, const struct topo_box *core,
		    const json_t *pus)
{
	for (unsigned i = 0; i < core->pu_count; i++) {
		const json_t *const row = json_array_get(machine, core->first_pu + i);
		const json_int_t number = json_integer_value(json_array_get(row, MACHINE_PU));
		const struct topo_box place = topo_pu_place(core, i);
		char label[TEXT_BYTES], worker[TEXT_BYTES];

		snprintf(label, sizeof(label), "%lld", (long long)number);
		worker_text(pus, number, worker);
		put_box(data, *worker ? SHAPE_TAKEN : SHAPE_PU, &place, label, worker);
	}
}

static enum shape shape_of(const struct topo_box *box)
{
	switch (box->kind) {
	case TOPO_PACKAGE: return SHAPE_PACKAGE;
	case TOPO_NODE: return SHAPE_NODE;
	case TOPO_CORE: return SHAPE_CORE;
	default: return SHAPE_CACHE;
	}
}

/* From outside in, so that what is inside is drawn over it. */
static void put_boxes(FILE *data, const json_t *machine, const struct topo_box *box,
		      const json_t *pus)
{
	if (box->kind != TOPO_MACHINE)
		put_box(data, shape_of(box), box, box->kind == TOPO_CORE ? "" : box->label, "");
	if (box->kind == TOPO_CORE)
		put_pus(data, machine, box, pus);
	for (unsigned i = 0; i < box->box_count; i++)
		put_boxes(data, machine, &box->boxes[i], pus);
}

static int write_sheet(const struct sheet *sheet, const json_t *machine, const json_t *pus,
		       const struct topo_box *boxes, struct fault *fault)
{
	FILE *const data = sheet_open(sheet, "dat", fault);
	FILE *words;
	int error, failed;

	if (!data)
		return -EIO;
	words = sheet_open_words(sheet, fault);
	if (!words) {
		fclose(data);
		return -EIO;
	}
	fputs("# kind  left  top  right  bottom  label  worker   (0 package, 1 node, 2 cache, 3 "
	      "core, 4 PU, 5 PU with a worker)\n",
	      data);
	put_boxes(data, machine, boxes, pus);
	fprintf(words,
		"machine_width = %.1f\nmachine_top = %d\nmachine_height = %.1f\npu_width = "
		"%d\nload scripts.'/%s.gp'\n",
		boxes->width, TOPO_TITLE_HEIGHT, boxes->height, TOPO_PU_WIDTH, sheet->script);
	error = sheet_close(sheet, "dat", data, fault);
	failed = sheet_close(sheet, "def", words, fault);
	return error ? error : failed;
}

int draw_places(const struct draw_request *request, const struct sheet *sheet, struct fault *fault)
{
	const struct results *const results = request->results;
	const json_t *const machine =
		results->session_count ? json_object_get(results->sessions[0], "machine") : NULL;
	const json_t *const trial = widest_trial(request->panel);
	const json_t *const pus = json_object_get(trial, "pus");
	const char *const place = json_string_value(json_object_get(trial, "place"));
	struct sheet with_place = *sheet;
	char subtitle[SUBTITLE_BYTES];
	struct topo_box boxes;
	int error;

	if (!json_array_size(machine) || !json_array_size(pus) || request->panel->part != 1)
		return -ENODATA;
	snprintf(subtitle, sizeof(subtitle),
		 "place=%s threads=%zu; a PU shows its number, or the worker (w) that sat there",
		 place ? place : "unknown", json_array_size(pus));
	with_place.subtitle = subtitle;
	if (machine_boxes_make(machine, &boxes))
		return fault_set(fault, -ENOMEM, "no memory to draw the machine");
	topo_layout(&boxes);
	error = write_sheet(&with_place, machine, pus, &boxes, fault);
	topo_tree_free(&boxes);
	return error;
}
