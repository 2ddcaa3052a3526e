/*
 * A small concurrent history as the checker sees it: calls by the order of their beginnings, keys
 * and values renamed to small numbers.
 */
#ifndef RUNNERS_VERIFY_EVENTS_H
#define RUNNERS_VERIFY_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

enum {
	EVENTS_MAX = 64, /* a set of them is a 64-bit word */
	EVENT_KEYS_MAX = 4,
	EVENT_ITEMS_MAX = 63,
	EVENT_NO_VALUE = 0,
	TEAM_CHAIN = 4,    /* blocks of a request to a cache; as many as it holds */
	TEAM_BRANCHING = 2 /* of the tree that its requests are paths of: all but few share some */
};

struct event {
	uint64_t invoked, returned;
	uint16_t operation; /* of the family */
	uint16_t worker;
	uint8_t key;   /* index among the keys of the history */
	uint8_t value; /* the same number for the same value; EVENT_NO_VALUE: none */
	bool took_effect;
	uint8_t covered; /* a scan: it looked at the keys from @key up to this one, exclusive */
	uint8_t seen[EVENT_KEYS_MAX]; /* and found these values; EVENT_NO_VALUE: absent */
};

/*
 * What a structure holds. Map: items[key] is a value or EVENT_NO_VALUE. Queue: the first @count
 * items, oldest first; the others are EVENT_NO_VALUE, so that equal states have equal bytes.
 */
struct state {
	uint8_t count;
	uint8_t items[EVENT_ITEMS_MAX];
};

struct events {
	struct state initial;
	unsigned count;
	unsigned focus;    /* the key looked at, in searches of one key at a time */
	unsigned capacity; /* a queue that holds so many may refuse; 0: never */
	uint64_t first_key; /* of the history; a cache's chains follow from the whole key */
	uint64_t settled;  /* stamp: replicas had exchanged all that was done before it */
	struct event of[EVENTS_MAX];
};

#endif
