#include "tests/structures/harness.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "topology/binding.h"

struct harness_thread {
	struct harness *harness;
	unsigned index;
	int error;    /* of attach */
	pthread_t thread;
};

struct harness {
	struct harness_options options;
	struct topology *machine; /* where the options have none */
	struct memory *memory;
	void *instance;
	struct worker *workers[HARNESS_WORKERS_MAX];
	struct dist dist;
	void *tables[HARNESS_WORKERS_MAX]; /* of the distribution, by worker */
	bool rests[HARNESS_WORKERS_MAX]; /* of the last mix its role leaves nothing */
	struct harness_thread threads[HARNESS_WORKERS_MAX];
	unsigned pus[HARNESS_WORKERS_MAX];
	pthread_barrier_t barrier;    /* workers and the test: before and after each action */
	harness_action *action;       /* NULL: detach */
	void *argument;
	bool is_attached;
};

unsigned harness_producers(const struct harness_options *options)
{
	const struct variant *const variant = options->variant;
	const unsigned producers_max = variant->producers_max,
		       consumers_max = variant->consumers_max;
	const unsigned workers = options->workers;

	if ((!producers_max || workers <= producers_max) &&
	    (!consumers_max || workers <= consumers_max))
		return 0;
	if (!producers_max)
		return workers - consumers_max;
	return producers_max < workers ? producers_max : workers - 1;
}

/* What of a mix the role of a worker allows. */
static void apply_role(const struct harness *harness, unsigned worker, struct mix *mix)
{
	const struct family *const family = harness->options.variant->family;
	const unsigned producers = harness_producers(&harness->options);

	if (!producers)
		return;
	const int other = worker < producers ? family->remove : family->insert;
	const int own = worker < producers ? family->insert : family->remove;

	mix->share[own] = mix->share[own] ? MIX_TOTAL : 0;
	mix->share[other] = 0;
}

int harness_set_mix(struct harness *harness, const char *mix, unsigned from, unsigned to,
		    struct fault *fault)
{
	const struct family *const family = harness->options.variant->family;
	struct draw_options options = {
		.dist = harness->dist,
		.range = harness->options.range,
		.seed = harness->options.seed,
		.workers = harness->options.workers,
		.insert_operation = family->insert,
	};
	struct mix asked;
	int error = mix_parse(mix ? mix : family->default_mix, family->operations, &asked, fault);

	for (unsigned i = from; !error && i < to; i++) {
		options.worker = i;
		options.mix = asked;
		apply_role(harness, i, &options.mix);
		harness->rests[i] = true;
		for (unsigned o = 0; o < MIX_OPERATIONS_MAX; o++)
			if (options.mix.share[o])
				harness->rests[i] = false;
		error = draw_init(&harness->workers[i]->draw, &options, harness->tables[i], fault);
	}
	return error;
}

/* What a worker draws with: a table if the distribution has one, room for a chain if it draws them. */
static int make_draws(struct harness *harness, unsigned index)
{
	const struct draw_options options = { .dist = harness->dist,
					      .range = harness->options.range };
	const size_t bytes = draw_table_bytes(&options);
	struct worker *const worker = harness->workers[index];

	if (bytes && !(harness->tables[index] = memory_thread(harness->memory, index, bytes)))
		return -ENOMEM;
	if (!dist_has_chains(&harness->dist))
		return 0;
	worker->chain = memory_thread(harness->memory, index,
				      chain_longest(&harness->dist) * sizeof(*worker->chain));
	return worker->chain ? 0 : -ENOMEM;
}

static int make_worker(struct harness *harness, unsigned index)
{
	const unsigned workers = harness->options.workers;
	struct worker *const worker = memory_thread(harness->memory, index, sizeof(struct worker));

	if (!worker)
		return -ENOMEM;
	harness->workers[index] = worker;
	worker->workers = workers;
	worker->context = (struct context){
		.arena = memory_arena(harness->memory, index),
		.value_bytes = harness->options.value_bytes,
		.worker = index,
		.node = memory_worker_node(harness->memory, index),
	};
	worker->scan = memory_thread(harness->memory, index, scan_bytes(HARNESS_SCAN_LENGTH));
	if (!worker->scan)
		return -ENOMEM;
	worker->scan->length = HARNESS_SCAN_LENGTH;
	worker->last_seen =
		memory_thread(harness->memory, index, workers * sizeof(*worker->last_seen));
	return worker->last_seen ? make_draws(harness, index) : -ENOMEM;
}

static int make_workers(struct harness *harness, struct fault *fault)
{
	const char *const usual = harness->options.variant->family->default_dist;
	const char *const dist = harness->options.dist ? harness->options.dist : usual;
	int error = dist_parse(dist ? dist : "uniform", &harness->dist, fault);

	if (error)
		return error;
	for (unsigned i = 0; !error && i < harness->options.workers; i++)
		error = make_worker(harness, i);
	if (error)
		return fault_set(fault, error, "no memory for the workers");
	return harness_set_mix(harness, harness->options.mix, 0, harness->options.workers, fault);
}

static int find_machine(struct harness *harness, struct fault *fault)
{
	int error;

	if (harness->options.topology)
		return 0;
	error = topology_load(NULL, &harness->machine, fault);
	harness->options.topology = harness->machine;
	return error;
}

static int make_memory(struct harness *harness, struct fault *fault)
{
	const struct harness_options *const options = &harness->options;
	const unsigned there = topology_pu_count(options->topology);
	const unsigned pus = options->pus && options->pus < there ? options->pus : there;
	const struct memory_options memory = {
		.topology = options->topology,
		.policy = { .kind = MEMORY_LOCAL },
		.use_malloc = options->use_malloc,
		.worker_pus = harness->pus,
		.workers = options->workers,
		.limit_bytes = options->limit_bytes ? options->limit_bytes : (size_t)1 << 28,
	};

	for (unsigned i = 0; i < options->workers; i++)
		harness->pus[i] = i % pus;
	return memory_create(&memory, &harness->memory, fault);
}

static int make_instance(struct harness *harness, struct fault *fault)
{
	const struct harness_options *const options = &harness->options;
	struct fault refusal = { "" };
	const struct setup setup = {
		.memory = harness->memory,
		.workers = options->workers,
		.range = options->range,
		.expected = options->expected,
		.filled = options->expected,
		.capacity = options->capacity,
		.value_bytes = options->value_bytes,
		.endpoint = options->endpoint,
		.pipeline = 1,
		.fault = &refusal,
	};
	const int error = options->variant->create(&setup, &harness->instance);

	if (!error)
		return 0;
	return fault_set(fault, error, "create: %s",
			 refusal.text[0] ? refusal.text : strerror(-error));
}

int harness_open(const struct harness_options *options, struct harness **harness,
		 struct fault *fault)
{
	struct harness *const made = calloc(1, sizeof(*made));
	int error;

	if (!made)
		return fault_set(fault, -ENOMEM, "no memory for the harness");
	made->options = *options;
	error = find_machine(made, fault);
	if (error)
		goto fail;
	error = make_memory(made, fault);
	if (error)
		goto fail;
	error = make_workers(made, fault);
	if (error)
		goto fail;
	error = make_instance(made, fault);
	if (error)
		goto fail;
	pthread_barrier_init(&made->barrier, NULL, options->workers + 1);
	*harness = made;
	return 0;
fail:
	if (made->memory)
		memory_destroy(made->memory);
	topology_free(made->machine);
	free(made);
	return error;
}

uint64_t harness_destroy_instance(struct harness *harness)
{
	if (harness->instance)
		harness->options.variant->destroy(harness->instance);
	harness->instance = NULL;
	return memory_in_use_bytes(harness->memory, MEMORY_NODES) +
	       memory_in_use_bytes(harness->memory, MEMORY_PAYLOADS);
}

void harness_close(struct harness *harness)
{
	harness_detach(harness);
	harness_destroy_instance(harness);
	memory_destroy(harness->memory);
	pthread_barrier_destroy(&harness->barrier);
	topology_free(harness->machine);
	free(harness);
}

static void *serve(void *argument)
{
	struct harness_thread *const thread = argument;
	struct harness *const harness = thread->harness;
	struct worker *const worker = harness->workers[thread->index];
	const struct variant *const variant = harness->options.variant;

	/* A machine that refuses to bind is none of this test's business. */
	(void)binding_set(harness->options.topology, harness->pus[thread->index], NULL);
	memory_adopt_thread(harness->memory, thread->index);
	thread->error = variant->attach(harness->instance, &worker->context);
	pthread_barrier_wait(&harness->barrier);
	for (;;) {
		pthread_barrier_wait(&harness->barrier);
		if (!harness->action)
			break;
		harness->action(harness, worker, harness->argument);
		pthread_barrier_wait(&harness->barrier);
	}
	if (!thread->error)
		variant->detach(harness->instance, &worker->context);
	return NULL;
}

int harness_attach(struct harness *harness)
{
	int error = 0;

	for (unsigned i = 0; i < harness->options.workers; i++) {
		harness->threads[i] = (struct harness_thread){ .harness = harness, .index = i };
		/* A barrier waits for them all: without one of them there is no going on. */
		if (pthread_create(&harness->threads[i].thread, NULL, serve, &harness->threads[i]))
			abort();
	}
	pthread_barrier_wait(&harness->barrier);
	harness->is_attached = true;
	for (unsigned i = 0; i < harness->options.workers; i++)
		if (harness->threads[i].error)
			error = harness->threads[i].error;
	return error;
}

void harness_detach(struct harness *harness)
{
	if (!harness->is_attached)
		return;
	harness->action = NULL;
	pthread_barrier_wait(&harness->barrier);
	for (unsigned i = 0; i < harness->options.workers; i++)
		pthread_join(harness->threads[i].thread, NULL);
	harness->is_attached = false;
}

void harness_start(struct harness *harness, harness_action *action, void *argument)
{
	harness->action = action;
	harness->argument = argument;
	pthread_barrier_wait(&harness->barrier);
}

void harness_wait(struct harness *harness)
{
	pthread_barrier_wait(&harness->barrier);
}

void harness_perform(struct harness *harness, harness_action *action, void *argument)
{
	harness_start(harness, action, argument);
	harness_wait(harness);
}

int harness_once(const struct harness_options *options, harness_action *action, void *argument,
		 struct inspection *inspection, struct fault *fault)
{
	struct harness *harness;
	int error = harness_open(options, &harness, fault);

	if (error)
		return error;
	error = harness_attach(harness);
	if (error)
		fault_set(fault, error, "a worker cannot attach");
	else
		harness_perform(harness, action, argument);
	options->variant->inspect(harness->instance, inspection);
	harness_close(harness);
	return error;
}

void harness_prefill(struct harness *harness, struct worker *worker, void *argument)
{
	const struct harness_options *const options = &harness->options;
	const uint64_t count = *(const uint64_t *)argument;
	const unsigned producers = harness_producers(options);
	const unsigned inserters = producers ? producers : options->workers;
	const unsigned index = worker->context.worker;

	if (index >= inserters)
		return;
	worker->phase = WORKER_PREFILL;
	worker->prefill = prefill_init(options->range, count, options->seed);
	worker->prefill_from = count * index / inserters;
	worker->prefill_to = count * (index + 1) / inserters;
	options->variant->run(harness->instance, worker);
}

void harness_mix(struct harness *harness, struct worker *worker, void *argument)
{
	if (harness->rests[worker->context.worker])
		return;
	worker->phase = WORKER_MIX;
	worker->limit = *(const uint64_t *)argument;
	harness->options.variant->run(harness->instance, worker);
}

void harness_history(struct harness *harness, struct worker *worker, void *argument)
{
	struct history *const histories = argument;

	worker->phase = WORKER_HISTORY;
	worker->history = &histories[worker->context.worker];
	harness->options.variant->run(harness->instance, worker);
}

struct worker *harness_worker(const struct harness *harness, unsigned index)
{
	return harness->workers[index];
}

void *harness_instance(const struct harness *harness)
{
	return harness->instance;
}

struct memory *harness_memory(const struct harness *harness)
{
	return harness->memory;
}

const struct harness_options *harness_options(const struct harness *harness)
{
	return &harness->options;
}

struct harness_sums harness_sum(const struct harness *harness)
{
	struct harness_sums sums = { 0 };

	for (unsigned i = 0; i < harness->options.workers; i++) {
		struct worker *const worker = harness->workers[i];

		for (unsigned o = 0; o < WORKER_OPERATIONS_MAX; o++) {
			sums.tally.attempted[o] += worker->tally.attempted[o];
			sums.tally.succeeded[o] += worker->tally.succeeded[o];
		}
		sums.tally.lost += worker->tally.lost;
		sums.tally.torn_reads += worker->tally.torn_reads;
		for (unsigned c = 0; c < TALLY_COUNTS_MAX; c++)
			sums.tally.counts[c] += worker->tally.counts[c];
		sums.tally.sum_in += worker->tally.sum_in;
		sums.tally.sum_out += worker->tally.sum_out;
		sums.tally.mismatched += worker->tally.mismatched;
		sums.torn += worker->context.torn;
		sums.exhausted += worker->context.exhausted;
		/* relaxed: a count. */
		sums.stalls += load_relaxed(&worker->stalls);
	}
	return sums;
}

/* Elements in = elements there + elements out, counted and summed. */
static int balance_elements(const struct harness *harness, const struct harness_sums *sums,
			    struct fault *fault)
{
	const struct variant *const variant = harness->options.variant;
	const struct family *const family = variant->family;
	struct inspection inspection;
	uint64_t expected;

	variant->inspect(harness->instance, &inspection);
	if (inspection.broken)
		return fault_set(fault, -EBADMSG, "invariant: %s", inspection.broken);
	if (family->insert == FAMILY_NONE || variant->flaw == FLAW_RACES)
		return 0;
	/* Two replicas may both add a key, or both remove it; a blind put always says added. */
	if (variant->convergence || variant->is_blind) {
		expected = sums->tally.succeeded[family->insert];
		if (variant->is_blind)
			expected -= sums->tally.succeeded[family->remove];
		return inspection.elements <= expected
			       ? 0
			       : fault_set(fault, -EBADMSG,
					   "elements: %" PRIu64 " there, %" PRIu64 " added",
					   inspection.elements, expected);
	}
	expected = family_elements(family, &sums->tally);
	if (inspection.elements != expected)
		return fault_set(fault, -EBADMSG, "elements: %" PRIu64 " there, not %" PRIu64,
				 inspection.elements, expected);
	expected = sums->tally.sum_in - sums->tally.sum_out;
	if (inspection.sum != expected)
		return fault_set(fault, -EBADMSG, "sum of elements: %" PRIu64 ", not %" PRIu64,
				 inspection.sum, expected);
	return 0;
}

int harness_balance(const struct harness *harness, struct fault *fault)
{
	const struct harness_sums sums = harness_sum(harness);

	if (sums.torn)
		return fault_set(fault, -EBADMSG, "torn: %" PRIu64 " payloads", sums.torn);
	if (sums.tally.mismatched)
		return fault_set(fault, -EBADMSG, "mismatched: %" PRIu64 " values",
				 sums.tally.mismatched);
	if (sums.exhausted && !harness->options.limit_bytes)
		return fault_set(fault, -EBADMSG, "exhausted: %" PRIu64 " operations",
				 sums.exhausted);
	return balance_elements(harness, &sums, fault);
}
