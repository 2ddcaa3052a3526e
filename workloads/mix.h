/* Percentages of operations: "get:90,put:5,remove:5". */
#ifndef WORKLOADS_MIX_H
#define WORKLOADS_MIX_H

#include <stddef.h>
#include <stdint.h>

#include "topology/fault.h"

enum { MIX_OPERATIONS_MAX = 13, MIX_TOTAL = 100000 /* 100 % in thousandths of a per cent */ };

/* Shares are in thousandths of a per cent. */
struct mix {
	unsigned share[MIX_OPERATIONS_MAX];    /* by the family's operation number */
	unsigned order[MIX_OPERATIONS_MAX];    /* operation numbers as the user wrote them */
	unsigned count;                        /* operations named, entries of order[] */
};

/**
 * mix_parse() - read a mix. Shares may have up to three decimals.
 *
 * @names:  the family's operations, NULL-terminated; the index is the operation's number.
 *
 * Return: 0, or -EINVAL (unknown operation, with the nearest name; named twice; not a number; sum
 * not 100) with the sentence in @fault.
 */
int mix_parse(const char *text, const char *const *names, struct mix *mix, struct fault *fault);

/**
 * mix_cycle() - the operations of op_order=cycle: the mix's, in order, in smallest whole numbers.
 *
 * put:50,get:50 gives put, get; get:90,put:5,remove:5 gives get 18 times, put, remove.
 *
 * @cycle:  out, room for @room operation numbers.
 *
 * Return: the length, or -E2BIG if it exceeds @room.
 */
int mix_cycle(const struct mix *mix, uint8_t *cycle, size_t room);

#endif
