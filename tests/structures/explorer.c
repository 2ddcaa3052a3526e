#include "tests/structures/explorer.h"

#include <stdlib.h>
#include <ucontext.h>

enum {
	STACK_BYTES = 256 * 1024,
	STEPS_MAX = 200000, /* a history takes some hundreds */
	STEPS_FIRST = 300,  /* a guess, before the first run */
	CHANGES_MAX = 4,
	STALLS_ONE_IN = 4 /* runs, if any may stall */
};

struct fiber {
	ucontext_t context;
	unsigned char *stack;
	int64_t priority; /* the highest one runs */
	bool is_done;
};

static struct {
	bool is_running; /* elsewhere the calls of the hooks mean nothing */
	bool has_given_up;
	ucontext_t home;
	struct explorer_play play;
	struct fiber fibers[EXPLORER_WORKERS_MAX];
	unsigned current;
	struct random *random;
	unsigned walk_one_in; /* a random walk that turns at one step in so many; 0: priorities */
	uint64_t steps, steps_before;
	uint64_t changes[CHANGES_MAX];
	int64_t lowest;
	uint64_t stall_at; /* whoever goes on at this step stalls there; 0: nobody */
	unsigned stalled;  /* goes on when all others are done; play.workers: nobody */
} explorer;

void explore_point(void);
void explore_wait(void);

static bool may_go_on(unsigned i)
{
	return !explorer.fibers[i].is_done && i != explorer.stalled;
}

static unsigned find_highest(void)
{
	unsigned found = explorer.play.workers;

	for (unsigned i = 0; i < explorer.play.workers; i++)
		if (may_go_on(i) &&
		    (found == explorer.play.workers ||
		     explorer.fibers[i].priority > explorer.fibers[found].priority))
			found = i;
	return found;
}

static unsigned find_any(void)
{
	unsigned at = (unsigned)random_below(explorer.random, explorer.play.workers);

	for (unsigned i = 0; i < explorer.play.workers; i++, at = (at + 1) % explorer.play.workers)
		if (may_go_on(at))
			return at;
	return explorer.play.workers;
}

/* Return: who goes on, whoever is stalled as the last; play.workers if all are done. */
static unsigned find_next(void)
{
	unsigned next = explorer.walk_one_in ? find_any() : find_highest();

	if (next == explorer.play.workers && explorer.stalled < explorer.play.workers) {
		next = explorer.stalled;
		explorer.stalled = explorer.play.workers;
	}
	return next;
}

static void go_to(unsigned next)
{
	const unsigned from = explorer.current;

	if (next == from)
		return;
	explorer.current = next;
	swapcontext(&explorer.fibers[from].context, &explorer.fibers[next].context);
}

static void count_step(void)
{
	if (++explorer.steps < STEPS_MAX)
		return;
	explorer.has_given_up = true;
	setcontext(&explorer.home);
}

void explore_point(void)
{
	if (!explorer.is_running)
		return;
	count_step();
	if (explorer.steps == explorer.stall_at) {
		explorer.stalled = explorer.current;
		go_to(find_next());
		return;
	}
	if (explorer.walk_one_in) {
		if (random_below(explorer.random, explorer.walk_one_in) == 0)
			go_to(find_any());
		return;
	}
	for (unsigned i = 0; i < CHANGES_MAX; i++)
		if (explorer.steps == explorer.changes[i])
			explorer.fibers[explorer.current].priority = (int64_t)i - CHANGES_MAX;
	go_to(find_highest());
}

/* Below all others, which may make what this one waits for. */
void explore_wait(void)
{
	if (!explorer.is_running)
		return;
	count_step();
	explorer.fibers[explorer.current].priority = --explorer.lowest;
	go_to(find_next());
}

static void begin_fiber(void)
{
	unsigned next;

	explorer.play.body(explorer.play.argument, explorer.current);
	explorer.fibers[explorer.current].is_done = true;
	next = find_next();
	if (next == explorer.play.workers)
		setcontext(&explorer.home);
	explorer.current = next;
	setcontext(&explorer.fibers[next].context);
}

static void make_fiber(unsigned index)
{
	struct fiber *const fiber = &explorer.fibers[index];

	if (!fiber->stack)
		fiber->stack = malloc(STACK_BYTES);
	if (!fiber->stack || getcontext(&fiber->context))
		abort();
	fiber->context.uc_stack.ss_sp = fiber->stack;
	fiber->context.uc_stack.ss_size = STACK_BYTES;
	fiber->context.uc_link = NULL;
	fiber->is_done = false;
	fiber->priority = (int64_t)(random_next(explorer.random) >> 1);
	makecontext(&fiber->context, begin_fiber, 0);
}

static void choose_strategy(bool may_stall)
{
	static const unsigned walks[] = { 0, 0, 0, 0, 2, 5, 12, 40 };
	const uint64_t expected = explorer.steps_before ? explorer.steps_before : STEPS_FIRST;

	explorer.walk_one_in = walks[random_below(explorer.random, 8)];
	for (unsigned i = 0; i < CHANGES_MAX; i++)
		explorer.changes[i] = 1 + random_below(explorer.random, expected);
	explorer.stall_at = 0;
	if (may_stall && random_below(explorer.random, STALLS_ONE_IN) == 0)
		explorer.stall_at = 1 + random_below(explorer.random, expected);
}

enum explorer_end explorer_run(const struct explorer_play *play, struct random *random)
{
	explorer.play = *play;
	explorer.stalled = play->workers;
	explorer.random = random;
	explorer.steps = 0;
	explorer.lowest = -CHANGES_MAX;
	explorer.has_given_up = false;
	choose_strategy(play->may_stall);
	for (unsigned i = 0; i < play->workers; i++)
		make_fiber(i);
	explorer.current = find_next();
	explorer.is_running = true;
	swapcontext(&explorer.home, &explorer.fibers[explorer.current].context);
	explorer.is_running = false;
	explorer.steps_before = explorer.steps;
	if (!explorer.has_given_up)
		return EXPLORER_ENDED;
	return explorer.stalled < play->workers ? EXPLORER_HELD_UP : EXPLORER_ENDLESS;
}
