#include "structures/http/wrk.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "structures/remote/files.h"

enum { SCRIPT_FD = 3, URL_BYTES = 512, LINE_BYTES = 256, FILES_OF_A_WORKER = 4, NAP_NS = 2000000 };

extern char **environ;

/*
 * wrk tells each latency that it saw only by counting from the least of them, again for each: among those of
 * thousands of connections, spread over a second, that takes longer than the load did. So it is asked for
 * quantiles, each of which stands for all requests since the one before: none is told shorter than it was.
 */
static const char script[] =
	"wrk.method = 'POST'\n"
	"function done(summary, latency, requests)\n"
	"  local e = summary.errors\n"
	"  local all, told = summary.requests - e.timeout, 0\n"
	"  io.write(string.format('numamark %d %d %d %d %d %d %d %f\\n', summary.requests, summary.duration,\n"
	"    e.connect, e.read, e.write, e.status, e.timeout, latency.mean))\n"
	"  local function tell(percent, us)\n"
	"    local upto = math.floor(all * percent / 100)\n"
	"    if upto > told then io.write(string.format('%d %d\\n', us, upto - told)) end\n"
	"    told = math.max(told, upto)\n"
	"  end\n"
	"  for i = 1, 998 do tell(i / 10, latency:percentile(i / 10)) end\n"
	"  for i = 9981, 9998 do tell(i / 100, latency:percentile(i / 100)) end\n"
	"  for i = 99981, 99999 do tell(i / 1000, latency:percentile(i / 1000)) end\n"
	"  tell(100, latency.max)\n"
	"end\n";

/* One wrk, from its start to its end. */
struct ride {
	pid_t id;
	int output, status;
	bool was_told;    /* to end */
};

__attribute__((format(printf, 3, 4))) static bool fail(struct wrk_worker *own, struct worker *w,
						       const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(own->failure, sizeof(own->failure), format, arguments);
	va_end(arguments);
	w->context.failure = own->failure;
	return false;
}

/* What it prints goes to @output, also if it is the number of a standard descriptor. Return: 0 or an errno. */
static int spawn(const char *const *words, int script_fd, int output, pid_t *id)
{
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);

	if (error)
		return error;
	error = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	if (!error)
		error = posix_spawn_file_actions_adddup2(&actions, script_fd, SCRIPT_FD);
	if (!error)
		/* It changes no word; the interface is older than const. */
		error = posix_spawnp(id, words[0], &actions, NULL, (char **)(uintptr_t)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	return error;
}

static void write_url(const struct endpoint *endpoint, char url[URL_BYTES])
{
	const bool is_v6 = strchr(endpoint->host, ':');

	snprintf(url, URL_BYTES, "http://%s%s%s:%u/%s", is_v6 ? "[" : "", endpoint->host,
		 is_v6 ? "]" : "", endpoint->port, endpoint->name[0] ? endpoint->name : "ping");
}

static bool start(struct wrk *load, struct wrk_worker *own, struct worker *w, struct ride *ride)
{
	char connections[32], url[URL_BYTES];
	/* Longer than any trial: it is told when to end. */
	const char *const words[] = { "wrk",	   "-t",	"1",  "-c",
				      connections, "-d",	"30h", "--timeout",
				      "10s",	   "-s",	"/proc/self/fd/3", url, NULL };
	int error;

	snprintf(connections, sizeof(connections), "%u", own->connections);
	write_url(&load->endpoint, url);
	ride->output = memfd_create("numamark-wrk", MFD_CLOEXEC);
	if (ride->output < 0)
		return fail(own, w, "no file in memory: %s", strerror(errno));
	error = spawn(words, load->script, ride->output, &ride->id);
	if (!error)
		return true;
	close(ride->output);
	return fail(own, w, "wrk cannot be started: %s", strerror(error));
}

static void wait_for_end(struct worker *w, struct ride *ride)
{
	const struct timespec nap = { .tv_nsec = NAP_NS };
	pid_t ended;

	while (!(ended = waitpid(ride->id, &ride->status, WNOHANG)) || (ended < 0 && errno == EINTR)) {
		/* relaxed: the signal carries no data. */
		if (!ride->was_told && load_relaxed(&w->signal) == WORKER_STOP)
			ride->was_told = !kill(ride->id, SIGINT);
		nanosleep(&nap, NULL);
	}
}

/* Latencies, in lines of microseconds and how often they were seen: their sum is what wrk's own mean makes it. */
static void take_latencies(FILE *output, double mean_us, struct worker_timing *timing)
{
	char line[LINE_BYTES];
	uint64_t us, times;

	if (!timing)
		return;
	while (fgets(line, sizeof(line), output) &&
	       sscanf(line, "%" SCNu64 " %" SCNu64, &us, &times) == 2)
		histogram_add_times(&timing->histogram,
				    (uint64_t)((double)us * 1000 / timing->ns_per_tick), times);
	timing->histogram.sum = (uint64_t)(mean_us * 1000 / timing->ns_per_tick *
					   (double)timing->histogram.samples);
}

/* The time that it takes to connect and to ask is the load; that it takes to count afterwards is not. */
static bool take_counts(const char *line, struct worker *w, double *mean_us)
{
	struct tally *const tally = &w->tally;
	uint64_t requests, took_us, errors[HTTP_ERRORS];

	if (sscanf(line,
		   "numamark %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
		   " %" SCNu64 " %lf",
		   &requests, &took_us, &errors[HTTP_ERRORS_CONNECT], &errors[HTTP_ERRORS_READ],
		   &errors[HTTP_ERRORS_WRITE], &errors[HTTP_ERRORS_STATUS],
		   &errors[HTTP_ERRORS_TIMEOUT], mean_us) != 3 + HTTP_ERRORS)
		return false;
	w->measured_ns = took_us * 1000;
	tally->attempted[HTTP_PING] += requests;
	tally->succeeded[HTTP_PING] += requests - errors[HTTP_ERRORS_STATUS];
	for (unsigned i = 0; i < HTTP_ERRORS; i++)
		tally->counts[i] += errors[i];
	return true;
}

/* What it printed. One that was told to end before it could listen has nothing to say. */
static bool take_output(struct wrk_worker *own, struct worker *w, const struct ride *ride)
{
	FILE *const output = fdopen(ride->output, "r");
	char line[LINE_BYTES] = "";
	bool has_counts = false;
	double mean_us = 0;

	if (!output) {
		close(ride->output);
		return fail(own, w, "no memory to read what wrk says");
	}
	rewind(output);
	while (!has_counts && fgets(line, sizeof(line), output))
		has_counts = take_counts(line, w, &mean_us);
	if (has_counts)
		take_latencies(output, mean_us, w->timing);
	fclose(output);
	line[strcspn(line, "\n")] = '\0';
	if (!has_counts && !(ride->was_told && WIFSIGNALED(ride->status)))
		return fail(own, w, "wrk ended by itself: %.120s", line);
	if (w->tally.attempted[HTTP_PING] && !w->tally.succeeded[HTTP_PING])
		return fail(own, w, "no answer was a success: the server has no such page");
	return true;
}

static void wrk_run(void *instance, struct worker *w)
{
	struct wrk *const load = instance;
	struct wrk_worker *const own = load->of[w->context.worker];
	struct ride ride = { .was_told = false };

	if (w->phase != WORKER_MIX || w->context.failure || !start(load, own, w, &ride))
		return;
	wait_for_end(w, &ride);
	take_output(own, w, &ride);
	/* relaxed: a count for the monitor. */
	store_relaxed(&w->published, w->tally.attempted[HTTP_PING]);
}

/* It is asked for its version, which it tells at once. */
static int find_program(struct fault *fault)
{
	const char *const words[] = { "wrk", "-v", NULL };
	const int output = memfd_create("numamark-wrk", MFD_CLOEXEC);
	const int error = output < 0 ? errno : spawn(words, output, output, &(pid_t){ 0 });

	if (output >= 0)
		close(output);
	while (!error && wait(NULL) < 0 && errno == EINTR)
		;
	if (!error)
		return 0;
	return fault_set(fault, -ENOTSUP,
			 "wrk cannot be started (%s); get it with: apt-get install wrk", strerror(error));
}

static int make_workers(const struct setup *setup, struct wrk *load, unsigned connections)
{
	load->of = memory_shared(setup->memory, setup->workers * sizeof(*load->of));
	for (unsigned i = 0; load->of && i < setup->workers; i++) {
		load->of[i] = memory_thread(setup->memory, i, sizeof(*load->of[i]));
		if (!load->of[i])
			return -ENOMEM;
		load->of[i]->connections =
			connections / setup->workers + (i < connections % setup->workers);
	}
	return load->of ? 0 : -ENOMEM;
}

static int make_script(struct wrk *load, struct fault *fault)
{
	load->script = memfd_create("numamark-lua", MFD_CLOEXEC);
	if (load->script >= 0 &&
	    write(load->script, script, sizeof(script) - 1) == (ssize_t)(sizeof(script) - 1))
		return find_program(fault);
	return fault_set(fault, -EIO, "no file in memory: %s", strerror(errno));
}

static int wrk_create(const struct setup *setup, void **instance)
{
	const unsigned connections = setup->connections ? setup->connections : setup->workers;
	struct wrk *const load = memory_shared(setup->memory, sizeof(*load));
	int error;

	if (!load)
		return -ENOMEM;
	load->endpoint = *setup->endpoint;
	load->script = -1;
	error = make_workers(setup, load, connections);
	if (!error)
		error = files_raise(connections, FILES_OF_A_WORKER * setup->workers, setup->fault);
	if (!error)
		error = make_script(load, setup->fault);
	if (!error)
		*instance = load;
	else if (load->script >= 0)
		close(load->script);
	return error;
}

static void wrk_destroy(void *instance)
{
	const struct wrk *const load = instance;

	close(load->script);
}

static int wrk_attach(void *instance, struct context *context)
{
	(void)instance, (void)context;
	return 0;
}

static void wrk_detach(void *instance, struct context *context)
{
	(void)instance, (void)context;
}

static void wrk_inspect(void *instance, struct inspection *inspection)
{
	(void)instance;
	*inspection = (struct inspection){ 0 };
}

#define STRUCTURE            wrk
#define VARIANT_PAPER        "none; W. Glozer, wrk, 2012"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_NONE
#define VARIANT_LINEARIZABLE false
#define VARIANT_SERVER       "nginx"
#define VARIANT_CONNECTIONS  true
#define VARIANT_DRIVEN       true
#include "structures/common/entry.inc.h"
