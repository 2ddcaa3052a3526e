#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "topology/nearest.h"
#include "topology/placement.h"
#include "topology/ranges.h"

static const char allowed[] = "compact, scatter, cores-first, node:N, list:0,2,4-7";

/* The text after @name and a colon, or NULL. */
static const char *argument_of(const char *text, const char *name)
{
	const size_t length = strlen(name);

	return !strncmp(text, name, length) && text[length] == ':' ? text + length + 1 : NULL;
}

static int parse_node(const char *argument, struct placement *placement, struct fault *fault)
{
	unsigned node;

	if (ranges_parse(argument, &node, 1, NULL) != 1)
		return fault_set(fault, -EINVAL,
				 "place=node:%.100s: one number of a NUMA node is "
				 "wanted, such as node:0",
				 argument);
	placement->kind = PLACEMENT_NODE;
	placement->node_os_index = node;
	return 0;
}

/* Two workers on one PU would be over-subscription by accident. */
static int check_repeats(const unsigned *list, unsigned length, struct fault *fault)
{
	for (unsigned i = 1; i < length; i++)
		for (unsigned j = 0; j < i; j++)
			if (list[i] == list[j])
				return fault_set(fault, -EINVAL, "place=list: names PU %u twice",
						 list[i]);
	return 0;
}

static int parse_list(const char *argument, struct placement *placement, struct fault *fault)
{
	const int length = ranges_parse(argument, placement->list, PLACEMENT_LIST_MAX, fault);

	if (length < 0)
		return fault_prefix(fault, length, "place=list: ");
	placement->kind = PLACEMENT_LIST;
	placement->list_length = (unsigned)length;
	return check_repeats(placement->list, placement->list_length, fault);
}

static int refuse_name(const char *text, struct fault *fault)
{
	static const char *const names[] = { "compact", "scatter", "cores-first",
					     "node:0",  "list:0",  NULL };
	const char *meant = nearest_name(text, names);

	if (meant)
		return fault_set(fault, -EINVAL,
				 "place=%.100s is unknown; did you mean %s? Allowed: %s", text,
				 meant, allowed);
	return fault_set(fault, -EINVAL, "place=%.100s is unknown; allowed: %s", text, allowed);
}

int placement_parse(const char *text, struct placement *placement, struct fault *fault)
{
	static const struct {
		const char *name;
		enum placement_kind kind;
	} plain[] = {
		{ "compact", PLACEMENT_COMPACT },
		{ "scatter", PLACEMENT_SCATTER },
		{ "cores-first", PLACEMENT_CORES_FIRST },
	};
	const char *argument;

	placement->spares_server = false;
	for (size_t i = 0; i < sizeof(plain) / sizeof(*plain); i++) {
		if (!strcmp(text, plain[i].name)) {
			placement->kind = plain[i].kind;
			return 0;
		}
	}
	argument = argument_of(text, "node");
	if (argument)
		return parse_node(argument, placement, fault);
	argument = argument_of(text, "list");
	if (argument)
		return parse_list(argument, placement, fault);
	return refuse_name(text, fault);
}
