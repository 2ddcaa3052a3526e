#include <errno.h>
#include <string.h>

#include "runners/verify/team_state.h"
#include "topology/placement.h"

static int make_scans(struct team *team, struct member *member)
{
	if (team->options->variant->family->scan == FAMILY_NONE)
		return 0;
	for (unsigned n = 0; n < ROUNDS * SCRIPT_AMONG_MAX; n++) {
		struct scan *const scan =
			memory_thread(team->memory, member->index, scan_bytes(SCRIPT_SCAN_MAX));

		if (!scan)
			return -ENOMEM;
		member->lanes[n / SCRIPT_AMONG_MAX].scans[n % SCRIPT_AMONG_MAX] = scan;
	}
	return 0;
}

/* Few blocks, so that requests meet: a chain fills the cache, and most share some of it. */
static int make_chains(struct team *team, struct member *member)
{
	struct worker *const worker = member->worker;

	if (!team->options->variant->family->is_cache)
		return 0;
	worker->draw.chains.tree =
		prefix_tree_init(TEAM_BRANCHING, TEAM_CHAIN, TEAM_CHAIN, member->index);
	worker->chain = memory_thread(team->memory, member->index,
				      TEAM_CHAIN * sizeof(*worker->chain));
	return worker->chain ? 0 : -ENOMEM;
}

static int make_member(struct team *team, unsigned index)
{
	const struct team_options *const options = team->options;
	struct member *const member = memory_thread(team->memory, index, sizeof(struct member));
	struct worker *const worker = memory_thread(team->memory, index, sizeof(struct worker));

	if (!member || !worker)
		return -ENOMEM;
	team->members[index] = member;
	member->team = team;
	member->index = index;
	member->worker = worker;
	member->random = random_seed(options->seed, index, RANDOM_SCHEDULE);
	member->memo = memo_create();
	member->history.stamps = &team->stamps;
	worker->history = &member->history;
	worker->phase = WORKER_HISTORY;
	worker->workers = options->workers;
	worker->context = (struct context){
		.arena = memory_arena(team->memory, index),
		.value_bytes = options->value_bytes,
		.worker = index,
		.node = memory_worker_node(team->memory, index),
	};
	worker->draw.values = random_seed(options->seed, index, RANDOM_VALUES);
	worker->last_seen =
		memory_thread(team->memory, index, options->workers * sizeof(*worker->last_seen));
	for (unsigned n = 0; n < ROUNDS; n++)
		team->rounds[n].lanes[index] = &member->lanes[n];
	if (!worker->last_seen || !member->memo || make_chains(team, member))
		return -ENOMEM;
	return make_scans(team, member);
}

static int make_memory(struct team *team, struct fault *fault)
{
	const struct team_options *const options = team->options;
	const struct placement placement = { .kind = PLACEMENT_CORES_FIRST };
	const struct memory_options memory = {
		.topology = options->topology,
		.policy = { .kind = MEMORY_LOCAL },
		.worker_pus = team->pus,
		.workers = options->workers,
		.limit_bytes = (size_t)1 << MEMORY_LOG2,
	};
	const int error =
		placement_plan(options->topology, &placement, options->workers, team->pus, fault);

	return error ? error : memory_create(&memory, &team->memory, fault);
}

static int make_instance(struct team *team, struct fault *fault)
{
	const struct team_options *const options = team->options;
	const struct setup setup = {
		.memory = team->memory,
		.workers = options->workers,
		.range = options->range,
		.expected = EXPECTED,
		.filled = EXPECTED,
		.capacity = options->variant->is_bounded ? CAPACITY : 0,
		.value_bytes = options->value_bytes,
		/* Replicas for fewer than all: some workers share one. */
		.shards = options->variant->convergence ? 1 + options->workers / 2 : 0,
		.disturbance = options->variant->convergence ? options->seed | 1 : 0,
	};
	const int error = options->variant->create(&setup, &team->instance);

	return error ? fault_set(fault, error, "create: %s", strerror(-error)) : 0;
}

int team_make(struct team *team, struct fault *fault)
{
	const struct team_options *const options = team->options;
	int error = make_memory(team, fault);

	if (error)
		return error;
	/* Of nothing that is recorded is the stamp 0. plain: nobody else is here yet. */
	atomic_init(&team->stamps, 1);
	for (unsigned i = 0; !error && i < options->workers; i++)
		error = make_member(team, i);
	team->known =
		error ? NULL : memory_shared(team->memory, options->range * sizeof(*team->known));
	if (!team->known)
		return fault_set(fault, -ENOMEM, "no memory for the workers");
	for (uint64_t key = 0; key < options->range; key++)
		team->known[key] = ROUND_ABSENT;
	for (unsigned n = 0; n < ROUNDS; n++) {
		team->rounds[n].workers = options->workers;
		team->rounds[n].counts = options->variant->family->is_cache;
		team->rounds[n].capacity = options->variant->is_bounded ? CAPACITY : 0;
	}
	return make_instance(team, fault);
}

void team_release(struct team *team)
{
	if (team->instance)
		team->options->variant->destroy(team->instance);
	for (unsigned i = 0; i < team->options->workers; i++)
		if (team->members[i])
			memo_destroy(team->members[i]->memo);
	if (team->memory)
		memory_destroy(team->memory);
}

/* What is there by what the workers counted. */
static struct inspection count_by_tallies(const struct team *team)
{
	const struct family *const family = team->options->variant->family;
	struct inspection counted = { 0 };

	for (unsigned i = 0; i < team->options->workers; i++) {
		const struct tally *const tally = &team->members[i]->worker->tally;

		counted.elements += family_elements(family, tally);
		counted.sum += tally->sum_in - tally->sum_out;
	}
	return counted;
}

/* By what they saw last, since two replicas may both add a key, or no put tell that it did. */
static struct inspection count_by_looks(const struct team *team)
{
	struct inspection counted = { 0 };

	for (uint64_t key = 0; key < team->options->range; key++) {
		counted.elements += team->known[key] != ROUND_ABSENT;
		counted.sum += team->known[key] != ROUND_ABSENT ? key : 0;
	}
	return counted;
}

const char *team_judge_counts(const struct team *team)
{
	const struct variant *const variant = team->options->variant;
	const struct inspection counted =
		variant->convergence || variant->is_blind ? count_by_looks(team)
							  : count_by_tallies(team);
	struct inspection inspection;
	uint64_t torn = 0, exhausted = 0;

	for (unsigned i = 0; i < team->options->workers; i++) {
		torn += team->members[i]->worker->context.torn;
		exhausted += team->members[i]->worker->context.exhausted;
	}
	variant->inspect(team->instance, &inspection);
	if (inspection.broken)
		return inspection.broken;
	if (torn)
		return "a payload was not whole when it was read";
	if (exhausted)
		return "the memory of the instance ran out";
	if (inspection.elements != counted.elements)
		return "its elements are not as many as went in and did not come out";
	return inspection.sum != counted.sum ? "the sum of its elements is not what went in and stayed"
				     : NULL;
}

const char *team_judge_memory(struct team *team)
{
	const struct variant *const variant = team->options->variant;

	variant->destroy(team->instance);
	team->instance = NULL;
	if (!strcmp(variant->reclaim, "leak"))
		return NULL;
	return memory_in_use_bytes(team->memory, MEMORY_NODES) +
			       memory_in_use_bytes(team->memory, MEMORY_PAYLOADS)
		       ? "nodes or payloads are not given back"
		       : NULL;
}
