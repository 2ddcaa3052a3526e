/*
 * What scans may answer while other workers put and remove.
 */
#ifndef TESTS_STRUCTURES_SCANS_H
#define TESTS_STRUCTURES_SCANS_H

#include "tests/structures/harness.h"

enum { SCANS_FOURS = 16, SCANS_RANGE = 4 * SCANS_FOURS };

/**
 * scans_check() - let all attached workers write and scan, and judge each scan.
 *
 * The instance is empty and of SCANS_RANGE keys. Of each four keys the first is always there and
 * the second never. The third is paired with the fourth of the four as far from the other end: its
 * worker puts and removes the two so that at least one of them is there at any moment, which a
 * snapshot shows and a weak scan need not.
 *
 * @operations:  of each worker: half of them scans.
 *
 * Return: 0, or -EBADMSG with the sentence in @fault.
 */
int scans_check(struct harness *harness, uint64_t operations, struct fault *fault);

#endif
