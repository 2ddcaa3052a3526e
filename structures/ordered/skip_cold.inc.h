/*
 * Create, destroy and inspect of a skip list that consists of `struct skip skip` and `struct reclaim
 * *reclaim`. Expects STRUCTURE and SKIP_AT_REST, the state of each linked node while nobody runs.
 */
#include <errno.h>

static int OP(create)(const struct setup *setup, void **instance)
{
	struct STRUCTURE *const list = memory_shared(setup->memory, sizeof(*list));
	int error;

	if (!list)
		return -ENOMEM;
	error = skip_init(&list->skip, setup);
	if (!error)
		error = reclaim_create(setup, &list->reclaim);
	if (!error)
		*instance = list;
	return error;    /* what was got goes with memory_destroy() */
}

static void OP(destroy)(void *instance)
{
	struct STRUCTURE *const list = instance;

	reclaim_destroy(list->reclaim);
	skip_destroy(&list->skip);
}

static void OP(inspect)(void *instance, struct inspection *inspection)
{
	const struct STRUCTURE *const list = instance;

	skip_inspect(&list->skip, SKIP_AT_REST, inspection);
}

#undef SKIP_AT_REST
