/*
 * How map/gossip sends news of its registers and takes those of other replicas: see gossip.h. Off
 * the fast path; for gossip.c alone.
 */
#ifndef STRUCTURES_MAP_GOSSIP_EXCHANGE_H
#define STRUCTURES_MAP_GOSSIP_EXCHANGE_H

#include "structures/map/gossip.h"

/* --- sending: by the thread that exchanges this shard ---------------------------------------- */

/* Return: how many deltas fit into the outbox. */
static uint64_t gossip_find_room(const struct gossip *map, const struct gossip_replica *replica,
				 uint32_t index)
{
	struct gossip_shard *const shard = &replica->shards[index];
	/* relaxed: only the exchanging thread writes it. */
	const uint64_t sent = load_relaxed(&shard->sent);
	uint64_t taken = UINT64_MAX;

	if (shard->room > sent)
		return shard->room - sent;
	for (unsigned i = 0; i < map->count; i++) {
		if (i == replica->index)
			continue;
		/* acquire: the deltas below have been read there, and their places may be used
		 * again; pairs with the release in gossip_take_from(). */
		const uint64_t there =
			load_acquire(&map->replicas[i]->shards[index].taken[replica->index]);

		taken = there < taken ? there : taken;
	}
	shard->room = taken + GOSSIP_OUTBOX;
	return shard->room - sent;
}

/* Under the lock. A copy of the payload is the outbox's, freed when the place is used again. */
static void gossip_append(struct gossip_shard *shard, struct gossip_replica *replica,
			  struct context *context, uint64_t place,
			  const struct gossip_register *changed)
{
	struct gossip_delta *const delta = &shard->outbox[place % GOSSIP_OUTBOX];

	if (gossip_is_present(delta->version))
		payload_free(context, delta->stored);
	*delta = (struct gossip_delta){ .key = changed->key };
	if (changed == shard->sampled) {
		delta->since_ns = shard->sampled_ns;
		shard->sampled = NULL;
	}
	if (gossip_is_present(changed->version) &&
	    !payload_make(context, payload_read(context, changed->stored), &delta->stored))
		/* Version 0 says nothing. relaxed: read at rest. */
		store_relaxed(&replica->is_starved, true);
	else
		delta->version = changed->version;
}

/* At most so many of the registers that wait, the oldest first. */
static void gossip_send_some(struct gossip_shard *shard, struct gossip_replica *replica,
			     struct context *context, uint64_t most)
{
	/* relaxed, both: written under the lock alone, and by this thread alone. */
	struct gossip_register *changed = load_relaxed(&shard->oldest);
	uint64_t sent = load_relaxed(&shard->sent);

	for (; most && changed; most--) {
		struct gossip_register *const next = changed->next;

		gossip_append(shard, replica, context, sent++, changed);
		changed->next = NULL;
		changed = next == changed ? NULL : next;
	}
	/* release: publishes the deltas; pairs with the acquire in gossip_take_from(). */
	store_release(&shard->sent, sent);
	/* release: who sees that nothing waits sees that it has been sent; pairs with the acquire in
	 * gossip_is_settled(). */
	store_release(&shard->oldest, changed);
}

static void gossip_send(const struct gossip *map, struct gossip_replica *replica,
			struct context *context, uint32_t index)
{
	struct gossip_shard *const shard = &replica->shards[index];

	/* relaxed: a hint; what is missed now is sent the next time. */
	while (load_relaxed(&shard->oldest)) {
		const uint64_t room = gossip_find_room(map, replica, index);

		if (!room)
			return;
		lock_acquire(&shard->lock, NULL);
		gossip_send_some(shard, replica, context,
				 room < GOSSIP_AT_ONCE ? room : GOSSIP_AT_ONCE);
		lock_release(&shard->lock, NULL);
	}
}

/* --- taking: likewise ------------------------------------------------------------------------ */

/* Whose news is taken by whom: @ages is NULL where no ages are counted. */
struct gossip_taker {
	struct gossip_replica *replica;
	struct gossip_shard *shard;
	struct context *context;
	struct histogram *ages;
};

/* Under the lock: the register takes over what is newer. Return: false without memory for it. */
static bool gossip_merge(const struct gossip_taker *taker, const struct gossip_delta *delta)
{
	struct context *const context = taker->context;
	struct gossip_register *merged = gossip_look(taker->shard, delta->key);
	uint64_t stored = 0;

	if (delta->version <= (merged ? merged->version : 0))
		return true;
	if (gossip_is_present(delta->version) &&
	    !payload_make(context, payload_read(context, delta->stored), &stored))
		return false;
	merged = gossip_look_or_make(taker->shard, context, delta->key);
	if (!merged) {
		if (gossip_is_present(delta->version))
			payload_free(context, stored);
		return false;
	}
	if (gossip_is_present(merged->version))
		payload_free(context, merged->stored);
	merged->version = delta->version;
	merged->stored = stored;
	if (delta->since_ns && taker->ages)
		histogram_add(taker->ages, clock_monotonic_ns() - delta->since_ns);
	return true;
}

/* Deltas of an outbox, and the order to take them in. */
struct gossip_course {
	uint64_t from, count;
	uint64_t first; /* of them is taken first, and the others go round from there */
	bool is_reversed;
	uint64_t kept; /* of them are not taken for good, but again the next time */
};

static uint64_t gossip_place(const struct gossip_course *course, uint64_t step)
{
	const uint64_t at = course->first + step;
	const uint64_t round = at < course->count ? at : at - course->count;

	return course->from + (course->is_reversed ? course->count - 1 - round : round);
}

/* Late, out of order and more than once. */
static void gossip_disturb(struct gossip_course *course, struct random *random)
{
	const uint64_t count =
		random_below(random, 2) ? course->count : random_below(random, course->count + 1);

	course->count = count;
	course->first = count ? random_below(random, count) : 0;
	course->is_reversed = random_below(random, 2);
	course->kept = random_below(random, count + 1);
}

static void gossip_take_from(const struct gossip *map, const struct gossip_taker *taker,
			     struct gossip_shard *other, unsigned index)
{
	_Atomic uint64_t *const taken = &taker->shard->taken[index];
	/* relaxed: only the exchanging thread writes it. */
	struct gossip_course course = { .from = load_relaxed(taken) };
	bool has_all = true;

	/* acquire: the deltas; pairs with the release in gossip_send_some(). */
	course.count = load_acquire(&other->sent) - course.from;
	if (!course.count)
		return;
	if (map->is_disturbed)
		gossip_disturb(&course, &taker->shard->disturbance);
	for (uint64_t done = 0; done < course.count;) {
		const uint64_t left = course.count - done;
		const uint64_t end = done + (left < GOSSIP_AT_ONCE ? left : GOSSIP_AT_ONCE);

		lock_acquire(&taker->shard->lock, NULL);
		for (; done < end; done++)
			has_all &= gossip_merge(
				taker, &other->outbox[gossip_place(&course, done) % GOSSIP_OUTBOX]);
		lock_release(&taker->shard->lock, NULL);
	}
	if (!has_all)
		/* relaxed: read at rest. */
		store_relaxed(&taker->replica->is_starved, true);
	/* release: the deltas have been read, and what they say is in this replica; pairs with the
	 * acquires in gossip_find_room() and gossip_is_settled(). */
	store_release(taken, course.from + course.count - course.kept);
}

static void gossip_exchange_in(const struct gossip *map, const struct gossip_taker *taker,
			       uint32_t index)
{
	_Atomic unsigned *const is_exchanging = &taker->shard->is_exchanging;

	/* relaxed: a look that spares a taken lock's line a write. */
	if (load_relaxed(is_exchanging))
		return;
	/* acquire: what the last one did; pairs with the release below. */
	if (exchange_acquire(is_exchanging, 1))
		return;
	gossip_send(map, taker->replica, taker->context, index);
	for (unsigned i = 0; i < map->count; i++)
		if (i != taker->replica->index)
			gossip_take_from(map, taker, &map->replicas[i]->shards[index], i);
	/* release: publishes this exchange; pairs with the acquire above. */
	store_release(is_exchanging, 0);
}

static void gossip_exchange(struct gossip *map, struct gossip_seat *seat, struct context *context,
			    uint32_t shard)
{
	const struct gossip_taker taker = {
		.replica = seat->replica,
		.shard = &seat->replica->shards[shard],
		.context = context,
		.ages = &seat->staleness_ns,
	};

	gossip_exchange_in(map, &taker, shard);
}

#endif
