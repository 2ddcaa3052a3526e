#include "structures/map/memcached.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum { ANSWERS_BYTES = 1 << 14, DELETED_AT_ONCE = 64 };

long memcached_line(struct link *link, const char **line)
{
	for (;;) {
		const char *const start = link->in + link->in_from;
		const char *const end = memchr(start, '\n', link->in_to - link->in_from);

		if (end && end > start) {
			link->in_from += (size_t)(end + 1 - start);
			*line = start;
			return end - 1 - start;
		}
		if (!link_receive(link))
			return -1;
	}
}

/* So many bytes, to be read in place. Return: false: the link has failed. */
static bool receive(struct link *link, size_t length)
{
	while (link->in_to - link->in_from < length)
		if (!link_receive(link))
			return false;
	return true;
}

/* "VALUE nm:1 0 100", the bytes, "END"; or "END" alone. */
bool memcached_value(struct link *link, const char *line, long length, const char **bytes,
		     size_t *size)
{
	static const char end[] = "\r\nEND\r\n";
	unsigned long long announced;

	*bytes = NULL;
	if (length == 3 && !memcmp(line, "END", 3))
		return true;
	if (length < 6 || memcmp(line, "VALUE ", 6) ||
	    sscanf(line + 6, "%*s %*u %llu", &announced) != 1)
		return link_fail(link, "the server says: %.*s", (int)length, line);
	*size = (size_t)announced;
	if (!receive(link, *size + sizeof(end) - 1))
		return false;
	*bytes = link->in + link->in_from;
	link->in_from += *size + sizeof(end) - 1;
	if (!memcmp(*bytes + *size, end, sizeof(end) - 1))
		return true;
	return link_fail(link, "a value does not end where the server says");
}

/* "STAT curr_items 17" among others, up to "END". Return: false: the link has failed. */
static bool count_items(struct link *link, uint64_t *items)
{
	static const char name[] = "STAT curr_items ";
	const char *line;
	long length;

	*items = 0;
	link->out_length = (size_t)(memcached_text(link->out, "stats\r\n") - link->out);
	if (!link_send(link))
		return false;
	while ((length = memcached_line(link, &line)) >= 0) {
		if (length == 3 && !memcmp(line, "END", 3))
			return true;
		if (length > (long)sizeof(name) - 1 && !memcmp(line, name, sizeof(name) - 1))
			*items = strtoull(line + sizeof(name) - 1, NULL, 10);
	}
	return false;
}

static int memcached_open(const struct setup *setup, struct memcached *map, unsigned index)
{
	const unsigned ahead = setup->pipeline > WORKER_BATCH ? setup->pipeline : WORKER_BATCH;
	const size_t room = ANSWERS_BYTES + ahead * (MEMCACHED_COMMAND_BYTES + setup->value_bytes);
	struct memcached_worker *const worker =
		memory_thread(setup->memory, index, sizeof(*worker) + 2 * room);

	if (!worker)
		return -ENOMEM;
	worker->link.fd = -1;
	map->of[index] = worker;
	worker->link.out = (char *)(worker + 1);
	worker->link.in = worker->link.out + room;
	worker->link.room = room;
	worker->drawn = (uint64_t)index << 40;
	worker->scratch = memory_thread(setup->memory, index, setup->value_bytes + sizeof(uint64_t));
	return worker->scratch ? link_open(setup->endpoint, &worker->link, setup->fault) : -ENOMEM;
}

static void memcached_close(struct memcached *map)
{
	for (unsigned i = 0; i < map->workers && map->of[i]; i++)
		link_close(&map->of[i]->link);
}

/* An empty server. */
static int memcached_begin(const struct setup *setup, struct memcached *map)
{
	struct link *const link = &map->of[0]->link;
	uint64_t items;

	map->range = setup->range;
	if (!count_items(link, &items))
		return fault_set(setup->fault, -EPROTO, "%s", link->failure);
	if (!items)
		return 0;
	return fault_set(setup->fault, -ENOTEMPTY,
			 "the memcached at %s:%u has %llu items, and numamark writes into an empty one "
			 "only",
			 setup->endpoint->host, setup->endpoint->port, (unsigned long long)items);
}

/* Every key there may be, some at a time. */
static void delete_all(struct memcached *map)
{
	struct memcached_worker *const worker = map->of[0];
	const struct context context = { .value_bytes = 0 };
	const char *line;

	for (uint64_t key = 0; key < map->range && worker->link.fd >= 0;) {
		unsigned count = 0;

		for (; count < DELETED_AT_ONCE && key < map->range; count++)
			memcached_append(worker, &context, MAP_REMOVE, key++, 0);
		link_send(&worker->link);
		while (count-- && memcached_line(&worker->link, &line) >= 0)
			;
	}
}

static void memcached_destroy(void *instance)
{
	struct memcached *const map = instance;

	delete_all(map);
	memcached_close(map);
}

static void memcached_inspect(void *instance, struct inspection *inspection)
{
	struct memcached *const map = instance;
	struct link *const link = &map->of[0]->link;

	*inspection = (struct inspection){ 0 };
	if (!count_items(link, &inspection->elements))
		inspection->broken = link->failure;
}

#define STRUCTURE memcached
#include "structures/remote/create.inc.h"
#include "structures/remote/stall.inc.h"
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER        "B. Fitzpatrick, Distributed caching with memcached, Linux Journal 124, 2004"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_REPLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_SERVER       "memcached"
#define VARIANT_BLIND        true
#define VARIANT_PREFETCHES   1
#define VARIANT_PIPELINES    1
#include "structures/map/map_loop.inc.h"
