/* Axes of servers: what variants talk to that are not in this process, and how. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/axes_rows.h"
#include "runners/plan/units.h"
#include "runners/server/kind.h"
#include "structures/common/worker.h"

enum { CONNECTIONS_MAX = 20000, PORT_MAX = 65535 };

/* Whether there is such a kind, and it speaks what the variant does. */
static int take_kind(struct cell *cell, const char *name, struct fault *fault)
{
	struct server_kind kind;
	const int error = server_kind_load(name, &kind, fault);

	if (error)
		return error;
	if (strcmp(kind.speaks, cell->variant->server) != 0)
		return fault_set(fault, -EOPNOTSUPP, "server=%s speaks %s; %s talks to %s", name,
				 kind.speaks, cell->variant->name, cell->variant->server);
	snprintf(cell->server_kind, sizeof(cell->server_kind), "%s", name);
	cell->has_socket = kind.unix_path[0];
	return 0;
}

/* "[::1]" is the host ::1. Return: whether it is one that fits. */
static bool take_host(struct endpoint *endpoint, const char *text, size_t length)
{
	const bool in_brackets = length > 2 && *text == '[' && text[length - 1] == ']';
	const size_t host = length - 2 * in_brackets;

	snprintf(endpoint->host, sizeof(endpoint->host), "%.*s", (int)host, text + in_brackets);
	return host && host < sizeof(endpoint->host);
}

static bool take_port(struct endpoint *endpoint, const char *text, size_t length)
{
	endpoint->port = (unsigned)strtoul(text, NULL, 10);
	return length && length <= 5 && strspn(text, "0123456789") == length && endpoint->port &&
	       endpoint->port <= PORT_MAX;
}

/* HOST:PORT[/DATABASE]; the host of an IPv6 address stands in brackets. */
static int take_address(struct cell *cell, const char *text, struct fault *fault)
{
	struct endpoint *const endpoint = &cell->endpoint;
	const size_t length = strcspn(text, "/");
	const char *const name = text[length] ? text + length + 1 : "";
	const char *const colon = memrchr(text, ':', length);

	if (!colon || strlen(name) >= sizeof(endpoint->name) ||
	    !take_host(endpoint, text, (size_t)(colon - text)) ||
	    !take_port(endpoint, colon + 1, (size_t)(text + length - colon - 1)))
		return axis_refuse(cell, AXIS_SERVER, fault);
	snprintf(endpoint->name, sizeof(endpoint->name), "%s", name);
	return 0;
}

int axis_parse_server(struct cell *cell, struct fault *fault)
{
	const char *const text = cell->text[AXIS_SERVER];

	cell->server_kind[0] = '\0';
	cell->has_socket = false;
	cell->endpoint = (struct endpoint){ .port = 0 };
	if (!cell->variant->server)
		return 0;
	if (!strcmp(text, "private"))
		return take_kind(cell, cell->variant->server, fault);
	return strchr(text, ':') ? take_address(cell, text, fault) : take_kind(cell, text, fault);
}

const char *axis_default_transport(const struct cell *cell)
{
	return cell->has_socket || !cell->variant->server ? "unix" : "tcp";
}

int axis_parse_transport(struct cell *cell, struct fault *fault)
{
	static const char *const words[] = { "unix", "tcp", NULL };
	const int chosen = axis_choose(cell, AXIS_TRANSPORT, words, fault);

	cell->uses_tcp = chosen == 1;
	return chosen < 0 ? chosen : 0;
}

int axis_parse_persistence(struct cell *cell, struct fault *fault)
{
	static const char *const words[] = { "off", "on", NULL };
	const int chosen = axis_choose(cell, AXIS_PERSISTENCE, words, fault);

	cell->persists = chosen == 1;
	return chosen < 0 ? chosen : 0;
}

int axis_parse_connections(struct cell *cell, struct fault *fault)
{
	uint64_t connections = 0;

	cell->connections = 0;
	if (!strcmp(cell->text[AXIS_CONNECTIONS], "auto"))
		return 0;
	if (units_parse_count(cell->text[AXIS_CONNECTIONS], 1000, &connections) || !connections ||
	    connections > CONNECTIONS_MAX)
		return axis_refuse(cell, AXIS_CONNECTIONS, fault);
	cell->connections = (unsigned)connections;
	return axis_set_text(cell, AXIS_CONNECTIONS, "%u", cell->connections);
}

int axis_parse_pipeline(struct cell *cell, struct fault *fault)
{
	uint64_t pipeline;

	if (units_parse_count(cell->text[AXIS_PIPELINE], 1000, &pipeline) || !pipeline ||
	    pipeline > WORKER_BATCH_MOST)
		return axis_refuse(cell, AXIS_PIPELINE, fault);
	cell->pipeline = (unsigned)pipeline;
	return axis_set_text(cell, AXIS_PIPELINE, "%u", cell->pipeline);
}

int axis_check_connections(const struct cell *cell, const struct topology *topology,
			   struct fault *fault)
{
	(void)topology;
	if (!cell->connections || cell->connections >= cell->threads)
		return 0;
	return fault_set(fault, -ERANGE,
			 "connections=%u: with threads=%u a thread would have none; allowed is %u and "
			 "more, or auto",
			 cell->connections, cell->threads, cell->threads);
}

/* Where each operation keeps its own time, as those of many connections do, there is no obstacle. */
int axis_check_pipeline(const struct cell *cell, const struct topology *topology,
			struct fault *fault)
{
	(void)topology;
	if (cell->variant->is_driven && cell_is_paced(cell))
		return fault_set(fault, -EOPNOTSUPP,
				 "rate=%s: the program that drives %s asks when it is answered; allowed is "
				 "rate=max, or the family resp",
				 cell->text[AXIS_RATE], cell->variant->name);
	if (cell->pipeline <= 1 || cell->variant->has_connections || !cell_is_timed(cell))
		return 0;
	return fault_set(fault, -EOPNOTSUPP,
			 "pipeline=%u: %s does not time operations one by one; allowed are latency=off, "
			 "rate=max and think_ns=0, or the family resp",
			 cell->pipeline, cell->variant->name);
}

const char *axis_pointless_server(const struct cell *cell)
{
	return cell->variant->server ? NULL : "it is in this process";
}

const char *axis_pointless_transport(const struct cell *cell)
{
	if (!cell->variant->server)
		return axis_pointless_server(cell);
	if (!cell->server_kind[0])
		return "a server at HOST:PORT is reached over TCP";
	return cell->has_socket ? NULL : "its server has no Unix socket";
}

const char *axis_pointless_persistence(const struct cell *cell)
{
	if (!cell->variant->server)
		return axis_pointless_server(cell);
	return cell->server_kind[0] ? NULL : "a server that runs already keeps to its own settings";
}

const char *axis_pointless_connections(const struct cell *cell)
{
	return cell->variant->has_connections ? NULL : "it has one connection for each thread, or none";
}

const char *axis_pointless_pipeline(const struct cell *cell)
{
	return cell->variant->has_pipeline ? NULL : "it waits for each operation";
}
