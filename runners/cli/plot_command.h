/* What numamark run, plot and report share: figures and the page of a result folder. */
#ifndef RUNNERS_CLI_PLOT_COMMAND_H
#define RUNNERS_CLI_PLOT_COMMAND_H

#include "topology/fault.h"

/* plot_directory() of the usual figures, with numamark's own scripts. */
int plot_folder(const char *directory, unsigned *drawn, struct fault *fault);

/* report_directory() with numamark's own style. */
int report_folder(const char *directory, const char *output, struct fault *fault);

#endif
