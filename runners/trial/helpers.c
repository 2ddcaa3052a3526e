/* Threads that are no workers: none is free, so each is listed with its PUs and its CPU time. */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "runners/measure/process.h"
#include "runners/trial/state.h"
#include "topology/ranges.h"

static bool is_ours(const struct trial *trial, pid_t id)
{
	if (id == getpid()) /* the coordinator */
		return true;
	for (unsigned i = 0; i < trial->cell.threads; i++)
		if (trial->members[i].id == id)
			return true;
	return false;
}

static struct helper_time *find(struct helper_times *helpers, pid_t id)
{
	for (unsigned i = 0; i < helpers->count; i++)
		if (helpers->times[i].helper.thread_id == id)
			return &helpers->times[i];
	return NULL;
}

static void note_pus(struct helper_time *time)
{
	unsigned pus[PLACEMENT_LIST_MAX], count = 0;
	cpu_set_t *const set = CPU_ALLOC(PLACEMENT_LIST_MAX);
	const size_t size = CPU_ALLOC_SIZE(PLACEMENT_LIST_MAX);

	if (set && !sched_getaffinity(time->helper.thread_id, size, set))
		for (unsigned i = 0; i < PLACEMENT_LIST_MAX; i++)
			if (CPU_ISSET_S(i, size, set))
				pus[count++] = i;
	CPU_FREE(set);
	if (count)
		ranges_format(pus, count, 0, time->pus, sizeof(time->pus));
}

/* The helper of this id, added if it is new. NULL: there are too many, or it is gone. */
static struct helper_time *note(struct helper_times *helpers, pid_t id)
{
	struct helper_time *time = find(helpers, id);
	struct process_task task;

	if (process_task_read(id, &task))
		return NULL;
	if (!time) {
		if (helpers->count == HELPERS_MAX)
			return NULL;
		time = &helpers->times[helpers->count++];
		*time = (struct helper_time){ .helper.thread_id = id };
		snprintf(time->name, sizeof(time->name), "%s", task.name);
	}
	note_pus(time);
	time->cpu_ns = task.cpu_ns;
	return time;
}

/* Every thread of the process, not only those that the structure tells of. */
static void look(struct trial *trial)
{
	const unsigned room = HELPERS_MAX + 1 + trial->cell.threads;
	pid_t *const tasks = malloc(room * sizeof(*tasks));
	const int count = tasks ? process_tasks(tasks, room) : 0;

	for (int i = 0; i < count; i++)
		if (!is_ours(trial, tasks[i]))
			note(&trial->helpers, tasks[i]);
	free(tasks);
}

static void take_names(struct trial *trial)
{
	const struct variant *const variant = trial->cell.variant;
	struct helper *const told = calloc(HELPERS_MAX, sizeof(*told));
	const unsigned count =
		told && variant->helpers ? variant->helpers(trial->instance, told) : 0;

	for (unsigned i = 0; i < count && i < HELPERS_MAX; i++) {
		struct helper_time *const time = find(&trial->helpers, told[i].thread_id);

		if (time)
			time->helper.what = told[i].what;
	}
	free(told);
}

void helpers_begin(struct trial *trial)
{
	trial->helpers.times = calloc(HELPERS_MAX, sizeof(*trial->helpers.times));
	if (!trial->helpers.times)
		return;
	look(trial);
	for (unsigned i = 0; i < trial->helpers.count; i++)
		trial->helpers.times[i].before_ns = trial->helpers.times[i].cpu_ns;
}

void helpers_end(struct trial *trial)
{
	if (!trial->helpers.times)
		return;
	look(trial);
	take_names(trial);
}
