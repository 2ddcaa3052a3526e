#include "structures/kvblock/lru.h"

static int lru_create(const struct setup *setup, void **instance)
{
	struct lru *const lru = memory_shared(setup->memory, sizeof(*lru));
	int error;

	if (!lru)
		return -ENOMEM;
	error = lock_init(&lru->lock, setup->memory);
	if (!error)
		error = lock_threads_init(&lru->threads, setup->memory, setup->workers);
	if (!error)
		error = seq_lru_init(&lru->cache, setup->memory, kvblock_capacity(setup));
	if (!error)
		*instance = lru;
	return error;
}

static void lru_destroy(void *instance)
{
	struct lru *const lru = instance;

	seq_lru_destroy(&lru->cache);
	lock_destroy(&lru->lock);
}

static void lru_inspect(void *instance, struct inspection *inspection)
{
	struct lru *const lru = instance;

	*inspection = (struct inspection){ 0 };
	seq_lru_inspect(&lru->cache, inspection);
}

#define STRUCTURE lru
#include "structures/lock/hooks.inc.h"

#define VARIANT_PAPER                                                                          \
	"L. Zheng et al., SGLang: efficient execution of structured language model programs, " \
	"NeurIPS 2024 (eviction of leaves), under one lock"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE true
#define VARIANT_TELLS_HELD   true
#include "structures/kvblock/kvblock_loop.inc.h"
