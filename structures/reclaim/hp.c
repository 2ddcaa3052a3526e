#include "structures/reclaim/hp.h"

#include <errno.h>
#include <string.h>

#include "structures/reclaim/membarrier.h"

/* What was got before a failure goes with memory_destroy(). */
static struct reclaim_thread *hp_make_thread(const struct setup *setup, unsigned worker,
					     const struct reclaim *domain)
{
	const size_t list_bytes = domain->threshold * sizeof(struct limbo_entry);
	const size_t set_bytes = ((size_t)domain->set_mask + 1) * sizeof(uintptr_t);
	struct reclaim_thread *const thread =
		memory_thread(setup->memory, worker, sizeof(*thread));

	if (!thread)
		return NULL;
	thread->retired = memory_thread(setup->memory, worker, list_bytes);
	thread->ripe = memory_thread(setup->memory, worker, list_bytes);
	thread->set = memory_thread(setup->memory, worker, set_bytes);
	return thread->retired && thread->ripe && thread->set ? thread : NULL;
}

/* At most half full: no chain of probes is long, and every chain ends. */
static void hp_size_set(struct reclaim *domain)
{
	domain->set_mask = 1;
	domain->set_shift = 63;
	while (domain->set_mask + 1 < 2 * domain->workers * HP_SLOTS) {
		domain->set_mask = domain->set_mask << 1 | 1;
		domain->set_shift--;
	}
}

int hp_make(const struct setup *setup, bool is_asymmetric, struct reclaim **result)
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
	domain->threshold = hp_threshold(setup->workers);
	domain->is_asymmetric = is_asymmetric;
	domain->in_batches = setup->frees_in_batches;
	domain->memory = setup->memory;
	hp_size_set(domain);
	for (unsigned i = 0; i < domain->workers; i++) {
		domain->threads[i] = hp_make_thread(setup, i, domain);
		if (!domain->threads[i])
			return -ENOMEM;
		domain->threads[i]->domain = domain;
	}
	*result = domain;
	return 0;
}

void hp_destroy(struct reclaim *domain)
{
	for (unsigned i = 0; i < domain->workers; i++) {
		struct reclaim_thread *const thread = domain->threads[i];

		hp_free_ripe(thread, thread->ripe_count);
		for (unsigned n = 0; n < thread->retired_count; n++)
			limbo_free_entry(&thread->retired[n], domain->memory, NULL);
	}
}

int hp_attach(struct reclaim *domain, struct context *context)
{
	struct reclaim_thread *const thread = domain->threads[context->worker];

	thread->arena = context->arena;
	thread->exhausted = &context->exhausted;
	context->reclaim = thread;
	return 0;
}

void hp_detach(struct reclaim_thread *thread)
{
	thread->arena = NULL;
	thread->exhausted = NULL;
}

struct garbage hp_garbage(struct reclaim *domain)
{
	struct garbage sum = { 0 };

	for (unsigned i = 0; i < domain->workers; i++)
		limbo_sum(&domain->threads[i]->counts, &sum);
	return sum;
}

void hp_free_ripe(struct reclaim_thread *thread, unsigned count)
{
	unsigned freed = 0;

	while (thread->ripe_count && freed < count) {
		limbo_free_entry(&thread->ripe[--thread->ripe_count], thread->domain->memory,
				 thread->arena);
		freed++;
	}
	limbo_count_freed(&thread->counts, freed);
}

/* Where an address is in the set, or would be. */
static uintptr_t *hp_find(const struct reclaim_thread *thread, uintptr_t address)
{
	const struct reclaim *const domain = thread->domain;
	uint64_t index = (address * 0x9e3779b97f4a7c15u) >> domain->set_shift;

	while (thread->set[index] && thread->set[index] != address)
		index = (index + 1) & domain->set_mask;
	return &thread->set[index];
}

/* Note every published address in the set. */
static void hp_gather(struct reclaim_thread *thread)
{
	const struct reclaim *const domain = thread->domain;

	memset(thread->set, 0, ((size_t)domain->set_mask + 1) * sizeof(*thread->set));
	for (unsigned i = 0; i < domain->workers; i++) {
		for (unsigned slot = 0; slot < HP_SLOTS; slot++) {
			/* acquire: what the reader did before it wrote this is done; pairs with the
			 * releases in hp_announce() and hp_exit(). */
			const uintptr_t address = load_acquire(&domain->threads[i]->slots[slot]);

			if (address)
				*hp_find(thread, address) = address;
		}
	}
}

void hp_look(struct reclaim_thread *thread)
{
	const struct reclaim *const domain = thread->domain;
	unsigned kept = 0;

	if (!domain->is_asymmetric)
		/* seq_cst: Fs of hp.h, the unlinking before the look at the slots; pairs with the
		 * fence in hp_announce(). */
		fence_seq_cst();
	else if (!membarrier_fence())
		return;
	hp_gather(thread);
	hp_free_ripe(thread, thread->ripe_count);    /* none, unless a flush came before its time */
	for (unsigned n = 0; n < thread->retired_count; n++) {
		const struct limbo_entry entry = thread->retired[n];

		if (*hp_find(thread, (uintptr_t)entry.object))
			thread->retired[kept++] = entry;
		else
			thread->ripe[thread->ripe_count++] = entry;
	}
	thread->retired_count = kept;
	if (domain->in_batches)
		hp_free_ripe(thread, thread->ripe_count);
}

void hp_flush(struct reclaim_thread *thread)
{
	hp_look(thread);
	hp_free_ripe(thread, thread->ripe_count);
}
