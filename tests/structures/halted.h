/*
 * Threads that are halted in the middle of an operation, before an acquire load or a release store of
 * a word that the test names. Included by one source of a program, before the structure; the test
 * says what an actor performs.
 */
#ifndef TESTS_STRUCTURES_HALTED_H
#define TESTS_STRUCTURES_HALTED_H

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>

#include "structures/common/atomics.h"

static void reach(const volatile void *word);

#undef store_release
#undef load_acquire
/* release: as it was. */
#define store_release(p, v) (reach(p), atomic_store_explicit((p), (v), memory_order_release))
/* acquire: as it was. */
#define load_acquire(p) (reach(p), atomic_load_explicit((p), memory_order_acquire))

#include "structures/reclaim/reclaim.h"

/* A thread that performs one operation. */
struct actor {
	struct reclaim *domain;
	struct context *context;
	unsigned operation;
	uint64_t key;
	uint64_t value;          /* to put, or what a get leaves here */
	const volatile void *at; /* halts before it touches this word; NULL: not again */
	bool answer;
	pthread_t thread;
	sem_t halted, go;
};

/* The test's. */
static void perform(struct actor *actor);

static _Thread_local struct actor *self;

/* How often the test's own thread has come to a word that it names. */
static const volatile void *watched;
static unsigned watched_reached;

static void reach(const volatile void *word)
{
	if (!self) {
		watched_reached += word == watched;
		return;
	}
	if (self->at != word)
		return;
	self->at = NULL;
	sem_post(&self->halted);
	sem_wait(&self->go);
}

static void *act(void *argument)
{
	self = argument;
	if (reclaim_attach(self->domain, self->context))
		abort();
	reclaim_online(self->context->reclaim);
	perform(self);
	reclaim_offline(self->context->reclaim);
	reclaim_detach(self->context);
	return NULL;
}

/* @actor: with all but the semaphores. With @at, returns when the actor halts there; without, at once. */
static void start(struct actor *actor)
{
	const bool is_to_halt = actor->at;

	sem_init(&actor->halted, 0, 0);
	sem_init(&actor->go, 0, 0);
	if (pthread_create(&actor->thread, NULL, act, actor))
		abort();
	if (is_to_halt)
		sem_wait(&actor->halted);
}

/* Let it go on to its end. Return: what it answered. */
static bool finish(struct actor *actor)
{
	sem_post(&actor->go);
	pthread_join(actor->thread, NULL);
	sem_destroy(&actor->halted);
	sem_destroy(&actor->go);
	return actor->answer;
}

#endif
