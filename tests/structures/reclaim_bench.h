/*
 * One reclamation domain on this machine, for tests: memory, attached workers, and a second thread
 * that does one step at a time, when told. Compiled once for each scheme, like a structure.
 */
#ifndef TESTS_STRUCTURES_RECLAIM_BENCH_H
#define TESTS_STRUCTURES_RECLAIM_BENCH_H

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "structures/reclaim/reclaim.h"
#include "topology/arena.h"

/* What the tests know of the scheme. Each is 0 or 1 in code, not in #if alone. */
#if NUMAMARK_RECLAIM_LEAK
enum { BENCH_IS_LEAK = 1 };
#else
enum { BENCH_IS_LEAK = 0 };
#endif
#if NUMAMARK_RECLAIM_HP || NUMAMARK_RECLAIM_HP_ASYM
enum { BENCH_IS_HP = 1 };
#else
enum { BENCH_IS_HP = 0 };
#endif
#if NUMAMARK_RECLAIM_QSBR || NUMAMARK_RECLAIM_URCU_QSBR
enum { BENCH_IS_QUIET = 1 };    /* readers tell quiescent states alone */
#else
enum { BENCH_IS_QUIET = 0 };
#endif
#if RECLAIM_HAS_HELPERS
enum { BENCH_IS_URCU = 1 };
#else
enum { BENCH_IS_URCU = 0 };
#endif
#if RECLAIM_ASYMMETRIC || NUMAMARK_RECLAIM_URCU_MEMB || NUMAMARK_RECLAIM_URCU_BP
enum { BENCH_NEEDS_MEMBARRIER = 1 };
#else
enum { BENCH_NEEDS_MEMBARRIER = 0 };
#endif

enum {
	BENCH_WORKERS = 3,        /* the last one never attaches */
	BENCH_OBJECT_BYTES = 64,
	BENCH_AMPLE_BYTES = 1 << 28,    /* of objects: no bound that a test meets */
	BENCH_WORDS = BENCH_OBJECT_BYTES / sizeof(uint64_t),
	BENCH_PATIENCE_MS = 20000
};

struct bench {
	struct topology *topology;
	struct memory *memory;
	struct setup setup;
	struct reclaim *domain;
	struct context contexts[BENCH_WORKERS];
	_Atomic uintptr_t cell;   /* the structure: one link to one object */
};

static inline void bench_sleep_ms(long duration_ms)
{
	const struct timespec pause = { .tv_sec = duration_ms / 1000,
					.tv_nsec = duration_ms % 1000 * 1000000 };

	nanosleep(&pause, NULL);
}

/* Memory and contexts. A failure ends the test: nothing of it is under test here. */
static inline void bench_open_memory(struct bench *bench, bool in_batches, size_t limit_bytes)
{
	static const unsigned pus[BENCH_WORKERS];
	struct fault fault;

	memset(bench, 0, sizeof(*bench));
	if (topology_load(NULL, &bench->topology, &fault))
		abort();
	const struct memory_options options = {
		.topology = bench->topology,
		.policy = { .kind = MEMORY_LOCAL },
		.worker_pus = pus,
		.workers = BENCH_WORKERS,
		.limit_bytes = limit_bytes,
	};
	if (memory_create(&options, &bench->memory, &fault))
		abort();
	bench->setup = (struct setup){
		.memory = bench->memory,
		.workers = BENCH_WORKERS,
		.frees_in_batches = in_batches,
	};
	for (unsigned i = 0; i < BENCH_WORKERS; i++)
		bench->contexts[i] = (struct context){
			.arena = memory_arena(bench->memory, i),
			.value_bytes = 8,
			.worker = i,
		};
}

static inline void bench_close_memory(struct bench *bench)
{
	memory_destroy(bench->memory);
	topology_free(bench->topology);
}

/* An object that is whole while each of its words is @value. */
static inline uint64_t *bench_make_object(struct context *context, uint64_t value)
{
	uint64_t *const words = arena_alloc(context->arena, MEMORY_NODES, BENCH_OBJECT_BYTES);

	if (!words)
		abort();
	for (unsigned i = 0; i < BENCH_WORDS; i++)
		words[i] = value;
	return words;
}

static inline bool bench_is_whole(const uint64_t *words, uint64_t value)
{
	for (unsigned i = 0; i < BENCH_WORDS; i++)
		if (words[i] != value)
			return false;
	return true;
}

static inline void bench_retire(struct context *context, void *object)
{
	reclaim_retire(context->reclaim, object, MEMORY_NODES, BENCH_OBJECT_BYTES);
}

/* Retire so many objects that nobody else ever saw, outside of sections. */
static inline void bench_churn(struct context *context, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		bench_retire(context, bench_make_object(context, i));
		if (i % 64 == 0)
			reclaim_quiesce(context->reclaim);
	}
}

/* Flush until no garbage is left, or patience is. Return: what is left. */
static inline uint64_t bench_drain(struct bench *bench, struct context *context, long patience_ms)
{
	uint64_t left;

	for (long waited_ms = 0;; waited_ms++) {
		reclaim_quiesce(context->reclaim);
		reclaim_flush(context->reclaim);
		left = reclaim_garbage(bench->domain).outstanding;
		if (!left || waited_ms >= patience_ms)
			return left;
		bench_sleep_ms(1);
	}
}

/* The second thread. */
struct puppet {
	struct bench *bench;
	struct context *context;
	uint64_t *held;           /* what it protects */
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t moved;
	void (*step)(struct puppet *);
};

static inline void *puppet_run(void *argument)
{
	struct puppet *const puppet = argument;
	bool is_over = false;

	pthread_mutex_lock(&puppet->lock);
	while (!is_over) {
		while (!puppet->step)
			pthread_cond_wait(&puppet->moved, &puppet->lock);
		puppet->step(puppet);
		is_over = !puppet->context->reclaim;
		puppet->step = NULL;
		pthread_cond_broadcast(&puppet->moved);
	}
	pthread_mutex_unlock(&puppet->lock);
	return NULL;
}

/* Have one step done, and wait until it is. */
static inline void puppet_do(struct puppet *puppet, void (*step)(struct puppet *))
{
	pthread_mutex_lock(&puppet->lock);
	puppet->step = step;
	pthread_cond_broadcast(&puppet->moved);
	while (puppet->step)
		pthread_cond_wait(&puppet->moved, &puppet->lock);
	pthread_mutex_unlock(&puppet->lock);
}

static inline void puppet_attach(struct puppet *puppet)
{
	if (reclaim_attach(puppet->bench->domain, puppet->context))
		abort();
}

/* The last step: the thread ends after it. */
static inline void puppet_detach(struct puppet *puppet)
{
	reclaim_detach(puppet->context);
}

static inline void puppet_online(struct puppet *puppet)
{
	reclaim_online(puppet->context->reclaim);
}

static inline void puppet_offline(struct puppet *puppet)
{
	reclaim_offline(puppet->context->reclaim);
}

static inline void puppet_quiesce(struct puppet *puppet)
{
	reclaim_quiesce(puppet->context->reclaim);
}

/* Enter a section and take hold of what the cell links. */
static inline void puppet_hold(struct puppet *puppet)
{
	struct reclaim_thread *const thread = puppet->context->reclaim;

	reclaim_enter(thread);
	puppet->held = (uint64_t *)(reclaim_protect(thread, 0, &puppet->bench->cell) &
				    ~(uintptr_t)RECLAIM_TAGS);
}

/* The same in two steps: announce, then see that the link is still there. */
static inline void puppet_hold_by_announcing(struct puppet *puppet)
{
	struct reclaim_thread *const thread = puppet->context->reclaim;
	uintptr_t word;

	reclaim_enter(thread);
	/* acquire, both: the object as the test published it. */
	word = load_acquire(&puppet->bench->cell);
	reclaim_announce(thread, RECLAIM_SLOTS - 1, word);
	if (load_acquire(&puppet->bench->cell) != word)
		abort();
	puppet->held = (uint64_t *)word;
}

static inline void puppet_let_go(struct puppet *puppet)
{
	reclaim_exit(puppet->context->reclaim);
}

/* On the heap: a test that fails leaves its puppet behind, waiting. */
static inline struct puppet *puppet_start(struct bench *bench, unsigned worker)
{
	struct puppet *const puppet = calloc(1, sizeof(*puppet));

	if (!puppet)
		abort();
	puppet->bench = bench;
	puppet->context = &bench->contexts[worker];
	pthread_mutex_init(&puppet->lock, NULL);
	pthread_cond_init(&puppet->moved, NULL);
	if (pthread_create(&puppet->thread, NULL, puppet_run, puppet))
		abort();
	puppet_do(puppet, puppet_attach);
	return puppet;
}

static inline void puppet_end(struct puppet *puppet)
{
	puppet_do(puppet, puppet_detach);
	pthread_join(puppet->thread, NULL);
	pthread_cond_destroy(&puppet->moved);
	pthread_mutex_destroy(&puppet->lock);
	free(puppet);
}

#endif
