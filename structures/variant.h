/*
 * All that the runners know of a structure: one const entry per variant, in one array.
 *
 * The hot loop of a family is structures/<family>/<family>_loop.inc.h. A structure's .c file includes its own header,
 * defines the VARIANT_* facts below and STRUCTURE, and includes the loop, which pastes STRUCTURE_get, STRUCTURE_put...
 * into one loop per structure and ends with the entry. So run() is the only indirect call: once per thread per phase.
 */
#ifndef STRUCTURES_VARIANT_H
#define STRUCTURES_VARIANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/common/worker.h"
#include "structures/remote/endpoint.h"
#include "topology/memory.h"

enum progress {
	PROGRESS_BLOCKING,
	PROGRESS_OBSTRUCTION_FREE,
	PROGRESS_LOCK_FREE,
	PROGRESS_WAIT_FREE
};

/* How a put changes a key that is there: overwrite a word, or swap in a new node. */
enum update { UPDATE_NONE, UPDATE_IN_PLACE, UPDATE_REPLACE };

/* What a scan sees while other threads put and remove: structures/ordered/ordered.h. */
enum scan_guarantee { SCAN_NONE, SCAN_WEAK, SCAN_SNAPSHOT };

/* What a structure does wrong by design: it breaks its family's contract, and says so wherever it is named. */
enum flaw {
	FLAW_NONE,
	FLAW_LOSES,    /* what was put may be gone though nobody removed it; exactly counted */
	FLAW_RACES     /* that, and what is read may come from two writers; counted as far as it is seen */
};

enum { FAMILY_NONE = -1 };

/* An interface: its operations, and what a plan and a record need to know of them. */
struct family {
	const char *name;
	const char *const *operations;    /* names by operation number, NULL-terminated: the words of mix= */
	const char *const *effects;       /* what a success of each is called in `effective`: found, added... */
	const char *const *refusals;      /* what a failure is called there; NULL entries are not recorded */
	const char *const *counts;        /* names of tally.counts[], NULL-terminated; NULL: none */
	const char *const *parts;         /* what is timed apart, at most WORKER_PARTS_MAX; NULL: nothing */
	const char *default_mix;
	const char *default_dist;         /* where operations take requests, which are chains; else NULL: keys */
	int insert, remove, scan;         /* operation numbers, FAMILY_NONE without */
	int read;                         /* what hit_ratio is of, where keys are kept */
	int consume;                      /* what roles=P:C has consumers do; producers insert. FAMILY_NONE: no roles */
	bool is_cache;                    /* what goes in and out are tally.counts[], not successes */
	bool keeps_keys;                  /* holds distinct keys of the range: prefill=steady follows from the mix */
	bool counts_losses;               /* entries lost and torn reads stand in `effective` */
};

/* What create() is told. */
struct setup {
	struct memory *memory;
	unsigned workers;
	uint64_t range;        /* keys are 0 to range - 1 */
	uint64_t expected;     /* elements at the start */
	uint64_t filled;       /* elements that the mix leads to: what a table that never grows is made for */
	uint64_t capacity;     /* of bounded structures, in elements; 0: the structure's own choice */
	unsigned shards;       /* of sharded structures, or replicas; 0: the structure's own choice */
	size_t value_bytes;
	bool frees_in_batches; /* free=batch: give back a whole limbo bag at once, instead of a few per operation */
	/* Of variants with a server, else NULL and 0. */
	const struct endpoint *endpoint;
	unsigned pipeline;     /* operations on their way at once, on each connection */
	unsigned connections;  /* of all workers together; 0: one each */
	struct fault *fault;   /* a sentence for a refusal, beside the errno; NULL: nobody asks */
	uint64_t disturbance;  /* for checking; 0, or a seed: messages inside come late, twice and out of order */
};

/* What a structure says of itself at rest, all workers detached. */
struct inspection {
	uint64_t elements;
	uint64_t sum;          /* of keys present, or of values queued; modulo 2^64 */
	uint64_t pins;         /* of caches: left behind */
	double write_amplification;    /* bytes written to disk for each byte put; 0: nothing is on a disk */
	const char *broken;    /* the first invariant that does not hold, or NULL */
};

/* Objects retired and not yet freed, and all that were ever retired. Read at any time; exact at rest. */
struct garbage {
	uint64_t outstanding;
	uint64_t retired;
};

/* A thread that the structure started by itself (a call_rcu worker, a resize worker). */
enum { HELPERS_MAX = 512 };

struct helper {
	int thread_id;         /* of the kernel */
	const char *what;
};

/*
 * Of a structure that answers from replicas which agree only when all their updates are exchanged. It promises that they
 * then are equal, and to each worker, of each key, that what it sees is never older than what it saw or wrote before.
 */
struct convergence {
	/*
	 * No worker inside run(): exchange, in the name of one worker, what there is. Return: whether all replicas hold
	 * the same. Called until it says so, by all workers at once, or by one thread for each of them in turn.
	 */
	bool (*settle)(void *instance, struct context *context);
	unsigned (*replicas)(void *instance);
	/* Forget the ages counted so far. One thread, all workers between runs; so for the next one. */
	void (*begin)(void *instance);
	/* How long, in ns, updates had been known in another replica when this worker took them over; of a sample. */
	const struct histogram *(*staleness)(void *instance, unsigned worker);
};

struct variant {
	const char *name;            /* family/structure[+reclaim][@lock] */
	const struct family *family;
	const char *structure;
	const char *reclaim;         /* "" if none */
	const char *lock;            /* "" if none */
	const char *paper;           /* authors, title, venue, year */
	bool needs_arena;            /* its scheme tells the age of objects by the arena they lie in */
	bool reuses_nodes;           /* retires none while what it holds fits the nodes it has */
	enum progress progress;
	enum update update;
	bool is_linearizable;        /* all operations but scans */
	enum scan_guarantee scan;    /* SCAN_NONE exactly if the family does not scan */
	enum flaw flaw;
	bool is_bounded;             /* has a capacity: takes setup.capacity */
	bool is_sharded;             /* takes setup.shards */
	bool tells_held;             /* counts in context.held how long it holds its locks */
	bool is_read_at_home;        /* what only reads goes to a copy on its worker's node */
	bool has_prefetch;           /* takes worker.batch */
	const char *server;          /* what it talks to: runners/server/kinds/<server>.ini; NULL: in this process */
	bool is_blind;               /* a put does not tell whether the key was there: it always says added */
	bool has_pipeline;           /* takes setup.pipeline, and worker.batch with it */
	bool has_connections;        /* takes setup.connections */
	bool is_driven;              /* by another program, which runs for a time and times all operations or none */
	unsigned producers_max, consumers_max;    /* 0: any number */

	/* 0, or -ENOMEM, -EINVAL, or -ENOTSUP: this machine lacks what it needs. One thread. */
	int (*create)(const struct setup *setup, void **instance);
	/* One thread, all workers detached. Frees all that memory_destroy() does not. */
	void (*destroy)(void *instance);
	/* On the worker's own, bound thread, before its first run(): fills what the context lacks. 0 or -ENOMEM. */
	int (*attach)(void *instance, struct context *context);
	/* On the same thread, after its last run(). Leaves its garbage where destroy() finds it. */
	void (*detach)(void *instance, struct context *context);
	/* One phase. Between runs a worker holds nothing and blocks no reclamation. */
	void (*run)(void *instance, struct worker *worker);
	/* One thread, all workers between runs or detached. */
	void (*inspect)(void *instance, struct inspection *inspection);
	/* NULL without a scheme. Threads: any time. */
	struct garbage (*garbage)(void *instance);
	/* Threads the structure runs by itself; NULL if it has none. Return: how many, at most HELPERS_MAX. */
	unsigned (*helpers)(void *instance, struct helper *helpers);
	const struct convergence *convergence;    /* NULL: there is one truth at any time */
};

/* The catalogue, in registration order. */
extern const struct variant *const catalogue[];
extern const size_t catalogue_count;

/* Return: the entry of this full name, or NULL. */
const struct variant *catalogue_find(const char *name);

extern const struct family *const families[];
extern const size_t families_count;

const char *progress_name(enum progress progress);
const char *update_name(enum update update);    /* "in-place", "replace", "none" */
const char *scan_guarantee_name(enum scan_guarantee scan);    /* "none", "weak", "snapshot" */
const char *flaw_name(enum flaw flaw);    /* "none", or words for a legend */

/* What went into a structure and neither came out nor was lost, by its workers' tallies. */
static inline uint64_t family_elements(const struct family *family, const struct tally *tally)
{
	const uint64_t in = family->insert == FAMILY_NONE ? 0 : tally->succeeded[family->insert];
	const uint64_t out = family->remove == FAMILY_NONE ? 0 : tally->succeeded[family->remove];

	if (family->is_cache)
		return tally->counts[TALLY_ADDED] - tally->counts[TALLY_EVICTED];
	return in - out - tally->lost;
}

#define VARIANT_PASTE_(a, b) a##_##b
#define VARIANT_PASTE(a, b)  VARIANT_PASTE_(a, b)
/* OP(get) is michael_get where STRUCTURE is michael. */
#define OP(verb)             VARIANT_PASTE(STRUCTURE, verb)

#define ALWAYS_INLINE static inline __attribute__((always_inline))

#endif
