#include "runners/results/provenance.h"

#include <gnu/libc-version.h>
#include <hwloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "build_info.h"

/* The value behind "key<spaces>: " of the first line that begins with @key. */
static void read_field(const char *path, const char *key, char *value, size_t room)
{
	FILE *file = fopen(path, "re");
	char line[4096];

	snprintf(value, room, "unknown");
	while (file && fgets(line, sizeof(line), file)) {
		const char *colon = strchr(line, ':');

		if (strncmp(line, key, strlen(key)) || !colon)
			continue;
		colon += 1 + strspn(colon + 1, " \t");
		snprintf(value, room, "%.*s", (int)strcspn(colon, "\n"), colon);
		break;
	}
	if (file)
		fclose(file);
}

static void read_line(const char *path, char *value, size_t room)
{
	FILE *file = fopen(path, "re");

	if (!file || !fgets(value, (int)room, file))
		snprintf(value, room, "unknown");
	value[strcspn(value, "\n")] = 0;
	if (file)
		fclose(file);
}

static json_t *collect_host(const struct topology *topology)
{
	char command_line[2048], microcode[64], memory[64], kernel[256];
	struct utsname name;

	uname(&name);
	snprintf(kernel, sizeof(kernel), "%s %s %s", name.sysname, name.release, name.machine);
	read_line("/proc/cmdline", command_line, sizeof(command_line));
	read_field("/proc/cpuinfo", "microcode", microcode, sizeof(microcode));
	read_field("/proc/meminfo", "MemTotal", memory, sizeof(memory));
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i}", "name", name.nodename,
			 "kernel", kernel, "command_line", command_line, "cpu",
			 topology_cpu_model(topology), "microcode", microcode, "memory", memory,
			 "pus", topology_pu_count(topology), "cores", topology_core_count(topology),
			 "packages", topology_package_count(topology), "nodes",
			 topology_node_count(topology));
}

static json_t *collect_machine(const struct topology *topology)
{
	json_t *machine = json_array();

	for (unsigned i = 0; i < topology_pu_count(topology); i++) {
		const struct topology_pu *pu = topology_pu(topology, i);
		const int node = pu->node < 0 ? -1
					      : (int)topology_node(topology, (unsigned)pu->node)->os_index;

		json_array_append_new(machine, json_pack("[i, i, i, i, i, i]", pu->os_index, pu->core,
							 pu->smt, node, pu->package, pu->l3));
	}
	return machine;
}

static json_t *collect_build(void)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "version", BUILD_VERSION, "commit",
			 BUILD_COMMIT, "compiler", BUILD_COMPILER, "flags", BUILD_FLAGS, "type",
			 BUILD_TYPE, "sanitize", BUILD_SANITIZE);
}

static json_t *collect_libraries(void)
{
	const unsigned hwloc = hwloc_get_api_version();
	char hwloc_version[32];

	snprintf(hwloc_version, sizeof(hwloc_version), "%u.%u.%u", hwloc >> 16, hwloc >> 8 & 0xff,
		 hwloc & 0xff);
	return json_pack("{s:s, s:s, s:s, s:s}", "glibc", gnu_get_libc_version(), "hwloc",
			 hwloc_version, "jansson", JANSSON_VERSION, "liburcu", BUILD_LIBURCU_VERSION);
}

json_t *provenance_collect(const struct topology *topology)
{
	char hash[17];

	snprintf(hash, sizeof(hash), "%016llx", (unsigned long long)topology_hash(topology));
	return json_pack("{s:o, s:o, s:s, s:o, s:o}", "host", collect_host(topology), "machine",
			 collect_machine(topology), "topology_hash", hash, "build", collect_build(),
			 "libraries", collect_libraries());
}

const char *provenance_version(void)
{
	return BUILD_VERSION " (" BUILD_COMMIT ")";
}
