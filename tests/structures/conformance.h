/*
 * What every variant of the catalogue must do, whatever its algorithm: one function, which the
 * conformance test asks of each entry, and the mutant test of structures that are broken on
 * purpose.
 */
#ifndef TESTS_STRUCTURES_CONFORMANCE_H
#define TESTS_STRUCTURES_CONFORMANCE_H

#include "structures/variant.h"

struct conformance {
	const struct topology *topology;
	const struct variant *variant;
	const struct endpoint *endpoint;    /* of variants with a server */
	uint64_t seed;
	unsigned divisor;    /* of the numbers of operations: above 1 where each takes longer */
};

/**
 * conformance_check() - run all cases on one variant, from the cheapest on.
 *
 * Alone against a model; with others, sums balanced; scans beside writes; with more threads than PUs; with one thread
 * stalled inside an operation; without memory; attached and detached again and again. Each on an
 * instance of its own, which must give back all nodes and payloads in the end.
 *
 * Return: 0, or a negative errno with the case and what went wrong in @fault.
 */
int conformance_check(const struct conformance *conformance, struct fault *fault);

/** conformance_divisor() - 1, or more where NUMAMARK_TEST_COVER says that a build is a slow one. */
unsigned conformance_divisor(void);

#endif
