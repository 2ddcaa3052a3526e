#include "tests/structures/explore.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/verify/team_state.h"
#include "runners/verify/timeline.h"
#include "tests/structures/explorer.h"

enum {
	HISTORIES = 256,   /* of one instance: then the next one, from another seed */
	SECONDS_MAX = 100, /* for a loop without a single atomic operation in it */
	RANGE_SMALL = EVENT_KEYS_MAX + 1,
	RANGE_LARGE = 64,
	PAYLOAD_BYTES = 24
};

/* What refused to work, or does not hold; the timeline of a history is printed apart. */
struct finding {
	int error;
	const char *text;
};

static void play_among(void *argument, unsigned worker)
{
	struct team *const team = argument;

	team_play(team->members[worker], 0, SCRIPT_AMONG);
}

/* Here the scheduler alone says who waits. */
static void write_among(struct member *member)
{
	struct lane *const lane = &member->lanes[0];

	team_write_among(member, 0);
	for (unsigned i = 0; i < lane->count[SCRIPT_AMONG]; i++) {
		lane->among[i].pauses = 0;
		lane->among[i].yields = false;
	}
}

/* Each worker begins and ends in turn: as round @n of threads. Return: whether the calls ended. */
static enum explorer_end play_history(struct team *team, struct random *random)
{
	const unsigned workers = team->options->workers;
	const struct explorer_play play = {
		.body = play_among,
		.argument = team,
		.workers = workers,
		.may_stall = team->options->variant->progress >= PROGRESS_LOCK_FREE,
	};
	enum explorer_end end;

	for (unsigned i = 0; i < workers; i++)
		team_begin_round(team->members[i], 0);
	for (unsigned i = 0; i < workers; i++)
		write_among(team->members[i]);
	end = explorer_run(&play, random);
	if (end != EXPLORER_ENDED)
		return end;
	team_settle(team->members[0], 0);
	for (unsigned i = 0; i < workers; i++)
		team_end_round(team->members[i], 0);
	team_check_round(team->members[0], 0);
	return EXPLORER_ENDED;
}

static struct finding play_instance(struct team *team, unsigned histories)
{
	static const char *const ends[] = {
		[EXPLORER_ENDLESS] = "the calls of a history do not end",
		[EXPLORER_HELD_UP] = "calls wait for a worker that is stalled",
	};
	const struct variant *const variant = team->options->variant;
	struct random schedule = random_seed(team->options->seed, 0, RANDOM_ARRIVALS);
	const char *text;

	for (unsigned i = 0; i < team->options->workers; i++) {
		const int error =
			variant->attach(team->instance, &team->members[i]->worker->context);

		if (error)
			return (struct finding){ error, "attach" };
	}
	for (unsigned n = 0; n < histories && !team->result->has_broken; n++) {
		const enum explorer_end end = play_history(team, &schedule);

		if (end != EXPLORER_ENDED)
			return (struct finding){ -EBADMSG, ends[end] };
	}
	if (team->result->has_broken)
		return (struct finding){ -EBADMSG, NULL };
	for (unsigned i = 0; i < team->options->workers; i++)
		variant->detach(team->instance, &team->members[i]->worker->context);
	text = team_judge_counts(team);
	if (!text)
		text = team_judge_memory(team);
	return (struct finding){ text ? -EBADMSG : 0, text };
}

static void describe(const struct team *team, const struct finding *finding, char *text)
{
	const struct team_options *const options = team->options;
	FILE *const out = fmemopen(text, EXPLORE_TEXT_BYTES, "w");

	if (!out)
		return;
	fprintf(out, "%u workers, values of %zu bytes, %" PRIu64 " keys, seed %" PRIu64 ": ",
		options->workers, options->value_bytes, options->range - 1, options->seed);
	if (finding->text) {
		fprintf(out, "%s\n", finding->text);
	} else {
		fprintf(out, "not %s\n", options->promise->name);
		timeline_print(out, options->variant->family, &team->result->events,
			       team->result->first_key);
	}
	fclose(out);
}

/* Nothing is given back after a finding: the process is about to end. */
static int explore_instance(const struct team_options *options, unsigned histories, char *text)
{
	struct team *const team = aligned_alloc(CACHELINE_APART_BYTES, sizeof(*team));
	struct team_result result = { 0 };
	struct fault fault = { "" };
	struct finding finding;

	if (!team)
		abort();
	memset(team, 0, sizeof(*team));
	team->options = options;
	team->result = &result;
	team->windows = random_seed(options->seed, options->workers, RANDOM_KEYS);
	pthread_mutex_init(&team->finding, NULL);
	finding.error = team_make(team, &fault);
	if (finding.error) {
		snprintf(text, EXPLORE_TEXT_BYTES, "%s", fault.text);
		return finding.error;
	}
	finding = play_instance(team, histories);
	if (finding.error) {
		describe(team, &finding, text);
		return finding.error;
	}
	team_release(team);
	free(team);
	return 0;
}

static unsigned choose_workers(const struct variant *variant, struct random *random)
{
	const unsigned most = variant->producers_max + variant->consumers_max;

	if (variant->producers_max && variant->consumers_max && most < EXPLORER_WORKERS_MAX)
		return most;
	return 2 + (unsigned)random_below(random, EXPLORER_WORKERS_MAX - 1);
}

static int explore_here(const struct exploration *exploration, char *text)
{
	struct random random = random_seed(exploration->seed, 0, RANDOM_OPERATIONS);
	const char *reason = "";
	const struct promise *const promise = promise_of(exploration->variant, &reason);
	int error = 0;

	if (!promise) {
		snprintf(text, EXPLORE_TEXT_BYTES, "%s", reason);
		return -ENOTSUP;
	}
	for (unsigned done = 0; !error && done < exploration->histories; done += HISTORIES) {
		const struct team_options options = {
			.topology = exploration->topology,
			.variant = exploration->variant,
			.promise = promise,
			.workers = choose_workers(exploration->variant, &random),
			.range = random_below(&random, 2) ? RANGE_SMALL : RANGE_LARGE,
			.value_bytes = random_below(&random, 2) ? 8 : PAYLOAD_BYTES,
			.seed = random_mix(exploration->seed + done),
		};

		error = explore_instance(&options, HISTORIES, text);
	}
	return error;
}

/* The child says its errno by its exit status, and the rest through the pipe. */
static void serve(const struct exploration *exploration, int to)
{
	static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	char text[EXPLORE_TEXT_BYTES] = "";
	int error;

	/* cmocka would take a crash of this process for one of the test. */
	for (size_t i = 0; i < sizeof(deadly) / sizeof(*deadly); i++)
		signal(deadly[i], SIG_DFL);
	alarm(SECONDS_MAX);
	error = explore_here(exploration, text);
	if (write(to, text, strlen(text)) < 0)
		_exit(EIO);
	_exit(-error);
}

static int judge_end(int status, char *text)
{
	if (WIFEXITED(status) && (*text || !WEXITSTATUS(status)))
		return -WEXITSTATUS(status);
	if (WIFSIGNALED(status))
		snprintf(text, EXPLORE_TEXT_BYTES, "the process died: %s",
			 strsignal(WTERMSIG(status)));
	else
		snprintf(text, EXPLORE_TEXT_BYTES, "a sanitizer stopped the process");
	return -EBADMSG;
}

int explore_variant(const struct exploration *exploration, char *text)
{
	size_t got = 0;
	ssize_t more;
	int ends[2], status;
	pid_t child;

	if (pipe(ends))
		return -errno;
	fflush(NULL);
	child = fork();
	if (child < 0)
		return -errno;
	if (!child)
		serve(exploration, ends[1]);
	close(ends[1]);
	do {
		more = read(ends[0], text + got, EXPLORE_TEXT_BYTES - 1 - got);
		got += more > 0 ? (size_t)more : 0;
	} while (more > 0);
	text[got] = '\0';
	close(ends[0]);
	if (waitpid(child, &status, 0) != child)
		return -errno;
	return judge_end(status, text);
}
