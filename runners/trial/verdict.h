/* What is to be thought of a trial: valid, invalid or skipped, with flags and the reason. */
#ifndef RUNNERS_TRIAL_VERDICT_H
#define RUNNERS_TRIAL_VERDICT_H

#include <jansson.h>
#include <stdbool.h>

enum trial_flag {
	TRIAL_MISPLACED,
	TRIAL_RAGGED,
	TRIAL_DRIFT,
	TRIAL_CRASHED,
	TRIAL_TIMEOUT,
	TRIAL_EXHAUSTED,
	TRIAL_CHECK_FAILED,
	TRIAL_UNMET,
	/* Up to here a flag makes the trial invalid; those below are for the reader. */
	TRIAL_UNSTEADY,
	TRIAL_APART,
	TRIAL_OVERSUBSCRIBED,
	TRIAL_CORRELATED,
	TRIAL_FLAGS,
	TRIAL_FLAGS_INVALID = TRIAL_UNSTEADY
};

enum { VERDICT_REASON_BYTES = 1024 };

struct verdict {
	unsigned flags;       /* bit per enum trial_flag */
	bool is_skipped;      /* something is missing here: not measured at all */
	char reason[VERDICT_REASON_BYTES];
};

/* Raise a flag and add a clause to the reason. */
__attribute__((format(printf, 3, 4))) void verdict_flag(struct verdict *verdict,
							enum trial_flag flag, const char *format,
							...);

/* Raise a flag that says all by itself. */
void verdict_mark(struct verdict *verdict, enum trial_flag flag);

__attribute__((format(printf, 2, 3))) void verdict_skip(struct verdict *verdict,
							const char *format, ...);

bool verdict_has(const struct verdict *verdict, enum trial_flag flag);

/* "skipped", "invalid" or "valid". */
const char *verdict_status(const struct verdict *verdict);

/**
 * verdict_to_json() - write `status`, `flags` and `reason` into a record.
 *
 * Return: 0 or -ENOMEM.
 */
int verdict_to_json(const struct verdict *verdict, json_t *record);

/**
 * verdict_from_json() - read what a child says of itself.
 *
 * Return: 0, or -EINVAL where the words are not ours or contradict each other.
 */
int verdict_from_json(const json_t *record, struct verdict *verdict);

#endif
