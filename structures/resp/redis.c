#include "structures/resp/redis.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "structures/remote/files.h"

enum { IN_BYTES = 1 << 18 };

/* Through a link that lends its buffers, so that the database is chosen as for any other. */
static int open_connection(struct redis *load, unsigned index, struct resp_connection *connection,
			   struct fault *fault)
{
	struct resp_worker *const own = load->of[index];
	struct link link = { .fd = -1, .out = own->out, .in = own->in, .room = own->out_room };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = connection };
	const int error = redis_link_open(&load->crew.endpoint, &link, fault);

	connection->fd = link.fd;
	if (error)
		return error;
	if (fcntl(link.fd, F_SETFL, O_NONBLOCK) ||
	    epoll_ctl(own->epoll, EPOLL_CTL_ADD, link.fd, &event))
		return fault_set(fault, -errno, "cannot watch a connection: %s", strerror(errno));
	return 0;
}

/* Return: whether there was memory for all. */
static bool make_buffers(const struct setup *setup, struct resp_worker *own, unsigned index,
			 unsigned connections)
{
	struct memory *const memory = setup->memory;
	const size_t commands = (size_t)connections * setup->pipeline;
	struct resp_asked *const asked =
		memory_thread(memory, index, commands * sizeof(*asked));

	own->pipeline = setup->pipeline;
	own->out_room = setup->pipeline * resp_command_bytes(setup->value_bytes);
	own->in_room = IN_BYTES;
	own->of = memory_thread(memory, index, connections * sizeof(*own->of));
	own->free.ring = memory_thread(memory, index, commands * sizeof(struct resp_connection *));
	own->free.size = (unsigned)commands;
	own->out = memory_thread(memory, index, own->out_room);
	own->in = memory_thread(memory, index, own->in_room);
	own->scratch = memory_thread(memory, index, setup->value_bytes + sizeof(uint64_t));
	for (unsigned i = 0; asked && own->of && i < connections; i++)
		own->of[i].asked = asked + (size_t)i * setup->pipeline;
	return asked && own->of && own->free.ring && own->out && own->in && own->scratch;
}

static int make_worker(const struct setup *setup, struct redis *load, unsigned index,
		       unsigned connections)
{
	struct resp_worker *const own = memory_thread(setup->memory, index, sizeof(*own));

	if (!own)
		return -ENOMEM;
	own->epoll = -1;
	load->of[index] = own;
	if (!make_buffers(setup, own, index, connections))
		return -ENOMEM;
	own->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (own->epoll < 0)
		return fault_set(setup->fault, -errno, "no epoll: %s", strerror(errno));
	for (; own->connections < connections; own->connections++) {
		const int error = open_connection(load, index, &own->of[own->connections],
						  setup->fault);

		if (error)
			return error;
	}
	return 0;
}

static void close_workers(struct redis *load)
{
	for (unsigned i = 0; load->of && i < load->workers; i++) {
		struct resp_worker *const own = load->of[i];

		for (unsigned c = 0; own && c < own->connections; c++)
			close(own->of[c].fd);
		if (own && own->epoll >= 0)
			close(own->epoll);
	}
}

static int make_workers(const struct setup *setup, struct redis *load)
{
	const unsigned all = setup->connections ? setup->connections : setup->workers;
	int error = files_raise(all, setup->workers, setup->fault);

	load->of = memory_shared(setup->memory, setup->workers * sizeof(*load->of));
	if (!load->of)
		return -ENOMEM;
	for (unsigned i = 0; i < setup->workers && !error; i++)
		error = make_worker(setup, load, i,
				    all / setup->workers + (i < all % setup->workers));
	if (error)
		close_workers(load);
	return error;
}

static int redis_create(const struct setup *setup, void **instance)
{
	struct redis *const load = memory_shared(setup->memory, sizeof(*load));
	int error;

	if (!load)
		return -ENOMEM;
	load->memory = setup->memory;
	load->range = setup->range;
	load->workers = setup->workers;
	error = redis_crew_open(setup, &load->crew);
	if (error)
		return error;
	error = make_workers(setup, load);
	if (error)
		redis_crew_close(&load->crew);
	else
		*instance = load;
	return error;
}

static void redis_destroy(void *instance)
{
	struct redis *const load = instance;

	close_workers(load);
	redis_crew_close(&load->crew);
}

static struct resp_counts sum_counts(const struct redis *load)
{
	struct resp_counts sum = { 0 };

	for (unsigned i = 0; i < load->workers; i++) {
		const struct resp_counts *const counts = &load->of[i]->counts;

		sum.pushed += counts->pushed;
		sum.popped += counts->popped;
		sum.added += counts->added;
		sum.taken += counts->taken;
		sum.incremented += counts->incremented;
		sum.many += counts->many;
	}
	return sum;
}

static bool ask_number(struct link *link, const char *command, const char *key, uint64_t *number)
{
	const char *const words[] = { command, key };
	struct resp_reply reply;

	redis_link_ask(link, 2, words);
	if (!redis_link_call(link, &reply))
		return false;
	*number = (uint64_t)reply.integer;
	return true;
}

/*
 * Elements are the keys that only SETs can have made, at least: the server has no count of those
 * alone, so all that others may have made is taken off.
 */
static void redis_inspect(void *instance, struct inspection *inspection)
{
	struct redis *const load = instance;
	struct link *const link = &load->crew.control;
	const struct resp_counts counts = sum_counts(load);
	const uint64_t others = counts.incremented + RESP_MSET_KEYS * counts.many + 2;
	uint64_t keys, listed, members;

	*inspection = (struct inspection){ 0 };
	if (!redis_link_size(link, &keys) || !ask_number(link, "LLEN", "nm:list", &listed) ||
	    !ask_number(link, "SCARD", "nm:set", &members)) {
		inspection->broken = link->failure;
		return;
	}
	inspection->elements = keys > others ? keys - others : 0;
	if (listed != counts.pushed - counts.popped)
		inspection->broken = "the list has not as many elements as were pushed and not popped";
	else if (members != counts.added - counts.taken)
		inspection->broken = "the set has not as many members as were added and not taken";
}

static void append_set(struct redis *load, struct worker *w, uint64_t key)
{
	struct redis_worker *const filler = load->crew.of[w->context.worker];
	struct link *const link = &filler->link;
	const struct draw draw = { .key = key, .operation = RESP_SET };

	link->out_length = (size_t)(resp_command(link->out + link->out_length, load, w, &draw) -
				    link->out);
}

/* A batch of SETs at a time, on a connection that waits for its answers. */
static void fill(struct redis *load, struct worker *w)
{
	struct link *const link = &load->crew.of[w->context.worker]->link;
	struct resp_reply reply;
	unsigned count;

	for (uint64_t i = w->prefill_from; i < w->prefill_to && !w->context.failure; i += count) {
		for (count = 0; count < WORKER_BATCH && i + count < w->prefill_to; count++)
			append_set(load, w, prefill_key(&w->prefill, i + count));
		if (!link_send(link))
			w->context.failure = link->failure;
		for (unsigned n = 0; n < count && !w->context.failure; n++) {
			if (!redis_link_answer(link, &reply))
				w->context.failure = link->failure;
			w->tally.attempted[RESP_SET]++;
			w->tally.succeeded[RESP_SET]++;
		}
	}
}

/* Histories are of operations that are called one by one, which these are not: verify knows. */
static void redis_run(void *instance, struct worker *worker)
{
	if (worker->phase == WORKER_PREFILL)
		fill(instance, worker);
	else
		resp_serve(instance, worker);
}

static int redis_attach(void *instance, struct context *context)
{
	(void)instance, (void)context;
	return 0;
}

static void redis_detach(void *instance, struct context *context)
{
	(void)instance, (void)context;
}

#define STRUCTURE            redis
#define VARIANT_PAPER        "none; the load of redis-benchmark, S. Sanfilippo, 2009"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_REPLACE
#define VARIANT_SCAN         SCAN_SNAPSHOT
#define VARIANT_LINEARIZABLE true
#define VARIANT_SERVER       "redis"
#define VARIANT_BLIND        true
#define VARIANT_PIPELINES    1
#define VARIANT_CONNECTIONS  true
#include "structures/common/entry.inc.h"
