#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "runners/cli/topo_views.h"
#include "topology/distance.h"
#include "topology/ranges.h"

enum {
	LINE_WIDTH = 100,
	STEP = 2,         /* indentation of an inner box */
	RANK_ITEMS = 6,   /* of PUs of one SMT rank, before they are listed by core instead */
	ORDER_ITEMS = 16, /* of an order: shows its pattern, and still fits on the line */
	ORDER_INDENT = 14,
	LABEL_BYTES = 160,
	LIST_BYTES = 1024
};

struct view {
	const struct topology *topology;
	FILE *out;
	unsigned *scratch; /* room for every PU */
};

/* Words that go on in a further line where the line is full. */
struct wrap {
	FILE *out;
	unsigned indent;
	size_t column;
};

static void wrap_word(struct wrap *wrap, const char *word)
{
	if (wrap->column + 1 + strlen(word) > LINE_WIDTH) {
		fprintf(wrap->out, "\n%*s", (int)wrap->indent - 1, "");
		wrap->column = wrap->indent - 1;
	}
	wrap->column += (size_t)fprintf(wrap->out, " %s", word);
}

static void print_machine(const struct view *view)
{
	const struct topology *topology = view->topology;
	const unsigned forbidden = topology_forbidden_pu_count(topology);
	char counts[LABEL_BYTES];

	topo_counts_format(topology, counts, sizeof(counts));
	fprintf(view->out, "CPU    %s\nshape  %s", topology_cpu_model(topology), counts);
	fprintf(view->out, "; hash %016" PRIx64 "\n", topology_hash(topology));
	if (forbidden)
		fprintf(view->out, "       and %u PU%s more, offline or forbidden here\n",
			forbidden, forbidden == 1 ? "" : "s");
}

/* How many PUs each core of @box has, or 0 if they differ. */
static unsigned pus_per_core(const struct topo_box *box)
{
	for (unsigned i = 1; i < box->box_count; i++)
		if (box->boxes[i].pu_count != box->boxes[0].pu_count)
			return 0;
	return box->boxes[0].pu_count;
}

/* The PUs of one SMT rank in @box, one of each core. */
static void rank_format(const struct view *view, const struct topo_box *box, unsigned rank,
			char *list)
{
	for (unsigned i = 0; i < box->box_count; i++)
		view->scratch[i] =
			topology_pu(view->topology, box->boxes[i].first_pu + rank)->os_index;
	ranges_format(view->scratch, box->box_count, 0, list, LIST_BYTES);
}

/* Whether a few ranges say it, as where Linux numbers all first siblings before the others. */
static bool ranks_are_short(const struct view *view, const struct topo_box *box, unsigned ranks)
{
	char list[LIST_BYTES];

	for (unsigned rank = 0; rank < ranks; rank++) {
		unsigned items = 1;

		rank_format(view, box, rank, list);
		for (const char *at = list; (at = strchr(at, ',')); at++)
			items++;
		if (items > RANK_ITEMS)
			return false;
	}
	return ranks > 0;
}

static void print_ranks(const struct view *view, const struct topo_box *box, unsigned ranks,
			struct wrap *wrap)
{
	char list[LIST_BYTES];

	wrap_word(wrap, ranks * box->box_count == 1 ? "PU" : "PUs");
	for (unsigned rank = 0; rank < ranks; rank++) {
		rank_format(view, box, rank, list);
		wrap_word(wrap, list);
		if (rank + 1 < ranks)
			wrap_word(wrap, "SMT");
	}
}

/* Core by core, siblings in one word: "0,64 1,65". */
static void print_by_core(const struct view *view, const struct topo_box *box, struct wrap *wrap)
{
	char list[LIST_BYTES];

	wrap_word(wrap, "PUs of each");
	for (unsigned i = 0; i < box->box_count; i++) {
		const struct topo_box *core = &box->boxes[i];

		for (unsigned pu = 0; pu < core->pu_count; pu++)
			view->scratch[pu] =
				topology_pu(view->topology, core->first_pu + pu)->os_index;
		ranges_format(view->scratch, core->pu_count, 0, list, sizeof(list));
		wrap_word(wrap, list);
	}
}

static void print_cores(const struct view *view, const struct topo_box *box, unsigned indent)
{
	const unsigned first = box->boxes[0].index, last = box->boxes[box->box_count - 1].index;
	const unsigned ranks = pus_per_core(box);
	struct wrap wrap = { .out = view->out, .indent = indent + STEP, .column = indent };

	fprintf(view->out, "%*s", (int)indent, "");
	wrap.column += (size_t)(first == last ? fprintf(view->out, "core %u:", first)
					      : fprintf(view->out, "cores %u-%u:", first, last));
	if (ranks_are_short(view, box, ranks))
		print_ranks(view, box, ranks, &wrap);
	else
		print_by_core(view, box, &wrap);
	fputc('\n', view->out);
}

static void print_box(const struct view *view, const struct topo_box *box, unsigned indent)
{
	if (box->kind != TOPO_MACHINE) {
		fprintf(view->out, "%*s%s\n", (int)indent, "", box->label);
		indent += STEP;
	}
	if (box->box_count && box->boxes[0].kind == TOPO_CORE) {
		print_cores(view, box, indent);
		return;
	}
	for (unsigned i = 0; i < box->box_count; i++)
		print_box(view, &box->boxes[i], indent);
}

static void print_caches(const struct view *view)
{
	if (topology_cache_count(view->topology))
		fprintf(view->out, "\ncaches\n");
	for (unsigned i = 0; i < topology_cache_count(view->topology); i++) {
		const struct topology_cache *cache = topology_cache(view->topology, i);
		char size[32];

		topo_size_format(cache->size_bytes, size, sizeof(size));
		fprintf(view->out, "  L%u %10s  x %-4u", cache->level, size, cache->count);
		fprintf(view->out, "%s%u PU%s each",
			cache->count * cache->sharing_pus == topology_pu_count(view->topology)
				? ""
				: "up to ",
			cache->sharing_pus, cache->sharing_pus == 1 ? "" : "s");
		if (cache->line_bytes)
			fprintf(view->out, ", lines of %u bytes", cache->line_bytes);
		fputc('\n', view->out);
	}
}

/* A value of a pair of nodes as text, "-" where there is none. */
typedef void pair_format(const struct topology *topology, unsigned from, unsigned to, char *text);

static void format_distance(const struct topology *topology, unsigned from, unsigned to, char *text)
{
	snprintf(text, 32, "%u", distance_between(topology, from, to));
}

static void format_latency(const struct topology *topology, unsigned from, unsigned to, char *text)
{
	uint64_t latency_ns;

	if (distance_latency_ns(topology, from, to, &latency_ns))
		snprintf(text, 32, "-");
	else
		snprintf(text, 32, "%" PRIu64, latency_ns);
}

static void format_bandwidth(const struct topology *topology, unsigned from, unsigned to,
			     char *text)
{
	uint64_t mib_per_s;

	if (distance_bandwidth_mib_per_s(topology, from, to, &mib_per_s))
		snprintf(text, 32, "-");
	else
		snprintf(text, 32, "%" PRIu64, mib_per_s);
}

/*
 * How many decimal places the widest entry takes: a matrix of 16 nodes should still fit on a line.
 */
static int matrix_width(const struct topology *topology, pair_format *format)
{
	size_t width = 2;
	char text[32];

	for (unsigned i = 0; i < topology_node_count(topology); i++) {
		snprintf(text, sizeof(text), "%u", topology_node(topology, i)->os_index);
		width = strlen(text) > width ? strlen(text) : width;
		for (unsigned j = 0; j < topology_node_count(topology); j++) {
			format(topology, i, j, text);
			width = strlen(text) > width ? strlen(text) : width;
		}
	}
	return (int)width + 2;
}

static void print_matrix(const struct view *view, const char *title, pair_format *format)
{
	const unsigned nodes = topology_node_count(view->topology);
	const int width = matrix_width(view->topology, format);
	char text[32];

	fprintf(view->out, "\n%s\n  %6s", title, "node");
	for (unsigned to = 0; to < nodes; to++)
		fprintf(view->out, "%*u", width, topology_node(view->topology, to)->os_index);
	for (unsigned from = 0; from < nodes; from++) {
		fprintf(view->out, "\n  %6u", topology_node(view->topology, from)->os_index);
		for (unsigned to = 0; to < nodes; to++) {
			format(view->topology, from, to, text);
			fprintf(view->out, "%*s", width, text);
		}
	}
	fputc('\n', view->out);
}

/* Whether any pair has a value. */
static bool matrix_is_told(const struct topology *topology, pair_format *format)
{
	char text[32];

	for (unsigned from = 0; from < topology_node_count(topology); from++) {
		for (unsigned to = 0; to < topology_node_count(topology); to++) {
			format(topology, from, to, text);
			if (text[0] != '-')
				return true;
		}
	}
	return false;
}

static void print_matrices(const struct view *view)
{
	print_matrix(view,
		     distance_is_known(view->topology)
			     ? "distances from node to node (SLIT: 10 is local)"
			     : "distances from node to node (assumed: firmware tells none)",
		     format_distance);
	if (matrix_is_told(view->topology, format_latency))
		print_matrix(view, "latency in ns (HMAT)", format_latency);
	if (matrix_is_told(view->topology, format_bandwidth))
		print_matrix(view, "bandwidth in MiB/s (HMAT)", format_bandwidth);
}

static void print_order(const struct view *view, const struct topo_order *order)
{
	struct wrap wrap = { .out = view->out, .indent = ORDER_INDENT + 9, .column = ORDER_INDENT };
	char list[LIST_BYTES];

	ranges_format(order->os_indexes, order->count, ORDER_ITEMS, list, sizeof(list));
	fprintf(view->out, "  %-*s PUs     %s\n", ORDER_INDENT - 3, order->place, list);
	fprintf(view->out, "%*s", ORDER_INDENT, "");
	wrap.column += (size_t)fprintf(view->out, "threads");
	for (unsigned i = 0; i < order->stop_count; i++) {
		snprintf(list, sizeof(list), "%u%s", order->stops[i],
			 i + 1 < order->stop_count ? "," : "");
		wrap_word(&wrap, list);
	}
	fputc('\n', view->out);
}

static int print_orders(const struct view *view, struct fault *fault)
{
	fprintf(view->out,
		"\nplacement: the order of PUs under place=, and the stops of threads=auto\n");
	for (unsigned i = 0; i < topo_order_count(view->topology); i++) {
		struct topo_order order;
		const int error = topo_order_make(view->topology, i, &order, fault);

		if (error)
			return error;
		print_order(view, &order);
		topo_order_free(&order);
	}
	return 0;
}

/* Where memory=remote would put what belongs to a worker on each node. */
static void print_remote(const struct view *view)
{
	struct wrap wrap = { .out = view->out, .indent = STEP, .column = 1 };
	char word[64];

	if (topology_node_count(view->topology) < 2)
		return;
	fprintf(view->out, "\nmemory=remote, node of the worker -> node of its memory\n ");
	for (unsigned i = 0; i < topology_node_count(view->topology); i++) {
		const struct topology_node *node = topology_node(view->topology, i);
		const unsigned far = distance_farthest(view->topology, i);

		if (!node->pu_count)
			continue;
		snprintf(word, sizeof(word), "%u->%u", node->os_index,
			 topology_node(view->topology, far)->os_index);
		wrap_word(&wrap, word);
	}
	fputc('\n', view->out);
}

int topo_print_text(const struct topology *topology, FILE *out, struct fault *fault)
{
	struct view view = { .topology = topology, .out = out };
	struct topo_box machine = { .box_count = 0 };
	int error = topo_tree_make(topology, &machine);

	view.scratch = calloc(topology_pu_count(topology), sizeof(*view.scratch));
	if (error || !view.scratch) {
		error = fault_set(fault, -ENOMEM, "no memory to show the machine");
	} else {
		print_machine(&view);
		fputc('\n', out);
		print_box(&view, &machine, 0);
		print_caches(&view);
		print_matrices(&view);
		error = print_orders(&view, fault);
		print_remote(&view);
	}
	topo_tree_free(&machine);
	free(view.scratch);
	return error;
}
