/*
 * Two neighbouring words that change together: the part of the seam of
 * structures/common/atomics.h for a compare-and-swap of 16 bytes.
 *
 * In assembly, because compilers may call a library for it, which takes a lock: cmpxchg16b on
 * x86-64 (all but the first AMD64 processors have it: are_pairs_atomic()), a loop of ldaxp and
 * stlxp on arm64. Each word may also be loaded, and changed, by itself.
 */
#ifndef STRUCTURES_COMMON_ATOMIC_PAIR_H
#define STRUCTURES_COMMON_ATOMIC_PAIR_H

#include "structures/common/atomics.h"
#if defined(__x86_64__)
#	include <cpuid.h>
#endif

struct atomic_pair {
	_Alignas(16) _Atomic uint64_t low;
	_Atomic uint64_t high;
};

struct pair {
	uint64_t low, high;
};

static inline bool are_pairs_atomic(void)
{
#if defined(__x86_64__)
	unsigned eax, ebx, ecx = 0, edx;

	return __get_cpuid(1, &eax, &ebx, &ecx, &edx) && ecx & bit_CMPXCHG16B;
#else
	return true;
#endif
}

/* ThreadSanitizer does not see assembly: let it see the same order on both words. */
static inline void atomic_pair_show(struct atomic_pair *pair)
{
#ifdef ATOMICS_TSAN
	atomic_fetch_add_explicit(&pair->low, 0, memory_order_acq_rel);
	atomic_fetch_add_explicit(&pair->high, 0, memory_order_acq_rel);
#else
	(void)pair;
#endif
}

static inline bool cas_acq_rel_pair_assembled(struct atomic_pair *pair, struct pair expected,
					      struct pair made)
{
#if defined(__x86_64__)
	bool is_done;

	__asm__ volatile("lock cmpxchg16b %0"
			 : "+m"(*pair), "=@ccz"(is_done), "+a"(expected.low), "+d"(expected.high)
			 : "b"(made.low), "c"(made.high)
			 : "memory");
	return is_done;
#elif defined(__aarch64__)
	uint64_t low, high;
	uint32_t has_failed;

	/* Two loaded words are of one moment only if the store that follows takes place. */
	__asm__ volatile("1:	ldaxp	%[low], %[high], %[pair]\n"
			 "	cmp	%[low], %[expected_low]\n"
			 "	ccmp	%[high], %[expected_high], #0, eq\n"
			 "	cset	%w[has_failed], ne\n"
			 "	b.ne	2f\n"
			 "	stlxp	%w[has_failed], %[made_low], %[made_high], %[pair]\n"
			 "	cbnz	%w[has_failed], 1b\n"
			 "2:"
			 : [low] "=&r"(low), [high] "=&r"(high), [has_failed] "=&r"(has_failed),
			   [pair] "+Q"(*pair)
			 : [expected_low] "r"(expected.low), [expected_high] "r"(expected.high),
			   [made_low] "r"(made.low), [made_high] "r"(made.high)
			 : "memory", "cc");
	return !has_failed;
#else
#	error "a compare-and-swap of two words is written for x86-64 and arm64"
#endif
}

/* Return: whether both words were as expected, and were changed. On failure it tells no more. */
static inline bool cas_acq_rel_pair(struct atomic_pair *pair, struct pair expected,
				    struct pair made)
{
	bool is_done;

#if NUMAMARK_EXPLORE
	explore_point();
#endif
	atomic_pair_show(pair);
	is_done = cas_acq_rel_pair_assembled(pair, expected, made);
	atomic_pair_show(pair);
	return is_done;
}

#endif
