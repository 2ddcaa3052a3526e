/*
 * The event loop of one worker: commands out, answers in, on whichever connection is ready. Closed loop:
 * a batch on each connection, the next when it is answered. Open loop: each command when it is due.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "structures/resp/redis.h"

/* At most so long does a worker sleep before it looks at its signal, if no answer wakes it. */
enum { EVENTS_AT_ONCE = 128, SLEEP_MS = 10, REST_BYTES = 1 << 12 };

/* What a sleep may last longer than asked for: so long before a command is due a worker sleeps no more. */
#define AWAKE_NS 1e6

/* One run of one worker. */
struct serving {
	struct redis *load;
	struct worker *w;
	struct resp_worker *own;
	struct tally tally;
	uint64_t left, done;
	unsigned busy;          /* connections that have something pending */
	bool is_paced;          /* an open loop */
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

/* Twice the room, or more. Return: false: there is no memory for it. */
static bool make_room(struct serving *serving, struct resp_rest *rest, size_t wanted)
{
	size_t room = rest->room ? rest->room : REST_BYTES;
	char *bytes;

	while (room < wanted)
		room *= 2;
	bytes = memory_thread(serving->load->memory, serving->w->context.worker, room);
	if (!bytes)
		return fail(serving, "no memory for %zu bytes of a connection", wanted);
	if (rest->length)
		memcpy(bytes, rest->bytes, rest->length);
	memory_release(serving->load->memory, rest->bytes);
	rest->bytes = bytes;
	rest->room = room;
	return true;
}

/* Keep bytes for later, behind those that wait. Return: false: there is no memory for them. */
static bool keep(struct serving *serving, struct resp_rest *rest, const char *bytes, size_t length)
{
	if (rest->length + length > rest->room && !make_room(serving, rest, rest->length + length))
		return false;
	memcpy(rest->bytes + rest->length, bytes, length);
	rest->length += length;
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

/* What is in `out`, behind what the connection has not taken yet. */
static bool send_out(struct serving *serving, struct resp_connection *connection, size_t length)
{
	const char *const out = serving->own->out;
	ssize_t sent;

	if (connection->waits_to_send)
		return keep(serving, &connection->unsent, out, length);
	sent = send_some(serving, connection, out, length);
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

/* Write the next command of a connection. Return: behind it. */
static char *ask_one(struct serving *serving, struct resp_connection *connection, char *at,
		     uint64_t since)
{
	const unsigned depth = serving->own->pipeline;
	const unsigned last = connection->first + connection->pending;
	const struct draw draw = draw_next(&serving->w->draw);

	connection->asked[last < depth ? last : last - depth] =
		(struct resp_asked){ .since = since, .operation = draw.operation };
	if (!connection->pending++)
		serving->busy++;
	serving->left--;
	return resp_command(at, serving->load, serving->w, &draw);
}

/* Closed loop: the next commands of a connection, as many as its pipeline is deep and the limit leaves. */
static bool ask(struct serving *serving, struct resp_connection *connection)
{
	const struct worker_timing *const timing = serving->w->timing;
	const uint64_t now = timing ? clock_now(timing->is_counter) : 0;
	char *at = serving->own->out;

	if (!serving->left || serving->is_ending)
		return true;
	connection->first = 0;
	while (serving->left && connection->pending < serving->own->pipeline)
		at = ask_one(serving, connection, at, now);
	return send_out(serving, connection, (size_t)(at - serving->own->out));
}

static void set_free(struct resp_free *free, struct resp_connection *connection)
{
	const unsigned last = free->first + free->count++;

	free->ring[last < free->size ? last : last - free->size] = connection;
}

/* Open loop: the connection that takes the next command, if that is due. */
static struct resp_connection *next_of_due(const struct serving *serving, uint64_t now)
{
	const struct resp_free *const free = &serving->own->free;

	if (!serving->left || serving->is_ending || !free->count || serving->w->timing->due > now)
		return NULL;
	return free->ring[free->first];
}

/*
 * Open loop: all that is due, as far as there are connections for it. What has to wait for one is asked late,
 * and its latency counts from when it was due.
 */
static bool ask_due(struct serving *serving)
{
	struct worker_timing *const timing = serving->w->timing;
	struct resp_free *const free = &serving->own->free;
	const uint64_t now = clock_now(timing->is_counter);
	struct resp_connection *connection;
	bool is_well = true;

	while (is_well && (connection = next_of_due(serving, now))) {
		char *at = serving->own->out;

		do {
			free->first = free->first + 1 < free->size ? free->first + 1 : 0;
			free->count--;
			at = ask_one(serving, connection, at, timing->due);
			worker_note_lag(timing, now);
			worker_advance(timing);
		} while (next_of_due(serving, now) == connection);
		is_well = send_out(serving, connection, (size_t)(at - serving->own->out));
	}
	return is_well;
}

/* One operation in N, from when its batch left; in an open loop each, from when it was due. */
static void time_answer(struct worker_timing *timing, uint64_t since, uint64_t now)
{
	if (!timing->gaps && --timing->countdown)
		return;
	timing->countdown = timing->sample_every;
	histogram_add(&timing->histogram, now - since);
}

static bool take_answer(struct serving *serving, struct resp_connection *connection,
			const struct resp_reply *reply, uint64_t now)
{
	const struct resp_asked *asked;

	if (reply->kind == RESP_ERROR)
		return fail(serving, "the server says: %.*s", (int)reply->length, reply->text);
	if (!connection->pending)
		return fail(serving, "the server answers what nobody asked");
	asked = &connection->asked[connection->first];
	if (!resp_count_answer(serving->own, serving->w, &serving->tally, asked->operation, reply))
		serving->tally.mismatched++;
	if (serving->w->timing)
		time_answer(serving->w->timing, asked->since, now);
	connection->first = connection->first + 1 < serving->own->pipeline ? connection->first + 1 : 0;
	serving->done++;
	if (--connection->pending == 0)
		serving->busy--;
	if (serving->is_paced)
		set_free(&serving->own->free, connection);
	return true;
}

/* The answers in @length bytes of `in`; what is left of the last one is kept. */
static bool take_answers(struct serving *serving, struct resp_connection *connection, size_t length)
{
	const struct worker_timing *const timing = serving->w->timing;
	const uint64_t now = timing ? clock_now(timing->is_counter) : 0;
	const char *const in = serving->own->in;
	size_t from = 0;
	long taken = 1;

	while (from < length && taken > 0) {
		struct resp_reply reply;

		taken = resp_read(in + from, length - from, &reply);
		if (taken < 0)
			return fail(serving, "what the server answers is not RESP");
		if (taken && !take_answer(serving, connection, &reply, now))
			return false;
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
		if (!connection->pending && !serving->is_paced)
			return ask(serving, connection);
	}
	return true;
}

/* How long nothing needs to be looked at but answers. */
static int sleep_ms(const struct serving *serving)
{
	const struct worker_timing *const timing = serving->w->timing;
	uint64_t now;
	double wait_ms;

	if (!serving->is_paced || serving->is_ending || !serving->left || !serving->own->free.count)
		return SLEEP_MS;
	now = clock_now(timing->is_counter);
	if (timing->due <= now)
		return 0;
	wait_ms = ((double)(timing->due - now) * timing->ns_per_tick - AWAKE_NS) / 1e6;
	return wait_ms > SLEEP_MS ? SLEEP_MS : wait_ms > 0 ? (int)wait_ms : 0;
}

/* Serve what is ready, or look at the signal after a while. Return: false: a connection failed. */
static bool turn(struct serving *serving)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	const int count =
		epoll_wait(serving->own->epoll, events, EVENTS_AT_ONCE, sleep_ms(serving));

	for (int i = 0; i < count; i++)
		if (!serve(serving, &events[i]))
			return false;
	/* relaxed: a running count for the monitor, exact only after the barrier. */
	store_relaxed(&serving->w->published, serving->done);
	return !serving->is_paced || ask_due(serving);
}

/* Open loop: every connection is free. */
static bool begin_paced(struct serving *serving)
{
	struct resp_free *const free = &serving->own->free;

	free->first = free->count = 0;
	for (unsigned n = 0; n < serving->own->pipeline; n++)
		for (unsigned i = 0; i < serving->own->connections; i++)
			set_free(free, &serving->own->of[i]);
	worker_advance(serving->w->timing);
	return true;
}

static bool begin(struct serving *serving)
{
	if (serving->is_paced)
		return begin_paced(serving);
	for (unsigned i = 0; i < serving->own->connections; i++)
		if (!ask(serving, &serving->own->of[i]))
			return false;
	return true;
}

/* Is there anything to wait for? */
static bool goes_on(const struct serving *serving)
{
	return serving->busy || (serving->is_paced && serving->left && !serving->is_ending);
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
				   .left = w->limit,
				   .is_paced = w->timing && w->timing->gaps };
	bool is_well = !w->context.failure && begin(&serving);

	while (is_well && goes_on(&serving)) {
		/* relaxed: the signal carries no data; the barrier around the phase publishes what does. */
		const unsigned signal = load_relaxed(&w->signal);

		serving.is_ending |= signal == WORKER_STOP;
		if (signal == WORKER_STALL)
			worker_sleep_stalled(w);
		is_well = turn(&serving);
	}
	w->tally = serving.tally;
}
