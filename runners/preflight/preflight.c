#include "runners/preflight/preflight.h"

#include <glob.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "topology/ranges.h"

enum { INTERRUPT_PUS_MAX = 4096, FREQUENCY_SPREAD_PERCENT = 5 };

/* Reads one item under @root into item->found and grades it. */
typedef void item_check(const char *root, struct preflight_item *item);

static void say_unknown(struct preflight_item *item)
{
	snprintf(item->found, sizeof(item->found), "unknown");
	item->grade = PREFLIGHT_UNKNOWN;
}

/* First line of root/path, without its newline. Return: 0, or -1 where there is none. */
static int read_first_line(const char *root, const char *path, char *line, size_t room)
{
	char full[4096];
	FILE *file;
	char *got;

	if (snprintf(full, sizeof(full), "%s/%s", root, path) >= (int)sizeof(full))
		return -1;
	file = fopen(full, "re");
	if (!file)
		return -1;
	got = fgets(line, (int)room, file);
	fclose(file);
	if (!got)
		return -1;
	line[strcspn(line, "\n")] = 0;
	return 0;
}

/* Read a file into found; a fit host has @fit in it, otherwise the grade is @otherwise. */
static void check_equals(const char *root, const char *path, const char *fit,
			 enum preflight_grade otherwise, struct preflight_item *item)
{
	if (read_first_line(root, path, item->found, sizeof(item->found)))
		say_unknown(item);
	else
		item->grade = strcmp(item->found, fit) ? otherwise : PREFLIGHT_FIT;
}

/* Put other words in place of the 0 and 1 that a file holds. */
static void reword(struct preflight_item *item, const char *fit, const char *otherwise)
{
	if (item->grade != PREFLIGHT_UNKNOWN)
		snprintf(item->found, sizeof(item->found), "%s",
			 item->grade == PREFLIGHT_FIT ? fit : otherwise);
}

static void check_hypervisor(const char *root, struct preflight_item *item)
{
	char path[4096], line[16384];
	FILE *file;

	say_unknown(item);
	snprintf(path, sizeof(path), "%s/proc/cpuinfo", root);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "flags", 5))
			continue;
		item->grade = strstr(line, " hypervisor") ? PREFLIGHT_UNFIT : PREFLIGHT_FIT;
		reword(item, "bare metal", "virtual machine");
		break;
	}
	if (file)
		fclose(file);
}

/* The same setting of every CPU: found is the value, or the first that is not fit. */
static void check_governor(const char *root, struct preflight_item *item)
{
	char pattern[4096];
	glob_t files;

	snprintf(pattern, sizeof(pattern),
		 "%s/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor", root);
	say_unknown(item);
	if (glob(pattern, 0, NULL, &files))
		return;
	for (size_t i = 0; i < files.gl_pathc; i++) {
		check_equals("", files.gl_pathv[i], "performance", PREFLIGHT_UNFIT, item);
		if (item->grade != PREFLIGHT_FIT)
			break;
	}
	globfree(&files);
}

static void check_turbo(const char *root, struct preflight_item *item)
{
	check_equals(root, "sys/devices/system/cpu/intel_pstate/no_turbo", "1", PREFLIGHT_CAVEAT,
		     item);
	if (item->grade == PREFLIGHT_UNKNOWN)
		check_equals(root, "sys/devices/system/cpu/cpufreq/boost", "0", PREFLIGHT_CAVEAT,
			     item);
	reword(item, "off", "on");
}

static void check_smt(const char *root, struct preflight_item *item)
{
	check_equals(root, "sys/devices/system/cpu/smt/active", "0", PREFLIGHT_CAVEAT, item);
	reword(item, "off", "on");
}

/* The chosen word of a list such as "always [madvise] never". */
static void check_thp(const char *root, struct preflight_item *item)
{
	char line[128];
	const char *open, *close;

	say_unknown(item);
	if (read_first_line(root, "sys/kernel/mm/transparent_hugepage/enabled", line, sizeof(line)))
		return;
	open = strchr(line, '[');
	close = open ? strchr(open, ']') : NULL;
	if (!close)
		return;
	snprintf(item->found, sizeof(item->found), "%.*s", (int)(close - open - 1), open + 1);
	item->grade = strcmp(item->found, "always") ? PREFLIGHT_FIT : PREFLIGHT_CAVEAT;
}

static void check_numa_balancing(const char *root, struct preflight_item *item)
{
	check_equals(root, "proc/sys/kernel/numa_balancing", "0", PREFLIGHT_UNFIT, item);
}

static void check_nmi_watchdog(const char *root, struct preflight_item *item)
{
	check_equals(root, "proc/sys/kernel/nmi_watchdog", "0", PREFLIGHT_CAVEAT, item);
}

static void check_perf(const char *root, struct preflight_item *item)
{
	if (read_first_line(root, "proc/sys/kernel/perf_event_paranoid", item->found,
			    sizeof(item->found)))
		say_unknown(item);
	else
		item->grade = atoi(item->found) <= 1 ? PREFLIGHT_FIT : PREFLIGHT_CAVEAT;
}

static void check_clock_source(const char *root, struct preflight_item *item)
{
	if (read_first_line(root, "sys/devices/system/clocksource/clocksource0/current_clocksource",
			    item->found, sizeof(item->found)))
		say_unknown(item);
	else
		item->grade = !strcmp(item->found, "tsc") || !strcmp(item->found, "arch_sys_counter")
				      ? PREFLIGHT_FIT
				      : PREFLIGHT_CAVEAT;
}

/* Threads runnable beside this one, now: the load average would still remember the build. */
static void check_load(const char *root, struct preflight_item *item)
{
	char line[128];
	unsigned running;

	say_unknown(item);
	if (read_first_line(root, "proc/loadavg", line, sizeof(line)) ||
	    sscanf(line, "%*s %*s %*s %u/", &running) != 1)
		return;
	running -= running > 0;
	snprintf(item->found, sizeof(item->found), "%u", running);
	item->grade = running ? PREFLIGHT_CAVEAT : PREFLIGHT_FIT;
}

/* Applies @visit to each file that @pattern names under @root. Return: how many there were. */
typedef void visit_file(const char *path, void *context);

static size_t each_file(const char *root, const char *pattern, visit_file *visit, void *context)
{
	char full[4096];
	glob_t files;
	size_t count;

	snprintf(full, sizeof(full), "%s/%s", root, pattern);
	if (glob(full, 0, NULL, &files))
		return 0;
	count = files.gl_pathc;
	for (size_t i = 0; i < count; i++)
		visit(files.gl_pathv[i], context);
	globfree(&files);
	return count;
}

static void check_isolation(const char *root, struct preflight_item *item)
{
	/* The file of a host that isolates none holds an empty line. */
	if (read_first_line(root, "sys/devices/system/cpu/isolated", item->found,
			    sizeof(item->found))) {
		say_unknown(item);
		return;
	}
	item->grade = item->found[0] ? PREFLIGHT_FIT : PREFLIGHT_CAVEAT;
	reword(item, item->found, "none");
}

/* Which PUs the interrupts of devices may come to. */
struct interrupts {
	bool serves[INTERRUPT_PUS_MAX];
	unsigned count;
};

static void note_interrupt(const char *path, void *context)
{
	struct interrupts *const interrupts = context;
	unsigned pus[INTERRUPT_PUS_MAX];
	char line[4096];
	int count;

	if (read_first_line("", path, line, sizeof(line)))
		return;
	count = ranges_parse(line, pus, INTERRUPT_PUS_MAX, NULL);
	for (int i = 0; i < count; i++)
		if (pus[i] < INTERRUPT_PUS_MAX)
			interrupts->serves[pus[i]] = true;
	interrupts->count++;
}

static void check_interrupts(const char *root, struct preflight_item *item)
{
	struct interrupts interrupts = { .count = 0 };
	unsigned pus = 0;

	say_unknown(item);
	each_file(root, "proc/irq/[0-9]*/smp_affinity_list", note_interrupt, &interrupts);
	for (unsigned i = 0; i < INTERRUPT_PUS_MAX; i++)
		pus += interrupts.serves[i];
	if (!pus)
		return;
	snprintf(item->found, sizeof(item->found), "%u on %u PU%s", interrupts.count, pus,
		 pus == 1 ? "" : "s");
	item->grade = pus == 1 ? PREFLIGHT_FIT : PREFLIGHT_CAVEAT;
}

struct extremes {
	unsigned long lowest, highest;
};

static void note_frequency(const char *path, void *context)
{
	struct extremes *const extremes = context;
	char line[64];
	unsigned long khz;

	if (read_first_line("", path, line, sizeof(line)))
		return;
	khz = strtoul(line, NULL, 10);
	extremes->lowest = khz < extremes->lowest ? khz : extremes->lowest;
	extremes->highest = khz > extremes->highest ? khz : extremes->highest;
}

static void check_frequency(const char *root, struct preflight_item *item)
{
	struct extremes khz = { .lowest = ULONG_MAX };

	say_unknown(item);
	each_file(root, "sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_cur_freq",
		  note_frequency, &khz);
	if (!khz.highest)
		return;
	snprintf(item->found, sizeof(item->found), "%lu to %lu MHz", khz.lowest / 1000,
		 khz.highest / 1000);
	item->grade = (khz.highest - khz.lowest) * 100 > khz.highest * FREQUENCY_SPREAD_PERCENT
			      ? PREFLIGHT_CAVEAT
			      : PREFLIGHT_FIT;
}

static void add_events(const char *path, void *context)
{
	char line[64];

	if (!read_first_line("", path, line, sizeof(line)))
		*(unsigned long *)context += strtoul(line, NULL, 10);
}

static void check_throttling(const char *root, struct preflight_item *item)
{
	unsigned long events = 0;

	say_unknown(item);
	if (!each_file(root, "sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/*_throttle_count",
		       add_events, &events))
		return;
	snprintf(item->found, sizeof(item->found), "%lu", events);
	item->grade = events ? PREFLIGHT_CAVEAT : PREFLIGHT_FIT;
}

static const struct {
	struct preflight_item item;
	item_check *check;
} table[] = {
	{ { .name = "hypervisor",
	    .wanted = "bare metal",
	    .why = "a hypervisor takes CPUs away and hides caches, nodes and counters",
	    .mend = "measure on a bare-metal host" },
	  check_hypervisor },
	{ { .name = "governor",
	    .wanted = "performance",
	    .why = "other governors change the clock rate during a trial",
	    .mend = "cpupower frequency-set -g performance" },
	  check_governor },
	{ { .name = "turbo",
	    .wanted = "off",
	    .why = "few busy cores run faster than many, which bends scaling curves",
	    .mend = "echo 1 > /sys/devices/system/cpu/intel_pstate/no_turbo" },
	  check_turbo },
	{ { .name = "smt",
	    .wanted = "off",
	    .why = "two workers on one core share its pipelines and caches",
	    .mend = "place=cores-first puts siblings last; or echo off > /sys/devices/system/cpu/smt/control" },
	  check_smt },
	{ { .name = "transparent-huge-pages",
	    .wanted = "madvise or never",
	    .why = "with `always`, a neighbour's huge page may hold a page meant for another node",
	    .mend = "echo madvise > /sys/kernel/mm/transparent_hugepage/enabled" },
	  check_thp },
	{ { .name = "numa-balancing",
	    .wanted = "0",
	    .why = "the kernel would move pages between nodes during a trial",
	    .mend = "sysctl kernel.numa_balancing=0" },
	  check_numa_balancing },
	{ { .name = "nmi-watchdog",
	    .wanted = "0",
	    .why = "it holds a hardware counter and interrupts every CPU",
	    .mend = "sysctl kernel.nmi_watchdog=0" },
	  check_nmi_watchdog },
	{ { .name = "perf-events",
	    .wanted = "1 or less",
	    .why = "counters of this process need it",
	    .mend = "sysctl kernel.perf_event_paranoid=1" },
	  check_perf },
	{ { .name = "clock-source",
	    .wanted = "tsc or arch_sys_counter",
	    .why = "other clocks cost a system call per reading",
	    .mend = "boot with tsc=reliable if the hardware allows it" },
	  check_clock_source },
	{ { .name = "isolated-cpus",
	    .wanted = "those measured on",
	    .why = "on other CPUs the kernel runs its own work, timers and callbacks, between ours",
	    .mend = "boot with isolcpus=LIST nohz_full=LIST rcu_nocbs=LIST, and start numamark "
		    "with taskset -c LIST" },
	  check_isolation },
	{ { .name = "irq-affinity",
	    .wanted = "all on 1 PU",
	    .why = "interrupts of devices stop a worker wherever they come",
	    .mend = "stop irqbalance, and write one PU that is not measured on to "
		    "/proc/irq/*/smp_affinity_list" },
	  check_interrupts },
	{ { .name = "frequency-drift",
	    .wanted = "within 5 %",
	    .why = "PUs at different clock rates measure the clock, not the structure",
	    .mend = "governor performance and turbo off, then wait until all PUs are awake" },
	  check_frequency },
	{ { .name = "thermal-throttling",
	    .wanted = "0",
	    .why = "a CPU that was too hot since it was booted has slowed down, and may again",
	    .mend = "mend the cooling; compare this count before and after a run in its records" },
	  check_throttling },
	{ { .name = "load",
	    .wanted = "0",
	    .why = "threads runnable beside us take CPUs, caches and memory bandwidth",
	    .mend = "stop them, or measure when the host is quiet" },
	  check_load },
};

_Static_assert(sizeof(table) / sizeof(*table) <= PREFLIGHT_ITEMS_MAX, "room for every item");

void preflight_check(const char *root, struct preflight *preflight)
{
	preflight->count = sizeof(table) / sizeof(*table);
	preflight->grade = PREFLIGHT_FIT;
	for (size_t i = 0; i < preflight->count; i++) {
		struct preflight_item *item = &preflight->items[i];
		enum preflight_grade grade;

		*item = table[i].item;
		table[i].check(root, item);
		grade = item->grade == PREFLIGHT_UNKNOWN ? PREFLIGHT_CAVEAT : item->grade;
		if (grade > preflight->grade)
			preflight->grade = grade;
	}
}

const char *preflight_grade_name(enum preflight_grade grade)
{
	static const char *const names[] = {
		[PREFLIGHT_FIT] = "fit",
		[PREFLIGHT_UNKNOWN] = "unknown",
		[PREFLIGHT_CAVEAT] = "caveat",
		[PREFLIGHT_UNFIT] = "unfit",
	};

	return names[grade];
}

json_t *preflight_to_json(const struct preflight *preflight)
{
	json_t *items = json_array();

	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_item *item = &preflight->items[i];

		json_array_append_new(items,
				      json_pack("{s:s, s:s, s:s, s:s, s:s, s:s}", "name", item->name,
						"found", item->found, "wanted", item->wanted, "grade",
						preflight_grade_name(item->grade), "why", item->why,
						"mend", item->mend));
	}
	return items;
}
