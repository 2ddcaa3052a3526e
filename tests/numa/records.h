/* What the records of a campaign must say on a machine of known shape, and what the kernel saw. */
#ifndef TESTS_NUMA_RECORDS_H
#define TESTS_NUMA_RECORDS_H

#include <stdio.h>

/* Nodes are alike; node k holds PUs k x pus_per_node and on, as tests/numa/vm numbers them. */
struct records_expected {
	unsigned nodes;
	unsigned pus_per_node;
	unsigned threads;              /* of every trial */
	double share;                  /* of every part's pages on the intended node, at least */
	const char *const *memory;     /* every policy that must have a trial, NULL-terminated */
};

/**
 * records_check() - hold a results file against the machine and against a witness.
 *
 * Every trial must have its workers on as many PUs, placed as its `place` says, and every part of
 * its memory where its `memory` says. The witness is what the kernel told of the trial's process
 * from outside while it ran: for every trial, one process must have had just its PUs bound.
 *
 * @results:  JSON lines; other kinds than trials are passed over.
 * @witness:  lines "PID LIST", a thread's process and its list of allowed PUs, many times over.
 * @out:      one line for each complaint.
 *
 * Return: how many complaints.
 */
unsigned records_check(FILE *results, FILE *witness, const struct records_expected *expected,
		       FILE *out);

#endif
