/*
 * The gate between the phases of a trial: workers sleep before it, one coordinator opens it for one
 * step at a time and sleeps until all workers are through with that step. Nothing here runs inside
 * a measured region.
 */
#ifndef RUNNERS_MEASURE_GATE_H
#define RUNNERS_MEASURE_GATE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

struct gate {
	pthread_mutex_t mutex;
	pthread_cond_t opened, finished;
	unsigned lap;        /* how often it was opened */
	unsigned running;    /* workers not yet through with the step */
	int step;
};

#define GATE_FOREVER UINT64_MAX

/* 0, or -ENOMEM. */
int gate_init(struct gate *gate);
void gate_destroy(struct gate *gate);

/* Coordinator: let @workers threads do one step. All of the step before must be through. */
void gate_open(struct gate *gate, int step, unsigned workers);

/**
 * gate_wait() - coordinator: sleep until the step is done by all, or until a time.
 *
 * @until_ns:  of clock_monotonic_ns(), or GATE_FOREVER.
 *
 * Return: whether all workers are through.
 */
bool gate_wait(struct gate *gate, uint64_t until_ns);

/* Worker: sleep until the gate opens. @lap: the worker's own count, from 0. Return: the step. */
int gate_pass(struct gate *gate, unsigned *lap);

/* Worker: this step is done. */
void gate_finish(struct gate *gate);

#endif
