/*
 * Sequential models: what one thread's operations must do, and the order in which it sees values.
 */
#ifndef TESTS_STRUCTURES_MODEL_H
#define TESTS_STRUCTURES_MODEL_H

#include "tests/structures/harness.h"

struct model_run {
	uint64_t operations;
	int error;             /* out, with the sentence below */
	struct fault fault;
};

/* True if there is a model of this family. */
bool model_exists(const struct family *family);

/*
 * Action of a single worker: perform struct model_run's operations one at a time, the next one
 * predicted from the worker's draws, and compare each outcome with the model's.
 */
harness_action model_follow;

#endif
