#include "structures/reclaim/ibr.h"

#include <errno.h>

/* A look at all threads, and what it keeps. */
struct ibr_look {
	const struct ibr_interval *readers;
	unsigned readers_count;
	uint64_t births;              /* of the youngest block there is */
	struct limbo_bag *packed;     /* kept, with room for more of what is held */
};

/* What was got before a failure goes with memory_destroy(). */
static struct reclaim_thread *ibr_make_thread(const struct setup *setup, unsigned worker)
{
	struct reclaim_thread *const thread =
		memory_thread(setup->memory, worker, sizeof(*thread));

	if (!thread || limbo_init(&thread->limbo, setup, worker, sizeof(struct limbo_bag)))
		return NULL;
	thread->look_at = ibr_look_min(setup->workers);
	return thread;
}

int ibr_create(const struct setup *setup, struct reclaim **result)
{
	const struct arena *const arena = memory_arena(setup->memory, 0);
	struct reclaim *domain;

	if (!arena_has_births(arena))
		return -ENOTSUP;
	domain = memory_shared(setup->memory,
			       sizeof(*domain) + setup->workers * sizeof(*domain->threads));
	if (!domain)
		return -ENOMEM;
	domain->workers = setup->workers;
	domain->arena = arena;
	domain->intervals = memory_shared(setup->memory, (size_t)setup->workers * setup->workers *
								 sizeof(*domain->intervals));
	if (!domain->intervals)
		return -ENOMEM;    /* what was got goes with memory_destroy() */
	/* relaxed: nobody else knows the domain yet; the caller publishes it. */
	store_relaxed(&domain->era, IBR_FIRST_ERA);
	for (unsigned i = 0; i < domain->workers; i++) {
		struct reclaim_thread *const thread = ibr_make_thread(setup, i);

		if (!thread)
			return -ENOMEM;
		thread->domain = domain;
		thread->births = arena_births(arena);
		domain->threads[i] = thread;
	}
	*result = domain;
	return 0;
}

void ibr_destroy(struct reclaim *domain)
{
	for (unsigned i = 0; i < domain->workers; i++) {
		struct reclaim_thread *const thread = domain->threads[i];

		for (struct limbo_bag *bag = thread->retired; bag; bag = bag->next)
			limbo_free_objects(bag, NULL);
		limbo_destroy(&thread->limbo);
	}
}

int ibr_attach(struct reclaim *domain, struct context *context)
{
	struct reclaim_thread *const thread = domain->threads[context->worker];

	limbo_attach(&thread->limbo, context);
	context->reclaim = thread;
	return 0;
}

void ibr_detach(struct reclaim_thread *thread)
{
	limbo_detach(&thread->limbo);
}

struct garbage ibr_garbage(struct reclaim *domain)
{
	struct garbage sum = { 0 };

	for (unsigned i = 0; i < domain->workers; i++)
		limbo_sum(&domain->threads[i]->limbo.counts, &sum);
	return sum;
}

/* Room for what a look notes: written by its worker alone. */
static struct ibr_interval *ibr_intervals(const struct reclaim_thread *thread)
{
	return &thread->domain->intervals[(size_t)thread->limbo.worker * thread->domain->workers];
}

/* The intervals of all threads inside a section. Return: how many. */
static unsigned ibr_gather(struct reclaim_thread *thread)
{
	const struct reclaim *const domain = thread->domain;
	struct ibr_interval *const intervals = ibr_intervals(thread);
	unsigned count = 0;

	for (unsigned i = 0; i < domain->workers; i++) {
		const struct reclaim_thread *const other = domain->threads[i];
		/* acquire: sections that ended before are done, and upper is at least that of this
		 * section's beginning; pairs with the releases in ibr_enter() and ibr_exit(). */
		const uint64_t lower = load_acquire(&other->lower);

		if (!lower)
			continue;
		intervals[count++] = (struct ibr_interval){
			.lower = lower,
			/* relaxed: the fence of the look orders it; pairs with ibr_extend(). */
			.upper = load_relaxed(&other->upper),
		};
	}
	return count;
}

/*
 * Births up to which objects retired in an era are held.
 *
 * Return: 0 if none is: the first block has the birth 1.
 */
static uint64_t ibr_held_births(const struct ibr_look *look, uint64_t era)
{
	uint64_t births = 0;

	for (unsigned i = 0; i < look->readers_count; i++)
		if (look->readers[i].lower <= era && look->readers[i].upper > births)
			births = look->readers[i].upper;
	return births;
}

static void ibr_keep_bag(struct reclaim_thread *thread, struct limbo_bag *bag)
{
	bag->next = thread->retired;
	thread->retired = bag;
	thread->retired_count += bag->count;
}

/* Keep one held object where there is room: ibr_sift() has seen to a spare bag. */
static void ibr_keep(struct reclaim_thread *thread, struct ibr_look *look,
		     const struct limbo_entry *entry, uint64_t era)
{
	if (!look->packed || look->packed->count == LIMBO_BAG_ENTRIES) {
		look->packed = limbo_take_spare(&thread->limbo);
		look->packed->epoch = era;
		ibr_keep_bag(thread, look->packed);
	}
	/* The youngest of the eras: an object is held longer than it must be, not shorter. */
	if (look->packed->epoch < era)
		look->packed->epoch = era;
	look->packed->entries[look->packed->count++] = *entry;
	thread->retired_count++;
}

/* A retired table has no birth: held by every section that began before. */
static uint64_t ibr_birth(const struct reclaim *domain, const struct limbo_entry *entry)
{
	return entry->part == MEMORY_TABLE ? 0 : arena_birth(domain->arena, entry->object);
}

/* Part the objects of a bag that are held from those that nobody can reach. */
static void ibr_sift(struct reclaim_thread *thread, struct ibr_look *look, struct limbo_bag *bag)
{
	const uint64_t held = ibr_held_births(look, bag->epoch);
	unsigned freed = 0;

	if (held && (held >= look->births || !limbo_reserve(&thread->limbo))) {
		ibr_keep_bag(thread, bag);    /* all of them; or no memory to part them */
		return;
	}
	for (unsigned i = 0; held && i < bag->count; i++) {
		const struct limbo_entry entry = bag->entries[i];

		if (ibr_birth(thread->domain, &entry) <= held)
			ibr_keep(thread, look, &entry, bag->epoch);
		else
			bag->entries[freed++] = entry;
	}
	if (held)
		bag->count = freed;
	if (bag->count)
		limbo_ripen(&thread->limbo, bag);
	else
		limbo_spare(&thread->limbo, bag);
}

/* Free what is retired and not held. */
static void ibr_look(struct reclaim_thread *thread)
{
	struct limbo_bag *bag = thread->retired;
	struct ibr_look look = { .readers = ibr_intervals(thread) };

	/* relaxed: this thread met all that it retired, so nothing of it is younger. */
	look.births = load_relaxed(thread->births);
	/* seq_cst: Fs above, the unlinking before the look at the intervals; pairs with the fences
	 * in ibr_enter() and ibr_announce(). */
	fence_seq_cst();
	look.readers_count = ibr_gather(thread);
	thread->retired = NULL;
	thread->retired_count = 0;
	while (bag) {
		struct limbo_bag *const next = bag->next;

		ibr_sift(thread, &look, bag);
		bag = next;
	}
	thread->look_at = 2 * thread->retired_count + ibr_look_min(thread->domain->workers);
}

/* Move the era on from @era, unless somebody has. */
static void ibr_move_era(struct reclaim_thread *thread, uint64_t era)
{
	/* relaxed: only its order against the fences counts, and every value is written once. */
	cas_relaxed(&thread->domain->era, &era, era + 1);
}

/* Put the open bag among the retired ones. Return: its era, or the current one without a bag. */
static uint64_t ibr_put_away(struct reclaim_thread *thread)
{
	struct limbo_bag *const bag = limbo_seal(&thread->limbo);
	uint64_t era;

	/* seq_cst: Ft above, between the unlinking of what is in the bag and the load of the era;
	 * pairs with the fence in ibr_enter(). */
	fence_seq_cst();
	/* relaxed: the fence orders it. */
	era = load_relaxed(&thread->domain->era);
	if (bag) {
		bag->epoch = era;
		ibr_keep_bag(thread, bag);
	}
	return era;
}

void ibr_seal(struct reclaim_thread *thread)
{
	uint64_t era;

	/* Before the new bag joins: readers have had the time of a bag to leave their sections. */
	if (thread->retired_count >= thread->look_at)
		ibr_look(thread);
	era = ibr_put_away(thread);
	/* So n workers make one or two moves in the time that each takes to fill a bag, not n. */
	if (era == thread->sealed_era)
		ibr_move_era(thread, era);
	thread->sealed_era = era;
}

void ibr_flush(struct reclaim_thread *thread)
{
	ibr_move_era(thread, ibr_put_away(thread));
	ibr_look(thread);
	limbo_free_ripe(&thread->limbo, UINT64_MAX);
}
