/* Bind the calling thread to one PU, and prove it. */
#ifndef TOPOLOGY_BINDING_H
#define TOPOLOGY_BINDING_H

#include "topology/topology.h"

/**
 * binding_set() - bind the calling thread to one PU and read the binding back.
 *
 * @pu:  index into topology_pu().
 *
 * Return: 0 once the kernel reports exactly this PU as the thread's affinity and as the processor it runs on;
 * -ENXIO if what is read back differs, or the errno of the refusal, with the sentence in @fault.
 */
int binding_set(const struct topology *topology, unsigned pu, struct fault *fault);

/* The PU the calling thread runs on at this moment. Return: index into topology_pu(), or -ENOENT. */
int binding_where(const struct topology *topology);

#endif
