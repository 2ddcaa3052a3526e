/* Bind the calling thread to one PU, and prove it. */
#ifndef TOPOLOGY_BINDING_H
#define TOPOLOGY_BINDING_H

#include <sched.h>
#include <stddef.h>

#include "topology/topology.h"

/**
 * binding_set() - bind the calling thread to one PU and read the binding back.
 *
 * @pu:  index into topology_pu().
 *
 * Return: 0 once the kernel reports exactly this PU as the thread's affinity and as the processor
 * it runs on; with the sentence in @fault: -ENXIO if what is read back differs, -ENOTSUP if the
 * topology is not this machine, or the errno of the refusal.
 */
int binding_set(const struct topology *topology, unsigned pu, struct fault *fault);

/* The PU the calling thread runs on now. Return: index into topology_pu(), or -ENOENT. */
int binding_where(const struct topology *topology);

/* Where a thread was allowed to run: for a thread that visits other PUs and comes back. */
struct binding_saved {
	cpu_set_t *processors;
	size_t size_bytes;
};

/**
 * binding_save() - note the calling thread's affinity.
 *
 * @saved:  out; handed to binding_restore(), which releases it.
 *
 * Return: 0, -ENOMEM, or the errno of the refusal.
 */
int binding_save(struct binding_saved *saved);

/* Return: 0, or the errno with which the kernel refused to give the affinity back. */
int binding_restore(struct binding_saved *saved);

#endif
