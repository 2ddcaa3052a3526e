#include "structures/kvblock/seq_lru.h"

int seq_lru_init(struct seq_lru *cache, struct memory *memory, uint64_t capacity)
{
	uint64_t buckets = 1;

	while (buckets < capacity)
		buckets *= 2;
	cache->buckets = memory_shared(memory, buckets * sizeof(*cache->buckets));
	if (!cache->buckets)
		return -ENOMEM;
	cache->mask = buckets - 1;
	cache->capacity = capacity;
	cache->ends.newer = cache->ends.older = &cache->ends;
	return 0;
}

void seq_lru_destroy(struct seq_lru *cache)
{
	struct lru_block *next;

	for (struct lru_block *block = cache->ends.older; block != &cache->ends; block = next) {
		next = block->older;
		arena_free(NULL, block, MEMORY_NODES, sizeof(*block));
	}
}

/* From the most recent on: each parent has been met, and each reference is a child's. */
void seq_lru_inspect(struct seq_lru *cache, struct inspection *inspection)
{
	uint64_t count = 0, references = 0, children = 0;
	struct lru_block *block;

	for (block = cache->ends.older; block != &cache->ends; block = block->older)
		block->seen = 0;
	for (block = cache->ends.older; block != &cache->ends; block = block->older) {
		block->seen = 1;
		if (seq_lru_find(cache, block->id) != block)
			inspection->broken = "a block cannot be found by its id";
		if (block->parent && !block->parent->seen)
			inspection->broken =
				"a block is more recent than its parent, or without it";
		children += block->parent != NULL;
		references += block->references;
		inspection->sum += block->id;
		count++;
	}
	inspection->elements += count;
	inspection->pins += references - children;
	if (count != cache->count || count > cache->capacity)
		inspection->broken = "more blocks than the capacity, or than were counted";
	if (references != children)
		inspection->broken = "a pin has outlived its request";
}
