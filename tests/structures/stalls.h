/*
 * What one worker that is stalled inside an operation does to the others, and to their garbage.
 */
#ifndef TESTS_STRUCTURES_STALLS_H
#define TESTS_STRUCTURES_STALLS_H

#include "tests/structures/harness.h"

/* Whether a stalled worker of the variant lets the others go on for as long as it sleeps. */
bool stalls_apply(const struct variant *variant);

/**
 * stalls_check() - stall the first worker, as a reader, until each other one has done @operations.
 *
 * The others must get there, lose nothing, and keep as much garbage as the scheme says: under
 * sections all that is retired meanwhile, to the end of the memory; else no more than its bound,
 * and memory must last. When the stall is over, what was held is freed, and memory is enough again.
 *
 * All workers attached, on an instance with a bound on its memory that @operations would reach if
 * nothing was freed.
 *
 * Return: 0, or -EBADMSG with the sentence in @fault.
 */
int stalls_check(struct harness *harness, uint64_t operations, struct fault *fault);

#endif
