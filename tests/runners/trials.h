/*
 * Real trials for tests: this very program is the child, since a trial re-executes whoever runs it.
 * A test program's main() hands over to trials_main().
 */
#ifndef TESTS_RUNNERS_TRIALS_H
#define TESTS_RUNNERS_TRIALS_H

#include <jansson.h>
#include <stdint.h>

#include "runners/plan/cell.h"

/* If this process was started as a trial child: be one, and exit. */
void trials_be_child(int argc, char **argv);

/* The resolved cell of these axes, on this machine, or a failed test. See trials_try(). */
void trials_make_cell(const char *axes, struct cell *cell);

/**
 * trials_try() - run one cell, failing in the way that NUMAMARK_FAULT names.
 *
 * @fault:  NULL for none.
 * @axes:   key=value words separated by blanks; what is not given is short: one thread, 50 ms, no
 *          warm-up, 1000 keys, no counters.
 * @timeout_ns:  0: worked out.
 *
 * Return: what trial_run() returns; the record in @record.
 */
int trials_try(const char *fault, const char *axes, uint64_t timeout_ns, json_t **record);

/* As trials_try(), with a record or a failed test. New reference. */
json_t *trials_run(const char *fault, const char *axes);

/* Status of a record, and whether a flag is set, or the reason holds a text. */
const char *trials_status(const json_t *record);
int trials_has_flag(const json_t *record, const char *flag);
int trials_says(const json_t *record, const char *text);

/*
 * The member at "a.b.c" of a record, NULL if there is none; its text or number, or a failed test.
 */
const json_t *trials_at(const json_t *record, const char *path);
const char *trials_text(const json_t *record, const char *path);
double trials_number(const json_t *record, const char *path);

/* PUs that this machine lets us use. */
unsigned trials_pus(void);

#endif
