/*
 * What every lock owes: mutual exclusion, sharing, order of service, and progress with more threads
 * than PUs. Compiled once for each lock, as structures are. Where its threads sit is made up: two
 * nodes, and none is bound.
 */
#include <assert.h>
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

#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"
#include "structures/lock/lock.h"
#include "tests/structures/lock_facts.h"

enum {
	THREADS_MAX = 8,
	WORKERS = THREADS_MAX + 1,    /* the last is the test's own */
	STALL_MS = 30
};

static_assert(_Alignof(struct lock) == CACHELINE_APART_BYTES, "on lines of its own");

/* --- one lock, what it guards, and the threads that meet there ----------------------------------- */

struct meeting {
	CACHELINE_APART struct lock lock;
	struct lock second;
	struct lock_threads threads;
	struct memory *memory;
	unsigned rounds;
	uint64_t left, right;          /* plain: only the lock keeps them whole */
	uint64_t differing;            /* readers found left and right apart */
	unsigned order[THREADS_MAX];   /* ranks in the order of service */
	unsigned served;
	_Atomic unsigned arrived, inside;
};

struct visitor {
	pthread_t thread;
	struct meeting *meeting;
	unsigned rank;
	struct lock_thread *own;
	void *(*visit)(void *);
};

static struct topology *topology;

/* Ranks 0, 1, 4, 5 and the test's own thread are on one node, 2, 3, 6 and 7 on the other. */
static unsigned node_of_rank(unsigned rank)
{
	return rank / 2 % 2;
}

static struct meeting *meeting_open(void)
{
	struct meeting *const meeting = aligned_alloc(CACHELINE_APART_BYTES, sizeof(*meeting));
	unsigned pus[WORKERS];
	const struct memory_options options = {
		.topology = topology, .worker_pus = pus, .workers = WORKERS,
		.limit_bytes = (size_t)1 << 26,
	};
	struct fault fault;

	assert_non_null(meeting);
	memset(meeting, 0, sizeof(*meeting));
	for (unsigned i = 0; i < WORKERS; i++)
		pus[i] = node_of_rank(i);
	if (memory_create(&options, &meeting->memory, &fault))
		fail_msg("%s", fault.text);
	assert_int_equal(lock_init(&meeting->lock, meeting->memory), 0);
	assert_int_equal(lock_init(&meeting->second, meeting->memory), 0);
	assert_int_equal(lock_threads_init(&meeting->threads, meeting->memory, WORKERS), 0);
	return meeting;
}

static struct lock_thread *own_of(const struct meeting *meeting, unsigned rank)
{
	return lock_threads_get(&meeting->threads, rank);
}

static void meeting_close(struct meeting *meeting)
{
	lock_destroy(&meeting->lock);
	lock_destroy(&meeting->second);
	memory_destroy(meeting->memory);
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
	*visitor = (struct visitor){
		.meeting = meeting, .rank = rank, .own = own_of(meeting, rank), .visit = visit
	};
	assert_int_equal(pthread_create(&visitor->thread, NULL, visitor_arrive, visitor), 0);
}

/* Fewer where a sanitizer or an emulator makes each round longer. */
static unsigned rounds_of(unsigned rounds)
{
	return getenv("NUMAMARK_TEST_COVER") ? rounds / 10 : rounds;
}

static void wait_for_arrivals(struct meeting *meeting, unsigned threads)
{
	/* relaxed: a count. */
	while (load_relaxed(&meeting->arrived) < threads)
		sched_yield();
}

static void sleep_ms(long duration_ms)
{
	const struct timespec pause = { .tv_nsec = duration_ms * 1000000 };

	nanosleep(&pause, NULL);
}

/* The lock is held until all are there: else the first may be done before the last has started. */
static void meet(struct meeting *meeting, unsigned threads, void *(*visit)(void *))
{
	struct lock_thread *const mine = own_of(meeting, THREADS_MAX);
	struct visitor visitors[THREADS_MAX];

	lock_acquire(&meeting->lock, mine);
	for (unsigned i = 0; i < threads; i++)
		visitor_send(&visitors[i], meeting, i, visit);
	wait_for_arrivals(meeting, threads);
	lock_release(&meeting->lock, mine);
	for (unsigned i = 0; i < threads; i++)
		pthread_join(visitors[i].thread, NULL);
}

static void *visit_writing(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;

	for (unsigned i = 0; i < meeting->rounds; i++) {
		lock_acquire(&meeting->lock, visitor->own);
		meeting->left++;
		meeting->right++;
		lock_release(&meeting->lock, visitor->own);
	}
	return NULL;
}

static void lock_under_contention_excludes(void **state)
{
	struct meeting *const meeting = meeting_open();

	(void)state;
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
	struct meeting *const meeting = meeting_open();
	cpu_set_t before;
	double seconds;

	(void)state;
	narrow_to_two_pus(&before);
	meeting->rounds = rounds_of(5000);
	seconds = seconds_now();
	meet(meeting, 8, visit_writing);
	seconds = seconds_now() - seconds;
	sched_setaffinity(0, sizeof(before), &before);
	print_message("%u acquisitions by 8 threads on 2 PUs in %.2f s\n", 8 * meeting->rounds,
		      seconds);
	assert_int_equal(meeting->left, 8 * meeting->rounds);
	assert_true(seconds < 20);
	meeting_close(meeting);
}

/* Those that make one visit say in which order they were served. */
static void *visit_in_order(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;

	lock_acquire(&meeting->lock, visitor->own);
	meeting->order[meeting->served++] = visitor->rank;
	lock_release(&meeting->lock, visitor->own);
	return NULL;
}

#if HAS_QUEUE
/* Send one thread after the other into the queue behind the test's own, which holds the lock. */
static void queue_up(struct meeting *meeting, struct visitor *visitors, const unsigned *ranks,
		     unsigned count)
{
	struct lock_thread *const mine = own_of(meeting, THREADS_MAX);

	lock_acquire(&meeting->lock, mine);
	for (unsigned i = 0; i < count; i++) {
		const uintptr_t before = queued(&meeting->lock);

		visitor_send(&visitors[i], meeting, ranks[i], visit_in_order);
		while (queued(&meeting->lock) == before)
			sched_yield();
	}
	lock_release(&meeting->lock, mine);
	for (unsigned i = 0; i < count; i++)
		pthread_join(visitors[i].thread, NULL);
}

static void lock_with_a_queue_serves_one_node_in_order_of_arrival(void **state)
{
	static const unsigned ranks[] = { 5, 0, 4, 1 };
	struct meeting *const meeting = meeting_open();
	struct visitor visitors[4];

	(void)state;
	queue_up(meeting, visitors, ranks, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(meeting->order[i], ranks[i]);
	meeting_close(meeting);
}

static void lock_with_a_queue_over_nodes_serves_by_arrival_or_the_own_node_first(void **state)
{
	static const unsigned ranks[] = { 2, 0, 3, 1 };
#ifdef LOCAL_MAX
	static const unsigned expected[] = { 0, 1, 2, 3 };
#else
	static const unsigned expected[] = { 2, 0, 3, 1 };
#endif
	struct meeting *const meeting = meeting_open();
	struct visitor visitors[4];

	(void)state;
	queue_up(meeting, visitors, ranks, 4);
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(meeting->order[i], expected[i]);
	meeting_close(meeting);
}
#endif

#ifdef LOCAL_MAX
enum { TOO_MANY = 20 * LOCAL_MAX };

/* Again and again, until the one from the other node was served. */
static void *visit_until_the_remote_was_served(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;
	bool is_over = false;

	while (!is_over) {
		lock_acquire(&meeting->lock, visitor->own);
		is_over = meeting->served || meeting->left >= TOO_MANY;
		meeting->left += !is_over;
		lock_release(&meeting->lock, visitor->own);
	}
	return NULL;
}

static void lock_that_prefers_a_node_lets_another_in_after_a_bound(void **state)
{
	struct meeting *const meeting = meeting_open();
	struct lock_thread *const mine = own_of(meeting, THREADS_MAX);
	struct visitor locals[3], remote;
	uintptr_t before;

	(void)state;
	lock_acquire(&meeting->lock, mine);
	for (unsigned i = 0; i < 3; i++) {
		before = queued(&meeting->lock);
		visitor_send(&locals[i], meeting, i + i / 2 * 2, visit_until_the_remote_was_served);
		while (queued(&meeting->lock) == before)
			sched_yield();
	}
	before = queued(&meeting->lock);
	visitor_send(&remote, meeting, 2, visit_in_order);
	while (queued(&meeting->lock) == before || !has_drawn(&meeting->lock))
		sched_yield();
	lock_release(&meeting->lock, mine);
	for (unsigned i = 0; i < 3; i++)
		pthread_join(locals[i].thread, NULL);
	pthread_join(remote.thread, NULL);
	print_message("%u local services before the remote one\n", (unsigned)meeting->left);
	assert_in_range(meeting->left, 3, LOCAL_MAX);
	meeting_close(meeting);
}
#endif

static void lock_with_a_stalled_holder_lets_nobody_in_until_it_goes_on(void **state)
{
	struct meeting *const meeting = meeting_open();
	struct lock_thread *const mine = own_of(meeting, THREADS_MAX);
	struct visitor visitors[4];

	(void)state;
	lock_acquire(&meeting->lock, mine);
	for (unsigned i = 0; i < 4; i++)
		visitor_send(&visitors[i], meeting, i, visit_in_order);
	wait_for_arrivals(meeting, 4);
	sleep_ms(STALL_MS);
	assert_int_equal(meeting->served, 0);
	lock_release(&meeting->lock, mine);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(visitors[i].thread, NULL);
	assert_int_equal(meeting->served, 4);
	meeting_close(meeting);
}

static void *visit_second_of_two(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;

	for (unsigned i = 0; i < meeting->rounds; i++) {
		lock_acquire(&meeting->lock, visitor->own);
		lock_acquire(&meeting->second, visitor->own);
		meeting->left++;
		/* In either order: the first taken is not always the last given back. */
		lock_release(i % 2 ? &meeting->lock : &meeting->second, visitor->own);
		lock_release(i % 2 ? &meeting->second : &meeting->lock, visitor->own);
	}
	return NULL;
}

static void lock_held_with_another_releases_in_any_order(void **state)
{
	struct meeting *const meeting = meeting_open();

	(void)state;
	meeting->rounds = rounds_of(5000);
	meet(meeting, 3, visit_second_of_two);
	assert_int_equal(meeting->left, 3 * meeting->rounds);
	meeting_close(meeting);
}

#if LOCK_HAS_SHARED
static void *visit_reading(void *argument)
{
	struct visitor *const visitor = argument;
	struct meeting *const meeting = visitor->meeting;
	uint64_t differing = 0;

	if (visitor->rank % 2)
		return visit_writing(argument);
	for (unsigned i = 0; i < meeting->rounds; i++) {
		lock_acquire_shared(&meeting->lock, visitor->own);
		differing += meeting->left != meeting->right;
		lock_release_shared(&meeting->lock, visitor->own);
	}
	lock_acquire(&meeting->lock, visitor->own);
	meeting->differing += differing;
	lock_release(&meeting->lock, visitor->own);
	return NULL;
}

static void lock_with_readers_shows_no_half_written_pair(void **state)
{
	struct meeting *const meeting = meeting_open();

	(void)state;
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
	const double until = seconds_now() + 10;

	lock_acquire_shared(&meeting->lock, visitor->own);
	/* relaxed: a count of readers and nothing else. */
	fetch_add_relaxed(&meeting->inside, 1);
	while (load_relaxed(&meeting->inside) < 2 && seconds_now() < until)
		sched_yield();
	lock_release_shared(&meeting->lock, visitor->own);
	return seconds_now() < until ? argument : NULL;
}

static void lock_with_two_readers_lets_both_in(void **state)
{
	struct meeting *const meeting = meeting_open();
	struct visitor visitors[2];
	void *met[2];

	(void)state;
	for (unsigned i = 0; i < 2; i++)
		visitor_send(&visitors[i], meeting, i, visit_sharing);
	for (unsigned i = 0; i < 2; i++)
		pthread_join(visitors[i].thread, &met[i]);
	assert_non_null(met[0]);
	assert_non_null(met[1]);
	meeting_close(meeting);
}

static void lock_with_a_stalled_reader_lets_no_writer_in(void **state)
{
	struct meeting *const meeting = meeting_open();
	struct lock_thread *const mine = own_of(meeting, THREADS_MAX);
	struct visitor visitors[4];

	(void)state;
	lock_acquire_shared(&meeting->lock, mine);
	for (unsigned i = 0; i < 4; i++)
		visitor_send(&visitors[i], meeting, i, visit_in_order);
	wait_for_arrivals(meeting, 4);
	sleep_ms(STALL_MS);
	assert_int_equal(meeting->served, 0);
	lock_release_shared(&meeting->lock, mine);
	for (unsigned i = 0; i < 4; i++)
		pthread_join(visitors[i].thread, NULL);
	assert_int_equal(meeting->served, 4);
	meeting_close(meeting);
}

#if PREFERS_WRITERS
static void *visit_late(void *argument)
{
	struct visitor *const visitor = argument;

	lock_acquire_shared(&visitor->meeting->lock, visitor->own);
	visitor->meeting->differing = visitor->meeting->served;
	lock_release_shared(&visitor->meeting->lock, visitor->own);
	return NULL;
}

/* The late reader is on the node of the first one: there it finds the writer waiting. */
static void lock_that_prefers_writers_makes_a_late_reader_wait(void **state)
{
	struct meeting *const meeting = meeting_open();
	struct lock_thread *const mine = own_of(meeting, THREADS_MAX);
	struct visitor writer, reader;

	(void)state;
	lock_acquire_shared(&meeting->lock, mine);
	visitor_send(&writer, meeting, 2, visit_in_order);
	while (!has_waiting_writer(&meeting->lock))
		sched_yield();
	visitor_send(&reader, meeting, 0, visit_late);
	wait_for_arrivals(meeting, 2);
	sleep_ms(STALL_MS);
	lock_release_shared(&meeting->lock, mine);
	pthread_join(writer.thread, NULL);
	pthread_join(reader.thread, NULL);
	assert_int_equal(meeting->differing, 1);    /* services that the reader saw */
	meeting_close(meeting);
}
#endif
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lock_under_contention_excludes),
		cmocka_unit_test(lock_held_with_another_releases_in_any_order),
		cmocka_unit_test(lock_with_eight_threads_on_two_pus_keeps_moving),
		cmocka_unit_test(lock_with_a_stalled_holder_lets_nobody_in_until_it_goes_on),
#if HAS_QUEUE
		cmocka_unit_test(lock_with_a_queue_serves_one_node_in_order_of_arrival),
		cmocka_unit_test(
			lock_with_a_queue_over_nodes_serves_by_arrival_or_the_own_node_first),
#endif
#ifdef LOCAL_MAX
		cmocka_unit_test(lock_that_prefers_a_node_lets_another_in_after_a_bound),
#endif
#if LOCK_HAS_SHARED
		cmocka_unit_test(lock_with_readers_shows_no_half_written_pair),
		cmocka_unit_test(lock_with_two_readers_lets_both_in),
		cmocka_unit_test(lock_with_a_stalled_reader_lets_no_writer_in),
#endif
#if PREFERS_WRITERS
		cmocka_unit_test(lock_that_prefers_writers_makes_a_late_reader_wait),
#endif
	};
	struct fault fault;
	int failed;

	if (topology_load("numa:2 core:1 pu:1", &topology, &fault))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	topology_free(topology);
	return failed;
}
