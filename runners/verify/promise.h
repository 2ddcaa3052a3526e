/* What a variant promises of its answers, and whether a history keeps it. */
#ifndef RUNNERS_VERIFY_PROMISE_H
#define RUNNERS_VERIFY_PROMISE_H

#include "runners/verify/events.h"
#include "runners/verify/linearize.h"
#include "structures/variant.h"

struct promise {
	const char *name;
	/* The object alone; NULL where the promise is not about an order of all calls. */
	state_step *step;
	/* Return: whether the events of @subset keep the promise. */
	bool (*is_kept)(const struct events *events, uint64_t subset, struct memo *memo);
	/*
	 * Events that may go as well once event @i goes: a history that keeps the promise still
	 * does without them. Return: their set, @i among them; 0: @i must stay.
	 */
	uint64_t (*without)(const struct events *events, uint64_t subset, unsigned i);
};

/**
 * promise_of() - what to check of a variant.
 *
 * @reason:  out, why there is nothing to check; untouched otherwise.
 *
 * Return: NULL if there is nothing.
 */
const struct promise *promise_of(const struct variant *variant, const char **reason);

#endif
