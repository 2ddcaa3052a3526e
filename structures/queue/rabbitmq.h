/*
 * rabbitmq: a queue of a RabbitMQ broker over AMQP 0-9-1, what a queue costs that is a message
 * broker.
 *
 * Each worker has a connection with one channel. An enqueue publishes to the default exchange, a
 * dequeue is basic.get. Two variants: rabbitmq waits for the broker's confirmation of each message,
 * and acknowledges each that it gets; rabbitmq_fast does neither, so that a publish is over when the
 * kernel has taken it, and what a crash would lose is lost.
 *
 * Source: AMQP 0-9-1 and RabbitMQ's extension "publisher confirms". Differences from other clients:
 *   a. A dequeue asks (basic.get), where consumers are usually sent to: the contract wants to know
 *      that a queue is empty.
 * Invariants:
 *   1. The queue is ours: declared at the start, deleted in the end. In a broker that is not private
 *      its name has our process's number in it.
 *   2. Once the queue has answered a channel, all that the channel published before is in it.
 * Linearization: within the broker, at the queue; of rabbitmq_fast an enqueue takes effect after it
 *   has returned, so that it is not linearizable.
 * Progress: blocking; on the broker.
 * May run together: anything, each worker on its own connection.
 * Reclamation: none; the broker owns what is stored.
 * Memory: of this process buffers alone; the broker's is not counted here.
 */
#ifndef STRUCTURES_QUEUE_RABBITMQ_H
#define STRUCTURES_QUEUE_RABBITMQ_H

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>

#include "structures/queue/queue.h"
#include "structures/remote/wire_value.h"

/* Of the two variants: rabbitmq_fast is compiled with 0. */
#ifndef RABBITMQ_CONFIRMS
#	define RABBITMQ_CONFIRMS 1
#endif

enum { RABBITMQ_CHANNEL = 1, RABBITMQ_NAME_BYTES = 48, RABBITMQ_FAILURE_BYTES = 200 };

struct rabbitmq_worker {
	amqp_connection_state_t connection;
	uint64_t *scratch;      /* a payload */
	char *value;            /* its bytes on their way */
	char failure[RABBITMQ_FAILURE_BYTES];
};

struct rabbitmq {
	char name[RABBITMQ_NAME_BYTES];
	struct memory *memory;
	unsigned workers;
	size_t value_bytes;
	struct rabbitmq_worker **of;
};

/* Note a failure. Return: false. */
static bool rabbitmq_fail(struct rabbitmq *queue, struct context *context, const char *doing,
		   const char *why);

/* Wait for the broker's word about the latest message. Return: whether it was good. */
static bool rabbitmq_confirm(struct rabbitmq *queue, struct context *context);

static inline bool rabbitmq_publish(struct rabbitmq *queue, struct context *context, uint64_t value)
{
	struct rabbitmq_worker *const worker = queue->of[context->worker];
	int error;

	if (context->failure)
		return false;
	wire_value_write(worker->value, worker->scratch, context->value_bytes, value);
	error = amqp_basic_publish(worker->connection, RABBITMQ_CHANNEL, amqp_empty_bytes,
				   amqp_cstring_bytes(queue->name), 0, 0, NULL,
				   (amqp_bytes_t){ context->value_bytes, worker->value });
	if (error)
		return rabbitmq_fail(queue, context, "publishing", amqp_error_string2(error));
	return true;
}

/* Return: true, unless the way is lost.       Linearizes: in the broker.    Progress: blocking. */
static inline bool rabbitmq_enqueue(struct rabbitmq *queue, struct context *context, uint64_t value)
{
	return rabbitmq_publish(queue, context, value) &&
	       (!RABBITMQ_CONFIRMS || rabbitmq_confirm(queue, context));
}

/* Take the message that basic.get promised. */
static inline bool rabbitmq_take(struct rabbitmq *queue, struct context *context,
				 const amqp_rpc_reply_t *got, uint64_t *value)
{
	struct rabbitmq_worker *const worker = queue->of[context->worker];
	const amqp_basic_get_ok_t *const promise = got->reply.decoded;
	amqp_message_t message;

	if (amqp_read_message(worker->connection, RABBITMQ_CHANNEL, &message, 0).reply_type !=
	    AMQP_RESPONSE_NORMAL)
		return rabbitmq_fail(queue, context, "reading a message", "it did not come");
	*value = wire_value_read(context, worker->scratch, message.body.bytes, message.body.len);
	if (RABBITMQ_CONFIRMS)
		amqp_basic_ack(worker->connection, RABBITMQ_CHANNEL, promise->delivery_tag, 0);
	amqp_destroy_message(&message);
	return true;
}

/* Return: false if empty; *value only if true. Linearizes: in the broker.    Progress: blocking. */
static inline bool rabbitmq_dequeue(struct rabbitmq *queue, struct context *context,
				    uint64_t *value)
{
	struct rabbitmq_worker *const worker = queue->of[context->worker];
	amqp_rpc_reply_t got;
	bool is_there;

	if (context->failure)
		return false;
	got = amqp_basic_get(worker->connection, RABBITMQ_CHANNEL, amqp_cstring_bytes(queue->name),
			     !RABBITMQ_CONFIRMS);
	if (got.reply_type != AMQP_RESPONSE_NORMAL)
		return rabbitmq_fail(queue, context, "asking for a message", "no answer");
	is_there = got.reply.id == AMQP_BASIC_GET_OK_METHOD &&
		   rabbitmq_take(queue, context, &got, value);
	amqp_maybe_release_buffers_on_channel(worker->connection, RABBITMQ_CHANNEL);
	return is_there;
}

#endif
