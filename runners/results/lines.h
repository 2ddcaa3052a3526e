/* Reading results.jsonl line by line, trusting nothing. */
#ifndef RUNNERS_RESULTS_LINES_H
#define RUNNERS_RESULTS_LINES_H

#include <jansson.h>
#include <stdint.h>

#include "topology/fault.h"

/* Where the whole lines end: below total_bytes if the last one is torn. */
struct lines_end {
	uint64_t whole_bytes, total_bytes;
};

/* Called for each whole line with a record of ours; owns @record. Non-zero ends the reading with that error. */
typedef int lines_visit(json_t *record, size_t line, void *context, struct fault *fault);

/**
 * lines_read() - visit every record of a results file.
 *
 * A last line without its newline is torn: it is not visited, @end says where it begins. Memory: one line at a time.
 *
 * Return: 0, -ENOENT, -EINVAL (not JSON, a NUL byte, no schema or kind, a newer schema, a line above 64 MiB) or what
 * @visit answered, with file and line in @fault.
 */
int lines_read(const char *path, lines_visit *visit, void *context, struct lines_end *end,
	       struct fault *fault);

#endif
