#include "runners/measure/counter_cause.h"

#include <glob.h>
#include <papi.h>
#include <stdio.h>
#include <string.h>

#include "topology/kernel_file.h"

enum {
	PARANOID_FULL_DOMAIN = 1, /* the highest value that lets anyone count in the kernel */
	PARANOID_UNKNOWN = -2     /* below any value it takes */
};

/* kernel.perf_event_paranoid, or PARANOID_UNKNOWN where it cannot be read. */
static int read_paranoid(const char *root)
{
	char text[32];
	int value;

	if (kernel_file_read(text, sizeof(text), "%s/proc/sys/kernel/perf_event_paranoid", root) <=
		    0 ||
	    sscanf(text, "%d", &value) != 1)
		return PARANOID_UNKNOWN;
	return value;
}

static bool has_watchdog(const char *root)
{
	char text[32];

	return kernel_file_read(text, sizeof(text), "%s/proc/sys/kernel/nmi_watchdog", root) > 0 &&
	       strcmp(text, "0") != 0;
}

/* "cpu" on x86, "cpu_core" on x86 with two kinds of cores, "armv8_..." */
static bool has_pmu(const char *root)
{
	static const char *const patterns[] = { "cpu", "cpu_core", "armv8_*" };
	char pattern[4096];
	glob_t found;
	bool is_there = false;

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns) && !is_there; i++) {
		snprintf(pattern, sizeof(pattern), "%s/sys/bus/event_source/devices/%s", root,
			 patterns[i]);
		is_there = !glob(pattern, 0, NULL, &found);
		if (is_there)
			globfree(&found);
	}
	return is_there;
}

static void explain_permission(const char *root, bool is_privileged, char *reason)
{
	const int paranoid = read_paranoid(root);

	if (paranoid > PARANOID_FULL_DOMAIN && !is_privileged)
		snprintf(reason, COUNTERS_REASON_BYTES,
			 "kernel.perf_event_paranoid=%d forbids it; as root: sysctl "
			 "kernel.perf_event_paranoid=%d",
			 paranoid, PARANOID_FULL_DOMAIN);
	else
		snprintf(reason, COUNTERS_REASON_BYTES,
			 "perf_event_open() is refused, though not by kernel.perf_event_paranoid; "
			 "in a container, allow it: --cap-add PERFMON, or a seccomp profile");
}

static void explain_room(const char *root, char *reason)
{
	if (has_watchdog(root))
		snprintf(reason, COUNTERS_REASON_BYTES,
			 "no hardware counter is free for it: the NMI watchdog holds one; as root: "
			 "sysctl kernel.nmi_watchdog=0");
	else
		snprintf(reason, COUNTERS_REASON_BYTES,
			 "no hardware counter is free for it: another program holds them");
}

static void explain_unknown(const char *root, const char *event, char *reason)
{
	if (strncmp(event, "perf::", strlen("perf::")) != 0 && !has_pmu(root))
		snprintf(
			reason, COUNTERS_REASON_BYTES,
			"this machine shows no hardware counters: a virtual machine hides them, or "
			"the kernel has no driver for them");
	else
		snprintf(reason, COUNTERS_REASON_BYTES, "this processor has no event %.100s",
			 event);
}

bool counter_cause_is_want_of_room(int error)
{
	return error == PAPI_ECNFLCT || error == PAPI_ECOUNT;
}

void counter_cause(const char *root, const char *event, int error, bool is_privileged, char *reason)
{
	switch (error) {
	case PAPI_EPERM: explain_permission(root, is_privileged, reason); return;
	case PAPI_ECNFLCT:
	case PAPI_ECOUNT: explain_room(root, reason); return;
	case PAPI_ENOEVNT:
	case PAPI_ENOTPRESET:
	case PAPI_EATTR: explain_unknown(root, event, reason); return;
	/* The kernel's component goes off as a whole, also where it finds no hardware at all. */
	case PAPI_ECMP_DISABLED:
		if (has_pmu(root))
			explain_permission(root, is_privileged, reason);
		else
			explain_unknown(root, event, reason);
		return;
	default: snprintf(reason, COUNTERS_REASON_BYTES, "PAPI: %s", PAPI_strerror(error));
	}
}
