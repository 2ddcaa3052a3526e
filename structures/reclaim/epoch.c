#include "structures/reclaim/epoch.h"

#include <errno.h>

#include "structures/reclaim/membarrier.h"

int epoch_create(const struct setup *setup, bool is_asymmetric, struct reclaim **result)
{
	struct reclaim *domain;

	if (is_asymmetric) {
		const int error = membarrier_register();

		if (error)
			return error;
	}
	domain = memory_shared(setup->memory,
			       sizeof(*domain) + setup->workers * sizeof(*domain->threads));
	if (!domain)
		return -ENOMEM;
	domain->workers = setup->workers;
	domain->is_asymmetric = is_asymmetric;
	/* relaxed: nobody else knows the domain yet; the caller publishes it. */
	store_relaxed(&domain->epoch, EPOCH_FIRST);
	for (unsigned i = 0; i < domain->workers; i++) {
		struct reclaim_thread *const thread =
			memory_thread(setup->memory, i, sizeof(*thread));

		if (!thread || limbo_init(&thread->limbo, setup, i, sizeof(struct limbo_bag)))
			return -ENOMEM;    /* what was got goes with memory_destroy() */
		thread->domain = domain;
		domain->threads[i] = thread;
	}
	*result = domain;
	return 0;
}

void epoch_destroy(struct reclaim *domain)
{
	for (unsigned i = 0; i < domain->workers; i++) {
		struct reclaim_thread *const thread = domain->threads[i];

		for (struct limbo_bag *bag = thread->oldest; bag; bag = bag->next)
			limbo_free_objects(bag, NULL);
		limbo_destroy(&thread->limbo);
	}
}

int epoch_attach(struct reclaim *domain, struct context *context)
{
	struct reclaim_thread *const thread = domain->threads[context->worker];

	limbo_attach(&thread->limbo, context);
	context->reclaim = thread;
	return 0;
}

void epoch_detach(struct reclaim_thread *thread)
{
	limbo_detach(&thread->limbo);
}

struct garbage epoch_garbage(struct reclaim *domain)
{
	struct garbage sum = { 0 };

	/* What waits behind a ticket is retired by one worker, and freed by any that comes later. */
	for (unsigned i = 0; i < domain->workers; i++)
		limbo_sum_freed(&domain->threads[i]->limbo.counts, &sum);
	for (unsigned i = 0; i < domain->workers; i++)
		limbo_sum_retired(&domain->threads[i]->limbo.counts, &sum);
	return sum;
}

/*
 * Return: whether worker i may still hold what was there before @epoch.
 *
 * acquire: what the worker did before it wrote this word is done; pairs with the releases in
 * ebr_enter(), ebr_exit(), qsbr_tell() and qsbr_offline().
 */
static bool epoch_is_behind(const struct reclaim *domain, unsigned i, uint64_t epoch)
{
	const uint64_t announced = load_acquire(&domain->threads[i]->announced);

	return announced && announced != epoch_announcement(epoch);
}

/* Return: whether no worker is behind; if one is, it is remembered as the suspect. */
static bool epoch_is_seen_by_all(struct reclaim_thread *thread, uint64_t epoch)
{
	const struct reclaim *const domain = thread->domain;

	if (epoch_is_behind(domain, thread->suspect, epoch))
		return false;
	for (unsigned i = 0; i < domain->workers; i++) {
		if (epoch_is_behind(domain, i, epoch)) {
			thread->suspect = i;
			return false;
		}
	}
	return true;
}

/* Move the epoch on by one if every worker has seen it. */
static void epoch_advance(struct reclaim_thread *thread)
{
	struct reclaim *const domain = thread->domain;
	/* acquire: orders this load before the fence and the looks; pairs with the CAS below. */
	uint64_t epoch = load_acquire(&domain->epoch);

	if (domain->is_asymmetric) {
		/* While someone is behind, interrupting all processors would be in vain. */
		if (!epoch_is_seen_by_all(thread, epoch) || !membarrier_fence())
			return;
	} else {
		/* seq_cst: Fa above, between the load of the epoch and the looks at announcements;
		 * pairs with the fences in ebr_enter(), qsbr_tell(), epoch_append()
		 * and epoch_ticket(). */
		fence_seq_cst();
	}
	if (!epoch_is_seen_by_all(thread, epoch))
		return;
	/* acq_rel: hands on what the looks acquired; pairs with the acquire loads of the epoch in
	 * epoch_ripen(), epoch_advance(), ebr_enter() and qsbr_tell(). */
	cas_acq_rel(&domain->epoch, &epoch, epoch + 1);
}

void epoch_nudge(struct reclaim_thread *thread)
{
	epoch_advance(thread);
}

static bool epoch_is_ripe(const struct limbo_bag *bag, uint64_t epoch)
{
	return epoch - bag->epoch >= EPOCH_GRACE;
}

static void epoch_ripen(struct reclaim_thread *thread)
{
	/* acquire: what readers did before this epoch is done; pairs with the CAS in
	 * epoch_advance(). */
	const uint64_t epoch = load_acquire(&thread->domain->epoch);

	while (thread->oldest && epoch_is_ripe(thread->oldest, epoch)) {
		struct limbo_bag *const bag = thread->oldest;

		thread->oldest = bag->next;
		if (!thread->oldest)
			thread->newest = NULL;
		limbo_ripen(&thread->limbo, bag);
	}
}

static void epoch_append(struct reclaim_thread *thread, struct limbo_bag *bag)
{
	/* seq_cst: Ft above, between the unlinking of what is in the bag and the load of the epoch;
	 * pairs with the fences in ebr_enter(), qsbr_tell() and epoch_advance(). */
	fence_seq_cst();
	/* relaxed: the fence orders it; an older epoch than the newest one would be caught by
	 * Ft. */
	bag->epoch = load_relaxed(&thread->domain->epoch);
	bag->next = NULL;
	if (thread->newest)
		thread->newest->next = bag;
	else
		thread->oldest = bag;
	thread->newest = bag;
}

void epoch_seal(struct reclaim_thread *thread)
{
	struct limbo_bag *const bag = limbo_seal(&thread->limbo);

	epoch_ripen(thread);
	const bool is_late = thread->oldest;    /* a whole bag of time was not enough for others */

	if (bag)
		epoch_append(thread, bag);
	if (!is_late)
		return;
	epoch_advance(thread);
	epoch_ripen(thread);
}

void epoch_flush(struct reclaim_thread *thread)
{
	epoch_seal(thread);
	epoch_advance(thread);
	epoch_ripen(thread);
	limbo_free_ripe(&thread->limbo, UINT64_MAX);
}
