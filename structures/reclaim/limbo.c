#include "structures/reclaim/limbo.h"

#include <errno.h>

static struct limbo_bag *limbo_make_bag(struct limbo *limbo)
{
	struct limbo_bag *const bag =
		memory_thread(limbo->memory, limbo->worker, limbo->bag_bytes);

	if (bag)
		bag->owner = limbo;
	return bag;
}

int limbo_init(struct limbo *limbo, const struct setup *setup, unsigned worker, size_t bag_bytes)
{
	*limbo = (struct limbo){
		.memory = setup->memory,
		.worker = worker,
		.bag_bytes = bag_bytes,
		.in_batches = setup->frees_in_batches,
	};
	limbo->spare = limbo_make_bag(limbo);
	return limbo->spare ? 0 : -ENOMEM;
}

void limbo_attach(struct limbo *limbo, struct context *context)
{
	limbo->arena = context->arena;
	limbo->exhausted = &context->exhausted;
}

void limbo_detach(struct limbo *limbo)
{
	limbo->arena = NULL;
	limbo->exhausted = NULL;
}

void limbo_destroy(struct limbo *limbo)
{
	struct limbo_bag *const bag = limbo_seal(limbo);

	limbo_free_ripe(limbo, UINT64_MAX);
	if (bag) {
		limbo_free_objects(bag, NULL);
		limbo_spare(limbo, bag);
	}
}

bool limbo_reserve(struct limbo *limbo)
{
	if (!limbo->spare)
		limbo->spare = limbo_make_bag(limbo);
	return limbo->spare;
}

struct limbo_bag *limbo_take_spare(struct limbo *limbo)
{
	struct limbo_bag *const bag = limbo->spare;

	limbo->spare = bag->next;
	return bag;
}

bool limbo_open(struct limbo *limbo)
{
	if (!limbo_reserve(limbo)) {
		++*limbo->exhausted;
		return false;
	}
	limbo->open = limbo_take_spare(limbo);
	return true;
}

void limbo_free_entry(const struct limbo_entry *entry, struct memory *memory, struct arena *mine)
{
	if (entry->part == MEMORY_TABLE)
		memory_release(memory, entry->object);
	else
		arena_free(mine, entry->object, (enum memory_part)entry->part,
			   entry->size_bytes);
}

void limbo_free_ripe(struct limbo *limbo, uint64_t count)
{
	uint64_t freed = 0;

	while (limbo->ripe && freed < count) {
		struct limbo_bag *const bag = limbo->ripe;

		limbo_free_entry(&bag->entries[--bag->count], limbo->memory, limbo->arena);
		freed++;
		if (!bag->count) {
			limbo->ripe = bag->next;
			limbo_spare(limbo, bag);
		}
	}
	limbo_count_freed(&limbo->counts, freed);
}

void limbo_free_objects(struct limbo_bag *bag, struct arena *mine)
{
	for (unsigned i = 0; i < bag->count; i++)
		limbo_free_entry(&bag->entries[i], bag->owner->memory, mine);
}

void limbo_ripen(struct limbo *limbo, struct limbo_bag *bag)
{
	if (!limbo->in_batches) {
		bag->next = limbo->ripe;
		limbo->ripe = bag;
		return;
	}
	limbo_free_objects(bag, limbo->arena);
	limbo_count_freed(&limbo->counts, bag->count);
	limbo_spare(limbo, bag);
}

void limbo_spare(struct limbo *limbo, struct limbo_bag *bag)
{
	bag->count = 0;
	bag->next = limbo->spare;
	limbo->spare = bag;
}

struct limbo_bag *limbo_seal(struct limbo *limbo)
{
	struct limbo_bag *const bag = limbo->open;

	if (bag && !bag->count)
		return NULL;
	limbo->open = NULL;
	return bag;
}
