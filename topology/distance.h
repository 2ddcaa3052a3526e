/*
 * Node-to-node matrix from firmware: SLIT distances, and HMAT latency and bandwidth where the
 * machine has them. Nodes are given by index.
 */
#ifndef TOPOLOGY_DISTANCE_H
#define TOPOLOGY_DISTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "topology/topology.h"

/**
 * distance_between() - relative memory latency between two nodes, 10 meaning local (ACPI SLIT).
 *
 * @from, @to:  node indexes.
 *
 * Return: the distance; where firmware gives none (also where there is one node alone), 10 on the
 * diagonal and 20 elsewhere, and distance_is_known() is false.
 */
unsigned distance_between(const struct topology *topology, unsigned from, unsigned to);
bool distance_is_known(const struct topology *topology);

/*
 * The allowed node with memory that is farthest from @from, lowest index first among equals; @from
 * itself where there is no other.
 */
unsigned distance_farthest(const struct topology *topology, unsigned from);

/*
 * HMAT attributes of an (initiator node, target node) pair; Linux tells them for the nearest
 * initiators of a target alone. Return: 0, or -ENODATA where firmware or kernel is silent.
 */
int distance_latency_ns(const struct topology *topology, unsigned from, unsigned to,
			uint64_t *latency_ns);
int distance_bandwidth_mib_per_s(const struct topology *topology, unsigned from, unsigned to,
				 uint64_t *bandwidth_mib_per_s);

#endif
