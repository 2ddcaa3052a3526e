/*
 * The one table of axes: the words of presets, command lines, records and figures.
 *
 * Each row says how the text of an axis is listed, what it is by default, and how it is read into a
 * cell. Everything that handles axes walks this table; a new axis is a row and its functions.
 */
#ifndef RUNNERS_PLAN_AXES_H
#define RUNNERS_PLAN_AXES_H

#include "runners/plan/cell.h"

/* How several values stand in one text. */
enum axis_listing {
	AXIS_COMMAS,    /* a,b,c are three values */
	AXIS_WHOLE,     /* commas belong to the value; the key is repeated instead */
	AXIS_WHOLE_IF_LIST /* as AXIS_WHOLE where the text begins with list: */
};

struct axis {
	const char *name;
	const char *fallback;    /* the default, NULL where the variant decides */
	const char *allowed;     /* for people */
	enum axis_listing listing;
	unsigned kilo;    /* numbers that a..b may double: what k stands for; else 0 */

	/* Read text[] into the cell's fields, and make the text canonical. Axes before it in
	 * enum axis_key are already read. */
	int (*parse)(struct cell *cell, struct fault *fault);

	/*
	 * What axes mean to one another and to the machine, once all are read. NULL: nothing.
	 * -EOPNOTSUPP: this variant cannot; -ERANGE: not with so many threads.
	 */
	int (*check)(const struct cell *cell, const struct topology *topology, struct fault *fault);

	/*
	 * NULL where the axis means something to this cell, else why it means nothing ("the variant
	 * has no shards"). The function is NULL if it always does.
	 */
	const char *(*pointless)(const struct cell *cell);
};

extern const struct axis axes[AXIS_COUNT];

/* Return: enum axis_key, or -ENOENT. */
int axis_find(const char *name);

enum { AXIS_OTHERS_MAX = 8 };

/**
 * axis_nearest() - the axis, or one of the other keys of a preset, that the user may have meant.
 *
 * @others:  NULL-terminated, at most AXIS_OTHERS_MAX.
 *
 * Return: a name, or NULL.
 */
const char *axis_nearest(const char *given, const char *const *others);

/* The default text of an axis in this cell, whose variant is known. */
const char *axis_default(const struct cell *cell, enum axis_key key);

/* "key=text: allowed are ..." for a value that is none. Return: -EINVAL. */
int axis_refuse(const struct cell *cell, enum axis_key key, struct fault *fault);

/* Replace the text of an axis. Return: 0 or -ENOMEM. */
__attribute__((format(printf, 3, 4))) int axis_set_text(struct cell *cell, enum axis_key key,
							const char *format, ...);

/*
 * Which of @words (NULL-terminated) the text is. Return: its index, or -EINVAL with the sentence.
 */
int axis_choose(const struct cell *cell, enum axis_key key, const char *const *words,
		struct fault *fault);

#endif
