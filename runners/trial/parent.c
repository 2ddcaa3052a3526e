/*
 * The parent's side of a trial: start a child, watch it, and make a record of whatever comes of it.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/trial/exchange.h"
#include "runners/trial/record.h"
#include "runners/trial/spawn.h"
#include "runners/trial/trial.h"
#include "runners/trial/verdict.h"
#include "runners/trial/watch.h"
#include "topology/allocator.h"

/*
 * Generous bounds: a healthy trial never comes near them, a hung one is found before the user gives
 * up. Elements and operations at what a list under a contended lock would take; the constant for a
 * machine that swaps or is shared.
 */
#define TIMEOUT_CONSTANT_NS     UINT64_C(30000000000)
#define TIMEOUT_ELEMENT_NS      UINT64_C(5000)
#define TIMEOUT_ELEMENT_BYTE_NS UINT64_C(10)
#define TIMEOUT_OPERATION_NS    UINT64_C(20000)
#define TIMEOUT_WARMUP_NS       UINT64_C(1000000000)
/* An operation of either sort that asks a server. */
#define TIMEOUT_REMOTE_NS       UINT64_C(300000)

/* Time in which a child that has closed its record must be gone. */
#define EXIT_NS UINT64_C(10000000000)

static uint64_t timeout_of(const struct cell *cell)
{
	const uint64_t remote_ns = cell->variant->server ? TIMEOUT_REMOTE_NS : 0;
	const uint64_t element_ns =
		TIMEOUT_ELEMENT_NS + remote_ns + cell->value_bytes * TIMEOUT_ELEMENT_BYTE_NS;
	double expected_ns = 0;

	expected_ns += (double)cell_running_ns(cell) + (double)cell->warmup_ns;
	if (cell->warmup_auto)
		expected_ns += (double)(cell->duration_ns > TIMEOUT_WARMUP_NS ? cell->duration_ns
									      : TIMEOUT_WARMUP_NS);
	expected_ns += (double)cell->prefill * (double)element_ns;
	expected_ns += (double)cell->duration_ops * (double)(TIMEOUT_OPERATION_NS + remote_ns);
	if (cell->rate_ops_per_s > 0)
		expected_ns += (double)cell->duration_ops / cell->rate_ops_per_s * 1e9;
	/* A week bounds the conversion, nothing else. */
	expected_ns = expected_ns < 6e14 ? expected_ns : 6e14;
	return TIMEOUT_CONSTANT_NS + 3 * (uint64_t)expected_ns;
}

/* What became of a child: filled by run_child(), read by judge(). */
struct outcome {
	struct watch_result watch;
	int status;      /* as of waitpid() */
	bool was_killed;    /* by us */
	struct rusage usage;
	uint64_t timeout_ns;
};

/* With the signals held back. */
static int run_held(int cell_fd, const char *preload, const struct watch_signals *signals,
		    struct outcome *outcome, struct fault *fault)
{
	uint64_t until_ns = 0;    /* the past: kill at once */
	struct child child;
	int error = spawn_child(cell_fd, preload, &child, fault);

	if (error)
		return error;
	error = watch_child(&child, signals, clock_monotonic_ns() + outcome->timeout_ns,
			    &outcome->watch);
	if (!error && outcome->watch.end == WATCH_CLOSED)
		until_ns = clock_monotonic_ns() + EXIT_NS;
	spawn_reap(&child, until_ns, &outcome->status, &outcome->usage, &outcome->was_killed);
	watch_last_words(&child, &outcome->watch);
	close(child.error_fd);
	close(child.record_fd);
	return error ? fault_set(fault, error, "cannot watch a trial: %s", strerror(-error)) : 0;
}

static int run_child(const struct trial_request *request, const char *preload,
		     struct outcome *outcome, struct fault *fault)
{
	const int cell_fd = exchange_make_cell(request);
	struct watch_signals signals;
	int error = cell_fd;

	if (cell_fd >= 0)
		error = watch_hold_signals(&signals);
	if (error < 0) {
		fault_set(fault, error, "cannot prepare a trial: %s", strerror(-error));
	} else {
		error = run_held(cell_fd, preload, &signals, outcome, fault);
		watch_release_signals(&signals);
	}
	if (cell_fd >= 0)
		close(cell_fd);
	return error;
}

/* ": its last words", or nothing. */
static void quote(const struct outcome *outcome, char *text, size_t room)
{
	const char *const words = outcome->watch.last_words;

	snprintf(text, room, "%s%s", words[0] ? ": " : "", words);
}

static void judge_death(const struct outcome *outcome, struct verdict *verdict)
{
	const int signal = WTERMSIG(outcome->status);
	const char *const name = sigabbrev_np(signal);
	char words[WATCH_LINE_BYTES + 2];

	quote(outcome, words, sizeof(words));
	if (signal == SIGKILL)
		verdict_flag(verdict, TRIAL_CRASHED,
			     "killed by SIGKILL, probably for want of memory%s", words);
	else
		verdict_flag(verdict, TRIAL_CRASHED, "killed by SIG%s (%s)%s", name ? name : "?",
			     strsignal(signal), words);
}

/* Why there is nothing to believe. */
static void judge_failure(const struct outcome *outcome, struct verdict *verdict)
{
	char words[WATCH_LINE_BYTES + 2];

	quote(outcome, words, sizeof(words));
	if (outcome->watch.end == WATCH_TOO_MUCH)
		verdict_flag(verdict, TRIAL_CRASHED, "its record is above %d MiB",
			     EXCHANGE_RECORD_MAX_BYTES >> 20);
	else if (outcome->watch.end == WATCH_TIMEOUT)
		verdict_flag(verdict, TRIAL_TIMEOUT, "no end within %.3g s%s",
			     (double)outcome->timeout_ns / 1e9, words);
	else if (outcome->was_killed)
		verdict_flag(verdict, TRIAL_TIMEOUT, "it closed its record and did not exit%s",
			     words);
	else if (WIFSIGNALED(outcome->status))
		judge_death(outcome, verdict);
	else if (WEXITSTATUS(outcome->status))
		verdict_flag(verdict, TRIAL_CRASHED, "it ended with exit status %d%s",
			     WEXITSTATUS(outcome->status), words);
	else
		verdict_flag(verdict, TRIAL_CRASHED, "its record is not JSON (%zu bytes)%s",
			     outcome->watch.length, words);
}

static int add_cpu_time(const struct rusage *usage, json_t *record)
{
	const double user = (double)usage->ru_utime.tv_sec + (double)usage->ru_utime.tv_usec / 1e6;
	const double system =
		(double)usage->ru_stime.tv_sec + (double)usage->ru_stime.tv_usec / 1e6;

	return json_object_set_new(record, "cpu_s",
				   json_pack("{s:o, s:o}", "user", record_number(user), "system",
					     record_number(system)));
}

static int judge(const struct outcome *outcome, const struct cell *cell, json_t *record)
{
	struct verdict verdict = { 0 };
	struct fault fault;
	json_t *child = NULL;
	int error;

	if (add_cpu_time(&outcome->usage, record))
		return -ENOMEM;
	if (WIFEXITED(outcome->status) && !WEXITSTATUS(outcome->status) && !outcome->was_killed)
		child = exchange_parse_record(outcome->watch.record, outcome->watch.length);
	if (!child) {
		judge_failure(outcome, &verdict);
		return verdict_to_json(&verdict, record);
	}
	error = record_accept(record, child, cell, &fault);
	json_decref(child);
	if (error != -EINVAL)
		return error;
	verdict_flag(&verdict, TRIAL_CRASHED, "its record is not to be believed: %s", fault.text);
	return verdict_to_json(&verdict, record);
}

/*
 * The library of alloc=, or the verdict that it is missing. Return: whether the trial can be run.
 */
static bool find_allocator(const struct cell *cell, char *preload, size_t room,
			   struct verdict *verdict)
{
	struct fault fault;

	preload[0] = '\0';
	if (!strcmp(cell->text[AXIS_ALLOC], "arena") ||
	    !allocator_preload_path(cell->text[AXIS_ALLOC], preload, room, &fault))
		return true;
	verdict_skip(verdict, "%s", fault.text);
	return false;
}

static int run_and_judge(const struct trial_request *request, const char *preload, json_t *record,
			 struct fault *fault)
{
	struct outcome outcome = { .timeout_ns = request->timeout_ns ? request->timeout_ns
								     : timeout_of(request->cell) };
	int error = run_child(request, preload, &outcome, fault);

	if (!error && outcome.watch.end == WATCH_INTERRUPTED)
		error = fault_set(fault, -EINTR, "interrupted");
	else if (!error && judge(&outcome, request->cell, record))
		error = fault_set(fault, -ENOMEM, "no memory for the record of a trial");
	watch_free(&outcome.watch);
	return error;
}

int trial_not_run(const struct cell *cell, bool is_missing, const char *reason, json_t **result)
{
	json_t *const record = record_begin(cell);
	struct verdict verdict = { 0 };

	if (is_missing)
		verdict_skip(&verdict, "%s", reason);
	else
		verdict_flag(&verdict, TRIAL_CRASHED, "%s", reason);
	if (!record || verdict_to_json(&verdict, record)) {
		json_decref(record);
		return -ENOMEM;
	}
	*result = record;
	return 0;
}

int trial_blame_server(json_t *record, const char *reason)
{
	struct verdict verdict = { 0 };

	verdict_flag(&verdict, TRIAL_CRASHED, "%s", reason);
	return verdict_to_json(&verdict, record);
}

int trial_run(const struct trial_request *request, json_t **result, struct fault *fault)
{
	json_t *const record = record_begin(request->cell);
	struct verdict verdict = { 0 };
	char preload[4096];
	int error = 0;

	if (!record)
		return fault_set(fault, -ENOMEM, "no memory for the record of a trial");
	if (find_allocator(request->cell, preload, sizeof(preload), &verdict))
		error = run_and_judge(request, preload, record, fault);
	else
		error = verdict_to_json(&verdict, record);
	if (error)
		json_decref(record);
	else
		*result = record;
	return error;
}
