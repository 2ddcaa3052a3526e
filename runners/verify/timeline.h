/* A history for the reader: one column a worker, one line for each beginning and each end. */
#ifndef RUNNERS_VERIFY_TIMELINE_H
#define RUNNERS_VERIFY_TIMELINE_H

#include <stdio.h>

#include "runners/verify/events.h"
#include "structures/variant.h"

/* @first_key: the key of index 0. */
void timeline_print(FILE *out, const struct family *family, const struct events *events,
		    uint64_t first_key);

#endif
