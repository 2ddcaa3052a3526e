/*
 * Latency in the text format of HdrHistogram's percentile output, for its plotters.
 *
 * The format: outputPercentileDistribution() in the documentation of org.HdrHistogram.Histogram.
 */
#ifndef RUNNERS_RESULTS_HDR_H
#define RUNNERS_RESULTS_HDR_H

#include <stdio.h>

#include "runners/results/results.h"

/**
 * hdr_write_all() - write folder/CELL.hgrm for each cell that has latencies.
 *
 * The samples of all valid trials of a cell are merged. Values are nanoseconds, off by at most half
 * a bucket of the record's histogram, 0.4 %; the largest is exact. The last lines of a file are
 * comments and say which cell it is.
 *
 * @folder:   made if missing.
 * @written:  out, how many files.
 *
 * Return: 0; -ENODATA (no cell has latencies), or the errno with which a file could not be written.
 */
int hdr_write_all(const struct results *results, const char *folder, unsigned *written,
		  struct fault *fault);

#endif
