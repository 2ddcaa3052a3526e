#include "runners/verify/jitter.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "structures/common/atomics.h"

#ifndef sigev_notify_thread_id
#	define sigev_notify_thread_id _sigev_un._tid /* glibc 2.36 and older */
#endif

enum {
	DELAY_MAX_NS = 8192, /* as long as a few calls take, with their stamps */
	PAUSES_MASK = 255    /* up to 10 us */
};

static _Thread_local uint64_t handler_state;
static _Thread_local bool handler_yields;

static void strike(int signal_number)
{
	const int saved = errno;

	(void)signal_number;
	handler_state = handler_state * 6364136223846793005u + 1442695040888963407u;
	if (handler_yields)
		sched_yield();
	else
		for (uint64_t i = handler_state >> 40 & PAUSES_MASK; i; i--)
			cpu_relax();
	errno = saved;
}

void jitter_start(struct jitter *jitter, uint64_t seed, bool is_crowded)
{
	struct sigaction action = { .sa_handler = strike, .sa_flags = SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN };

	handler_state = seed;
	handler_yields = is_crowded;
	event.sigev_notify_thread_id = gettid();
	sigemptyset(&action.sa_mask);
	jitter->is_on = !sigaction(SIGRTMIN, &action, NULL) &&
			!timer_create(CLOCK_MONOTONIC, &event, &jitter->timer);
}

void jitter_stop(struct jitter *jitter)
{
	if (jitter->is_on)
		timer_delete(jitter->timer);
	jitter->is_on = false;
}

void jitter_arm(struct jitter *jitter, struct random *random)
{
	const struct itimerspec once = {
		.it_value = { .tv_nsec = 1 + (long)random_below(random, DELAY_MAX_NS) }
	};

	if (jitter->is_on)
		timer_settime(jitter->timer, 0, &once, NULL);
}
