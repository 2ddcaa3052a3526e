/* numamark run */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "runners/cli/command.h"
#include "runners/cli/run_parts.h"
#include "runners/cli/run_progress.h"
#include "runners/plan/axes.h"
#include "runners/plan/preset_find.h"
#include "runners/trial/campaign.h"
#include "workloads/trace.h"

enum { PATH_BYTES = 4096, SEED_BITS = 63 };

static const struct option_row rows[] = {
	{ "output", 'o', "DIR", "the result folder (default: numamark-PRESET-TIME)" },
	{ "resume", 0, NULL, "run exactly the trials that the folder lacks" },
	{ "dry-run", 0, NULL, "print the cells and the expected time, run nothing" },
	{ "input", 0, "MACHINE", "with --dry-run: plan for this hwloc XML file or synthetic string" },
	{ "label", 0, "TEXT", "stands in every record, to tell campaigns apart" },
	{ "seed", 0, "N", "of the order of trials and of all draws" },
	{ "quiet", 'q', NULL, "no progress" },
	{ 0 },
};

struct run_options {
	const char *preset, *label;
	const char *machine;    /* NULL: this one */
	char directory[PATH_BYTES];
	const char **words;    /* key=value, NULL-terminated */
	size_t word_count;
	bool resume, dry_run, is_quiet, has_seed;
	uint64_t seed;
};

/* Set by signals, read between trials. */
static volatile sig_atomic_t was_signalled;

static void note_signal(int signal)
{
	(void)signal;
	was_signalled = 1;
}

static bool is_interrupted(void *context)
{
	(void)context;
	return was_signalled;
}

static int take_seed(struct run_options *options, const char *text, struct fault *fault)
{
	char *end;

	errno = 0;
	options->seed = strtoull(text, &end, 10);
	if (errno || end == text || *end || text[strspn(text, "0123456789")] ||
	    options->seed >> SEED_BITS)
		return fault_set(fault, -EINVAL, "--seed %.60s: allowed is 0 to 2^63 - 1", text);
	options->has_seed = true;
	return 0;
}

static int take_label(struct run_options *options, const char *text, struct fault *fault)
{
	json_t *const proof = json_string(text);

	json_decref(proof);
	if (!proof)
		return fault_set(fault, -EINVAL, "--label: allowed is a text in UTF-8");
	options->label = text;
	return 0;
}

static int take_directory(struct run_options *options, const char *text, struct fault *fault)
{
	if (!*text || strlen(text) >= sizeof(options->directory))
		return fault_set(fault, -EINVAL, "-o %.60s: allowed is a path of 1 to %zu bytes",
				 text, sizeof(options->directory) - 1);
	strcpy(options->directory, text);
	return 0;
}

static int take_option(const struct option_row *row, char *text, struct run_options *options,
		       struct fault *fault)
{
	if (!strcmp(row->name, "output"))
		return take_directory(options, text, fault);
	if (!strcmp(row->name, "label"))
		return take_label(options, text, fault);
	if (!strcmp(row->name, "seed"))
		return take_seed(options, text, fault);
	if (!strcmp(row->name, "input"))
		options->machine = text;
	options->resume |= !strcmp(row->name, "resume");
	options->dry_run |= !strcmp(row->name, "dry-run");
	options->is_quiet |= !strcmp(row->name, "quiet");
	return 0;
}

/* key=value, unless a slash comes first: then it is the path of a preset. */
static bool is_key_value(const char *word)
{
	return word[strcspn(word, "=/")] == '=';
}

static int take(const struct option_row *row, char *text, void *values, struct fault *fault)
{
	struct run_options *const options = values;

	if (row)
		return take_option(row, text, options, fault);
	if (is_key_value(text)) {
		options->words[options->word_count++] = text;
		return 0;
	}
	if (options->preset)
		return fault_set(fault, -EINVAL,
				 "run %.60s %.60s: allowed is one preset, and words key=value",
				 options->preset, text);
	options->preset = text;
	return 0;
}

static int check_options(const struct run_options *options, struct fault *fault)
{
	if (!options->preset)
		return fault_set(fault, -EINVAL,
				 "run: no preset is given; `numamark list presets` names all");
	if (options->resume && !*options->directory)
		return fault_set(fault, -EINVAL,
				 "--resume: which folder is to be resumed? Name it with -o DIR");
	if (options->machine && !options->dry_run)
		return fault_set(fault, -EINVAL,
				 "--input %.200s: another machine can be planned for, not run on: "
				 "add --dry-run",
				 options->machine);
	return 0;
}

/* numamark-quick-20260131T235959Z */
static void choose_directory(struct run_options *options)
{
	char label[PRESET_LABEL_BYTES], now[32];
	const time_t seconds = time(NULL);
	struct tm utc;

	if (*options->directory)
		return;
	preset_label(options->preset, label);
	strftime(now, sizeof(now), "%Y%m%dT%H%M%SZ", gmtime_r(&seconds, &utc));
	snprintf(options->directory, sizeof(options->directory), "numamark-%s-%s", label, now);
}

/*
 * The first of these signals ends the campaign between two trials or kills the trial that runs; the
 * second one has its usual effect. What our parent had us ignore (nohup) stays ignored.
 */
static void catch_signals(void)
{
	static const int ending[] = { SIGINT, SIGTERM, SIGHUP };
	const struct sigaction action = { .sa_handler = note_signal,
					  .sa_flags = (int)SA_RESETHAND };

	for (size_t i = 0; i < sizeof(ending) / sizeof(*ending); i++) {
		struct sigaction before;

		if (!sigaction(ending[i], NULL, &before) && before.sa_handler != SIG_IGN)
			sigaction(ending[i], &action, NULL);
	}
}

/* What is told of a campaign while it runs. */
struct telling {
	struct run_progress progress;
	const struct plan *plan;
	const struct preflight *preflight;    /* NULL: nobody looked */
	bool has_begun;
};

/* Notes come with the first trial: a campaign that cannot even begin says why in one line. */
static void tell(void *context, const struct campaign_progress *now)
{
	struct telling *const telling = context;

	if (!telling->has_begun) {
		run_tell_left_out(telling->plan);
		if (telling->preflight)
			run_tell_unfit(telling->preflight, false);
	}
	telling->has_begun = true;
	run_progress_tell(&telling->progress, now);
}

static int run_campaign(const struct run_options *options, const struct plan *plan,
			const struct topology *topology)
{
	struct telling telling = { .progress = run_progress_begin(options->is_quiet),
				   .plan = plan };
	const struct campaign_hands hands = { .run = trial_run,
					      .harness_ns = trial_harness_ns,
					      .progress = tell,
					      .is_interrupted = is_interrupted,
					      .context = &telling };
	struct campaign_request request = { .preset = options->preset,
					    .plan = plan,
					    .topology = topology,
					    .directory = options->directory,
					    .label = options->label,
					    .resume = options->resume,
					    .has_seed = options->has_seed,
					    .seed = options->seed,
					    .hands = &hands };
	struct campaign_outcome outcome;
	struct preflight preflight;
	struct fault fault;
	int error;

	if (plan->host != PLAN_HOST_OFF) {
		preflight_check("", &preflight);
		request.preflight = &preflight;
		telling.preflight = &preflight;
		if (plan->host == PLAN_HOST_STRICT && run_tell_unfit(&preflight, true))
			return CLI_MISSING;
	}
	catch_signals();
	error = campaign_run(&request, &outcome, &fault);
	run_progress_end(&telling.progress);
	return run_finish(&(const struct run_end){ .plan = plan,
						   .directory = options->directory,
						   .label = options->label,
						   .outcome = &outcome,
						   .error = error,
						   .fault = &fault });
}

static int run_plan(struct run_options *options, const struct topology *topology)
{
	const struct plan_request request = { .preset = options->preset,
					      .words = options->words,
					      .topology = topology };
	struct plan plan;
	struct fault fault;
	const int error = plan_make(&request, &plan, &fault);
	int status;

	if (error)
		return cli_fail(error, &fault);
	choose_directory(options);
	if (options->dry_run)
		status = run_dry(&plan);
	else
		status = run_campaign(options, &plan, topology);
	plan_free(&plan);
	return status;
}

static void print_details(void)
{
	printf("PRESET is a name of `numamark list presets`, or the path of an INI file.\n"
	       "Words key=value go before the preset's values, in every section of it. A list\n"
	       "makes a cross product, a..b doubles from a to b, globs select variants; a key\n"
	       "whose value holds commas by itself (mix, stall, place=list:) is repeated.\n\n"
	       "Keys (default): allowed\n");
	for (int key = 0; key < AXIS_COUNT; key++)
		printf("  %-13s (%s)%*s%s\n", axes[key].name,
		       axes[key].fallback ? axes[key].fallback : "-",
		       12 - (int)strlen(axes[key].fallback ? axes[key].fallback : "-"), "",
		       axes[key].allowed);
	printf("  trials        (%d)           laps over all cells\n"
	       "  host          (check)       check, strict (an unfit host is refused), off\n"
	       "  title         (the preset)  of figures and of the report\n",
	       PLAN_TRIALS_DEFAULT);
}

static int run(const struct command *self, int count, char **words)
{
	struct run_options options = { .preset = NULL };
	struct topology *topology = NULL;
	struct fault fault = { .text = "no memory for the words of the command line" };
	int status, error = -ENOMEM;

	options.words = calloc((size_t)count + 1, sizeof(*options.words));
	if (options.words)
		error = options_read(self->options, count, words, take, &options, &fault);
	if (!error)
		error = check_options(&options, &fault);
	if (!error)
		error = topology_load(options.machine, &topology, &fault);
	if (!options.is_quiet)
		trace_tell(run_progress_import);
	status = error ? cli_fail(error, &fault) : run_plan(&options, topology);
	if (topology)
		topology_free(topology);
	free(options.words);
	return status;
}

const struct command command_run = {
	.name = "run",
	.arguments = "PRESET|FILE.ini [key=value ...] [-o DIR] [--resume] [--dry-run [--input MACHINE]] "
		     "[--label TEXT] [--seed N] [--quiet]",
	.summary = "Measure a campaign, and draw its figures.",
	.options = rows,
	.details = print_details,
	.run = run,
};
