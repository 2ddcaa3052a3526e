#include "tests/structures/model.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "structures/kvslot/kvslot.h"
#include "structures/ordered/ordered.h"
#include "structures/queue/queue.h"

/* One operation as it was drawn, and what it left in the tally. */
struct outcome {
	struct draw draw;
	uint64_t random;       /* what draw_value() gives next */
	bool took_effect;
	uint64_t value_read;   /* of a get */
	uint64_t value_out;    /* of a dequeue */
	const struct scan *scan;
};

/* A map: the value of each key. A queue: sequence numbers of its oldest value and of the next. */
struct model {
	const struct harness_options *options;
	uint64_t *values;
	bool *is_present;
	uint64_t oldest, next;
};

/* Return: what is wrong, or NULL. Follows the operation. */
typedef const char *model_expect(struct model *model, const struct outcome *outcome);

static const char *map_expect(struct model *model, const struct outcome *outcome)
{
	const uint64_t key = outcome->draw.key;
	const bool was_present = model->is_present[key];

	switch (outcome->draw.operation) {
	case MAP_GET:
		if (outcome->took_effect != was_present)
			return was_present ? "a get misses the key" : "a get finds an absent key";
		if (was_present && outcome->value_read != model->values[key])
			return "a get reads another value than was put";
		return NULL;
	case MAP_PUT:
		if (!model->options->variant->is_blind && outcome->took_effect == was_present)
			return was_present ? "a put of a present key says added"
					   : "a put of an absent key does not say added";
		model->is_present[key] = true;
		model->values[key] = map_value(key, outcome->random);
		return NULL;
	default:
		if (outcome->took_effect != was_present)
			return was_present ? "a remove misses the key"
					   : "a remove removes an absent key";
		model->is_present[key] = false;
		return NULL;
	}
}

/* @scan: what the scan filled. All keys from @from on, or the first so many. */
static const char *scan_expect(const struct model *model, uint64_t from, const struct scan *scan)
{
	uint64_t found = 0;

	for (uint64_t key = from; key < model->options->range && found < scan->length; key++) {
		if (!model->is_present[key])
			continue;
		if (found == scan->count)
			return "a scan ends before the last key that is there";
		if (scan->entries[found].key > key)
			return "a scan misses a key";
		if (scan->entries[found].key < key)
			return "a scan finds an absent key";
		if (scan->entries[found++].value != model->values[key])
			return "a scan reads another value than was put";
	}
	return found == scan->count ? NULL : "a scan finds more keys than are there";
}

static const char *ordered_expect(struct model *model, const struct outcome *outcome)
{
	if (outcome->draw.operation == ORDERED_SCAN)
		return scan_expect(model, outcome->draw.key, outcome->scan);
	return map_expect(model, outcome);
}

static const char *queue_expect(struct model *model, const struct outcome *outcome)
{
	const uint64_t elements = model->next - model->oldest;

	if (outcome->draw.operation == QUEUE_ENQUEUE) {
		const bool may_refuse = model->options->variant->is_bounded &&
					elements >= model->options->capacity;

		if (!outcome->took_effect && !may_refuse)
			return "an enqueue refuses";
		model->next += outcome->took_effect;
		return NULL;
	}
	if (outcome->took_effect != (elements > 0))
		return elements ? "a dequeue finds nothing in a queue that is not empty"
				: "a dequeue finds something in an empty queue";
	if (elements && outcome->value_out != queue_value(0, model->oldest++))
		return "a dequeue takes another value than the oldest";
	return NULL;
}

/* Where entries may be lost a get may miss, and the key is gone from then on. */
static const char *kvslot_expect(struct model *model, const struct outcome *outcome)
{
	const bool may_miss = model->options->variant->flaw != FLAW_NONE;
	const uint64_t key = outcome->draw.key;

	if (outcome->draw.operation == KVSLOT_PUT) {
		model->is_present[key] = true;
		model->values[key] = kvslot_value(key, outcome->random);
		return NULL;
	}
	if (!outcome->took_effect && model->is_present[key] && !may_miss)
		return "a get misses the key";
	model->is_present[key] &= outcome->took_effect;
	if (!outcome->took_effect)
		return NULL;
	if (!model->is_present[key])
		return "a get finds an absent key";
	return outcome->value_read == model->values[key] ? NULL
							 : "a get reads another value than was put";
}

static model_expect *find_expect(const struct family *family)
{
	if (family == &map_family)
		return map_expect;
	if (family == &ordered_family)
		return ordered_expect;
	if (family == &kvslot_family)
		return kvslot_expect;
	return family == &queue_family ? queue_expect : NULL;
}

bool model_exists(const struct family *family)
{
	return find_expect(family) != NULL;
}

static struct outcome perform_one(struct harness *harness, struct worker *worker)
{
	struct draw_source ahead = worker->draw;
	struct outcome outcome = { .draw = draw_next(&ahead), .scan = worker->scan };
	const struct tally before = worker->tally;
	uint64_t one = 1;

	outcome.random = draw_value(&ahead);
	harness_mix(harness, worker, &one);
	outcome.took_effect = worker->tally.succeeded[outcome.draw.operation] !=
			      before.succeeded[outcome.draw.operation];
	outcome.value_read = worker->tally.sink - before.sink;
	outcome.value_out = worker->tally.sum_out - before.sum_out;
	return outcome;
}

void model_follow(struct harness *harness, struct worker *worker, void *argument)
{
	const struct harness_options *const options = harness_options(harness);
	struct model_run *const run = argument;
	model_expect *const expect = find_expect(options->variant->family);
	struct model model = {
		.options = options,
		.values = calloc(options->range, sizeof(uint64_t)),
		.is_present = calloc(options->range, sizeof(bool)),
	};

	if (!model.values || !model.is_present)
		abort();
	for (uint64_t i = 0; !run->error && i < run->operations; i++) {
		const struct outcome outcome = perform_one(harness, worker);
		const char *const wrong = expect(&model, &outcome);

		if (wrong)
			run->error = fault_set(&run->fault, -EBADMSG,
					       "%s (operation %" PRIu64 ", key %" PRIu64 ")",
					       wrong, i, outcome.draw.key);
	}
	free(model.values);
	free(model.is_present);
}
