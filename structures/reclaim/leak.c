#include "structures/reclaim/leak.h"

#include <errno.h>

int leak_create(const struct setup *setup, struct reclaim **result)
{
	struct reclaim *const domain =
		memory_shared(setup->memory,
			      sizeof(*domain) + setup->workers * sizeof(*domain->threads));

	if (!domain)
		return -ENOMEM;
	domain->workers = setup->workers;
	for (unsigned i = 0; i < domain->workers; i++) {
		domain->threads[i] =
			memory_thread(setup->memory, i, sizeof(*domain->threads[i]));
		if (!domain->threads[i])
			return -ENOMEM;    /* what was got goes with memory_destroy() */
	}
	*result = domain;
	return 0;
}

int leak_attach(struct reclaim *domain, struct context *context)
{
	context->reclaim = domain->threads[context->worker];
	return 0;
}

struct garbage leak_garbage(struct reclaim *domain)
{
	struct garbage sum = { 0 };

	for (unsigned i = 0; i < domain->workers; i++)
		limbo_sum(&domain->threads[i]->counts, &sum);
	return sum;
}
