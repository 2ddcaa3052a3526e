/*
 * map/faulty: a correct map of one atomic word per key, that fails in the way the environment
 * variable NUMAMARK_FAULT names. For tests of the runners; linked into test programs alone. Compiled
 * once more as map/faulty_replica, which says that it has replicas, one of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "structures/map/map.h"

enum {
	TEST_INHERITED_FD = 50,    /* one that the parent leaves open, and that no child may have */
	RECORD_FD = 4,
	LATE_MS = 100
};

struct faulty {
	const char *fault;
	uint64_t range;
	uint64_t born_ns;
	pthread_t helper;
	_Atomic int helper_id;    /* of the kernel; 0: not there yet */
	_Atomic bool helper_stops;
	_Atomic uint64_t *words;    /* by key: 0, or its value + 1 */
};

static inline bool faulty_is(const struct faulty *faulty, const char *fault)
{
	return !strcmp(faulty->fault, fault);
}

static inline bool faulty_get(struct faulty *faulty, struct context *context, uint64_t key,
			      uint64_t *value)
{
	/* acquire: pairs with the exchange of faulty_put(). */
	const uint64_t word = load_acquire(&faulty->words[key]);

	(void)context;
	if (!word)
		return false;
	*value = faulty_is(faulty, "lie") ? ~word : word - 1;
	return true;
}

static inline bool faulty_put(struct faulty *faulty, struct context *context, uint64_t key,
			      uint64_t value)
{
	(void)context;
	/* acq_rel: pairs with the load of faulty_get() and the exchange of faulty_remove(). */
	return !exchange_acq_rel(&faulty->words[key], value + 1);
}

static inline bool faulty_remove(struct faulty *faulty, struct context *context, uint64_t key)
{
	(void)context;
	/* acq_rel: pairs with the exchange of faulty_put(). */
	return exchange_acq_rel(&faulty->words[key], 0);
}

static void sleep_ms(unsigned ms)
{
	const struct timespec pause = { ms / 1000, (long)(ms % 1000) * 1000000 };

	nanosleep(&pause, NULL);
}

static void write_record(const char *text)
{
	if (write(RECORD_FD, text, strlen(text)) < 0)
		abort();
}

/* More than any record may have, without an end. */
static void flood(void)
{
	static const char block[65536];

	while (write(RECORD_FD, block, sizeof(block)) > 0)
		;
}

static void die_with_last_words(void)
{
	fputs("first words\n\nlast words\n", stderr);
	fflush(stderr);
	signal(SIGABRT, SIG_DFL);
	raise(SIGABRT);
}

/* What may never be inherited from the process that started this one. */
static const char *find_inheritance(void)
{
	struct sigaction action;
	sigset_t mask;

	if (fcntl(TEST_INHERITED_FD, F_GETFD) >= 0)
		return "a descriptor";
	sigprocmask(SIG_BLOCK, NULL, &mask);
	if (sigismember(&mask, SIGUSR1))
		return "a signal mask";
	sigaction(SIGUSR2, NULL, &action);
	if (action.sa_handler == SIG_IGN)
		return "an ignored signal";
	return getpgrp() == getpid() ? NULL : "a process group";
}

static void faulty_quiesce(struct faulty *faulty, struct context *context)
{
	const uint64_t age_ns = clock_monotonic_ns() - faulty->born_ns;

	if (faulty_is(faulty, "crash"))
		die_with_last_words();
	else if (faulty_is(faulty, "kill"))
		raise(SIGKILL);
	else if (faulty_is(faulty, "hang"))
		pause();
	else if (faulty_is(faulty, "flood"))
		flood();
	else if (faulty_is(faulty, "exhaust"))
		context->exhausted++;
	else if (faulty_is(faulty, "tear"))
		context->torn++;
	else if (faulty_is(faulty, "slow-down"))
		usleep((unsigned)(age_ns / 1000000));
	else if (faulty_is(faulty, "sleep") && context->worker == 0 &&
		 age_ns % 500000000 < 20000000)
		sleep_ms(100);
}

static void faulty_online(struct faulty *faulty, struct context *context)
{
	(void)faulty, (void)context;
}

static void faulty_offline(struct faulty *faulty, struct context *context)
{
	if (faulty_is(faulty, "late") && context->worker == 0)
		sleep_ms(LATE_MS);
}

static void faulty_stall(struct faulty *faulty, struct worker *worker)
{
	(void)faulty;
	worker_sleep_stalled(worker);
}

static void *burn(void *argument)
{
	struct faulty *const faulty = argument;

	/* relaxed, here and below: numbers without data behind them. */
	store_relaxed(&faulty->helper_id, (int)syscall(SYS_gettid));
	while (!load_relaxed(&faulty->helper_stops))
		cpu_relax();
	return NULL;
}

static int faulty_create(const struct setup *setup, void **instance)
{
	const char *const fault = getenv("NUMAMARK_FAULT");
	struct faulty *const faulty = memory_shared(setup->memory, sizeof(*faulty));

	if (!faulty || (fault && !strcmp(fault, "no-memory")))
		return -ENOMEM;
	faulty->fault = fault ? fault : "none";
	faulty->range = setup->range;
	faulty->born_ns = clock_monotonic_ns();
	faulty->words = memory_shared(setup->memory, setup->range * sizeof(*faulty->words));
	if (!faulty->words)
		return -ENOMEM;
	if (faulty_is(faulty, "helper") && pthread_create(&faulty->helper, NULL, burn, faulty))
		return -EAGAIN;
	if (faulty_is(faulty, "inherit") && find_inheritance()) {
		fprintf(stderr, "inherited %s\n", find_inheritance());
		return -EINVAL;
	}
	*instance = faulty;
	return 0;
}

/* The last thing before a record would be written. */
static void faulty_destroy(void *instance)
{
	struct faulty *const faulty = instance;

	if (faulty_is(faulty, "helper")) {
		/* relaxed: a flag without data; see burn(). */
		store_relaxed(&faulty->helper_stops, true);
		pthread_join(faulty->helper, NULL);
	}
	if (faulty_is(faulty, "crash-late"))
		die_with_last_words();
	if (faulty_is(faulty, "garbage"))
		write_record("no record");
	else if (faulty_is(faulty, "truncate"))
		write_record("{\"status\": \"valid\", \"flags\": [");
	else if (faulty_is(faulty, "empty"))
		write_record("{\"status\": \"valid\", \"flags\": [], \"reason\": null}");
	else if (faulty_is(faulty, "contradict"))
		write_record("{\"status\": \"valid\", \"flags\": [\"drift\"], \"reason\": null}");
	else if (!faulty_is(faulty, "silence") && !faulty_is(faulty, "status"))
		return;
	_exit(faulty_is(faulty, "status") ? 7 : 0);
}

static int faulty_attach(void *instance, struct context *context)
{
	const struct faulty *const faulty = instance;

	return faulty_is(faulty, "unattached") && context->worker == 1 ? -ENOMEM : 0;
}

static void faulty_detach(void *instance, struct context *context)
{
	(void)instance, (void)context;
}

static void faulty_inspect(void *instance, struct inspection *inspection)
{
	const struct faulty *const faulty = instance;

	*inspection = (struct inspection){ 0 };
	for (uint64_t key = 0; key < faulty->range; key++) {
		/* relaxed: the workers are gone. */
		if (!load_relaxed(&faulty->words[key]))
			continue;
		inspection->elements++;
		inspection->sum += key;
	}
	if (faulty_is(faulty, "miscount"))
		inspection->elements++;
	else if (faulty_is(faulty, "missum"))
		inspection->sum++;
	else if (faulty_is(faulty, "break"))
		inspection->broken = "told to be broken";
}

static struct garbage faulty_garbage(void *instance)
{
	(void)instance;
	return (struct garbage){ .outstanding = 3, .retired = 5 };
}

static unsigned faulty_helpers(void *instance, struct helper *helpers)
{
	struct faulty *const faulty = instance;
	/* relaxed: a number; 0 if the thread is not there yet. */
	const int id = load_relaxed(&faulty->helper_id);

	helpers[0] = (struct helper){ .thread_id = id, .what = "burner" };
	return id != 0;
}

#if FAULTY_CONVERGES
static bool faulty_settle(void *instance, struct context *context)
{
	(void)instance, (void)context;
	return true;
}

static unsigned faulty_replicas(void *instance)
{
	(void)instance;
	return 1;
}

static void faulty_begin(void *instance)
{
	(void)instance;
}

static const struct histogram *faulty_staleness(void *instance, unsigned worker)
{
	static const struct histogram none;

	(void)instance, (void)worker;
	return &none;
}

static const struct convergence faulty_convergence = {
	.settle = faulty_settle,
	.replicas = faulty_replicas,
	.begin = faulty_begin,
	.staleness = faulty_staleness,
};

#	define VARIANT_CONVERGENCE &faulty_convergence
#endif

#define STRUCTURE            faulty
#define VARIANT_PAPER        "none"
#define VARIANT_PROGRESS     PROGRESS_WAIT_FREE
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_GARBAGE      faulty_garbage
#define VARIANT_HELPERS      faulty_helpers
#include "structures/map/map_loop.inc.h"
