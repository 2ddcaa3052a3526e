/* What a team is made of. For those who play: team.c on threads, and the explorer of the tests. */
#ifndef RUNNERS_VERIFY_TEAM_STATE_H
#define RUNNERS_VERIFY_TEAM_STATE_H

#include <pthread.h>

#include "runners/verify/jitter.h"
#include "runners/verify/team.h"
#include "structures/common/cacheline.h"

enum {
	ROUNDS = 32,  /* played between two checks */
	CAPACITY = 4, /* of bounded queues and of caches: full now and then */
	EXPECTED = 4, /* elements: a table that grows does, within the first rounds */
	MEMORY_LOG2 = 28
};

/* Where all workers meet, if each has a PU of its own: at once, without a system call. */
struct meeting {
	CACHELINE_APART _Atomic unsigned arrived;
	CACHELINE_APART _Atomic unsigned held; /* meetings that are over */
};

struct member {
	struct team *team;
	unsigned index;
	int error; /* of attach */
	struct worker *worker;
	struct history history;
	struct random random; /* of this worker's scripts */
	struct jitter jitter;
	struct memo *memo;
	struct lane lanes[ROUNDS];
	uint64_t histories, calls;
	pthread_t thread;
};

struct team {
	const struct team_options *options;
	struct team_result *result;
	struct memory *memory;
	void *instance;
	unsigned pus[SCRIPT_WORKERS_MAX];
	bool is_crowded;
	bool has_failed; /* a worker could not attach */
	struct member *members[SCRIPT_WORKERS_MAX];
	struct round rounds[ROUNDS];
	struct random windows; /* of keys; used by one worker at a time */
	uint64_t *known;       /* of each key: its value when it was last looked at */
	uint64_t played, deadline_ns;
	bool is_over;
	pthread_mutex_t finding;   /* protects the result's history */
	pthread_barrier_t barrier; /* where they meet otherwise: who sleeps wakes ahead of others */
	struct meeting meeting;
	CACHELINE_APART _Atomic uint64_t stamps;
};

/* Memory, members and instance. Return: 0 or a negative errno; team_release() in any case. */
int team_make(struct team *team, struct fault *fault);
void team_release(struct team *team);

/*
 * The parts of round @n, of which each worker does its own. Begin, write, play (SCRIPT_AMONG),
 * settle (of replicas) and end: all workers together, none of them before all have done the part
 * before. Check: any worker, all being done; a finding goes to the team's result.
 */
void team_begin_round(struct member *member, unsigned n);
void team_write_among(struct member *member, unsigned n);
void team_play(struct member *member, unsigned n, enum script_part part);
void team_settle(struct member *member, unsigned n);
void team_end_round(struct member *member, unsigned n);
void team_check_round(struct member *member, unsigned n);

/*
 * What the workers counted, and what the structure says of itself at rest; and whether it gives
 * back its memory, which destroys the instance. Return: what does not hold, or NULL.
 */
const char *team_judge_counts(const struct team *team);
const char *team_judge_memory(struct team *team);

#endif
