#include "runners/verify/verify.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/verify/team.h"
#include "runners/verify/timeline.h"

enum {
	INSTANCE_NS = 1000000000, /* the longest that one instance serves */
	GRACE_MS = 120000,        /* to end in, on a busy machine and under a sanitizer */
	RANGE_SMALL = EVENT_KEYS_MAX + 1,
	RANGE_LARGE = 1024,
	PAYLOAD_BYTES = 24
};

static void describe_broken(const struct team_options *options, const struct team_result *found,
			    struct verify_result *result)
{
	FILE *const out = fmemopen(result->text, sizeof(result->text), "w");

	result->verdict = VERIFY_BROKEN;
	if (!out)
		return;
	fprintf(out, "%u threads, values of %zu bytes, %" PRIu64 " keys, seed %" PRIu64 ": ",
		options->workers, options->value_bytes, options->range - 1, options->seed);
	if (found->invariant) {
		fprintf(out, "%s\n", found->invariant);
	} else {
		fprintf(out, "not %s\n", options->promise->name);
		timeline_print(out, options->variant->family, &found->events, found->first_key);
	}
	fclose(out);
}

static void skip(struct verify_result *result, const char *reason)
{
	result->verdict = VERIFY_SKIPPED;
	snprintf(result->text, sizeof(result->text), "%s", reason);
}

/* One instance. Return: whether to go on. */
static bool play_instance(const struct team_options *options, struct verify_result *result)
{
	struct team_result found;
	struct fault fault = { "" };
	const int error = team_run(options, &found, &fault);

	if (error) {
		skip(result, fault.text);
		return false;
	}
	result->histories += found.histories;
	result->calls += found.calls;
	if (!found.has_broken && !found.invariant)
		return true;
	describe_broken(options, &found, result);
	return false;
}

/* As many as a variant can have: beyond its producers and consumers there is nothing to do. */
static unsigned workers_of(const struct variant *variant, unsigned asked)
{
	const unsigned most = variant->producers_max + variant->consumers_max;

	return variant->producers_max && variant->consumers_max && most < asked ? most : asked;
}

void verify_here(const struct verify_request *request, struct verify_result *result)
{
	const char *reason = "";
	const struct promise *const promise = promise_of(request->variant, &reason);
	const uint64_t instances = request->threads_count + request->duration_ns / INSTANCE_NS;
	struct random random = random_seed(request->seed, 0, RANDOM_OPERATIONS);
	bool goes_on = true;

	memset(result, 0, sizeof(*result));
	if (!promise) {
		skip(result, reason);
		return;
	}
	snprintf(result->promise, sizeof(result->promise), "%s", promise->name);
	for (uint64_t i = 0; i < instances && goes_on; i++) {
		const struct team_options options = {
			.topology = request->topology,
			.variant = request->variant,
			.promise = promise,
			.workers = workers_of(request->variant,
					      request->threads[i % request->threads_count]),
			.range = random_below(&random, 2) ? RANGE_SMALL : RANGE_LARGE,
			.value_bytes = random_below(&random, 2) ? 8 : PAYLOAD_BYTES,
			.seed = random_mix(request->seed + i),
			.duration_ns = request->duration_ns / instances,
		};

		goes_on = play_instance(&options, result);
	}
}

static void serve(const struct verify_request *request, int to)
{
	struct verify_result result;
	const char *bytes = (const char *)&result;
	size_t left = sizeof(result);

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	verify_here(request, &result);
	while (left) {
		const ssize_t written = write(to, bytes, left);

		if (written < 0 && errno != EINTR)
			_exit(1);
		bytes += written > 0 ? written : 0;
		left -= written > 0 ? (size_t)written : 0;
	}
	_exit(0);
}

enum reception { RECEIVED, RECEIVED_NOT_ALL, RECEIVED_NOTHING_IN_TIME };

static enum reception receive(int from, struct verify_result *result, int silence_ms)
{
	struct pollfd ready = { .fd = from, .events = POLLIN };
	size_t got = 0;

	while (got < sizeof(*result)) {
		const int count = poll(&ready, 1, silence_ms);
		ssize_t more;

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return RECEIVED_NOTHING_IN_TIME;
		more = read(from, (char *)result + got, sizeof(*result) - got);
		if (more <= 0 && errno != EINTR)
			return RECEIVED_NOT_ALL;
		got += more > 0 ? (size_t)more : 0;
	}
	return RECEIVED;
}

static void describe_death(int status, enum reception reception, struct verify_result *result)
{
	memset(result, 0, sizeof(*result));
	result->verdict = VERIFY_BROKEN;
	if (reception == RECEIVED_NOTHING_IN_TIME)
		snprintf(result->text, sizeof(result->text), "a call does not return\n");
	else if (WIFSIGNALED(status))
		snprintf(result->text, sizeof(result->text), "the process died: %s\n",
			 strsignal(WTERMSIG(status)));
	else
		snprintf(result->text, sizeof(result->text),
			 "the process ended with status %d: see what was said above\n",
			 WEXITSTATUS(status));
}

int verify_variant(const struct verify_request *request, struct verify_result *result,
		   struct fault *fault)
{
	const int silence_ms = (int)(request->duration_ns / 1000000) + GRACE_MS;
	enum reception reception;
	int ends[2], status = 0;
	pid_t child;

	if (pipe(ends))
		return fault_set(fault, -errno, "pipe: %s", strerror(errno));
	fflush(NULL);
	child = fork();
	if (child < 0) {
		fault_set(fault, -errno, "fork: %s", strerror(errno));
		close(ends[0]);
		close(ends[1]);
		return -EAGAIN;
	}
	if (!child)
		serve(request, ends[1]);
	close(ends[1]);
	reception = receive(ends[0], result, silence_ms);
	close(ends[0]);
	if (reception == RECEIVED_NOTHING_IN_TIME)
		kill(child, SIGKILL);
	waitpid(child, &status, 0);
	if (reception != RECEIVED)
		describe_death(status, reception, result);
	return 0;
}
