/*
 * Is this host fit to measure on? Reads settings, changes nothing.
 *
 * One table of items: what is, what should be, why it matters, how to mend it. The grade of a host is that of its worst
 * item. What a host does not expose (a container without sysfs, another architecture) is `unknown`, never fit.
 */
#ifndef RUNNERS_PREFLIGHT_PREFLIGHT_H
#define RUNNERS_PREFLIGHT_PREFLIGHT_H

#include <jansson.h>
#include <stddef.h>

enum preflight_grade {
	PREFLIGHT_FIT,
	PREFLIGHT_UNKNOWN,    /* the host does not say */
	PREFLIGHT_CAVEAT,     /* usable; the figures carry a caveat */
	PREFLIGHT_UNFIT       /* trials are flagged unfit-host */
};

enum { PREFLIGHT_ITEMS_MAX = 24, PREFLIGHT_FOUND_BYTES = 96 };

struct preflight_item {
	const char *name;
	char found[PREFLIGHT_FOUND_BYTES];    /* "unknown" where the host does not say */
	const char *wanted, *why, *mend;
	enum preflight_grade grade;
};

struct preflight {
	struct preflight_item items[PREFLIGHT_ITEMS_MAX];
	size_t count;
	enum preflight_grade grade;    /* FIT, CAVEAT or UNFIT: the worst of the items, UNKNOWN counting as CAVEAT */
};

/**
 * preflight_check() - look at every item.
 *
 * @root:  "" for this host; a folder that holds proc/ and sys/ trees for tests.
 */
void preflight_check(const char *root, struct preflight *preflight);

const char *preflight_grade_name(enum preflight_grade grade);    /* "fit", "unknown", "caveat", "unfit" */

/* Array of {name, found, wanted, grade, why, mend}; new reference. */
json_t *preflight_to_json(const struct preflight *preflight);

#endif
