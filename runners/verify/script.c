#include "runners/verify/script.h"

#include "structures/common/scan.h"
#include "structures/kvblock/kvblock.h"
#include "structures/map/map.h"
#include "structures/queue/queue.h"

enum {
	AMONG_EACH_MAX = 6,
	PAUSES_MAX = 64, /* a few operations long */
	PAUSES_ONE_IN = 4,
	QUIESCES_ONE_IN = 8,
	EXCHANGES_ONE_IN = 2, /* the same, where replicas exchange then */
	YIELDS_ONE_IN = 64
};

struct history_call *lane_part(struct lane *lane, enum script_part part)
{
	if (part == SCRIPT_BEFORE)
		return lane->before;
	return part == SCRIPT_AMONG ? lane->among : lane->after;
}

/* The first workers produce and the last ones consume, as far as there is a bound on them. */
static bool may_produce(const struct variant *variant, unsigned worker)
{
	return !variant->producers_max || worker < variant->producers_max;
}

static bool may_consume(const struct variant *variant, unsigned workers, unsigned worker)
{
	return !variant->consumers_max || worker >= workers - variant->consumers_max;
}

unsigned script_first_worker(const struct variant *variant, unsigned workers, uint64_t round)
{
	const unsigned producers = variant->producers_max;

	return (unsigned)(round % (producers && producers < workers ? producers : workers));
}

unsigned script_last_worker(const struct variant *variant, unsigned workers, uint64_t round)
{
	const unsigned consumers = variant->consumers_max;

	return workers - 1 -
	       (unsigned)(round % (consumers && consumers < workers ? consumers : workers));
}

static void add(struct lane *lane, enum script_part part, int operation, uint64_t key)
{
	lane_part(lane, part)[lane->count[part]++] =
		(struct history_call){ .operation = (uint16_t)operation, .key = key };
}

static bool happens(struct random *random, unsigned one_in)
{
	return random_below(random, one_in) == 0;
}

void script_before(const struct script_options *options, struct lane *lane)
{
	struct random *const random = options->random;
	const uint64_t elements = random_below(random, SCRIPT_BEFORE_MAX);

	lane->count[SCRIPT_BEFORE] = 0;
	if (options->variant->family->is_cache) {
		for (uint64_t i = 0; i < elements; i++)
			add(lane, SCRIPT_BEFORE, KVBLOCK_REQUEST,
			    options->first_key + random_below(random, options->keys));
		return;
	}
	if (!options->variant->family->keeps_keys) {
		for (uint64_t i = 0; i < elements; i++)
			add(lane, SCRIPT_BEFORE, options->variant->family->insert, 0);
		return;
	}
	for (unsigned key = 0; key < options->keys; key++) {
		const struct family *const family = options->variant->family;
		const int operation = happens(random, 2) ? family->insert : family->remove;

		if (operation != FAMILY_NONE)
			add(lane, SCRIPT_BEFORE, operation, options->first_key + key);
	}
}

static void disturb(const struct script_options *options, struct history_call *call)
{
	struct random *const random = options->random;

	if (happens(random, PAUSES_ONE_IN))
		call->pauses = (uint16_t)random_below(random, PAUSES_MAX);
	call->quiesces =
		happens(random, options->variant->convergence ? EXCHANGES_ONE_IN : QUIESCES_ONE_IN);
	call->yields = happens(random, options->is_crowded ? PAUSES_ONE_IN : YIELDS_ONE_IN);
}

static void add_to_map(const struct script_options *options, struct lane *lane)
{
	const uint64_t key = options->first_key + random_below(options->random, options->keys);
	const int scan = options->variant->family->scan;
	const unsigned n = lane->count[SCRIPT_AMONG];
	unsigned operations = 0;
	int operation;

	while (options->variant->family->operations[operations])
		operations++;
	operation = (int)random_below(options->random, operations);
	add(lane, SCRIPT_AMONG, operation, key);
	if (operation != scan)
		return;
	lane->among[n].scan = lane->scans[n];
	lane->scans[n]->length = 1 + random_below(options->random, SCRIPT_SCAN_MAX);
}

static void add_to_queue(const struct script_options *options, struct lane *lane, unsigned worker)
{
	const bool produces = may_produce(options->variant, worker);
	const bool consumes = may_consume(options->variant, options->workers, worker);

	if (produces && consumes)
		add(lane, SCRIPT_AMONG, (int)random_below(options->random, QUEUE_DEQUEUE + 1), 0);
	else if (produces || consumes)
		add(lane, SCRIPT_AMONG, produces ? QUEUE_ENQUEUE : QUEUE_DEQUEUE, 0);
}

static void add_to_cache(const struct script_options *options, struct lane *lane)
{
	add(lane, SCRIPT_AMONG, (int)random_below(options->random, KVBLOCK_REQUEST + 1),
	    options->first_key + random_below(options->random, options->keys));
}

void script_among(const struct script_options *options, struct lane *lane, unsigned worker)
{
	const unsigned share = SCRIPT_AMONG_MAX / options->workers;
	const unsigned most = share < AMONG_EACH_MAX ? share : AMONG_EACH_MAX;
	const uint64_t calls = 1 + random_below(options->random, most);

	lane->count[SCRIPT_AMONG] = 0;
	for (uint64_t i = 0; i < calls; i++) {
		if (options->variant->family->keeps_keys)
			add_to_map(options, lane);
		else if (options->variant->family->is_cache)
			add_to_cache(options, lane);
		else
			add_to_queue(options, lane, worker);
	}
	for (unsigned i = 0; i < lane->count[SCRIPT_AMONG]; i++)
		disturb(options, &lane->among[i]);
}

/* Elements of a queue that was empty before. */
static unsigned count_elements(const struct lane *const *lanes, unsigned workers)
{
	unsigned in = 0, out = 0;

	for (unsigned worker = 0; worker < workers; worker++) {
		const struct lane *const lane = lanes[worker];

		for (unsigned i = 0; i < lane->count[SCRIPT_BEFORE]; i++)
			in += lane->before[i].took_effect;
		for (unsigned i = 0; i < lane->count[SCRIPT_AMONG]; i++) {
			in += lane->among[i].took_effect &
			      (lane->among[i].operation == QUEUE_ENQUEUE);
			out += lane->among[i].took_effect &
			       (lane->among[i].operation == QUEUE_DEQUEUE);
		}
	}
	return in > out ? in - out : 0;
}

void script_after(const struct script_options *options, struct lane *const *lanes,
		  struct lane *lane)
{
	unsigned elements;

	lane->count[SCRIPT_AFTER] = 0;
	if (options->variant->family->keeps_keys) {
		for (unsigned key = 0; key < options->keys; key++)
			add(lane, SCRIPT_AFTER, MAP_GET, options->first_key + key);
		return;
	}
	if (options->variant->family->is_cache) {
		for (unsigned key = 0; key < options->keys; key++) {
			add(lane, SCRIPT_AFTER, KVBLOCK_REQUEST, options->first_key + key);
			for (unsigned other = 0; other < options->keys; other++)
				add(lane, SCRIPT_AFTER, KVBLOCK_LOOKUP, options->first_key + other);
		}
		return;
	}
	/* One more than there should be: a value that comes out twice may come out now. */
	elements = count_elements((const struct lane *const *)lanes, options->workers);
	for (unsigned i = 0; i <= elements; i++)
		add(lane, SCRIPT_AFTER, QUEUE_DEQUEUE, 0);
}
