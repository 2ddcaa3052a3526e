/*
 * How every source here uses liburcu: with the read side and the queues inlined (_LGPL_SOURCE,
 * which our licence allows), since otherwise liburcu alone would pay calls. Comes before its
 * headers.
 *
 * ThreadSanitizer: liburcu as packaged is not instrumented, so its grace periods and its lists are
 * invisible, and its inlined half alone would look like races. Under it the calls stay calls, and
 * the edges that liburcu guarantees are told by the two functions below. Elsewhere they are
 * nothing.
 * UndefinedBehaviorSanitizer: liburcu-bp 0.13 hands out readers that are less aligned than their
 * type says, so that its inlined half is reported; calls are not.
 */
#ifndef STRUCTURES_RECLAIM_LIBURCU_H
#define STRUCTURES_RECLAIM_LIBURCU_H

#include "structures/common/atomics.h"
#include "topology/arena.h"

#ifdef ATOMICS_TSAN
#	include <sanitizer/tsan_interface.h>
#elif !(defined(ARENA_ASAN) && NUMAMARK_RECLAIM_URCU_BP)
#	define _LGPL_SOURCE 1
#	define URCU_INLINE_SMALL_FUNCTIONS 1
#endif
#define URCU_API_MAP 1
#define URCU_NO_COMPAT_IDENTIFIERS 1

/* What this thread did so far happens before what follows liburcu_acquired() of the same place. */
static inline void liburcu_released(void *place)
{
#ifdef ATOMICS_TSAN
	__tsan_release(place);
#else
	(void)place;
#endif
}

static inline void liburcu_acquired(void *place)
{
#ifdef ATOMICS_TSAN
	__tsan_acquire(place);
#else
	(void)place;
#endif
}

#endif
