/* The event loop of one worker: batches out, answers in, on whichever connection is ready. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "structures/resp/redis.h"

/* At most so long does a worker sleep before it looks at its signal, if no answer wakes it. */
enum { EVENTS_AT_ONCE = 128, SLEEP_MS = 10, REST_BYTES = 1 << 12 };

/* One run of one worker. */
struct serving {
	struct redis *load;
	struct worker *w;
	struct resp_worker *own;
	struct tally tally;
	uint64_t left, done;
	unsigned busy;          /* connections that have something pending */
	bool is_ending;         /* nothing more is asked */
};

__attribute__((format(printf, 2, 3))) static bool fail(struct serving *serving, const char *format,
						       ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (!serving->w->context.failure)
		vsnprintf(serving->own->failure, sizeof(serving->own->failure), format, arguments);
	va_end(arguments);
	serving->w->context.failure = serving->own->failure;
	return false;
}

/* Keep bytes for later. Return: false: there is no memory for them. */
static bool keep(struct serving *serving, struct resp_rest *rest, const char *bytes, size_t length)
{
	if (length > rest->room) {
		size_t room = rest->room ? rest->room : REST_BYTES;

		while (room < length)
			room *= 2;
		memory_release(serving->load->memory, rest->bytes);
		rest->bytes = memory_thread(serving->load->memory, serving->w->context.worker, room);
		rest->room = rest->bytes ? room : 0;
		rest->length = 0;
		if (!rest->bytes)
			return fail(serving, "no memory for %zu bytes of a connection", length);
	}
	memmove(rest->bytes, bytes, length);
	rest->length = length;
	return true;
}

/* Return: how many bytes the kernel took, or -1: the connection failed. */
static ssize_t send_some(struct serving *serving, const struct resp_connection *connection,
			 const char *bytes, size_t length)
{
	ssize_t sent;

	do
		sent = send(connection->fd, bytes, length, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	if (sent >= 0)
		return sent;
	if (errno == EAGAIN)
		return 0;
	fail(serving, "the server takes no more: %s", strerror(errno));
	return -1;
}

static bool watch_for(struct serving *serving, struct resp_connection *connection, bool to_send)
{
	struct epoll_event event = { .events = EPOLLIN | (to_send ? EPOLLOUT : 0),
				     .data.ptr = connection };

	if (connection->waits_to_send == to_send)
		return true;
	connection->waits_to_send = to_send;
	if (!epoll_ctl(serving->own->epoll, EPOLL_CTL_MOD, connection->fd, &event))
		return true;
	return fail(serving, "epoll refuses a connection: %s", strerror(errno));
}

static bool send_batch(struct serving *serving, struct resp_connection *connection, size_t length)
{
	const char *const out = serving->own->out;
	const ssize_t sent = send_some(serving, connection, out, length);

	if (sent == (ssize_t)length)
		return true;
	return sent >= 0 && keep(serving, &connection->unsent, out + sent, length - (size_t)sent) &&
	       watch_for(serving, connection, true);
}

static bool send_rest(struct serving *serving, struct resp_connection *connection)
{
	struct resp_rest *const rest = &connection->unsent;
	const ssize_t sent = send_some(serving, connection, rest->bytes, rest->length);

	if (sent < 0)
		return false;
	rest->length -= (size_t)sent;
	memmove(rest->bytes, rest->bytes + sent, rest->length);
	return watch_for(serving, connection, rest->length > 0);
}

/* The next commands of a connection, as many as its pipeline is deep and the limit leaves. */
static bool ask(struct serving *serving, struct resp_connection *connection)
{
	struct worker *const w = serving->w;
	const unsigned depth = serving->own->pipeline;
	const unsigned count = serving->left < depth ? (unsigned)serving->left : depth;
	struct draw draws[WORKER_BATCH];
	char *at = serving->own->out;

	if (!count || serving->is_ending)
		return true;
	draw_batch(&w->draw, draws, count);
	for (unsigned i = 0; i < count; i++) {
		at = resp_command(at, serving->load, w, &draws[i]);
		connection->asked[i] = (uint8_t)draws[i].operation;
	}
	connection->pending = count;
	connection->answered = 0;
	connection->sent_at = w->timing ? clock_now(w->timing->is_counter) : 0;
	serving->left -= count;
	serving->busy++;
	return send_batch(serving, connection, (size_t)(at - serving->own->out));
}

/* One operation in N, from when its batch left. */
static void time_answer(struct worker_timing *timing, uint64_t sent_at, uint64_t now)
{
	if (--timing->countdown)
		return;
	timing->countdown = timing->sample_every;
	histogram_add(&timing->histogram, now - sent_at);
}

static bool take_answer(struct serving *serving, struct resp_connection *connection,
			const struct resp_reply *reply)
{
	if (reply->kind == RESP_ERROR)
		return fail(serving, "the server says: %.*s", (int)reply->length, reply->text);
	if (!connection->pending)
		return fail(serving, "the server answers what nobody asked");
	if (!resp_count_answer(serving->own, serving->w, &serving->tally,
			       connection->asked[connection->answered], reply))
		serving->tally.mismatched++;
	connection->answered++;
	serving->done++;
	if (--connection->pending == 0)
		serving->busy--;
	return true;
}

/* The answers in @length bytes of `in`; what is left of the last one is kept. */
static bool take_answers(struct serving *serving, struct resp_connection *connection, size_t length)
{
	struct worker_timing *const timing = serving->w->timing;
	const uint64_t now = timing ? clock_now(timing->is_counter) : 0;
	const char *const in = serving->own->in;
	size_t from = 0;
	long taken = 1;

	while (from < length && taken > 0) {
		struct resp_reply reply;

		taken = resp_read(in + from, length - from, &reply);
		if (taken < 0)
			return fail(serving, "what the server answers is not RESP");
		if (taken && !take_answer(serving, connection, &reply))
			return false;
		if (taken && timing)
			time_answer(timing, connection->sent_at, now);
		from += (size_t)taken;
	}
	connection->unread.length = 0;
	return from == length || keep(serving, &connection->unread, in + from, length - from);
}

/* A reply that is longer than the buffer: twice the buffer. */
static bool grow(struct serving *serving)
{
	struct resp_worker *const own = serving->own;
	char *const larger = memory_thread(serving->load->memory, serving->w->context.worker,
					   2 * own->in_room);

	if (!larger)
		return fail(serving, "no memory for an answer of %zu bytes", own->in_room);
	memory_release(serving->load->memory, own->in);
	own->in = larger;
	own->in_room *= 2;
	return true;
}

static bool read_answers(struct serving *serving, struct resp_connection *connection)
{
	struct resp_worker *const own = serving->own;
	const struct resp_rest *const rest = &connection->unread;
	ssize_t got;

	if (rest->length * 2 > own->in_room && !grow(serving))
		return false;
	memcpy(own->in, rest->bytes, rest->length);
	do
		got = recv(connection->fd, own->in + rest->length, own->in_room - rest->length, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0 && errno == EAGAIN)
		return true;
	if (got <= 0)
		return fail(serving, "the server closed a connection%s%s", got ? ": " : "",
			    got ? strerror(errno) : "");
	return take_answers(serving, connection, rest->length + (size_t)got);
}

static bool serve(struct serving *serving, const struct epoll_event *event)
{
	struct resp_connection *const connection = event->data.ptr;

	if (event->events & EPOLLOUT && !send_rest(serving, connection))
		return false;
	if (event->events & ~(uint32_t)EPOLLOUT) {
		if (!read_answers(serving, connection))
			return false;
		if (!connection->pending)
			return ask(serving, connection);
	}
	return true;
}

/* Serve what is ready, or look at the signal after a while. Return: false: a connection failed. */
static bool turn(struct serving *serving)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	const int count = epoll_wait(serving->own->epoll, events, EVENTS_AT_ONCE, SLEEP_MS);

	for (int i = 0; i < count; i++)
		if (!serve(serving, &events[i]))
			return false;
	/* relaxed: a running count for the monitor, exact only after the barrier. */
	store_relaxed(&serving->w->published, serving->done);
	return true;
}

static bool begin(struct serving *serving)
{
	for (unsigned i = 0; i < serving->own->connections; i++)
		if (!ask(serving, &serving->own->of[i]))
			return false;
	return true;
}

/*
 * Until the signal or the limit, and then until nothing is on its way. A failure ends it at once: the
 * connections are then of no more use to anybody.
 */
void resp_serve(struct redis *load, struct worker *w)
{
	struct serving serving = { .load = load,
				   .w = w,
				   .own = load->of[w->context.worker],
				   .tally = w->tally,
				   .left = w->limit };
	bool is_well = !w->context.failure && begin(&serving);

	while (is_well && serving.busy) {
		/* relaxed: the signal carries no data; the barrier around the phase publishes what does. */
		const unsigned signal = load_relaxed(&w->signal);

		serving.is_ending |= signal == WORKER_STOP;
		if (signal == WORKER_STALL)
			worker_sleep_stalled(w);
		is_well = turn(&serving);
	}
	w->tally = serving.tally;
}
