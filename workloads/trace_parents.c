#include "workloads/trace_parents.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "workloads/random.h"

enum { SIZE_AT_FIRST = 1 << 12 };

/* A file of zeroes, which goes with its mapping. Return: NULL with errno set. */
static struct trace_parent *map_zeroes(uint64_t size)
{
	const size_t bytes = size * sizeof(struct trace_parent);
	FILE *const file = tmpfile();
	void *table = MAP_FAILED;

	if (file && !ftruncate(fileno(file), (off_t)bytes))
		table = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
	if (file)
		fclose(file);
	return table == MAP_FAILED ? NULL : table;
}

/* Where a key is, or would be. */
static struct trace_parent *find(const struct trace_parents *parents, uint64_t key)
{
	uint64_t at = random_mix(key) & (parents->size - 1);

	while (parents->table[at].key && parents->table[at].key != key)
		at = (at + 1) & (parents->size - 1);
	return &parents->table[at];
}

static int grow(struct trace_parents *parents)
{
	struct trace_parents larger = { .size = parents->size ? 2 * parents->size : SIZE_AT_FIRST,
					.count = parents->count };

	larger.table = map_zeroes(larger.size);
	if (!larger.table)
		return errno ? -errno : -ENOMEM;
	for (uint64_t i = 0; i < parents->size; i++)
		if (parents->table[i].key)
			*find(&larger, parents->table[i].key) = parents->table[i];
	trace_parents_free(parents);
	*parents = larger;
	return 0;
}

int trace_parents_meet(struct trace_parents *parents, uint64_t id, uint64_t parent, uint64_t *first)
{
	const int error = 2 * (parents->count + 1) > parents->size ? grow(parents) : 0;
	struct trace_parent *met;

	if (error)
		return error;
	met = find(parents, id + 1);
	if (!met->key) {
		*met = (struct trace_parent){ id + 1, parent };
		parents->count++;
	}
	*first = met->parent;
	return 0;
}

void trace_parents_free(struct trace_parents *parents)
{
	if (parents->size)
		munmap(parents->table, parents->size * sizeof(*parents->table));
	*parents = (struct trace_parents){ .size = 0 };
}
