/*
 * modelled VARIANT NODES: operations of the family's default mix on one variant, by 8 workers on a
 * drawn machine, for the model of caches to watch (model.c). Status 1 with a sentence if the variant
 * fails, 77 if it is not in the catalogue.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

#include "tests/numa/model.h"
#include "tests/structures/harness.h"

enum { WORKERS = 8, RANGE = 1000, WARM_UP = 300, OPERATIONS = 2000 };    /* of each worker */

static void tell(enum model_command command, uint64_t argument)
{
	prctl(MODEL_OPTION, (unsigned long)command, argument, 0, 0);
}

static void sit_down(struct harness *harness, struct worker *worker, void *argument)
{
	(void)harness, (void)argument;
	tell(MODEL_SEAT, worker->context.node);
}

/* Woken one after the other, some would be done before others begin. */
static void mix_together(struct harness *harness, struct worker *worker, void *argument)
{
	tell(MODEL_GATHER, WORKERS);
	harness_mix(harness, worker, argument);
}

static int run(struct harness *harness, struct fault *fault)
{
	uint64_t prefill = harness_options(harness)->expected;
	uint64_t warm_up = WARM_UP, operations = OPERATIONS;
	const int error = harness_attach(harness);

	if (error)
		return fault_set(fault, error, "a worker cannot attach");
	harness_perform(harness, sit_down, NULL);
	harness_perform(harness, harness_prefill, &prefill);
	harness_perform(harness, mix_together, &warm_up);
	tell(MODEL_START, 0);
	harness_perform(harness, mix_together, &operations);
	tell(MODEL_STOP, WORKERS * OPERATIONS);
	return harness_balance(harness, fault);
}

int main(int count, char **words)
{
	struct harness_options options = { .workers = WORKERS,
					   .range = RANGE,
					   .expected = RANGE / 2,
					   .value_bytes = 8,
					   .seed = 1 };
	struct topology *topology;
	struct harness *harness;
	char shape[64];
	struct fault fault;
	int error;

	if (count != 3)
		return 2;
	snprintf(shape, sizeof(shape), "node:%s core:%d pu:1", words[2], WORKERS / atoi(words[2]));
	options.variant = catalogue_find(words[1]);
	if (!options.variant)
		return 77;
	error = topology_load(shape, &topology, &fault);
	options.topology = topology;
	if (!error)
		error = harness_open(&options, &harness, &fault);
	if (!error) {
		error = run(harness, &fault);
		harness_close(harness);
	}
	if (error)
		fprintf(stderr, "%s\n", fault.text);
	return error ? 1 : 0;
}
