/*
 * Which PU each worker sits on: a pure function of topology, policy and number of workers.
 *
 * compact      fill a core (SMT siblings too), then its package's next core, then the next node
 * scatter      round-robin over NUMA nodes; cores before SMT siblings, even where a node has fewer
 * cores-first  as compact, but every core of the machine once before any SMT sibling (the default)
 * node:N       as cores-first, within the node with OS index N
 * list:...     OS indexes of PUs in the order given, such as 0,2,4-7
 */
#ifndef TOPOLOGY_PLACEMENT_H
#define TOPOLOGY_PLACEMENT_H

#include "topology/topology.h"

enum placement_kind {
	PLACEMENT_COMPACT,
	PLACEMENT_SCATTER,
	PLACEMENT_CORES_FIRST,
	PLACEMENT_NODE,
	PLACEMENT_LIST
};

enum { PLACEMENT_LIST_MAX = 4096 };

struct placement {
	enum placement_kind kind;
	unsigned node_os_index;    /* PLACEMENT_NODE */
	unsigned list_length;      /* PLACEMENT_LIST */
	bool spares_server;        /* keep off the PUs of placement_server_pus() */
	unsigned list[PLACEMENT_LIST_MAX];
};

/**
 * placement_parse() - read a policy from its text, without a machine.
 *
 * Return: 0, or -EINVAL with the sentence in @fault.
 */
int placement_parse(const char *text, struct placement *placement, struct fault *fault);

/**
 * placement_server_pus() - the PUs that a private server has for itself.
 *
 * The last quarter of them in logical order, so that they share caches with each other rather than
 * with workers; at least one. On a machine of one PU that is all there is: server and workers share.
 *
 * @first:  out, index into topology_pu() of the first of them; all that follow are the server's.
 *
 * Return: how many, at least 1.
 */
unsigned placement_server_pus(const struct topology *topology, unsigned *first);

/**
 * placement_capacity() - how many PUs a policy can use on this machine.
 *
 * Return: the number, at least 1, or -ENOENT if the policy names an absent PU, or a node that is
 * absent or nearest to no usable PU, or leaves none beside the server's (sentence in @fault).
 */
int placement_capacity(const struct topology *topology, const struct placement *placement,
		       struct fault *fault);

/**
 * placement_plan() - choose the PUs for n workers under a policy.
 *
 * SMT siblings come last unless the policy says otherwise. Pure: same inputs, same plan, no system
 * call. With more workers than PUs, worker i sits where worker i mod capacity does
 * (over-subscription is the caller's decision).
 *
 * @n:    number of workers, at least 1.
 * @pus:  out, n indexes into topology_pu(); owned by the caller.
 *
 * Return: 0, -EINVAL if n is 0, -ENOENT as placement_capacity().
 */
int placement_plan(const struct topology *topology, const struct placement *placement, unsigned n,
		   unsigned *pus, struct fault *fault);

/**
 * placement_auto_threads() - the stops that a scaling sweep must not miss.
 *
 * 1, doubling, the last worker that the policy puts on its first node and one more, as many as
 * there are cores, all PUs that the policy can use; ascending, each once.
 *
 * @stops:  out, room for @room numbers.
 *
 * Return: how many stops, or -ENOENT, -ENOMEM, or -E2BIG if @room is too small (40 are enough for
 * any machine).
 */
int placement_auto_threads(const struct topology *topology, const struct placement *placement,
			   unsigned *stops, unsigned room, struct fault *fault);

#endif
