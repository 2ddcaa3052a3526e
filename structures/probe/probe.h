/*
 * Probes run the measurement loop of a map around (almost) nothing: what they cost is what the harness costs, and what
 * the machine allows at most. A structure NAME of this family defines
 *
 *   uint64_t NAME_touch(struct NAME *, struct context *, uint64_t key)
 *
 * and the rest as in structures/map/map.h.
 */
#ifndef STRUCTURES_PROBE_PROBE_H
#define STRUCTURES_PROBE_PROBE_H

#include <string.h>

#include "structures/variant.h"

enum probe_operation { PROBE_TOUCH };

extern const struct family probe_family;

#endif
