/*
 * The values asked for in one section of a preset, or on the command line, before they are crossed.
 */
#ifndef RUNNERS_PLAN_SWEEP_H
#define RUNNERS_PLAN_SWEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "runners/plan/cell.h"

struct value {
	char *text;
	unsigned line;       /* of the preset; 0: the command line */
	unsigned word;       /* the same for all values that came of one word: a glob, a..b */
	bool is_expanded;    /* of a glob, or `auto`: what cannot be is left out, not refused */
	bool is_used;        /* by a cell of the plan */
	char *reason;        /* why the first cell that could not take it could not, or NULL */
};

struct values {
	struct value *items;
	size_t count;
};

struct sweep {
	char *name;       /* of the section */
	unsigned line;    /* of its heading; 0: the command line */
	struct values axes[AXIS_COUNT];
};

/**
 * sweep_add() - add the values of one `key = text` to those already there.
 *
 * Splits at commas (unless commas belong to the value), doubles a..b, expands globs of variants. A
 * value to which commas belong goes on in the next text of its key if it ends with a comma.
 *
 * Return: 0, -EINVAL (no value, a..b that cannot be), -ENOENT (a glob that matches nothing),
 * -E2BIG, -ENOMEM, with the sentence in @fault.
 */
int sweep_add(struct sweep *sweep, enum axis_key key, const char *text, unsigned line,
	      struct fault *fault);

void sweep_free(struct sweep *sweep);

#endif
