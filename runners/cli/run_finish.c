/* How a campaign ends: what the user is told, and the exit status. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "runners/cli/command.h"
#include "runners/cli/plot_command.h"
#include "runners/cli/run_parts.h"
#include "runners/stats/contrast.h"

/* A word as a shell reads it back. */
static void print_quoted(FILE *out, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_-./,:+@%=";

	if (*word && !word[strspn(word, plain)]) {
		fputs(word, out);
		return;
	}
	fputc('\'', out);
	for (; *word; word++)
		fputs(*word == '\'' ? "'\\''" : (char[]){ *word, '\0' }, out);
	fputc('\'', out);
}

static void print_resume(const struct run_end *end)
{
	fprintf(stderr, "numamark: %zu of %zu trials are in ",
		end->outcome->before + end->outcome->done, end->outcome->total);
	print_quoted(stderr, end->directory);
	fprintf(stderr, "; to go on: numamark run ");
	print_quoted(stderr, end->directory);
	fprintf(stderr, "/campaign.ini -o ");
	print_quoted(stderr, end->directory);
	fprintf(stderr, " --resume");
	if (end->label) {
		fprintf(stderr, " --label ");
		print_quoted(stderr, end->label);
	}
	fputc('\n', stderr);
}

/* Figures first: the report shows those it finds. */
static void draw(const char *directory)
{
	struct fault fault;
	unsigned drawn = 0;
	const int error = plot_folder(directory, &drawn, &fault);

	if (error)
		fprintf(stderr, "numamark: no figures: %s\n", fault.text);
	else
		printf("Figures:  %s/figures (%u files)\n", directory, drawn);
	if (report_folder(directory, NULL, &fault))
		fprintf(stderr, "numamark: no report: %s\n", fault.text);
	else
		printf("Report:   %s/report.html\n", directory);
}

/* The chance of a false difference that numamark compare allows. */
#define COMPARE_ALPHA 0.01

/* Few trials show cells, but decide between none. */
static void print_laps(const struct run_end *end)
{
	const size_t least = contrast_trials_least(true, 1, COMPARE_ALPHA);

	if (end->plan->trials >= least)
		return;
	printf("\nFewer than %zu trials cannot decide between two cells (numamark compare). Further laps:\n"
	       "  numamark run ",
	       least);
	print_quoted(stdout, end->directory);
	printf("/campaign.ini trials=%zu -o ", least);
	print_quoted(stdout, end->directory);
	printf(" --resume\n");
}

static int judge(const struct run_end *end, const struct summary_list *summaries)
{
	struct fault fault;

	switch (campaign_judge(end->plan, summaries, &fault)) {
	case CAMPAIGN_GOOD: return CLI_DONE;
	case CAMPAIGN_UNSOUND: fprintf(stderr, "numamark: %s\n", fault.text); return CLI_UNSOUND;
	case CAMPAIGN_MISSING: fprintf(stderr, "numamark: %s\n", fault.text); return CLI_MISSING;
	}
	return CLI_UNSOUND;
}

static int print_summaries(const struct run_end *end, const struct results *results,
			   const struct summary_list *summaries, struct fault *fault)
{
	int error = run_summary_print(end->plan, results, summaries);

	if (!error)
		error = run_latency_print(end->plan, results);
	if (!error)
		error = run_scaling_print(results, summaries);
	if (error)
		return fault_set(fault, error, "no memory for the summary");
	return run_published_print(results, summaries, fault);
}

static int show(const struct run_end *end)
{
	struct results results;
	struct summary_list summaries;
	struct fault fault;
	int status, error = results_load(end->directory, &results, &fault);

	if (error)
		return cli_fail(error, &fault);
	error = results_summarise(&results, &summaries);
	if (error) {
		fault_set(&fault, error, "no memory for the summary");
	} else {
		error = print_summaries(end, &results, &summaries, &fault);
		status = judge(end, &summaries);
		summary_list_free(&summaries);
	}
	results_free(&results);
	if (error)
		return cli_fail(error, &fault);
	print_laps(end);
	printf("\nRecords:  %s/results.jsonl\n", end->directory);
	return status;
}

int run_finish(const struct run_end *end)
{
	int status;

	if (end->error) {
		status = cli_fail(end->error, end->fault);
		if (end->outcome->before + end->outcome->done)
			print_resume(end);
		return status;
	}
	if (end->outcome->before + end->outcome->done == 0) {
		fprintf(stderr, "numamark: interrupted before the first trial was done\n");
		return CLI_INTERRUPTED;
	}
	status = show(end);
	if (end->outcome->was_interrupted) {
		fprintf(stderr, "numamark: interrupted; everything finished is kept\n");
		print_resume(end);
		return CLI_INTERRUPTED;
	}
	draw(end->directory);
	return status;
}
