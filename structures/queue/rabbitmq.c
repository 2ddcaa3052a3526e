#include "structures/queue/queue.h"

#define STRUCTURE rabbitmq

#if NUMAMARK_HAVE_RABBITMQ

#	include "structures/queue/rabbitmq.h"

#	include <errno.h>
#	include <stdio.h>
#	include <unistd.h>

enum { FRAME_BYTES = 131072, TAKEN_FIRST = 4096 };

static bool rabbitmq_fail(struct rabbitmq *queue, struct context *context, const char *doing,
		   const char *why)
{
	struct rabbitmq_worker *const worker = queue->of[context->worker];

	snprintf(worker->failure, sizeof(worker->failure), "%s: %s", doing, why);
	context->failure = worker->failure;
	return false;
}

static bool rabbitmq_confirm(struct rabbitmq *queue, struct context *context)
{
	amqp_connection_state_t const connection = queue->of[context->worker]->connection;
	amqp_frame_t frame;
	int error;

	amqp_maybe_release_buffers(connection);
	error = amqp_simple_wait_frame(connection, &frame);
	if (error)
		return rabbitmq_fail(queue, context, "waiting for a confirmation",
				     amqp_error_string2(error));
	if (frame.frame_type == AMQP_FRAME_METHOD &&
	    frame.payload.method.id == AMQP_BASIC_ACK_METHOD)
		return true;
	return rabbitmq_fail(queue, context, "waiting for a confirmation", "the broker refuses");
}

static bool is_good(amqp_rpc_reply_t reply)
{
	return reply.reply_type == AMQP_RESPONSE_NORMAL;
}

/* As guest, who may come from loopback; a name after the address is a virtual host's. */
static int log_in(const struct endpoint *endpoint, amqp_connection_state_t connection,
		  bool confirms, struct fault *fault)
{
	amqp_socket_t *const socket = amqp_tcp_socket_new(connection);
	const int error = socket ? amqp_socket_open(socket, endpoint->host, (int)endpoint->port)
				 : AMQP_STATUS_NO_MEMORY;

	if (error)
		return fault_set(fault, -ECONNREFUSED, "cannot reach the broker at %s:%u: %s",
				 endpoint->host, endpoint->port, amqp_error_string2(error));
	if (!is_good(amqp_login(connection, endpoint->name[0] ? endpoint->name : "/", 0,
				FRAME_BYTES, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest")))
		return fault_set(fault, -EACCES, "the broker at %s:%u does not let guest in",
				 endpoint->host, endpoint->port);
	amqp_channel_open(connection, RABBITMQ_CHANNEL);
	if (is_good(amqp_get_rpc_reply(connection)) && confirms)
		amqp_confirm_select(connection, RABBITMQ_CHANNEL);
	if (!is_good(amqp_get_rpc_reply(connection)))
		return fault_set(fault, -EPROTO, "the broker opens no channel");
	return 0;
}

/* The last one, beside the workers', is for inspection; it always waits for confirmations. */
static int rabbitmq_open(const struct setup *setup, struct rabbitmq *queue, unsigned index)
{
	const bool is_worker = index < setup->workers;
	const unsigned home = is_worker ? index : 0;
	struct rabbitmq_worker *const worker = memory_thread(setup->memory, home, sizeof(*worker));

	if (!worker)
		return -ENOMEM;
	queue->of[index] = worker;
	worker->scratch = memory_thread(setup->memory, home, setup->value_bytes + sizeof(uint64_t));
	worker->value = memory_thread(setup->memory, home, setup->value_bytes);
	worker->connection = amqp_new_connection();
	if (!worker->scratch || !worker->value || !worker->connection)
		return -ENOMEM;
	return log_in(setup->endpoint, worker->connection, !is_worker || RABBITMQ_CONFIRMS,
		      setup->fault);
}

static void rabbitmq_close(struct rabbitmq *queue)
{
	for (unsigned i = 0; i <= queue->workers && queue->of[i]; i++)
		if (queue->of[i]->connection)
			amqp_destroy_connection(queue->of[i]->connection);
}

/* A private broker may have the queue of an earlier trial. */
static int rabbitmq_begin(const struct setup *setup, struct rabbitmq *queue)
{
	amqp_connection_state_t const connection = queue->of[0]->connection;

	snprintf(queue->name, sizeof(queue->name), "numamark-%d",
		 setup->endpoint->is_private ? 0 : (int)getpid());
	queue->memory = setup->memory;
	queue->value_bytes = setup->value_bytes;
	/* Neither durable nor exclusive to one of our connections. */
	if (!amqp_queue_declare(connection, RABBITMQ_CHANNEL, amqp_cstring_bytes(queue->name), 0,
				0, 0, 0, amqp_empty_table))
		return fault_set(setup->fault, -EPROTO, "the broker declares no queue");
	amqp_queue_purge(connection, RABBITMQ_CHANNEL, amqp_cstring_bytes(queue->name));
	return 0;
}

#	define CONNECTIONS_BESIDE 1
#	include "structures/remote/create.inc.h"
#	include "structures/remote/stall.inc.h"

static void rabbitmq_destroy(void *instance)
{
	struct rabbitmq *const queue = instance;

	amqp_queue_delete(queue->of[0]->connection, RABBITMQ_CHANNEL,
			  amqp_cstring_bytes(queue->name), 0, 0);
	rabbitmq_close(queue);
}

/* The values of a queue, outside of it. */
struct taken {
	uint64_t *values;
	uint64_t count, room;
};

static bool keep(struct rabbitmq *queue, struct taken *taken, uint64_t value)
{
	if (taken->count == taken->room) {
		const uint64_t room = taken->room ? 2 * taken->room : TAKEN_FIRST;
		uint64_t *const values = memory_shared(queue->memory, room * sizeof(*values));

		if (!values)
			return false;
		if (taken->count)
			memcpy(values, taken->values, taken->count * sizeof(*values));
		memory_release(queue->memory, taken->values);
		taken->values = values;
		taken->room = room;
	}
	taken->values[taken->count++] = value;
	return true;
}

/*
 * All of them, in their order. Each channel takes one first: the broker answers that after all that
 * the channel has published before, while a count of its messages would overtake them.
 */
static bool take_all(struct rabbitmq *queue, struct context *context, struct taken *taken)
{
	uint64_t value;

	for (context->worker = 0; context->worker < queue->workers; context->worker++)
		if (rabbitmq_dequeue(queue, context, &value) && !keep(queue, taken, value))
			return false;
	context->worker = 0;
	while (rabbitmq_dequeue(queue, context, &value))
		if (!keep(queue, taken, value))
			return false;
	return !context->failure;
}

/* The broker shows what it has in no other way than by giving it out. */
static void rabbitmq_inspect(void *instance, struct inspection *inspection)
{
	struct rabbitmq *const queue = instance;
	struct context context = { .value_bytes = queue->value_bytes };
	struct taken taken = { .values = NULL };
	bool is_well = take_all(queue, &context, &taken);

	/* Back by the connection that waits: what is published by others later comes behind. */
	context.worker = queue->workers;
	*inspection = (struct inspection){ .elements = taken.count };
	for (uint64_t i = 0; i < taken.count && is_well; i++) {
		inspection->sum += taken.values[i];
		is_well = rabbitmq_publish(queue, &context, taken.values[i]) &&
			  rabbitmq_confirm(queue, &context);
	}
	memory_release(queue->memory, taken.values);
	if (!is_well)
		inspection->broken = "the broker does not give out all that it has";
}

#else

#	define ABSENT_PACKAGE "librabbitmq-dev"
#	include "structures/remote/absent.inc.h"

#	ifndef RABBITMQ_CONFIRMS
#		define RABBITMQ_CONFIRMS 1
#	endif

static inline bool rabbitmq_enqueue(struct rabbitmq *queue, struct context *context, uint64_t value)
{
	(void)queue, (void)context, (void)value;
	return false;
}

static inline bool rabbitmq_dequeue(struct rabbitmq *queue, struct context *context,
				    uint64_t *value)
{
	(void)queue, (void)context, (void)value;
	return false;
}

#endif

#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER        "none; RabbitMQ, 2007, over AMQP 0-9-1, 2008"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_LINEARIZABLE RABBITMQ_CONFIRMS
#define VARIANT_SERVER       "rabbitmq"
#include "structures/queue/queue_loop.inc.h"
