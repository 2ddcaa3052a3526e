#include "structures/remote/redis_crew.h"

#include <errno.h>

#include "structures/common/payload.h"

enum { CONTROL_BYTES = 1 << 16, REPLY_BYTES = 1 << 14 };

/* As many commands, or answers, as are ever on their way at once. */
static size_t buffer_bytes(const struct setup *setup)
{
	const unsigned ahead = setup->pipeline > WORKER_BATCH ? setup->pipeline : WORKER_BATCH;

	return REPLY_BYTES + ahead * (REDIS_COMMAND_BYTES + setup->value_bytes);
}

static int open_worker(const struct setup *setup, struct redis_crew *crew, unsigned index)
{
	const size_t room = buffer_bytes(setup);
	struct redis_worker *const worker =
		memory_thread(setup->memory, index, sizeof(*worker) + 2 * room);

	if (!worker)
		return -ENOMEM;
	worker->link.fd = -1;
	worker->scratch = memory_thread(setup->memory, index, setup->value_bytes + sizeof(uint64_t));
	if (!worker->scratch)
		return -ENOMEM;
	worker->link.out = (char *)(worker + 1);
	worker->link.in = worker->link.out + room;
	worker->link.room = room;
	worker->drawn = (uint64_t)index << 40;
	crew->of[index] = worker;
	return redis_link_open(&crew->endpoint, &worker->link, setup->fault);
}

static int open_control(const struct setup *setup, struct redis_crew *crew)
{
	int error;

	crew->control.out = memory_shared(setup->memory, 2 * CONTROL_BYTES);
	if (!crew->control.out)
		return -ENOMEM;
	crew->control.in = crew->control.out + CONTROL_BYTES;
	crew->control.room = CONTROL_BYTES;
	error = redis_link_open(&crew->endpoint, &crew->control, setup->fault);
	return error ? error : redis_link_claim(&crew->endpoint, &crew->control, setup->fault);
}

static void close_links(struct redis_crew *crew)
{
	for (unsigned i = 0; crew->of && i < crew->workers; i++)
		if (crew->of[i])
			link_close(&crew->of[i]->link);
	link_close(&crew->control);
}

int redis_crew_open(const struct setup *setup, struct redis_crew *crew)
{
	int error;

	crew->control.fd = -1;
	if (!setup->endpoint)
		return fault_set(setup->fault, -ENOTSUP, "it needs a server");
	crew->endpoint = *setup->endpoint;
	crew->workers = setup->workers;
	crew->of = memory_shared(setup->memory, setup->workers * sizeof(*crew->of));
	error = crew->of ? open_control(setup, crew) : -ENOMEM;
	for (unsigned i = 0; i < setup->workers && !error; i++)
		error = open_worker(setup, crew, i);
	if (error)
		close_links(crew);
	return error;
}

void redis_crew_close(struct redis_crew *crew)
{
	redis_link_leave(&crew->endpoint, &crew->control);
	close_links(crew);
}
