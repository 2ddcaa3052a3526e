#include "runners/measure/gate.h"

#include <errno.h>
#include <time.h>

int gate_init(struct gate *gate)
{
	pthread_condattr_t attributes;
	int error;

	*gate = (struct gate){ .mutex = PTHREAD_MUTEX_INITIALIZER };
	error = pthread_condattr_init(&attributes);
	if (error)
		return -error;
	error = pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	if (!error)
		error = pthread_cond_init(&gate->opened, &attributes);
	if (!error) {
		error = pthread_cond_init(&gate->finished, &attributes);
		if (error)
			pthread_cond_destroy(&gate->opened);
	}
	pthread_condattr_destroy(&attributes);
	return -error;
}

void gate_destroy(struct gate *gate)
{
	pthread_cond_destroy(&gate->finished);
	pthread_cond_destroy(&gate->opened);
	pthread_mutex_destroy(&gate->mutex);
}

void gate_open(struct gate *gate, int step, unsigned workers)
{
	pthread_mutex_lock(&gate->mutex);
	gate->step = step;
	gate->running = workers;
	gate->lap++;
	pthread_cond_broadcast(&gate->opened);
	pthread_mutex_unlock(&gate->mutex);
}

bool gate_wait(struct gate *gate, uint64_t until_ns)
{
	const struct timespec until = { .tv_sec = (time_t)(until_ns / 1000000000u),
					.tv_nsec = (long)(until_ns % 1000000000u) };
	int error = 0;
	bool is_through;

	pthread_mutex_lock(&gate->mutex);
	while (gate->running && error != ETIMEDOUT)
		error = until_ns == GATE_FOREVER
				? pthread_cond_wait(&gate->finished, &gate->mutex)
				: pthread_cond_timedwait(&gate->finished, &gate->mutex, &until);
	is_through = !gate->running;
	pthread_mutex_unlock(&gate->mutex);
	return is_through;
}

int gate_pass(struct gate *gate, unsigned *lap)
{
	int step;

	pthread_mutex_lock(&gate->mutex);
	while (gate->lap == *lap)
		pthread_cond_wait(&gate->opened, &gate->mutex);
	*lap = gate->lap;
	step = gate->step;
	pthread_mutex_unlock(&gate->mutex);
	return step;
}

void gate_finish(struct gate *gate)
{
	pthread_mutex_lock(&gate->mutex);
	if (!--gate->running)
		pthread_cond_signal(&gate->finished);
	pthread_mutex_unlock(&gate->mutex);
}
