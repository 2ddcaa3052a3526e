#include <errno.h>
#include <string.h>

#include "plots/topo_layout.h"
#include "runners/cli/topo_tree.h"
#include "runners/cli/topo_views.h"

enum { LEGEND_LINE = 26, MARGIN = 8, LABEL_BYTES = 160, LABEL_BASELINE = 15 };

/*
 * Colours of Okabe and Ito and their tints, told apart by people of any colour vision; each meaning
 * also has a form of its own: siblings have a dashed edge, what is forbidden or borrowed has a
 * dotted one, all boxes have a label.
 */
static const char style[] = "text{font-family:sans-serif;font-size:12px;fill:#222}"
			    ".title{font-size:15px;font-weight:bold}"
			    ".pu{font-size:11px;text-anchor:middle}"
			    ".package{fill:#f3f3f3;stroke:#666}"
			    ".node{fill:#fdf3dc;stroke:#e69f00;stroke-width:1.5}"
			    ".dotted{fill:#fff;stroke-dasharray:2 3}"
			    ".group{fill:#e3f3ee;stroke:#009e73}"
			    ".core{fill:#fff;stroke:#999}"
			    ".first{fill:#a9d8f5;stroke:#0072b2}"
			    ".sibling{fill:#fff;stroke:#0072b2;stroke-dasharray:3 2}";

/* A CPU's name comes from firmware or a file. */
static void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&': fputs("&amp;", out); break;
		case '<': fputs("&lt;", out); break;
		case '>': fputs("&gt;", out); break;
		case '"': fputs("&quot;", out); break;
		case '\'': fputs("&apos;", out); break;
		default: fputc(*text, out);
		}
	}
}

static void print_text(FILE *out, const char *class, double x, double y, const char *text)
{
	fprintf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\">", class, x, y);
	print_escaped(out, text);
	fputs("</text>\n", out);
}

static void print_rectangle(FILE *out, const char *class, const struct topo_box *box, double radius)
{
	fprintf(out,
		"<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
		"rx=\"%.0f\"/>\n",
		class, box->x, box->y, box->width, box->height, radius);
}

static void print_pu(FILE *out, double x, double y, bool is_first, unsigned os_index)
{
	const struct topo_box place = {
		.x = x, .y = y, .width = TOPO_PU_WIDTH, .height = TOPO_PU_HEIGHT
	};
	char number[16];

	snprintf(number, sizeof(number), "%u", os_index);
	print_rectangle(out, is_first ? "first" : "sibling", &place, 2);
	print_text(out, "pu", x + TOPO_PU_WIDTH / 2.0, y + TOPO_PU_HEIGHT / 2.0 + 4, number);
}

static void print_core(const struct topology *topology, const struct topo_box *core, FILE *out)
{
	print_rectangle(out, "core", core, 3);
	for (unsigned i = 0; i < core->pu_count; i++) {
		const struct topo_box place = topo_pu_place(core, i);

		print_pu(out, place.x, place.y, i == 0,
			 topology_pu(topology, core->first_pu + i)->os_index);
	}
}

static const char *class_of(const struct topology *topology, const struct topo_box *box)
{
	switch (box->kind) {
	case TOPO_PACKAGE: return "package";
	case TOPO_NODE:
		return topology_node(topology, box->index)->is_allowed ? "node" : "node dotted";
	case TOPO_BORROWED: return "node dotted";
	case TOPO_L3: return "group";
	default: return "core";
	}
}

static void print_box(const struct topology *topology, const struct topo_box *box, FILE *out)
{
	if (box->kind == TOPO_CORE) {
		print_core(topology, box, out);
		return;
	}
	if (box->kind != TOPO_MACHINE) {
		print_rectangle(out, class_of(topology, box), box, 5);
		print_text(out, "label", box->x + TOPO_PADDING,
			   box->y + LABEL_BASELINE + (box->pu_count ? 0 : 4), box->label);
	}
	for (unsigned i = 0; i < box->box_count; i++)
		print_box(topology, &box->boxes[i], out);
}

static void print_title(const struct topology *topology, FILE *out)
{
	const char *model = topology_cpu_model(topology);
	char counts[LABEL_BYTES];

	topo_counts_format(topology, counts, sizeof(counts));
	print_text(out, "title", TOPO_PADDING, 16,
		   strcmp(model, "unknown") ? model : "CPU model unknown");
	print_text(out, "label", TOPO_PADDING, 34, counts);
}

/* The first PU that is a sibling, or the number of PUs. */
static unsigned first_sibling(const struct topology *topology)
{
	unsigned pu = 0;

	while (pu < topology_pu_count(topology) && !topology_pu(topology, pu)->smt)
		pu++;
	return pu;
}

static void print_legend(const struct topology *topology, double y, unsigned sibling, FILE *out)
{
	const double text_x = TOPO_PADDING + TOPO_PU_WIDTH + 6, text_y = TOPO_PU_HEIGHT / 2.0 + 4;

	print_pu(out, TOPO_PADDING, y, true, topology_pu(topology, 0)->os_index);
	print_text(out, "label", text_x, y + text_y, "first PU of a core, by OS number");
	if (sibling == topology_pu_count(topology))
		return;
	y += LEGEND_LINE;
	print_pu(out, TOPO_PADDING, y, false, topology_pu(topology, sibling)->os_index);
	print_text(out, "label", text_x, y + text_y, "SMT sibling on the same core");
}

int topo_print_svg(const struct topology *topology, FILE *out, struct fault *fault)
{
	const unsigned sibling = first_sibling(topology);
	const unsigned legend_height =
		sibling < topology_pu_count(topology) ? 2 * LEGEND_LINE : LEGEND_LINE;
	struct topo_box machine;

	if (topo_tree_make(topology, &machine))
		return fault_set(fault, -ENOMEM, "no memory to draw the machine");
	topo_layout(&machine);
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\" height=\"%.0f\">\n"
		"<style>%s</style>\n<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
		"<g transform=\"translate(%d,%d)\">\n",
		machine.width + 2 * MARGIN, machine.height + legend_height + 2 * MARGIN, style,
		MARGIN, MARGIN);
	print_title(topology, out);
	print_box(topology, &machine, out);
	print_legend(topology, machine.height, sibling, out);
	fputs("</g>\n</svg>\n", out);
	topo_tree_free(&machine);
	return 0;
}
