/*
 * Every lock: mutual exclusion, sharing, order of service, and progress with more threads than PUs.
 */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "structures/lock/mcs.h"
#include "structures/lock/mutex.h"
#include "structures/lock/rwlock.h"
#include "structures/lock/spin.h"
#include "structures/lock/ticket.h"

enum { THREADS_MAX = 8, LOCK_BYTES_MAX = 256 };

/* A lock behind function pointers: tests ask for its behaviour, not for its speed. */
struct lock_kind {
	const char *name;
	int (*init)(void *);
	void (*destroy)(void *);
	void (*acquire)(void *, struct lock_thread *);
	void (*release)(void *, struct lock_thread *);
	void (*acquire_shared)(void *, struct lock_thread *);    /* NULL without a shared mode */
	void (*release_shared)(void *, struct lock_thread *);
	unsigned (*queued)(void *);    /* FIFO locks: a number that each arrival changes */
};

#define CALL(NAME, verb)                                                                           \
	static void NAME##_call_##verb(void *lock, struct lock_thread *thread)                     \
	{                                                                                          \
		NAME##_##verb(lock, thread);                                                       \
	}
#define CALLS(NAME)                                                                                \
	static_assert(sizeof(struct NAME) <= LOCK_BYTES_MAX, "room for a lock");                   \
	static_assert(_Alignof(struct NAME) == CACHELINE_APART_BYTES, "on lines of its own");      \
	static int NAME##_call_init(void *lock)                                                    \
	{                                                                                          \
		return NAME##_init(lock);                                                          \
	}                                                                                          \
	static void NAME##_call_destroy(void *lock)                                                \
	{                                                                                          \
		NAME##_destroy(lock);                                                              \
	}                                                                                          \
	CALL(NAME, acquire)                                                                        \
	CALL(NAME, release)
#define KIND(NAME)                                                                                 \
	.name = #NAME, .init = NAME##_call_init, .destroy = NAME##_call_destroy,                   \
	.acquire = NAME##_call_acquire, .release = NAME##_call_release

CALLS(mutex)
CALLS(rwlock)
CALLS(spin)
CALLS(ticket)
CALLS(mcs)
CALL(rwlock, acquire_shared)
CALL(rwlock, release_shared)

static unsigned ticket_queued(void *lock)
{
	/* relaxed: the test waits for a change and reads nothing behind it. */
	return load_relaxed(&((struct ticket *)lock)->next);
}

static unsigned mcs_queued(void *lock)
{
	/* relaxed: as in ticket_queued(); the low bits of the address stand for the node. */
	return (unsigned)(uintptr_t)load_relaxed(&((struct mcs *)lock)->tail);
}

static struct lock_kind kinds[] = {
	{ KIND(mutex) },
	{ KIND(rwlock),
	  .acquire_shared = rwlock_call_acquire_shared,
	  .release_shared = rwlock_call_release_shared },
	{ KIND(spin) },
	{ KIND(ticket), .queued = ticket_queued },
	{ KIND(mcs), .queued = mcs_queued },
};

/* One lock, what it guards, and the threads that meet there. */
struct meeting {
	const struct lock_kind *kind;
	CACHELINE_APART unsigned char lock[LOCK_BYTES_MAX];
	CACHELINE_APART unsigned char second[LOCK_BYTES_MAX];
	struct lock_thread threads[THREADS_MAX + 1];    /* the last is the test's own */
	unsigned rounds;
	uint64_t left, right;          /* plain: only the lock keeps them whole */
	uint64_t differing;            /* by atomic additions: readers found left and right apart */
	unsigned order[THREADS_MAX];   /* ranks in the order of service */
	unsigned served;
	_Atomic unsigned arrived, inside;
};

struct visitor {
	pthread_t thread;
	struct meeting *meeting;
	unsigned rank;
	void *(*visit)(void *);
};

static struct meeting *meeting_open(const struct lock_kind *kind)
{
	struct meeting *const meeting = aligned_alloc(CACHELINE_APART_BYTES, sizeof(*meeting));

	assert_non_null(meeting);
	memset(meeting, 0, sizeof(*meeting));
	meeting->kind = kind;
	assert_int_equal(kind->init(meeting->lock), 0);
	assert_int_equal(kind->init(meeting->second), 0);
	return meeting;
}

static void meeting_close(struct meeting *meeting)
{
	meeting->kind->destroy(meeting->lock);
	meeting->kind->destroy(meeting->second);
	free(meeting);
}

static void *visitor_arrive(void *argument)
{
	struct visitor *const visitor = argument;

	/* relaxed: a count; thread creation has published the rest. */
	fetch_add_relaxed(&visitor->meeting->arrived, 1);
	return visitor->visit(argument);
}

static void visitor_send(struct visitor *visitor, struct meeting *meeting, unsigned rank,
			 void *(*visit)(void *))
{
	*visitor = (struct visitor){ .meeting = meeting, .rank = rank, .visit = visit };
	assert_int_equal(pthread_create(&visitor->thread, NULL, visitor_arrive, visitor), 0);
}

/* Fewer where a sanitizer or an emulator makes each round longer. */
static unsigned rounds_of(unsigned rounds)
{
	return getenv("NUMAMARK_TEST_COVER") ? rounds / 10 : rounds;
}

/* The lock is held until all are there: else the first may be done before the last has started. */
static void meet(struct meeting *meeting, unsigned threads, void *(*visit)(void *))
{
	struct lock_thread *const mine = &meeting->threads[THREADS_MAX];
	struct visitor visitors[THREADS_MAX];

	meeting->kind->acquire(meeting->lock, mine);
	for (unsigned i = 0; i < threads; i++)
		visitor_send(&visitors[i], meeting, i, visit);
	/* relaxed: a count. */
	while (load_relaxed(&meeting->arrived) < threads)
		sched_yield();
	meeting->kind->release(meeting->lock, mine);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(visitors[i].thread, NULL);
}

static void *visit_writing(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;
	struct lock_thread *const thread = &meeting->threads[visitor->rank];

	for (unsigned i = 0; i < meeting->rounds; i++) {
		meeting->kind->acquire(meeting->lock, thread);
		meeting->left++;
		meeting->right++;
		meeting->kind->release(meeting->lock, thread);
	}
	return NULL;
}

static void lock_under_contention_excludes(void **state)
{
	struct meeting *const meeting = meeting_open(*state);

	meeting->rounds = rounds_of(20000);
	meet(meeting, 4, visit_writing);
	assert_int_equal(meeting->left, 4 * meeting->rounds);
	assert_int_equal(meeting->right, 4 * meeting->rounds);
	meeting_close(meeting);
}

/* Bind the calling thread, and those it makes, to the first two PUs it may use. */
static void narrow_to_two_pus(cpu_set_t *before)
{
	cpu_set_t two;
	unsigned found = 0;

	assert_int_equal(sched_getaffinity(0, sizeof(*before), before), 0);
	CPU_ZERO(&two);
	for (size_t pu = 0; pu < CPU_SETSIZE && found < 2; pu++) {
		if (!CPU_ISSET(pu, before))
			continue;
		CPU_SET(pu, &two);
		found++;
	}
	assert_int_equal(sched_setaffinity(0, sizeof(two), &two), 0);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* A FIFO spin lock that never yields needs a time slice for each hand-over here: minutes. */
static void lock_with_eight_threads_on_two_pus_keeps_moving(void **state)
{
	struct meeting *const meeting = meeting_open(*state);
	cpu_set_t before;
	double seconds;

	narrow_to_two_pus(&before);
	meeting->rounds = rounds_of(5000);
	seconds = seconds_now();
	meet(meeting, 8, visit_writing);
	seconds = seconds_now() - seconds;
	sched_setaffinity(0, sizeof(before), &before);
	print_message("%s: %u acquisitions by 8 threads on 2 PUs in %.2f s\n",
		      meeting->kind->name, 8 * meeting->rounds, seconds);
	assert_int_equal(meeting->left, 8 * meeting->rounds);
	assert_true(seconds < 20);
	meeting_close(meeting);
}

static void *visit_in_order(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;
	struct lock_thread *const thread = &meeting->threads[visitor->rank];

	meeting->kind->acquire(meeting->lock, thread);
	meeting->order[meeting->served++] = visitor->rank;
	meeting->kind->release(meeting->lock, thread);
	return NULL;
}

static void lock_with_a_queue_serves_in_order_of_arrival(void **state)
{
	struct meeting *const meeting = meeting_open(*state);
	struct lock_thread *const mine = &meeting->threads[THREADS_MAX];
	struct visitor visitors[THREADS_MAX];

	meeting->kind->acquire(meeting->lock, mine);
	for (unsigned i = 0; i < THREADS_MAX; i++) {
		const unsigned queued = meeting->kind->queued(meeting->lock);

		visitor_send(&visitors[i], meeting, i, visit_in_order);
		while (meeting->kind->queued(meeting->lock) == queued)
			sched_yield();
	}
	meeting->kind->release(meeting->lock, mine);
	for (unsigned i = 0; i < THREADS_MAX; i++)
		pthread_join(visitors[i].thread, NULL);
	for (unsigned i = 0; i < THREADS_MAX; i++)
		assert_int_equal(meeting->order[i], i);
	meeting_close(meeting);
}

static void *visit_second_of_two(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;
	struct lock_thread *const thread = &meeting->threads[visitor->rank];

	for (unsigned i = 0; i < meeting->rounds; i++) {
		meeting->kind->acquire(meeting->lock, thread);
		meeting->kind->acquire(meeting->second, thread);
		meeting->left++;
		/* In either order: the first taken is not always the last given back. */
		meeting->kind->release(i % 2 ? meeting->lock : meeting->second, thread);
		meeting->kind->release(i % 2 ? meeting->second : meeting->lock, thread);
	}
	return NULL;
}

static void lock_held_with_another_releases_in_any_order(void **state)
{
	struct meeting *const meeting = meeting_open(*state);

	meeting->rounds = rounds_of(5000);
	meet(meeting, 3, visit_second_of_two);
	assert_int_equal(meeting->left, 3 * meeting->rounds);
	meeting_close(meeting);
}

static void *visit_reading(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;
	struct lock_thread *const thread = &meeting->threads[visitor->rank];
	uint64_t differing = 0;

	if (visitor->rank % 2)
		return visit_writing(argument);
	for (unsigned i = 0; i < meeting->rounds; i++) {
		meeting->kind->acquire_shared(meeting->lock, thread);
		differing += meeting->left != meeting->right;
		meeting->kind->release_shared(meeting->lock, thread);
	}
	meeting->kind->acquire(meeting->lock, thread);
	meeting->differing += differing;
	meeting->kind->release(meeting->lock, thread);
	return NULL;
}

static void lock_with_readers_shows_no_half_written_pair(void **state)
{
	struct meeting *const meeting = meeting_open(*state);

	meeting->rounds = rounds_of(10000);
	meet(meeting, 4, visit_reading);
	assert_int_equal(meeting->differing, 0);
	assert_int_equal(meeting->left, 2 * meeting->rounds);
	meeting_close(meeting);
}

/*
 * Waits inside the shared mode for the other reader: in vain, and not for ever, if readers exclude
 * each other.
 */
static void *visit_sharing(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;
	struct lock_thread *const thread = &meeting->threads[visitor->rank];
	const double until = seconds_now() + 10;

	meeting->kind->acquire_shared(meeting->lock, thread);
	/* relaxed: a count of readers and nothing else. */
	fetch_add_relaxed(&meeting->inside, 1);
	while (load_relaxed(&meeting->inside) < 2 && seconds_now() < until)
		sched_yield();
	meeting->kind->release_shared(meeting->lock, thread);
	return seconds_now() < until ? argument : NULL;
}

static void lock_with_two_readers_lets_both_in(void **state)
{
	struct meeting *const meeting = meeting_open(*state);
	struct visitor visitors[2];
	void *met[2];

	for (unsigned i = 0; i < 2; i++)
		visitor_send(&visitors[i], meeting, i, visit_sharing);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(visitors[i].thread, &met[i]);
	assert_non_null(met[0]);
	assert_non_null(met[1]);
	meeting_close(meeting);
}

/* Adds one test under its own name, mcs_under_contention_excludes. */
static void add_test(struct CMUnitTest *tests, size_t *count, struct lock_kind *kind,
		     const char *title, CMUnitTestFunction function)
{
	char *name;

	if (asprintf(&name, "%s%s", kind->name, title) < 0)
		abort();
	tests[(*count)++] = (struct CMUnitTest){
		.name = name, .test_func = function, .initial_state = kind
	};
}

#define ADD(function) add_test(tests, &count, kind, strchr(#function, '_'), function)

int main(void)
{
	enum { KINDS = sizeof(kinds) / sizeof(*kinds) };
	struct CMUnitTest tests[6 * KINDS];
	size_t count = 0;
	int failed;

	for (size_t i = 0; i < KINDS; i++) {
		struct lock_kind *const kind = &kinds[i];

		ADD(lock_under_contention_excludes);
		ADD(lock_held_with_another_releases_in_any_order);
		ADD(lock_with_eight_threads_on_two_pus_keeps_moving);
		if (kind->queued)
			ADD(lock_with_a_queue_serves_in_order_of_arrival);
		if (kind->acquire_shared) {
			ADD(lock_with_readers_shows_no_half_written_pair);
			ADD(lock_with_two_readers_lets_both_in);
		}
	}
	failed = _cmocka_run_group_tests("locks", tests, count, NULL, NULL);
	for (size_t i = 0; i < count; i++)
		free((char *)tests[i].name);
	return failed;
}
