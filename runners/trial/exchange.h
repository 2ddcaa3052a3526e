/*
 * What goes between parent and child: the cell on one descriptor, the record on another. Internal
 * to runners/trial.
 */
#ifndef RUNNERS_TRIAL_EXCHANGE_H
#define RUNNERS_TRIAL_EXCHANGE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "runners/trial/trial.h"

enum { EXCHANGE_CELL_MAX_BYTES = 1 << 20, EXCHANGE_RECORD_MAX_BYTES = 16 << 20 };

/**
 * exchange_make_cell() - parent: a memory file that holds the cell, at its start.
 *
 * Return: a descriptor, closed on exec, or -errno.
 */
int exchange_make_cell(const struct trial_request *request);

/*
 * Child: the cell, not yet resolved, the seed, and the server if there is one (else its root is 0).
 * Return: 0, or negative where the descriptor holds none.
 */
struct exchange_cell {
	struct cell cell;
	uint64_t seed;
	unsigned pass;
	struct trial_server server;
};

int exchange_read_cell(int fd, struct exchange_cell *exchange);

/* Child: one JSON object, and nothing after it. Return: 0 or -errno. */
int exchange_write_record(int fd, const json_t *record);

/* Parent: read what came. Return: a new reference to an object, or NULL if it is none. */
json_t *exchange_parse_record(const char *text, size_t length);

#endif
