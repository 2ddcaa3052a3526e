/* Inside of numamark topo: the three ways to show a machine, and what they share. */
#ifndef RUNNERS_CLI_TOPO_VIEWS_H
#define RUNNERS_CLI_TOPO_VIEWS_H

#include <stdio.h>

#include "runners/cli/topo_tree.h"
#include "topology/placement.h"

/* The whole order of one policy, and its stops. */
struct topo_order {
	char place[32];
	unsigned *os_indexes; /* of the PUs, in the policy's order */
	unsigned count;
	unsigned stops[40];
	unsigned stop_count;
};

/* The policies to show: compact, scatter, cores-first, and node:N for every node with PUs. */
unsigned topo_order_count(const struct topology *topology);

/**
 * topo_order_make() - the order of one of the policies to show.
 *
 * @index:  0 to topo_order_count() - 1.
 * @order:  out; released with topo_order_free().
 *
 * Return: 0, or -ENOMEM with the sentence in @fault.
 */
int topo_order_make(const struct topology *topology, unsigned index, struct topo_order *order,
		    struct fault *fault);
void topo_order_free(struct topo_order *order);

/* OS numbers of PUs @first to @first + @count - 1. Return: released with free(), or NULL. */
unsigned *topo_os_indexes(const struct topology *topology, unsigned first, unsigned count);

/*
 * Print in one way. Return: 0, or -ENOMEM with the sentence in @fault; what was written is for the
 * caller to check.
 */
int topo_print_text(const struct topology *topology, FILE *out, struct fault *fault);
int topo_print_json(const struct topology *topology, FILE *out, struct fault *fault);
int topo_print_svg(const struct topology *topology, FILE *out, struct fault *fault);

#endif
