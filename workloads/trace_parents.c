#include "workloads/trace_parents.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "workloads/random.h"

enum { SIZE_AT_FIRST = 1 << 12 };

/*
 * Zeroes in a file that goes with its mapping. Its room on the disk is taken at once: a page that
 * finds none later would end the process. Return: 0 or a negative errno.
 */
static int map_zeroes(uint64_t size, struct trace_parent **table)
{
	const size_t bytes = size * sizeof(**table);
	FILE *const file = tmpfile();
	void *mapped = MAP_FAILED;
	int error;

	if (!file)
		return -errno;
	error = posix_fallocate(fileno(file), 0, (off_t)bytes);
	if (!error)
		mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
	if (!error && mapped == MAP_FAILED)
		error = errno;
	fclose(file);
	*table = mapped;
	return -error;
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
	const int error = map_zeroes(larger.size, &larger.table);

	if (error)
		return error;
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
