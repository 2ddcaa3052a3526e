/*
 * Google Benchmark's JSON output, read and written, so that its tools read our results and compare
 * reads theirs.
 *
 * The format: docs/user_guide.md and docs/tools.md of github.com/google/benchmark. One object with
 * `context` and `benchmarks`; runs of type `iteration` are trials, aggregates are left out.
 */
#ifndef RUNNERS_RESULTS_GOOGLE_H
#define RUNNERS_RESULTS_GOOGLE_H

#include "runners/results/results.h"

/**
 * google_read() - take each repetition for a trial.
 *
 * Its rate is items_per_second where the benchmark counts items, else iterations over real time.
 * The file is one session: what ran in another file ran at another time.
 *
 * Return: 0, or -ENOENT, -EINVAL (not JSON, not of this format, no run in it) with the sentence.
 */
int google_read(const char *path, struct results *results, struct fault *fault);

/**
 * google_write() - each valid trial as a repetition of a benchmark.
 *
 * The name ends in the cell's id, by which google_read() finds the cell again.
 *
 * Return: 0, or the errno with which the file could not be written.
 */
int google_write(const struct results *results, const char *path, struct fault *fault);

#endif
