/* One thread on each of several PUs, for as long as one function takes. */
#ifndef RUNNERS_PROBE_CREW_H
#define RUNNERS_PROBE_CREW_H

#include "topology/topology.h"

/* @rank: position in the list of PUs. */
typedef void crew_body(void *context, unsigned rank);

/**
 * crew_run() - run a function on each of some PUs at the same time.
 *
 * Every thread is bound and its binding read back before any of them begins.
 *
 * @pus:  @count indexes into topology_pu(), each once.
 *
 * Return: 0, the errno of the first thread that could not be made or bound, with the sentence in
 * @fault; the function has then run nowhere.
 */
int crew_run(const struct topology *topology, const unsigned *pus, unsigned count, crew_body *body,
	     void *context, struct fault *fault);

#endif
