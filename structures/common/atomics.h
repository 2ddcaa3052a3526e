/*
 * Atomic operations named by their memory order: a search for one name lists every place that relies on it.
 *
 * Everything shared in structures/ goes through here, so that one seam carries the orders. A free-standing fence is
 * for store-load order alone; ThreadSanitizer does not model fences, so under it fence_seq_cst() is a
 * read-modify-write that it does.
 */
#ifndef STRUCTURES_COMMON_ATOMICS_H
#define STRUCTURES_COMMON_ATOMICS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * The same sources are measured and explored. In a build with NUMAMARK_EXPLORE (tests/structures/
 * explorer.h) each operation is a point at which another worker may go first, and each wait lets
 * the others run; elsewhere nothing of this is left.
 */
#if NUMAMARK_EXPLORE
void explore_point(void);
void explore_wait(void);
#	define EXPLORED(operation) (explore_point(), (operation))
#else
#	define EXPLORED(operation) (operation)
#endif

#define load_relaxed(p) EXPLORED(atomic_load_explicit((p), memory_order_relaxed))
#define load_acquire(p) EXPLORED(atomic_load_explicit((p), memory_order_acquire))
#define load_seq_cst(p) EXPLORED(atomic_load_explicit((p), memory_order_seq_cst))

#define store_relaxed(p, v) EXPLORED(atomic_store_explicit((p), (v), memory_order_relaxed))
#define store_release(p, v) EXPLORED(atomic_store_explicit((p), (v), memory_order_release))
#define store_seq_cst(p, v) EXPLORED(atomic_store_explicit((p), (v), memory_order_seq_cst))

#define exchange_relaxed(p, v) EXPLORED(atomic_exchange_explicit((p), (v), memory_order_relaxed))
#define exchange_acquire(p, v) EXPLORED(atomic_exchange_explicit((p), (v), memory_order_acquire))
#define exchange_acq_rel(p, v) EXPLORED(atomic_exchange_explicit((p), (v), memory_order_acq_rel))
#define exchange_seq_cst(p, v) EXPLORED(atomic_exchange_explicit((p), (v), memory_order_seq_cst))

#define fetch_add_relaxed(p, v) EXPLORED(atomic_fetch_add_explicit((p), (v), memory_order_relaxed))
#define fetch_add_acquire(p, v) EXPLORED(atomic_fetch_add_explicit((p), (v), memory_order_acquire))
#define fetch_add_release(p, v) EXPLORED(atomic_fetch_add_explicit((p), (v), memory_order_release))
#define fetch_add_acq_rel(p, v) EXPLORED(atomic_fetch_add_explicit((p), (v), memory_order_acq_rel))
#define fetch_add_seq_cst(p, v) EXPLORED(atomic_fetch_add_explicit((p), (v), memory_order_seq_cst))
#define fetch_or_relaxed(p, v)  EXPLORED(atomic_fetch_or_explicit((p), (v), memory_order_relaxed))
#define fetch_or_acq_rel(p, v)  EXPLORED(atomic_fetch_or_explicit((p), (v), memory_order_acq_rel))

/* On success the named order; on failure the read alone, with its acquire half if the name has one. */
#define cas_relaxed(p, expected, v)                       \
	EXPLORED(atomic_compare_exchange_strong_explicit( \
		(p), (expected), (v), memory_order_relaxed, memory_order_relaxed))
#define cas_acquire(p, expected, v)                       \
	EXPLORED(atomic_compare_exchange_strong_explicit( \
		(p), (expected), (v), memory_order_acquire, memory_order_acquire))
#define cas_release(p, expected, v)                       \
	EXPLORED(atomic_compare_exchange_strong_explicit( \
		(p), (expected), (v), memory_order_release, memory_order_relaxed))
#define cas_acq_rel(p, expected, v)                       \
	EXPLORED(atomic_compare_exchange_strong_explicit( \
		(p), (expected), (v), memory_order_acq_rel, memory_order_acquire))
#define cas_seq_cst(p, expected, v)                                                                \
	EXPLORED(atomic_compare_exchange_strong_explicit(                                          \
		(p), (expected), (v), memory_order_seq_cst, memory_order_seq_cst))
#define cas_weak_relaxed(p, expected, v)                                                           \
	EXPLORED(atomic_compare_exchange_weak_explicit((p), (expected), (v), memory_order_relaxed, \
						       memory_order_relaxed))
#define cas_weak_acquire(p, expected, v)                                                           \
	EXPLORED(atomic_compare_exchange_weak_explicit((p), (expected), (v), memory_order_acquire, \
						       memory_order_acquire))
#define cas_weak_release(p, expected, v)                                                           \
	EXPLORED(atomic_compare_exchange_weak_explicit((p), (expected), (v), memory_order_release, \
						       memory_order_relaxed))

#if defined(__SANITIZE_THREAD__)
#	define ATOMICS_TSAN 1
#elif defined(__has_feature)
#	if __has_feature(thread_sanitizer)
#		define ATOMICS_TSAN 1
#	endif
#endif

/* Orders this thread's earlier stores before its later loads, in one order agreed by all such fences. */
static inline void fence_seq_cst(void)
{
#if NUMAMARK_EXPLORE
	explore_point();
#endif
#ifdef ATOMICS_TSAN
	static _Atomic uint32_t agreed;

	fetch_add_acq_rel(&agreed, 0);
#else
	atomic_thread_fence(memory_order_seq_cst);
#endif
}

/*
 * For the recorder of histories alone (structures/common/history.h), which must not lend its order
 * to what it watches: under ThreadSanitizer the hardware sees this fence and the sanitizer does not.
 */
static inline void fence_acq_rel(void)
{
#if !defined(ATOMICS_TSAN)
	atomic_thread_fence(memory_order_acq_rel);
#elif defined(__aarch64__)
	__asm__ volatile("dmb ish" ::: "memory");
#else
	__asm__ volatile("" ::: "memory"); /* x86: the recorder's fetch_add is a full fence */
#endif
}

/* The compiler alone: for the light side of an asymmetric pair, whose heavy side is sys_membarrier. */
static inline void fence_compiler(void)
{
	atomic_signal_fence(memory_order_seq_cst);
}

/* Tell the core that this thread is waiting for another. */
static inline void cpu_relax(void)
{
#if NUMAMARK_EXPLORE
	explore_wait();
#elif defined(__x86_64__)
	__builtin_ia32_pause();
#elif defined(__aarch64__)
	__asm__ volatile("isb" ::: "memory");
#endif
}

/* The same for a while: 10 to 140 cycles a pause. To an exploration all waits are of one length. */
static inline void cpu_relax_for(unsigned pauses)
{
#if NUMAMARK_EXPLORE
	pauses = pauses > 0;
#endif
	while (pauses--)
		cpu_relax();
}

#endif
