/* numamark verify: small concurrent histories of each variant, checked against what it promises. */
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runners/cli/command.h"
#include "runners/plan/units.h"
#include "runners/verify/verify.h"
#include "topology/clock.h"
#include "topology/nearest.h"

enum { SECONDS_DEFAULT = 60, SECONDS_MAX = 864000, PATTERNS_MAX = 64, THREADS_LEAST = 2 };

static const struct option_row rows[] = {
	{ "seconds", 0, "N", "for all variants together, 60 if not given" },
	{ "seed", 0, "N", "of calls, keys and delays; the time if not given" },
	{ "threads", 0, "N[,N...]", "workers of a history, in turns; 2,3,4 if not given" },
	{ 0 },
};

struct asked_verify {
	uint64_t seconds, seed;
	unsigned threads[VERIFY_THREADS_MAX];
	unsigned threads_count;
	const char *patterns[PATTERNS_MAX];
	unsigned patterns_count;
};

static int take_number(const char *option, const char *text, uint64_t least, uint64_t most,
		       uint64_t *value, struct fault *fault)
{
	uint64_t given;

	if (units_parse_count(text, 1000, &given) || given < least || given > most)
		return fault_set(fault, -EINVAL, "--%s %.40s: allowed are %" PRIu64 " to %" PRIu64,
				 option, text, least, most);
	*value = given;
	return 0;
}

static int take_threads(char *text, struct asked_verify *asked, struct fault *fault)
{
	char *rest = text, *word;
	uint64_t threads = 0;

	asked->threads_count = 0;
	while ((word = strsep(&rest, ","))) {
		const int error = take_number("threads", word, THREADS_LEAST, VERIFY_THREADS_MAX,
					      &threads, fault);

		if (error)
			return error;
		if (asked->threads_count == VERIFY_THREADS_MAX)
			return fault_set(fault, -EINVAL, "--threads: at most %d numbers",
					 VERIFY_THREADS_MAX);
		asked->threads[asked->threads_count++] = (unsigned)threads;
	}
	return 0;
}

static bool matches(const char *pattern, const struct variant *variant)
{
	return fnmatch(pattern, variant->name, 0) == 0;
}

static int take_pattern(const char *pattern, struct asked_verify *asked, struct fault *fault)
{
	const char **const names = calloc(catalogue_count + 1, sizeof(*names));
	const char *nearest = NULL;
	bool is_known = false;

	for (size_t i = 0; i < catalogue_count; i++) {
		is_known |= matches(pattern, catalogue[i]);
		if (names)
			names[i] = catalogue[i]->name;
	}
	if (!is_known && names)
		nearest = nearest_name(pattern, names);
	free(names);
	if (!is_known)
		return fault_set(fault, -EINVAL,
				 "verify %.60s: no variant matches%s%s%s; `numamark list variants` "
				 "names all",
				 pattern, nearest ? "; did you mean " : "", nearest ? nearest : "",
				 nearest ? "?" : "");
	if (asked->patterns_count == PATTERNS_MAX)
		return fault_set(fault, -EINVAL, "verify: at most %d patterns", PATTERNS_MAX);
	asked->patterns[asked->patterns_count++] = pattern;
	return 0;
}

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct asked_verify *const asked = values;

	if (!row)
		return take_pattern(text, asked, fault);
	if (!strcmp(row->name, "seconds"))
		return take_number(row->name, text, 1, SECONDS_MAX, &asked->seconds, fault);
	if (!strcmp(row->name, "seed"))
		return take_number(row->name, text, 0, INT64_MAX, &asked->seed, fault);
	return take_threads(text, asked, fault);
}

static bool is_asked(const struct asked_verify *asked, const struct variant *variant)
{
	for (unsigned i = 0; i < asked->patterns_count; i++)
		if (matches(asked->patterns[i], variant))
			return true;
	return asked->patterns_count == 0;
}

/* What the last line counts. */
struct count {
	uint64_t histories;
	unsigned kept, broken, skipped;
};

static void print_result(const struct variant *variant, const struct verify_result *result)
{
	static const char *const words[] = { "kept", "BROKEN", "skipped" };

	printf("%-32s %9" PRIu64 "  %-8s %s\n", variant->name, result->histories,
	       words[result->verdict],
	       result->verdict == VERIFY_SKIPPED ? result->text : result->promise);
	if (result->verdict == VERIFY_BROKEN)
		printf("%s", result->text);
	fflush(stdout);
}

static void add(struct count *count, const struct verify_result *result)
{
	count->histories += result->histories;
	count->kept += result->verdict == VERIFY_KEPT;
	count->broken += result->verdict == VERIFY_BROKEN;
	count->skipped += result->verdict == VERIFY_SKIPPED;
}

static unsigned count_asked(const struct asked_verify *asked)
{
	unsigned variants = 0;

	for (size_t i = 0; i < catalogue_count; i++)
		variants += is_asked(asked, catalogue[i]);
	return variants;
}

static int verify_all(const struct asked_verify *asked, const struct topology *topology,
		      struct count *count, struct fault *fault)
{
	struct verify_request request = {
		.topology = topology,
		.seed = asked->seed,
		.duration_ns = asked->seconds * 1000000000u / count_asked(asked),
		.threads_count = asked->threads_count,
	};
	struct verify_result *const result = malloc(sizeof(*result));
	int error = result ? 0 : fault_set(fault, -ENOMEM, "no memory for a result");

	memcpy(request.threads, asked->threads, sizeof(request.threads));
	printf("%-32s %9s  %-8s %s\n", "variant", "histories", "verdict", "promise");
	for (size_t i = 0; !error && i < catalogue_count; i++) {
		if (!is_asked(asked, catalogue[i]))
			continue;
		request.variant = catalogue[i];
		error = verify_variant(&request, result, fault);
		if (error)
			break;
		print_result(catalogue[i], result);
		add(count, result);
	}
	free(result);
	return error;
}

static int verify(const struct asked_verify *asked, struct count *count, struct fault *fault)
{
	const uint64_t start_ns = clock_monotonic_ns();
	struct topology *topology;
	int error = topology_load(NULL, &topology, fault);

	if (error)
		return error;
	error = verify_all(asked, topology, count, fault);
	topology_free(topology);
	if (error)
		return error;
	printf("%" PRIu64 " histories of %u variants in %.1f s, seed %" PRIu64
	       ": %u kept, %u broken, %u skipped\n",
	       count->histories, count->kept + count->broken + count->skipped,
	       (double)(clock_monotonic_ns() - start_ns) * 1e-9, asked->seed, count->kept,
	       count->broken, count->skipped);
	return 0;
}

static void print_details(void)
{
	printf("Each variant plays small histories: a few calls on a few keys by 2 to 4 threads "
	       "at\n"
	       "once, disturbed in between and, by a timer, inside. Each history is searched for "
	       "an\n"
	       "order, one call after the other, that explains every answer and keeps calls apart\n"
	       "that did not overlap. Variants that do not claim to be linearizable are checked "
	       "for\n"
	       "what they do promise: replicas that gossip, for convergence, monotonic reads and\n"
	       "reads of own writes, while their messages come late, twice and out of order. A "
	       "broken promise is shown as the shortest history that "
	       "proves\n"
	       "it, and ends the command with status 1. Without a pattern: all variants.\n");
}

static int run(const struct command *self, int words_count, char **words)
{
	struct asked_verify asked = {
		.seconds = SECONDS_DEFAULT,
		.seed = (uint64_t)time(NULL),
		.threads = { 2, 3, 4 },
		.threads_count = 3,
	};
	struct count count = { 0 };
	struct fault fault;
	int error = options_read(self->options, words_count, words, take, &asked, &fault);

	if (!error)
		error = verify(&asked, &count, &fault);
	if (error)
		return cli_fail(error, &fault);
	return count.broken ? CLI_UNSOUND : CLI_DONE;
}

const struct command command_verify = {
	.name = "verify",
	.arguments = "[VARIANT-GLOB ...] [--seconds N] [--seed N] [--threads N[,N...]]",
	.summary = "Check that variants answer as they promise when threads meet.",
	.options = rows,
	.details = print_details,
	.run = run,
};
