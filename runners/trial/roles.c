#include "runners/trial/roles.h"

static bool has_roles(const struct cell *cell)
{
	return cell->producers + cell->consumers > 0;
}

/* Spread evenly over the workers, so that every node gets its share of both; worker 0 produces. */
bool roles_is_producer(const struct cell *cell, unsigned worker)
{
	const uint64_t all = (uint64_t)cell->producers + cell->consumers;

	return has_roles(cell) && (uint64_t)worker * cell->producers % all < cell->producers;
}

bool roles_is_consumer(const struct cell *cell, unsigned worker)
{
	return has_roles(cell) && !roles_is_producer(cell, worker);
}

static struct mix mix_of(const struct cell *cell, unsigned worker)
{
	const struct family *const family = cell->variant->family;
	struct mix mix = { .count = 1 };

	if (!has_roles(cell))
		return cell->mix;
	mix.order[0] =
		(unsigned)(roles_is_producer(cell, worker) ? family->insert : family->consume);
	mix.share[mix.order[0]] = MIX_TOTAL;
	return mix;
}

/* An operation that leaves the structure as it is. */
static bool is_read(const struct family *family, int operation)
{
	return operation != family->insert && operation != family->remove;
}

static bool has_reads(const struct family *family)
{
	for (int i = 0; family->operations[i]; i++)
		if (is_read(family, i))
			return true;
	return false;
}

bool roles_writes(const struct cell *cell, unsigned worker)
{
	const struct family *const family = cell->variant->family;
	const struct mix mix = mix_of(cell, worker);

	if (family->insert == FAMILY_NONE)
		return false;
	return mix.share[family->insert] || (has_reads(family) && family->remove != FAMILY_NONE &&
					     mix.share[family->remove]);
}

bool roles_reads(const struct cell *cell, unsigned worker)
{
	const struct family *const family = cell->variant->family;
	const struct mix mix = mix_of(cell, worker);

	if (!has_reads(family))
		return mix.share[family->remove];
	for (int i = 0; family->operations[i]; i++)
		if (mix.share[i] && is_read(family, i))
			return true;
	return false;
}

struct draw_options roles_draw_options(const struct cell *cell, uint64_t seed, unsigned worker)
{
	return (struct draw_options){ .dist = cell->dist,
				      .range = cell->range,
				      .seed = seed,
				      .mix = mix_of(cell, worker),
				      .in_cycle = cell->in_cycle,
				      .worker = worker,
				      .workers = cell->threads,
				      .insert_operation = cell->variant->family->insert };
}

void roles_fill_slice(const struct cell *cell, unsigned pus, unsigned worker, uint64_t *from,
		      uint64_t *to)
{
	uint64_t fillers = 0, rank = 0;
	bool fills = false;

	for (unsigned i = 0; i < cell->threads; i++) {
		if (has_roles(cell) ? !roles_is_producer(cell, i) : i >= pus)
			continue;
		if (i == worker) {
			fills = true;
			rank = fillers;
		}
		fillers++;
	}
	*from = *to = 0;
	if (!fills)
		return;
	*from = (uint64_t)((unsigned __int128)cell->prefill * rank / fillers);
	*to = (uint64_t)((unsigned __int128)cell->prefill * (rank + 1) / fillers);
}
