/*
 * Energy that the processors' packages take, by the kernel's powercap files (RAPL on Intel and AMD):
 * of everything that runs on them, not of this process alone.
 */
#ifndef RUNNERS_MEASURE_ENERGY_H
#define RUNNERS_MEASURE_ENERGY_H

#include <stdint.h>

enum { ENERGY_PACKAGES_MAX = 16, ENERGY_PATH_BYTES = 512, ENERGY_REASON_BYTES = 160 };

struct energy {
	struct energy_package {
		char path[ENERGY_PATH_BYTES];
		uint64_t begin_uj, range_uj; /* the count goes back to 0 at the range */
	} packages[ENERGY_PACKAGES_MAX];
	unsigned count;
	double joules;                         /* of all packages, between begin and end */
	char unavailable[ENERGY_REASON_BYTES]; /* why there is no figure; "" if there is */
};

/* @root: "" for this host; a folder that holds a sys/ tree for tests. */
void energy_begin(const char *root, struct energy *energy);
void energy_end(struct energy *energy);

#endif
