#include "workloads/trace_parents.h"

#include <errno.h>
#include <stdlib.h>

#include "workloads/random.h"

enum { SIZE = 2 * TRACE_PARENTS_MAX };

/* Where a key is, or would be. */
static struct trace_parent *find(const struct trace_parents *parents, uint64_t key)
{
	uint64_t at = random_mix(key) & (SIZE - 1);

	while (parents->table[at].key && parents->table[at].key != key)
		at = (at + 1) & (SIZE - 1);
	return &parents->table[at];
}

int trace_parents_meet(struct trace_parents *parents, uint64_t id, uint64_t parent, uint64_t *first)
{
	struct trace_parent *met;

	if (!parents->table)
		parents->table = calloc(SIZE, sizeof(*parents->table));
	if (!parents->table)
		return -ENOMEM;
	met = find(parents, id + 1);
	*first = met->key ? met->parent : parent;
	if (!met->key && parents->count < TRACE_PARENTS_MAX) {
		*met = (struct trace_parent){ id + 1, parent };
		parents->count++;
	}
	return 0;
}

void trace_parents_free(struct trace_parents *parents)
{
	free(parents->table);
	*parents = (struct trace_parents){ .table = NULL };
}
