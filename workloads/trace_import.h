/* From JSON lines to the binary form. Internal to workloads/trace. */
#ifndef WORKLOADS_TRACE_IMPORT_H
#define WORKLOADS_TRACE_IMPORT_H

#include <stdio.h>

#include "workloads/trace.h"

/* "KBTRACE2": another layout gets another, and what is checked otherwise. */
#define TRACE_MAGIC UINT64_C(0x324543415254424b)

/* A hash of all bytes of a file, read once from its beginning. Return: 0 or a negative errno. */
int trace_hash(FILE *in, uint64_t *hash);

/**
 * trace_import() - read @in and write the binary form to @out.
 *
 * @path:    of @in, for sentences.
 * @header:  out.
 *
 * Return: as trace_open().
 */
int trace_import(FILE *in, const char *path, FILE *out, trace_progress *progress,
		 struct trace_header *header, struct fault *fault);

#endif
