#include "structures/map/replicated.h"

static bool replicated_is_apart(const struct replicated *map)
{
	return map->value_bytes > PAYLOAD_INLINE_BYTES;
}

static struct replicated_entry *replicated_entry(const struct replicated *map, uint64_t index)
{
	return &map->log[index & (map->size - 1)];
}

/* --- one replica: by its combiner ------------------------------------------------------------ */

/* Hold as many spare objects as the log has entries, if there is memory. */
static void replicated_restock(const struct replicated *map, struct replica *replica)
{
	struct arena *const arena = replica->context.arena;
	void *object;

	while (replica->lines < map->size) {
		object = arena_alloc(arena, MEMORY_NODES, sizeof(struct seq_line));
		if (!object)
			break;
		replica->spare_lines[replica->lines++] = object;
	}
	while (replicated_is_apart(map) && replica->payloads < map->size) {
		object = arena_alloc(arena, MEMORY_PAYLOADS, map->value_bytes);
		if (!object)
			break;
		replica->spare_payloads[replica->payloads++] = object;
	}
}

static uint64_t replicated_spares(const struct replicated *map, const struct replica *replica)
{
	if (replicated_is_apart(map) && replica->payloads < replica->lines)
		return replica->payloads;
	return replica->lines;
}

/* The replica's own copy of a value in the log. */
static bool replicated_copy(const struct replicated *map, struct replica *replica, uint64_t logged,
			    uint64_t *stored)
{
	const uint64_t value = payload_read(&replica->context, logged);

	if (payload_make(&replica->context, value, stored))
		return true;
	if (!replica->payloads)
		return false;
	/* The spare goes to the head of the arena's free objects, where the next one comes from. */
	arena_free(replica->context.arena, replica->spare_payloads[--replica->payloads],
		   MEMORY_PAYLOADS, map->value_bytes);
	return payload_make(&replica->context, value, stored);
}

/* Return: whether the key was added. */
static bool replicated_carry_out_put(const struct replicated *map, struct replica *replica,
				     const struct replicated_update *update)
{
	uint64_t stored, old = 0;
	enum seq_map_put put;

	if (!replicated_copy(map, replica, update->stored, &stored)) {
		replica->has_diverged = true;
		return false;
	}
	put = seq_map_put(&replica->map, &replica->context, update->key, stored, &old);
	if (put == SEQ_MAP_NO_MEMORY && replica->lines) {
		arena_free(replica->context.arena, replica->spare_lines[--replica->lines],
			   MEMORY_NODES, sizeof(struct seq_line));
		put = seq_map_put(&replica->map, &replica->context, update->key, stored, &old);
	}
	replica->has_diverged |= put == SEQ_MAP_NO_MEMORY;
	return seq_map_settle(&replica->context, put, stored, old);
}

/* Return: whether the update took effect. */
static bool replicated_carry_out(const struct replicated *map, struct replica *replica,
				 const struct replicated_update *update)
{
	uint64_t stored;

	if (update->is_put)
		return replicated_carry_out_put(map, replica, update);
	if (!seq_map_remove(&replica->map, &replica->context, update->key, &stored))
		return false;
	payload_free(&replica->context, stored);
	return true;
}

static void replicated_begin_writing(struct replica *replica)
{
	/* relaxed: ordered by the fence. */
	store_relaxed(&replica->is_writing, 1);
	/* is_writing before the looks at is_reading; pairs with the fence in
	 * replicated_begin_reading(). */
	fence_seq_cst();
	for (unsigned i = 0; i < replica->workers; i++) {
		struct backoff backoff = { 0 };

		/* acquire: that reader's looks are done; pairs with replicated_end_reading(). */
		while (load_acquire(&replica->slots[i].is_reading))
			backoff_pause(&backoff, 1);
	}
}

static void replicated_end_writing(struct replica *replica)
{
	/* release: publishes the map; pairs with the acquire in replicated_begin_reading(). */
	store_release(&replica->is_writing, 0);
}

/* Wait until the entries are filled, before readers are kept out: this also fetches their lines. */
static void replicated_await(const struct replicated *map, uint64_t from, uint64_t end)
{
	for (uint64_t i = from; i < end; i++) {
		struct backoff backoff = { 0 };

		/* acquire: the entry is filled; pairs with the release in replicated_append(). */
		while (load_acquire(&replicated_entry(map, i)->stamp) != i + 1)
			backoff_pause(&backoff, 1);
	}
}

/* Those from @own on are the combiner's batch, and their outcome is noted in its slots. */
static void replicated_apply_batch(struct replicated *map, struct replica *replica, uint64_t end,
				   uint64_t own)
{
	/* relaxed: only the holder of the combiner lock writes it. */
	const uint64_t from = load_relaxed(&replica->applied);

	if (from >= end)
		return;
	replicated_await(map, from, end);
	replicated_begin_writing(replica);
	for (uint64_t i = from; i < end; i++) {
		const bool took_effect =
			replicated_carry_out(map, replica, &replicated_entry(map, i)->update);

		if (i >= own)
			replica->batch[i - own]->took_effect = took_effect;
	}
	replicated_restock(map, replica);
	/* release: the entries have been read, and may be used again once this is known; pairs with
	 * the acquire of limit in replicated_survey(). Before applied, for the order there. */
	store_release(&replica->limit, end + replicated_spares(map, replica));
	/* release: as for limit; and is_writing = 1 comes before it: pairs with the acquires in
	 * replicated_survey() and replicated_get(). */
	store_release(&replica->applied, end);
	replicated_end_writing(replica);
}

void replicated_apply(struct replicated *map, struct replica *replica, uint64_t end)
{
	replicated_apply_batch(map, replica, end, UINT64_MAX);
}

/* --- the log --------------------------------------------------------------------------------- */

/* What a combiner may count on. */
struct replicated_room {
	uint64_t applied;     /* the least of all replicas */
	uint64_t limit;       /* likewise */
};

static struct replicated_room replicated_survey(const struct replicated *map)
{
	struct replicated_room room = { UINT64_MAX, UINT64_MAX };

	for (unsigned i = 0; i < map->nodes.count; i++) {
		/* acquire, both: entries below have been read by that replica, and may be
		 * overwritten; the limit is that of so much applied, or a later one. Pairs with the
		 * releases in replicated_apply_batch(). */
		const uint64_t applied = load_acquire(&map->replicas[i]->applied);
		const uint64_t limit = load_acquire(&map->replicas[i]->limit);

		room.limit = limit < room.limit ? limit : room.limit;
		room.applied = applied < room.applied ? applied : room.applied;
	}
	return room;
}

/* Entries up to which a replica lets the log be filled. */
static uint64_t replicated_bound(const struct replicated *map, const struct replica *replica,
				 bool needs_spares)
{
	/* acquire, either: as in replicated_survey(). */
	return needs_spares ? load_acquire(&replica->limit)
			    : load_acquire(&replica->applied) + map->size;
}

/*
 * Bring the replicas that leave no room below @wanted up to @tail; those that others combine for see
 * to it themselves. No other replica is touched: its readers may be stalled.
 *
 * Return: true, or false if one of them has carried out all, and still has no memory for more.
 */
static bool replicated_make_room(struct replicated *map, struct replica *mine, uint64_t tail,
				 uint64_t wanted, bool needs_spares)
{
	for (unsigned i = 0; i < map->nodes.count; i++) {
		struct replica *const replica = map->replicas[i];

		if (replicated_bound(map, replica, needs_spares) >= wanted)
			continue;
		if (replica == mine) {
			replicated_apply(map, replica, tail);
		} else if (replicated_try_combining(replica)) {
			replicated_apply(map, replica, tail);
			replicated_end_combining(replica);
		}
		/* acquire: the bound is that of so much applied, or a later one; pairs with the
		 * release in replicated_apply_batch(). */
		if (load_acquire(&replica->applied) >= tail &&
		    replicated_bound(map, replica, needs_spares) < wanted)
			return false;
	}
	return true;
}

/**
 * replicated_reserve() - @count entries at the tail.
 *
 * @needs_spares:  there are puts among them.
 * @first:  out.
 *
 * Return: true, or false if some replica has no memory for them.
 */
static bool replicated_reserve(struct replicated *map, struct replica *replica, unsigned count,
			       bool needs_spares, uint64_t *first)
{
	/* relaxed: the CAS validates it. */
	uint64_t tail = load_relaxed(&map->tail), horizon = replica->horizon;
	struct backoff backoff = { 0 };
	struct replicated_room room;

	for (;;) {
		/* relaxed, both halves: entries are published by their stamps; that old ones may be
		 * overwritten was acquired by replicated_survey(). */
		while (tail + count <= horizon)
			if (cas_relaxed(&map->tail, &tail, tail + count)) {
				*first = tail;
				return true;
			}
		room = replicated_survey(map);
		replica->horizon = room.limit;
		horizon = needs_spares ? room.limit : room.applied + map->size;
		if (tail + count > horizon) {
			if (!replicated_make_room(map, replica, tail, tail + count, needs_spares))
				return false;
			backoff_pause(&backoff, 1);
		}
		/* relaxed: as above. */
		tail = load_relaxed(&map->tail);
	}
}

/* What the entry held a lap ago is read by nobody any more: its payload was the log's. */
static void replicated_append(struct replicated *map, struct context *context, uint64_t index,
			    const struct replicated_update *update)
{
	struct replicated_entry *const entry = replicated_entry(map, index);

	if (entry->update.is_put)
		payload_free(context, entry->update.stored);
	entry->update = *update;
	/* release: publishes the update; pairs with the acquire in replicated_await(). */
	store_release(&entry->stamp, index + 1);
}

/* --- combining ------------------------------------------------------------------------------- */

/* Return: how many puts are among what was posted. */
static unsigned replicated_collect(struct replica *replica)
{
	unsigned puts = 0;

	replica->posted = 0;
	for (unsigned i = 0; i < replica->workers; i++) {
		struct replicated_slot *const slot = &replica->slots[i];

		/* acquire: the update; pairs with the release in replicated_submit(). */
		if (load_acquire(&slot->state) != REPLICATED_POSTED)
			continue;
		replica->batch[replica->posted++] = slot;
		puts += slot->update.is_put;
	}
	return puts;
}

static void replicated_answer(struct replicated_slot *slot, enum replicated_state state)
{
	/* release: publishes took_effect; pairs with the acquire in replicated_submit(). */
	store_release(&slot->state, state);
}

/* Only the removes stay in the batch. */
static void replicated_refuse_puts(struct replica *replica)
{
	const unsigned posted = replica->posted;

	replica->posted = 0;
	for (unsigned i = 0; i < posted; i++) {
		struct replicated_slot *const slot = replica->batch[i];

		if (slot->update.is_put)
			replicated_answer(slot, REPLICATED_NO_MEMORY);
		else
			replica->batch[replica->posted++] = slot;
	}
}

void replicated_combine(struct replicated *map, struct replica *replica, struct context *context)
{
	const unsigned puts = replicated_collect(replica);
	uint64_t first = 0;

	if (puts && !replicated_reserve(map, replica, replica->posted, true, &first)) {
		replicated_refuse_puts(replica);
		replicated_reserve(map, replica, replica->posted, false, &first);
	} else if (!puts) {
		replicated_reserve(map, replica, replica->posted, false, &first);
	}
	for (unsigned i = 0; i < replica->posted; i++)
		replicated_append(map, context, first + i, &replica->batch[i]->update);
	replicated_apply_batch(map, replica, first + replica->posted, first);
	for (unsigned i = 0; i < replica->posted; i++)
		replicated_answer(replica->batch[i], REPLICATED_DONE);
}

/* --- the instance ---------------------------------------------------------------------------- */

static unsigned replicated_workers_on(const struct memory *memory, unsigned node)
{
	unsigned workers = 0;

	for (unsigned i = 0; i < memory_workers(memory); i++)
		workers += memory_worker_node(memory, i) == node;
	return workers;
}

/* Slots of the workers of one node, side by side on it. */
static int replicated_make_slots(struct replicated *map, struct replica *replica,
				 struct memory *memory, unsigned node)
{
	unsigned made = 0;

	replica->workers = replicated_workers_on(memory, node);
	replica->slots =
		memory_on_node(memory, node, replica->workers * sizeof(*replica->slots));
	replica->batch =
		memory_on_node(memory, node, replica->workers * sizeof(*replica->batch));
	if (!replica->slots || !replica->batch)
		return -ENOMEM;
	for (unsigned i = 0; i < memory_workers(memory); i++)
		if (memory_worker_node(memory, i) == node)
			map->slots[i] = &replica->slots[made++];
	return 0;
}

static int replicated_make_replica(struct replicated *map, const struct setup *setup, unsigned rank)
{
	struct memory *const memory = setup->memory;
	const unsigned node = map->nodes.index[rank];
	struct replica *const replica = memory_on_node(memory, node, sizeof(*replica));
	int error;

	if (!replica)
		return -ENOMEM;
	map->replicas[rank] = replica;
	replica->context = (struct context){ .arena = memory_arena_on(memory, node),
					     .value_bytes = setup->value_bytes };
	replica->spare_lines = memory_on_node(memory, node, map->size * sizeof(void *));
	replica->spare_payloads = memory_on_node(memory, node, map->size * sizeof(void *));
	if (!replica->context.arena || !replica->spare_lines || !replica->spare_payloads)
		return -ENOMEM;
	error = seq_map_init_on(&replica->map, memory, (int)node, setup->expected);
	if (error)
		return error;
	replicated_restock(map, replica);
	/* plain: nobody shares the replica yet. */
	atomic_init(&replica->limit, replicated_spares(map, replica));
	return replicated_make_slots(map, replica, memory, node);
}

static int replicated_create(const struct setup *setup, void **instance)
{
	struct replicated *const map = memory_shared(setup->memory, sizeof(*map));
	int error = map ? nodes_find(&map->nodes, setup->memory) : -ENOMEM;

	if (error)
		return error;
	map->value_bytes = setup->value_bytes;
	map->size = REPLICATED_LOG_MIN;
	while (map->size < (uint64_t)REPLICATED_LOG_PER_WORKER * setup->workers)
		map->size *= 2;
	map->log = memory_shared(setup->memory, map->size * sizeof(*map->log));
	map->slots = memory_shared(setup->memory, setup->workers * sizeof(*map->slots));
	if (!map->log || !map->slots)
		return -ENOMEM;
	for (unsigned rank = 0; rank < map->nodes.count && !error; rank++)
		error = replicated_make_replica(map, setup, rank);
	if (!error)
		*instance = map;
	return error;
}

static void replicated_destroy_replica(struct replicated *map, struct replica *replica)
{
	seq_map_destroy(&replica->map, map->value_bytes);
	while (replica->lines)
		arena_free(NULL, replica->spare_lines[--replica->lines], MEMORY_NODES,
			   sizeof(struct seq_line));
	while (replica->payloads)
		arena_free(NULL, replica->spare_payloads[--replica->payloads], MEMORY_PAYLOADS,
			   map->value_bytes);
}

static void replicated_destroy(void *instance)
{
	struct replicated *const map = instance;
	struct context context = { .arena = NULL, .value_bytes = map->value_bytes };

	for (unsigned rank = 0; rank < map->nodes.count; rank++)
		replicated_destroy_replica(map, map->replicas[rank]);
	for (uint64_t i = 0; i < map->size; i++)
		if (map->log[i].update.is_put)
			payload_free(&context, map->log[i].update.stored);
}

static const char *replicated_compare(const struct replica *replica, const struct inspection *first,
				      const struct inspection *this)
{
	if (this->broken)
		return this->broken;
	if (this->elements != first->elements || this->sum != first->sum)
		return "replicated: the replicas of two nodes differ";
	if (replica->has_diverged)
		return "replicated: a replica without memory for what the log holds";
	return replica->context.torn ? "replicated: a payload in the log is not whole" : NULL;
}

static void replicated_inspect(void *instance, struct inspection *inspection)
{
	struct replicated *const map = instance;
	/* relaxed: at rest. */
	const uint64_t tail = load_relaxed(&map->tail);
	const char *broken = NULL;

	for (unsigned rank = 0; rank < map->nodes.count; rank++) {
		struct inspection this = { 0 };

		/* What a node has not asked for, it has not carried out. */
		replicated_apply(map, map->replicas[rank], tail);
		seq_map_inspect(&map->replicas[rank]->map, &this);
		if (!rank)
			*inspection = this;
		if (!broken)
			broken = replicated_compare(map->replicas[rank], inspection, &this);
	}
	inspection->broken = broken;
}

#define STRUCTURE replicated
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER                                                                              \
	"I. Calciu, S. Sen, M. Balakrishnan, M. Aguilera, Black-box concurrent data structures "    \
	"for NUMA architectures, ASPLOS 2017"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_READ_AT_HOME true
#include "structures/map/map_loop.inc.h"
