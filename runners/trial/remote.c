/* Which end of a connection was busy while it was measured: CPU time of workers and server. */
#include <math.h>
#include <sys/resource.h>

#include "runners/server/tree.h"
#include "runners/trial/record.h"
#include "runners/trial/state.h"

/* Of the PUs that a side can use, busy for this share of the time: more work could not be done. */
#define SATURATED_LEAST 0.9

static uint64_t cpu_ns_of(int who)
{
	struct rusage usage;

	getrusage(who, &usage);
	return ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * 1000000000u +
	       ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000u;
}

/* Programs that drive a load, and have ended, are ours too. */
static uint64_t own_cpu_ns(void)
{
	return cpu_ns_of(RUSAGE_SELF) + cpu_ns_of(RUSAGE_CHILDREN);
}

void remote_begin(struct trial *trial)
{
	struct remote_use *const use = &trial->remote;

	if (!trial->cell.variant->server)
		return;
	use->knows_server = trial->server.root && !tree_cpu_ns(trial->server.root, &use->server_ns);
	use->client_ns = own_cpu_ns();
}

void remote_end(struct trial *trial)
{
	struct remote_use *const use = &trial->remote;
	uint64_t server_ns;

	if (!trial->cell.variant->server)
		return;
	use->client_ns = own_cpu_ns() - use->client_ns;
	use->knows_server = use->knows_server && !tree_cpu_ns(trial->server.root, &server_ns) &&
			    server_ns >= use->server_ns;
	if (use->knows_server)
		use->server_ns = server_ns - use->server_ns;
}

static double seconds(const struct trial *trial)
{
	double longest = 0;

	for (unsigned i = 0; i < trial->cell.threads; i++)
		longest = fmax(longest, span_seconds(&trial->spans[i]));
	return longest;
}

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* Share of the time that a side's PUs were busy, as far as it can use them. */
static double busy(uint64_t cpu_ns, double elapsed_s, unsigned pus)
{
	return (double)cpu_ns / 1e9 / elapsed_s / pus;
}

static const char *who_is_saturated(double server, double client)
{
	if (client >= SATURATED_LEAST)
		return server >= SATURATED_LEAST ? "both" : "client";
	return server >= SATURATED_LEAST ? "server" : isnan(server) ? "unknown" : "neither";
}

json_t *record_server(const struct trial *trial)
{
	const struct remote_use *const use = &trial->remote;
	const struct trial_server *const given = &trial->server;
	const double elapsed_s = seconds(trial);
	const double client = busy(use->client_ns, elapsed_s,
				   least(trial->cell.threads, trial->distinct_pus));
	double server = NAN;

	if (!trial->cell.variant->server)
		return json_null();
	if (use->knows_server)
		server = busy(use->server_ns, elapsed_s,
			      given->threads ? least(given->threads, given->pus) : given->pus);
	return json_pack("{s:o, s:o, s:o, s:o, s:s}", "cpu_s",
			 use->knows_server ? record_number((double)use->server_ns / 1e9)
					   : json_null(),
			 "client_cpu_s", record_number((double)use->client_ns / 1e9), "busy",
			 record_number(server), "client_busy", record_number(client), "saturated",
			 who_is_saturated(server, client));
}
