#include "structures/map/gossip_exchange.h"

#include <errno.h>
#include <string.h>

/* --- settling: no worker runs, so that no news comes up -------------------------------------- */

static bool gossip_is_shard_settled(const struct gossip *map, uint32_t index)
{
	for (unsigned from = 0; from < map->count; from++) {
		struct gossip_shard *const shard = &map->replicas[from]->shards[index];

		uint64_t sent;

		/* acquire, both: if nothing waits, all has been sent; pairs with the releases in
		 * gossip_send_some(). */
		if (load_acquire(&shard->oldest))
			return false;
		sent = load_acquire(&shard->sent);
		for (unsigned to = 0; to < map->count; to++)
			/* acquire: what is taken is in the replica; pairs with the release in
			 * gossip_take_from(). */
			if (to != from &&
			    load_acquire(&map->replicas[to]->shards[index].taken[from]) != sent)
				return false;
	}
	return true;
}

static bool gossip_is_settled(const struct gossip *map)
{
	for (uint32_t i = 0; i < map->shards; i++)
		if (!gossip_is_shard_settled(map, i))
			return false;
	return true;
}

/* Ages are of exchanges among operations: none are counted here. */
static void gossip_exchange_all(const struct gossip *map, struct gossip_replica *replica,
				struct context *context)
{
	for (uint32_t i = 0; i < map->shards; i++) {
		const struct gossip_taker taker = { .replica = replica,
						    .shard = &replica->shards[i],
						    .context = context };

		gossip_exchange_in(map, &taker, i);
	}
}

static bool gossip_settle(void *instance, struct context *context)
{
	const struct gossip *const map = instance;

	gossip_exchange_all(map, map->seats[context->worker]->replica, context);
	return gossip_is_settled(map);
}

/* Workers may be gone: in the name of the replicas. */
static void gossip_settle_at_rest(const struct gossip *map)
{
	while (!gossip_is_settled(map))
		for (unsigned i = 0; i < map->count; i++)
			gossip_exchange_all(map, map->replicas[i], &map->replicas[i]->context);
}

static unsigned gossip_replicas(void *instance)
{
	return ((const struct gossip *)instance)->count;
}

static void gossip_begin(void *instance)
{
	const struct gossip *const map = instance;

	for (unsigned i = 0; i < map->workers; i++)
		memset(&map->seats[i]->staleness_ns, 0, sizeof(struct histogram));
}

static const struct histogram *gossip_staleness(void *instance, unsigned worker)
{
	return &((const struct gossip *)instance)->seats[worker]->staleness_ns;
}

static const struct convergence gossip_convergence = {
	.settle = gossip_settle,
	.replicas = gossip_replicas,
	.begin = gossip_begin,
	.staleness = gossip_staleness,
};

/* --- create ---------------------------------------------------------------------------------- */

/* The replica number @n of those on a node, or NULL. */
static struct gossip_replica *gossip_find_replica(const struct gossip *map, unsigned node,
						  unsigned n)
{
	for (unsigned i = 0; i < map->count; i++)
		if (map->replicas[i]->node == node && !n--)
			return map->replicas[i];
	return NULL;
}

/* One more, empty. */
static int gossip_add_replica(struct gossip *map, const struct setup *setup, unsigned node)
{
	struct gossip_replica *replica;

	if (map->count == GOSSIP_REPLICAS_MAX)
		return -EINVAL;
	replica = memory_on_node(setup->memory, node, sizeof(*replica));
	if (!replica)
		return -ENOMEM;
	replica->index = map->count;
	replica->node = node;
	replica->context.value_bytes = setup->value_bytes;
	replica->context.arena = memory_arena_on(setup->memory, node);
	map->replicas[map->count++] = replica;
	return replica->context.arena ? 0 : -ENOMEM;
}

/* The workers of a node take turns among the replicas there: no replica is without a worker. */
static int gossip_seat_worker(struct gossip *map, const struct setup *setup, unsigned worker)
{
	const unsigned asked = setup->shards ? setup->shards : 1;
	const unsigned per_node = (asked + map->nodes.count - 1) / map->nodes.count;
	const unsigned node = memory_worker_node(setup->memory, worker);
	struct gossip_seat *const seat = memory_thread(setup->memory, worker, sizeof(*seat));
	unsigned before = 0;
	int error = seat ? 0 : -ENOMEM;

	map->seats[worker] = seat;
	for (unsigned i = 0; i < worker; i++)
		before += memory_worker_node(setup->memory, i) == node;
	if (!error && before < per_node)
		error = gossip_add_replica(map, setup, node);
	if (!error)
		seat->replica = gossip_find_replica(map, node, before % per_node);
	return error;
}

static int gossip_fill_shard(const struct gossip *map, struct gossip_replica *replica,
			     const struct setup *setup, uint32_t index)
{
	struct gossip_shard *const shard = &replica->shards[index];
	const int error = lock_init(&shard->lock, setup->memory);

	if (error)
		return error;
	shard->disturbance = random_seed(setup->disturbance, replica->index * map->shards + index,
					 RANDOM_SCHEDULE);
	return seq_map_init_on(&shard->map, setup->memory, (int)replica->node,
			       setup->expected / map->shards + 1);
}

static int gossip_fill_replica(const struct gossip *map, struct gossip_replica *replica,
			       const struct setup *setup)
{
	/* The counts of a shard on lines of its own: each is written by another thread. */
	const size_t stride = (map->count * sizeof(_Atomic uint64_t) + CACHELINE_BYTES - 1) /
			      CACHELINE_BYTES * CACHELINE_BYTES;
	struct gossip_delta *outboxes;
	unsigned char *taken;
	int error = 0;

	replica->shards = memory_on_node(setup->memory, replica->node,
					 map->shards * sizeof(*replica->shards));
	outboxes = memory_on_node(setup->memory, replica->node,
				  (size_t)map->shards * GOSSIP_OUTBOX * sizeof(*outboxes));
	taken = memory_on_node(setup->memory, replica->node, map->shards * stride);
	if (!replica->shards || !outboxes || !taken)
		return -ENOMEM;
	for (uint32_t i = 0; i < map->shards && !error; i++) {
		replica->shards[i].outbox = outboxes + (size_t)i * GOSSIP_OUTBOX;
		replica->shards[i].taken = (_Atomic uint64_t *)(void *)(taken + i * stride);
		error = gossip_fill_shard(map, replica, setup, i);
	}
	return error;
}

static int gossip_create(const struct setup *setup, void **instance)
{
	struct gossip *const map = memory_shared(setup->memory, sizeof(*map));
	int error = map ? nodes_find(&map->nodes, setup->memory) : -ENOMEM;

	if (error)
		return error;
	map->workers = setup->workers;
	map->value_bytes = setup->value_bytes;
	map->is_disturbed = setup->disturbance;
	map->seats = memory_shared(setup->memory, setup->workers * sizeof(*map->seats));
	if (!map->seats)
		return -ENOMEM;
	for (unsigned i = 0; i < setup->workers && !error; i++)
		error = gossip_seat_worker(map, setup, i);
	if (error)
		return error;
	map->shards = map->is_disturbed ? GOSSIP_SHARDS_DISTURBED
					: sharded_default_count(setup->workers / map->count);
	for (unsigned i = 0; i < map->count && !error; i++)
		error = gossip_fill_replica(map, map->replicas[i], setup);
	for (unsigned i = 0; i < setup->workers; i++)
		map->seats[i]->next_shard = (uint32_t)((uint64_t)i * map->shards / setup->workers);
	if (!error)
		*instance = map;
	return error;
}

/* --- destroy --------------------------------------------------------------------------------- */

static void gossip_free_register(void *argument, uint64_t key, uint64_t stored)
{
	struct gossip_register *const freed = (struct gossip_register *)(uintptr_t)stored;

	(void)key;
	if (gossip_is_present(freed->version))
		payload_free(argument, freed->stored);
	arena_free(NULL, freed, MEMORY_NODES, sizeof(*freed));
}

static void gossip_destroy_shard(const struct gossip *map, struct gossip_shard *shard)
{
	/* A thread that is no worker: objects go home to their arenas. */
	struct context context = { .value_bytes = map->value_bytes };

	for (unsigned i = 0; i < GOSSIP_OUTBOX; i++)
		if (gossip_is_present(shard->outbox[i].version))
			payload_free(&context, shard->outbox[i].stored);
	seq_map_visit(&shard->map, gossip_free_register, &context);
	seq_map_destroy(&shard->map, PAYLOAD_INLINE_BYTES);
	lock_destroy(&shard->lock);
}

static void gossip_destroy(void *instance)
{
	struct gossip *const map = instance;

	for (unsigned r = 0; r < map->count; r++)
		for (uint32_t i = 0; i < map->shards; i++)
			gossip_destroy_shard(map, &map->replicas[r]->shards[i]);
}

/* --- inspect --------------------------------------------------------------------------------- */

struct gossip_visit {
	const struct gossip *map;
	struct gossip_replica *replica;
	uint32_t shard;
	struct inspection *inspection;
};

static void gossip_break(struct inspection *inspection, bool is_broken, const char *what)
{
	if (is_broken && !inspection->broken)
		inspection->broken = what;
}

/* A register by itself. */
static void gossip_inspect_register(void *argument, uint64_t key, uint64_t stored)
{
	const struct gossip_visit *const visit = argument;
	const struct gossip_register *const seen = (struct gossip_register *)(uintptr_t)stored;
	const unsigned writer = (uint8_t)(seen->version >> GOSSIP_WRITER_SHIFT);
	struct inspection *const inspection = visit->inspection;

	gossip_break(inspection, seen->key != key, "gossip: a register under another key");
	gossip_break(inspection, seen->next, "gossip: a register that waits to be sent");
	gossip_break(inspection, !seen->version || writer >= visit->map->count,
		     "gossip: a version that nobody wrote");
	if (!gossip_is_present(seen->version))
		return;
	gossip_break(inspection,
		     !map_value_fits(key, payload_read(&visit->replica->context, seen->stored)),
		     "gossip: a value that was not put for its key");
	if (visit->replica->index)
		return;
	inspection->elements++;
	inspection->sum += key;
}

/* A register of another replica against that of the first one. */
static void gossip_compare_register(void *argument, uint64_t key, uint64_t stored)
{
	const struct gossip_visit *const visit = argument;
	const struct gossip_register *const here = (struct gossip_register *)(uintptr_t)stored;
	const struct gossip_register *const there =
		gossip_look(&visit->map->replicas[0]->shards[visit->shard], key);
	struct context *const context = &visit->replica->context;
	bool differs = !there || there->version != here->version;

	if (!differs && gossip_is_present(here->version))
		differs =
			payload_read(context, here->stored) != payload_read(context, there->stored);
	gossip_break(visit->inspection, differs,
		     "gossip: two replicas differ after all is exchanged");
}

static void gossip_inspect_shard(struct gossip_visit *visit, bool is_starved)
{
	const struct seq_map *const seen = &visit->replica->shards[visit->shard].map;
	const struct seq_map *const first = &visit->map->replicas[0]->shards[visit->shard].map;
	struct inspection of_registers = { 0 };

	seq_map_inspect(seen, &of_registers);
	gossip_break(visit->inspection, of_registers.broken, of_registers.broken);
	seq_map_visit(seen, gossip_inspect_register, visit);
	if (!visit->replica->index || is_starved)
		return;
	gossip_break(visit->inspection, seen->entries != first->entries,
		     "gossip: two replicas differ after all is exchanged");
	seq_map_visit(seen, gossip_compare_register, visit);
}

static void gossip_inspect(void *instance, struct inspection *inspection)
{
	struct gossip *const map = instance;
	bool is_starved = false;

	*inspection = (struct inspection){ 0 };
	gossip_settle_at_rest(map);
	for (unsigned r = 0; r < map->count; r++)
		/* relaxed: at rest. */
		is_starved |= load_relaxed(&map->replicas[r]->is_starved);
	for (unsigned r = 0; r < map->count; r++) {
		struct gossip_visit visit = { map, map->replicas[r], 0, inspection };

		for (; visit.shard < map->shards; visit.shard++)
			gossip_inspect_shard(&visit, is_starved);
		gossip_break(inspection, map->replicas[r]->context.torn,
			     "gossip: a payload that is not whole");
	}
}

#define STRUCTURE   gossip
#define HAS_QUIESCE 1
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER \
	"C. Wu, J. Faleiro, Y. Lin, J. Hellerstein, Anna: a KVS for any scale, ICDE 2018"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE false
#define VARIANT_READ_AT_HOME true
#define VARIANT_SHARDED      true
#define VARIANT_CONVERGENCE  &gossip_convergence
#include "structures/map/map_loop.inc.h"
