#include "structures/queue/redis.h"

#include <errno.h>
#include <stdio.h>

enum { VALUES_AT_ONCE = 100, NUMBER_BYTES = 24 };

static int redis_create(const struct setup *setup, void **instance)
{
	struct redis *const queue = memory_shared(setup->memory, sizeof(*queue));
	const int error = queue ? redis_crew_open(setup, &queue->crew) : -ENOMEM;

	if (error)
		return error;
	queue->value_bytes = setup->value_bytes;
	*instance = queue;
	return 0;
}

static void redis_destroy(void *instance)
{
	struct redis *const queue = instance;

	redis_crew_close(&queue->crew);
}

/* LRANGE of some values. Return: how many there are, or -1: the link has failed. */
static int64_t look_at(struct redis *queue, uint64_t first, struct resp_reply *values)
{
	struct link *const link = &queue->crew.of[0]->link;
	const size_t fitting = link->room / 2 / (queue->value_bytes + RESP_HEAD_BYTES);
	const uint64_t count = fitting < VALUES_AT_ONCE ? fitting : VALUES_AT_ONCE;
	char from[NUMBER_BYTES], to[NUMBER_BYTES];
	const char *const words[] = { "LRANGE", REDIS_QUEUE_KEY, from, to };

	snprintf(from, sizeof(from), "%llu", (unsigned long long)first);
	snprintf(to, sizeof(to), "%llu", (unsigned long long)(first + count - 1));
	redis_link_ask(link, 4, words);
	return redis_link_call(link, values) ? values->integer : -1;
}

static void redis_inspect(void *instance, struct inspection *inspection)
{
	struct redis *const queue = instance;
	struct resp_reply values, value;
	int64_t count;

	*inspection = (struct inspection){ 0 };
	while ((count = look_at(queue, inspection->elements, &values)) > 0) {
		const char *at = values.text, *const end = at + values.length;

		for (int64_t i = 0; i < count; i++) {
			uint64_t word = 0;

			at += resp_read(at, (size_t)(end - at), &value);
			memcpy(&word, value.text, sizeof(word));
			inspection->sum += word;
		}
		inspection->elements += (uint64_t)count;
	}
	if (count < 0)
		inspection->broken = queue->crew.of[0]->link.failure;
}

#define STRUCTURE redis
#include "structures/remote/stall.inc.h"
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER        "none; S. Sanfilippo, Redis, 2009, or a server that speaks its protocol"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE true
#define VARIANT_SERVER       "redis"
#include "structures/queue/queue_loop.inc.h"
