/* A 64-bit fingerprint of text, as 16 hexadecimal digits. No protection against malice. */
#ifndef RUNNERS_PLAN_DIGEST_H
#define RUNNERS_PLAN_DIGEST_H

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#include "workloads/random.h"

enum { DIGEST_TEXT_BYTES = 17 };

struct digest {
	uint64_t state;
};

static inline struct digest digest_begin(void)
{
	return (struct digest){ .state = UINT64_C(14695981039346656037) };
}

/* FNV-1a (Fowler, Noll, Vo). */
static inline void digest_add(struct digest *digest, const char *text)
{
	for (; *text; text++)
		digest->state = (digest->state ^ (unsigned char)*text) * UINT64_C(1099511628211);
}

/* Mixed at the end: FNV's high bits know little of the last bytes. */
static inline void digest_end(const struct digest *digest, char text[DIGEST_TEXT_BYTES])
{
	snprintf(text, DIGEST_TEXT_BYTES, "%016" PRIx64, random_mix(digest->state));
}

#endif
