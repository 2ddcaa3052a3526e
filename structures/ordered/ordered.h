/*
 * The contract of an ordered map: a map (structures/map/map.h) that also reads its keys in order.
 *
 * A structure NAME of this family defines all that map.h asks for, and
 *
 *   void NAME_scan(struct NAME *, struct context *, uint64_t from, struct scan *)
 *
 * which sets scan->count and the first scan->count entries: the smallest keys from @from on, in
 * ascending order, at most scan->length of them (at least 1), fewer only at the end of the map. A
 * value goes through payload_read() while its protection holds, as in a get. The loop adds
 * NAME_step_of_key, NAME_fill, NAME_step, NAME_loop and NAME_run, and checks of every scan that its
 * keys ascend from @from and that each value is one that was put there.
 *
 * What a scan promises beside other threads' puts and removes stands in VARIANT_SCAN:
 *   SCAN_WEAK      It never reports a key that was absent throughout the call, and never passes by
 *                  one that was present throughout; each value was that of its key at some moment
 *                  of the call. Keys that came or went meanwhile may be seen or not, each by
 *                  itself.
 *   SCAN_SNAPSHOT  It is linearizable: all of it was there at one moment of the call.
 * VARIANT_LINEARIZABLE speaks of get, put and remove alone.
 */
#ifndef STRUCTURES_ORDERED_ORDERED_H
#define STRUCTURES_ORDERED_ORDERED_H

#include "structures/common/scan.h"
#include "structures/map/map.h"

enum ordered_operation {
	ORDERED_GET = MAP_GET,
	ORDERED_PUT = MAP_PUT,
	ORDERED_REMOVE = MAP_REMOVE,
	ORDERED_SCAN
};

extern const struct family ordered_family;

#endif
