#include "runners/probe/pairs.h"

#include <stdbool.h>

#include "workloads/random.h"

enum { SAMPLE_SEED = 1 };

const char *const pair_group_names[PAIR_GROUPS] = { "same core", "same cache", "same node",
						    "same package", "across packages" };

enum pair_group pair_group_of(const struct topology *topology, unsigned from, unsigned to)
{
	const struct topology_pu *const a = topology_pu(topology, from);
	const struct topology_pu *const b = topology_pu(topology, to);

	if (a->core == b->core)
		return PAIR_CORE;
	if (a->l3 == b->l3 && a->l3 != TOPOLOGY_NONE)
		return PAIR_CACHE;
	if (a->node == b->node)
		return PAIR_NODE;
	return a->package == b->package ? PAIR_PACKAGE : PAIR_MACHINE;
}

size_t pairs_count(const struct topology *topology)
{
	const size_t pus = topology_pu_count(topology);

	return pus * (pus - 1) / 2;
}

static void count_groups(const struct topology *topology, size_t *counts)
{
	const unsigned pus = topology_pu_count(topology);

	for (unsigned from = 0; from < pus; from++)
		for (unsigned to = from + 1; to < pus; to++)
			counts[pair_group_of(topology, from, to)]++;
}

/* How many of each group: smallest groups first, each its even share of what is left. */
static void share_room(const size_t *counts, size_t room, size_t *wanted)
{
	bool has_share[PAIR_GROUPS] = { false };

	for (unsigned left = PAIR_GROUPS; left; left--) {
		unsigned least = PAIR_GROUPS;

		for (unsigned g = 0; g < PAIR_GROUPS; g++)
			if (!has_share[g] && (least == PAIR_GROUPS || counts[g] < counts[least]))
				least = g;
		has_share[least] = true;
		wanted[least] = counts[least] < room / left ? counts[least] : room / left;
		room -= wanted[least];
	}
}

/* One pass: each pair of a group is taken with the chance that makes the sample even (Knuth's S). */
size_t pairs_sample(const struct topology *topology, struct pair *pairs, size_t room)
{
	const unsigned pus = topology_pu_count(topology);
	size_t left[PAIR_GROUPS] = { 0 }, wanted[PAIR_GROUPS] = { 0 }, count = 0;
	struct random random = random_seed(SAMPLE_SEED, 0, RANDOM_SCHEDULE);

	count_groups(topology, left);
	share_room(left, room, wanted);
	for (unsigned from = 0; from < pus; from++) {
		for (unsigned to = from + 1; to < pus; to++) {
			const enum pair_group group = pair_group_of(topology, from, to);

			if (random_below(&random, left[group]--) >= wanted[group])
				continue;
			wanted[group]--;
			pairs[count++] = (struct pair){ from, to, group };
		}
	}
	return count;
}
