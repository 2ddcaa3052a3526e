#include "runners/measure/energy.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#include "topology/kernel_file.h"

/* Packages alone: their parts (intel-rapl:0:1) are in them, and psys holds them all once more. */
static void add_package(const char *path, struct energy *energy)
{
	struct energy_package *const package = &energy->packages[energy->count];
	char name[64];
	int error;

	if (energy->count == ENERGY_PACKAGES_MAX || strlen(path) >= sizeof(package->path) ||
	    kernel_file_read(name, sizeof(name), "%s/name", path) <= 0 ||
	    strncmp(name, "package", strlen("package")) != 0)
		return;
	strcpy(package->path, path);
	error = kernel_file_number(&package->begin_uj, "%s/energy_uj", path);
	if (!error)
		error = kernel_file_number(&package->range_uj, "%s/max_energy_range_uj", path);
	if (error)
		snprintf(energy->unavailable, sizeof(energy->unavailable),
			 "%.60s/energy_uj: %s; root may read it", path, strerror(-error));
	else
		energy->count++;
}

void energy_begin(const char *root, struct energy *energy)
{
	char pattern[ENERGY_PATH_BYTES];
	glob_t found;

	*energy = (struct energy){ .count = 0 };
	snprintf(pattern, sizeof(pattern), "%s/sys/class/powercap/intel-rapl:*", root);
	if (!glob(pattern, 0, NULL, &found)) {
		for (size_t i = 0; i < found.gl_pathc; i++)
			add_package(found.gl_pathv[i], energy);
		globfree(&found);
	}
	if (!energy->count && !*energy->unavailable)
		snprintf(energy->unavailable, sizeof(energy->unavailable),
			 "this machine shows no energy counters of packages in "
			 "/sys/class/powercap");
}

void energy_end(struct energy *energy)
{
	for (unsigned i = 0; i < energy->count && !*energy->unavailable; i++) {
		const struct energy_package *const package = &energy->packages[i];
		uint64_t end_uj;
		const int error = kernel_file_number(&end_uj, "%s/energy_uj", package->path);

		if (error) {
			snprintf(energy->unavailable, sizeof(energy->unavailable),
				 "%.60s/energy_uj: %s", package->path, strerror(-error));
			return;
		}
		if (end_uj < package->begin_uj)
			end_uj += package->range_uj;
		energy->joules += (double)(end_uj - package->begin_uj) / 1e6;
	}
}
