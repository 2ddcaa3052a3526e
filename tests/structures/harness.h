/*
 * A variant on this machine, for tests: memory, instance, and workers on bound threads that perform
 * what they are told, all at once, between two barriers.
 */
#ifndef TESTS_STRUCTURES_HARNESS_H
#define TESTS_STRUCTURES_HARNESS_H

#include "structures/variant.h"

enum { HARNESS_WORKERS_MAX = 128, HARNESS_SCAN_LENGTH = 10 };

struct harness_options {
	const struct topology *topology; /* NULL: this machine's, until harness_close() */
	const struct variant *variant;
	unsigned workers;       /* at most HARNESS_WORKERS_MAX */
	unsigned pus;           /* worker i sits on PU i mod pus; 0: on all that there are */
	uint64_t range, expected, capacity;
	size_t value_bytes;
	size_t limit_bytes;     /* of the arenas together; 0: no bound that a test meets */
	bool use_malloc;
	const struct endpoint *endpoint;    /* of variants with a server */
	const char *dist;       /* NULL: uniform, or what the family takes by default */
	const char *mix;        /* what each worker draws from; NULL: the family's default */
	uint64_t seed;
};

struct harness;

/* What a worker's thread does between the barriers. */
typedef void harness_action(struct harness *harness, struct worker *worker, void *argument);

/**
 * harness_open() - make memory and instance; no worker is attached.
 *
 * Return: 0 or a negative errno with the sentence in @fault.
 */
int harness_open(const struct harness_options *options, struct harness **harness,
		 struct fault *fault);

/* Detaches, destroys the instance, and gives its memory back. */
void harness_close(struct harness *harness);

/**
 * harness_destroy_instance() - the part of harness_close() that a test may look behind.
 *
 * Return: bytes of nodes and payloads that the instance has not given back.
 */
uint64_t harness_destroy_instance(struct harness *harness);

/* Start the threads and attach each worker on its own. 0 or a negative errno. */
int harness_attach(struct harness *harness);
/* Detach each worker and end its thread. Nothing to do if none is attached. */
void harness_detach(struct harness *harness);

/* All attached workers perform @action; start and wait are two calls, to watch in between. */
void harness_start(struct harness *harness, harness_action *action, void *argument);
void harness_wait(struct harness *harness);
void harness_perform(struct harness *harness, harness_action *action, void *argument);

/**
 * harness_once() - one action on an instance of its own, and the state that it leaves.
 *
 * Return: 0 or a negative errno with the sentence in @fault.
 */
int harness_once(const struct harness_options *options, harness_action *action, void *argument,
		 struct inspection *inspection, struct fault *fault);

/* Actions: insert a share of *(uint64_t *)argument elements; that many operations of the mix. */
harness_action harness_prefill;
harness_action harness_mix;

/* Action: perform and record the history that is this worker's in the array @argument. */
harness_action harness_history;

/*
 * Where the variant takes fewer producers or consumers than there are workers, the first ones
 * produce and the others consume. Return: how many produce, 0 if each worker does both.
 */
unsigned harness_producers(const struct harness_options *options);

/*
 * Draw from another mix, workers [@from, @to); to be called between two actions. Each takes of the
 * mix what its role allows, and rests if that is nothing.
 */
int harness_set_mix(struct harness *harness, const char *mix, unsigned from, unsigned to,
		    struct fault *fault);

struct worker *harness_worker(const struct harness *harness, unsigned index);
void *harness_instance(const struct harness *harness);
struct memory *harness_memory(const struct harness *harness);
const struct harness_options *harness_options(const struct harness *harness);

/* Sums over all workers since harness_open(). */
struct harness_sums {
	struct tally tally;
	uint64_t torn, exhausted, stalls;
};

struct harness_sums harness_sum(const struct harness *harness);

/**
 * harness_balance() - do the sums agree with what the structure says of itself?
 *
 * What went in is there or came out (of replicas: what is there went in); values fit their keys and
 * their producers' order; payloads are whole; the invariants hold. All workers between two actions,
 * or detached.
 *
 * Return: 0, or -EBADMSG with the sentence in @fault.
 */
int harness_balance(const struct harness *harness, struct fault *fault);

#endif
