#include "runners/verify/team.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/verify/team_state.h"
#include "structures/common/backoff.h"
#include "topology/binding.h"
#include "topology/clock.h"

static void meet(struct team *team)
{
	struct meeting *const meeting = &team->meeting;
	struct backoff backoff = { 0 };
	unsigned held;

	if (team->is_crowded) {
		pthread_barrier_wait(&team->barrier);
		return;
	}
	/* relaxed: it cannot change before this worker arrives. */
	held = load_relaxed(&meeting->held);
	/* acq_rel: what each did before it arrived is known to the last; pairs with itself. */
	if (fetch_add_acq_rel(&meeting->arrived, 1) + 1 == team->options->workers) {
		/* relaxed: published by the store below. */
		store_relaxed(&meeting->arrived, 0);
		/* release: all of that is known to those who wait; pairs with the load below. */
		store_release(&meeting->held, held + 1);
		return;
	}
	/* acquire: pairs with the store above. */
	while (load_acquire(&meeting->held) == held)
		backoff_pause(&backoff, 1);
}

static void play_round(struct member *member, unsigned n)
{
	team_begin_round(member, n);
	meet(member->team);
	team_write_among(member, n);
	meet(member->team);
	jitter_arm(&member->jitter, &member->random);
	team_play(member, n, SCRIPT_AMONG);
	meet(member->team);
	if (member->team->options->variant->convergence) {
		team_settle(member, n);
		meet(member->team);
	}
	team_end_round(member, n);
	meet(member->team);
}

/* A leak of a leaking scheme is no failure, but ends the instance before memory does. */
static bool is_out_of_memory(const struct team *team)
{
	return memory_in_use_bytes(team->memory, MEMORY_NODES) +
		       memory_in_use_bytes(team->memory, MEMORY_PAYLOADS) >
	       (size_t)1 << (MEMORY_LOG2 - 2);
}

static void play_batch(struct member *member)
{
	struct team *const team = member->team;

	for (unsigned n = 0; n < ROUNDS; n++)
		play_round(member, n);
	for (unsigned n = member->index; n < ROUNDS; n += team->options->workers)
		team_check_round(member, n);
	meet(team);
	if (member->index == 0)
		team->is_over = team->result->has_broken || is_out_of_memory(team) ||
				clock_monotonic_ns() >= team->deadline_ns;
	meet(team);
}

static void *serve(void *argument)
{
	struct member *const member = argument;
	struct team *const team = member->team;
	const struct variant *const variant = team->options->variant;

	/* A machine that refuses to bind makes other histories, not wrong ones. */
	(void)binding_set(team->options->topology, team->pus[member->index], NULL);
	memory_adopt_thread(team->memory, member->index);
	member->error = variant->attach(team->instance, &member->worker->context);
	meet(team);
	for (unsigned i = 0; i < team->options->workers; i++)
		if (team->members[i]->error)
			goto out;
	jitter_start(&member->jitter, member->random.state, team->is_crowded);
	while (!team->is_over)
		play_batch(member);
	jitter_stop(&member->jitter);
out:
	meet(team);
	if (!member->error)
		variant->detach(team->instance, &member->worker->context);
	return NULL;
}

static int play_all(struct team *team, struct fault *fault)
{
	const unsigned workers = team->options->workers;

	for (unsigned i = 0; i < workers; i++)
		/* The others wait for each other: without one of them there is no going on. */
		if (pthread_create(&team->members[i]->thread, NULL, serve, team->members[i]))
			abort();
	for (unsigned i = 0; i < workers; i++)
		pthread_join(team->members[i]->thread, NULL);
	for (unsigned i = 0; i < workers; i++) {
		struct member *const member = team->members[i];

		if (member->error)
			return fault_set(fault, member->error, "attach: %s",
					 strerror(-member->error));
		team->result->histories += member->histories;
		team->result->calls += member->calls;
	}
	return 0;
}

int team_run(const struct team_options *options, struct team_result *result, struct fault *fault)
{
	struct team *const team = aligned_alloc(CACHELINE_APART_BYTES, sizeof(*team));
	int error;

	if (!team)
		return fault_set(fault, -ENOMEM, "no memory for the workers");
	memset(team, 0, sizeof(*team));
	memset(result, 0, sizeof(*result));
	team->options = options;
	team->result = result;
	team->is_crowded = options->workers > topology_pu_count(options->topology);
	team->windows = random_seed(options->seed, options->workers, RANDOM_KEYS);
	team->deadline_ns = clock_monotonic_ns() + options->duration_ns;
	pthread_mutex_init(&team->finding, NULL);
	pthread_barrier_init(&team->barrier, NULL, options->workers);
	error = team_make(team, fault);
	if (!error)
		error = play_all(team, fault);
	if (!error && !result->has_broken) {
		result->invariant = team_judge_counts(team);
		if (!result->invariant)
			result->invariant = team_judge_memory(team);
	}
	team_release(team);
	free(team);
	return error;
}
