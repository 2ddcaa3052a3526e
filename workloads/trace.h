/*
 * Request traces: imported once into a binary form, and mapped from then on.
 *
 * A trace is a file of JSON lines, one request each, in the form in which inference servers publish
 * theirs: `timestamp` (ms, not falling), `input_length`, `output_length`, and `hash_ids`, the chain
 * of the blocks of its prompt. The binary form is kept under a hash of the file's content, so that
 * it is never that of another file: in $NUMAMARK_CACHE, else $XDG_CACHE_HOME/numamark, else
 * ~/.cache/numamark; and where none of these can be written, in a file without a name that goes
 * with the process. An import holds one line in memory at a time.
 */
#ifndef WORKLOADS_TRACE_H
#define WORKLOADS_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "topology/fault.h"

enum { TRACE_LINE_BYTES_MAX = 1 << 24 };

/* Ids are below this: laps can then add to them for centuries. */
#define TRACE_ID_MAX (UINT64_C(1) << 48)

struct trace_request {
	uint64_t first;        /* of its blocks, index into blocks[] */
	uint64_t timestamp_ms; /* since the trace's first request */
};

/* What stands at the front of the binary form, in the byte order of the machine. */
struct trace_header {
	uint64_t magic, hash; /* hash: of the file it was made from */
	uint64_t requests, blocks;
	uint64_t id_span;               /* ids are below this */
	uint64_t longest, longest_line; /* chain */
};

/* Immutable once open. */
struct trace {
	struct trace_header header;
	const uint64_t *blocks;               /* of all requests, one after the other */
	const struct trace_request *requests; /* one more than there are, for the end of the last */
	void *mapping;
	size_t mapped_bytes;
};

/* Called now and then during an import that takes long. */
typedef void trace_progress(const char *path, uint64_t done_bytes, uint64_t all_bytes);

/**
 * trace_open() - import a trace, or map what an earlier import left.
 *
 * @progress:  NULL: nobody is told.
 *
 * Return: 0, or with the sentence in @fault: -EINVAL (not such a file: which, in which line, and
 * why), -ENOMEM, or what the system answered where the binary form found no room.
 * Ownership: @trace, until trace_close().
 */
int trace_open(const char *path, trace_progress *progress, struct trace *trace,
	       struct fault *fault);
void trace_close(struct trace *trace);

/**
 * trace_find() - the trace of this path, opened when it is first asked for and for good.
 *
 * Return: NULL with *@error and the sentence in @fault, as trace_open().
 * Threads: one at a time.
 */
const struct trace *trace_find(const char *path, int *error, struct fault *fault);

/* Who is told of the imports of trace_find(). Threads: one at a time. */
void trace_tell(trace_progress *progress);

/* Blocks of a request. */
static inline unsigned trace_length(const struct trace *trace, uint64_t request)
{
	return (unsigned)(trace->requests[request + 1].first - trace->requests[request].first);
}

/* From the first request to the last, and the mean gap to the first of the next lap. At least 1. */
uint64_t trace_lap_ms(const struct trace *trace);

#endif
