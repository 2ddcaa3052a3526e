/* Heat maps of what `numamark probe coherence --json` and `probe memory --json` printed. */
#ifndef PLOTS_PROBE_HEAT_H
#define PLOTS_PROBE_HEAT_H

#include "plots/plot.h"

/* Does a name end as those files do: .json? */
int probe_heat_is_file(const char *path);

/**
 * probe_heat_draw() - draw the matrices that a file has, beside it: NAME-coherence.svg, NAME-memory_latency.svg,
 * NAME-memory_bandwidth.svg... with their data.
 *
 * @options:  directory is the file; figures are not chosen.
 *
 * Return: 0; -ENOENT, -EINVAL (no JSON of a probe, no such format), -ENODATA (neither pairs nor nodes in it); as
 * plot_directory().
 */
int probe_heat_draw(const struct plot_options *options, unsigned *drawn, struct fault *fault);

#endif
