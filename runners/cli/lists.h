/* What `numamark list` can list: rows as JSON objects, whose keys are stable. */
#ifndef RUNNERS_CLI_LISTS_H
#define RUNNERS_CLI_LISTS_H

#include "runners/cli/table.h"

struct list {
	const char *name;
	const char *about;    /* what `help list` says of it */
	const struct table_column *columns;
	json_t *(*rows)(void);    /* new reference, NULL without memory */
};

extern const struct list lists[];
extern const size_t lists_count;

/* lists_catalogue.c */
json_t *list_variants(void);
json_t *list_structures(void);
json_t *list_families(void);
json_t *list_locks(void);
json_t *list_reclaim(void);

/* lists_features.c */
json_t *list_features(void);

/* lists_words.c */
json_t *list_places(void);
json_t *list_memory(void);
json_t *list_dists(void);
json_t *list_counters(void);

#endif
