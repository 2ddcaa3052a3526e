/* Fixed work against a deadline, on one PU. */
#ifndef RUNNERS_PROBE_JITTER_H
#define RUNNERS_PROBE_JITTER_H

#include <stdint.h>

enum { JITTER_MISSES_KEPT = 8 };

struct jitter_miss {
	uint64_t at_ns; /* since the probe began */
	uint64_t took_ns;
};

struct jitter_tally {
	uint64_t deadline_ns; /* for one piece of work */
	uint64_t usual_ns;    /* what a piece takes undisturbed */
	uint64_t pieces, missed;
	uint64_t lost_ns; /* by pieces that missed, beyond what is usual */
	uint64_t worst_ns;
	struct jitter_miss misses[JITTER_MISSES_KEPT]; /* the worst, longest first */
	unsigned kept;
};

/* Count one piece that began at @at_ns. */
void jitter_note(struct jitter_tally *tally, uint64_t at_ns, uint64_t took_ns);

/**
 * jitter_stolen_ns() - what a hypervisor has taken from a PU, from the text of /proc/stat.
 *
 * @tick_ns:  of the kernel's clock ticks.
 *
 * Return: 0, or -ENODATA where the text does not say.
 */
int jitter_stolen_ns(const char *stat, unsigned pu_os_index, uint64_t tick_ns, uint64_t *stolen_ns);

#endif
