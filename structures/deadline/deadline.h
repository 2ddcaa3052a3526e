/*
 * The contract of a load with deadlines: a fixed computation, over and over, that shares nothing with anybody. What takes
 * a piece longer than its deadline is the host, which gave the PU to somebody else: so punctual is the machine on which
 * all else is measured.
 *
 * Its one operation is a `piece`; it succeeds (`in_time`) within the deadline of its worker, and else is `missed`: both
 * stand in `effective`. There is nothing to fill, and no inside to stall in.
 */
#ifndef STRUCTURES_DEADLINE_DEADLINE_H
#define STRUCTURES_DEADLINE_DEADLINE_H

#include "structures/variant.h"

enum deadline_operation { DEADLINE_PIECE };

/* tally.counts[] */
enum { DEADLINE_MISSED };

extern const struct family deadline_family;

#endif
