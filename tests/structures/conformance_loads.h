/* The workloads that conformance.c puts on a variant: of each family, for each case. */
#ifndef TESTS_STRUCTURES_CONFORMANCE_LOADS_H
#define TESTS_STRUCTURES_CONFORMANCE_LOADS_H

#include "structures/deadline/deadline.h"
#include "structures/kvblock/kvblock.h"
#include "structures/kvslot/kvslot.h"
#include "structures/map/map.h"
#include "structures/ordered/ordered.h"
#include "structures/probe/probe.h"
#include "structures/queue/queue.h"
#include "tests/structures/scans.h"

enum { PAYLOAD_BYTES = 100, CAPACITY_FULL = 10 };

/* A workload of one family for one case. */
struct load {
	const struct family *family;
	const char *title;
	uint64_t range, expected, prefill, operations;    /* operations of each worker */
	size_t value_bytes;
	const char *mix;    /* NULL: the default */
};

static const struct load alone[] = {
	{ &map_family, "one key", 1, 1, 0, 1000, 8, "get:34,put:33,remove:33" },
	{ &map_family, "payloads", 64, 16, 0, 3000, PAYLOAD_BYTES, "get:34,put:33,remove:33" },
	{ &map_family, "growth", 20000, 4, 0, 8000, 8, "get:10,put:80,remove:10" },
	{ &ordered_family, "one key", 1, 1, 0, 1000, 8, NULL },
	{ &ordered_family, "payloads", 64, 16, 0, 3000, PAYLOAD_BYTES, NULL },
	{ &ordered_family, "growth", 20000, 4, 0, 8000, 8, "get:10,put:70,remove:10,scan:10" },
	{ &kvslot_family, "one key", 1, 1, 0, 1000, 8, NULL },
	{ &kvslot_family, "payloads", 64, 16, 0, 3000, PAYLOAD_BYTES, "get:50,put:50" },
	{ &kvslot_family, "growth", 2 * KVSLOT_SEQUENCE_KEYS, 4, 0, 8000, 8, "get:10,put:90" },
	{ &queue_family, "short", 8, 1, 0, 3000, 8, NULL },
	{ &queue_family, "growth", 8, 4, 0, 5000, PAYLOAD_BYTES, "enqueue:60,dequeue:40" },
};

static const struct load together[] = {
	{ &map_family, "few keys", 8, 4, 4, 20000, 8, "get:34,put:33,remove:33" },
	{ &map_family, "payloads", 500, 250, 250, 20000, PAYLOAD_BYTES, "get:50,put:25,remove:25" },
	{ &map_family, "growth", 50000, 4, 100, 8000, 8, "get:20,put:70,remove:10" },
	{ &ordered_family, "few keys", 8, 4, 4, 20000, 8, NULL },
	{ &ordered_family, "payloads", 500, 250, 250, 20000, PAYLOAD_BYTES, NULL },
	{ &ordered_family, "growth", 50000, 4, 100, 8000, 8, "get:10,put:70,remove:10,scan:10" },
	{ &kvslot_family, "few keys", 8, 4, 4, 20000, 8, "get:50,put:50" },
	{ &kvslot_family, "payloads", 500, 250, 250, 20000, PAYLOAD_BYTES, "get:75,put:25" },
	{ &kvslot_family, "growth", 2 * KVSLOT_SEQUENCE_KEYS, 4, 100, 8000, 8, "get:30,put:70" },
	{ &queue_family, "short", 8, 1, 0, 20000, 8, NULL },
	{ &queue_family, "payloads", 8, 500, 500, 20000, PAYLOAD_BYTES, NULL },
	{ &probe_family, "touches", 8, 1, 0, 20000, 8, NULL },
	{ &deadline_family, "pieces", 8, 1, 0, 20, 8, NULL },
	{ &kvblock_family, "few prompts", 4, 1, 0, 3000, 8, "lookup:20,request:80" },
	{ &kvblock_family, "evictions", 500, 1, 0, 3000, 8, NULL },
};

static const struct load scans[] = {
	{ &ordered_family, "values", SCANS_RANGE, SCANS_RANGE, 0, 8000, 8, NULL },
	{ &ordered_family, "payloads", SCANS_RANGE, SCANS_RANGE, 0, 4000, PAYLOAD_BYTES, NULL },
};

static const struct load crowded[] = {
	{ &map_family, "payloads", 100, 50, 50, 1500, PAYLOAD_BYTES, "get:50,put:25,remove:25" },
	{ &ordered_family, "payloads", 100, 50, 50, 1500, PAYLOAD_BYTES, NULL },
	{ &kvslot_family, "payloads", 100, 50, 50, 1500, PAYLOAD_BYTES, "get:50,put:50" },
	{ &queue_family, "payloads", 8, 50, 50, 1500, PAYLOAD_BYTES, NULL },
	{ &kvblock_family, "evictions", 500, 1, 0, 500, 8, NULL },
};

static const struct load stalled[] = {
	{ &map_family, "one of them", 1000, 500, 500, 0, 8, NULL },
	{ &ordered_family, "one of them", 1000, 500, 500, 0, 8, NULL },
	{ &kvslot_family, "one of them", 1000, 500, 500, 0, 8, NULL },
	{ &queue_family, "one of them", 8, 500, 500, 0, 8, NULL },
	{ &kvblock_family, "one of them", 500, 1, 0, 0, 8, NULL },
};

/* More payloads than there is memory for. */
static const struct load held[] = {
	{ &map_family, "payloads", 100, 50, 50, 80000, PAYLOAD_BYTES, "get:20,put:60,remove:20" },
	{ &ordered_family, "payloads", 100, 50, 50, 80000, PAYLOAD_BYTES,
	  "get:10,put:60,remove:20,scan:10" },
	{ &kvslot_family, "payloads", 100, 50, 50, 80000, PAYLOAD_BYTES, "get:20,put:80" },
	{ &queue_family, "payloads", 8, 50, 50, 80000, PAYLOAD_BYTES, NULL },
	{ &kvblock_family, "evictions", 500, 1, 0, 8000, 8, NULL },
};

static const struct load full[] = {
	{ &queue_family, "values", 8, CAPACITY_FULL, 0, 1000, 8, NULL },
	{ &queue_family, "payloads", 8, CAPACITY_FULL, 0, 1000, PAYLOAD_BYTES, NULL },
};

/* Chains longer than the capacity. */
static const struct load overfull[] = {
	{ &kvblock_family, "long chains", 500, 1, 0, 3000, 8, NULL },
};

static const struct load starved[] = {
	{ &map_family, "payloads", 1000000, 1000, 0, 20000, PAYLOAD_BYTES, "put:100" },
	{ &ordered_family, "payloads", 1000000, 1000, 0, 20000, PAYLOAD_BYTES, "put:100" },
	{ &queue_family, "payloads", 8, 1000, 0, 20000, PAYLOAD_BYTES, "enqueue:100" },
	{ &kvslot_family, "payloads", 1000000, 1000, 0, 20000, PAYLOAD_BYTES, "put:100" },
	{ &kvblock_family, "many blocks", 1000, 1, 0, 3000, 8, NULL },
};

static const struct load in_turns[] = {
	{ &map_family, "few keys", 50, 25, 0, 400, PAYLOAD_BYTES, "get:34,put:33,remove:33" },
	{ &ordered_family, "few keys", 50, 25, 0, 400, PAYLOAD_BYTES, NULL },
	{ &kvslot_family, "few keys", 50, 25, 0, 400, PAYLOAD_BYTES, "get:50,put:50" },
	{ &queue_family, "short", 8, 25, 0, 400, PAYLOAD_BYTES, NULL },
	{ &kvblock_family, "evictions", 50, 1, 0, 400, 8, NULL },
};

#endif
