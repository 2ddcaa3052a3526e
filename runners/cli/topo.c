#include "runners/cli/topo.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/cli/topo_views.h"

static const char *const plain_places[] = { "compact", "scatter", "cores-first" };

enum { PLAIN_PLACES = sizeof(plain_places) / sizeof(*plain_places) };

unsigned topo_order_count(const struct topology *topology)
{
	unsigned count = PLAIN_PLACES;

	for (unsigned i = 0; i < topology_node_count(topology); i++)
		count += topology_node(topology, i)->pu_count > 0;
	return count;
}

static void place_name(const struct topology *topology, unsigned index, struct topo_order *order)
{
	unsigned node = 0;

	if (index < PLAIN_PLACES) {
		snprintf(order->place, sizeof(order->place), "%s", plain_places[index]);
		return;
	}
	for (index -= PLAIN_PLACES; !topology_node(topology, node)->pu_count || index; node++)
		index -= topology_node(topology, node)->pu_count > 0;
	snprintf(order->place, sizeof(order->place), "node:%u",
		 topology_node(topology, node)->os_index);
}

int topo_order_make(const struct topology *topology, unsigned index, struct topo_order *order,
		    struct fault *fault)
{
	struct placement *placement = malloc(sizeof(*placement));
	struct topo_order made = { .count = 0 };
	int result;

	if (!placement)
		return fault_set(fault, -ENOMEM, "no memory to order the PUs");
	place_name(topology, index, &made);
	result = placement_parse(made.place, placement, fault);
	if (!result)
		result = placement_capacity(topology, placement, fault);
	if (result < 0)
		goto fail;
	made.count = (unsigned)result;
	made.os_indexes = calloc(made.count, sizeof(*made.os_indexes));
	result = made.os_indexes
			 ? placement_plan(topology, placement, made.count, made.os_indexes, fault)
			 : fault_set(fault, -ENOMEM, "no memory to order the PUs");
	if (result)
		goto fail;
	for (unsigned i = 0; i < made.count; i++)
		made.os_indexes[i] = topology_pu(topology, made.os_indexes[i])->os_index;
	result = placement_auto_threads(topology, placement, made.stops,
					sizeof(made.stops) / sizeof(*made.stops), fault);
	if (result < 0)
		goto fail;
	made.stop_count = (unsigned)result;
	free(placement);
	*order = made;
	return 0;
fail:
	free(made.os_indexes);
	free(placement);
	return result;
}

void topo_order_free(struct topo_order *order)
{
	free(order->os_indexes);
}

unsigned *topo_os_indexes(const struct topology *topology, unsigned first, unsigned count)
{
	unsigned *os_indexes = calloc(count, sizeof(*os_indexes));

	for (unsigned i = 0; os_indexes && i < count; i++)
		os_indexes[i] = topology_pu(topology, first + i)->os_index;
	return os_indexes;
}

static int draw(const struct topology *topology, const char *path, struct fault *fault)
{
	FILE *file = fopen(path, "w");
	int error, is_cut;

	if (!file)
		return fault_set(fault, -EIO, "%.300s: cannot be written: %s", path,
				 strerror(errno));
	error = topo_print_svg(topology, file, fault);
	is_cut = ferror(file);
	is_cut |= fclose(file);
	if (is_cut && !error)
		error = fault_set(fault, -EIO, "%.300s: cannot be written: %s", path,
				  strerror(errno));
	return error;
}

int topo_run(const struct topo_options *options, FILE *out, struct fault *fault)
{
	struct topology *topology;
	int error = topology_load(options->input, &topology, fault);

	if (error)
		return error;
	if (options->svg_path)
		error = draw(topology, options->svg_path, fault);
	if (!error)
		error = options->json ? topo_print_json(topology, out, fault)
				      : topo_print_text(topology, out, fault);
	if (!error && (fflush(out) || ferror(out)))
		error = fault_set(fault, -EIO, "the output cannot be written: %s", strerror(errno));
	topology_free(topology);
	return error;
}
