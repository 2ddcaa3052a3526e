/* Where the binary form is kept, and how it is mapped. */
#include "workloads/trace.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "topology/folders.h"
#include "workloads/trace_import.h"

enum { PATH_BYTES = 4096 };

/* $NUMAMARK_CACHE and so on, made if it is not there. Return: false where nothing is to be had. */
static bool find_folder(char folder[PATH_BYTES])
{
	const char *const own = getenv("NUMAMARK_CACHE"), *const all = getenv("XDG_CACHE_HOME"),
			  *const home = getenv("HOME");

	if (own && *own) {
		snprintf(folder, PATH_BYTES, "%s", own);
	} else if (all && *all) {
		snprintf(folder, PATH_BYTES, "%s/numamark", all);
	} else if (home && *home) {
		snprintf(folder, PATH_BYTES, "%s/.cache/numamark", home);
	} else {
		return false;
	}
	return !folders_make(folder, 0700);
}

static size_t size_of(const struct trace_header *header)
{
	return sizeof(*header) + header->blocks * sizeof(uint64_t) +
	       (header->requests + 1) * sizeof(struct trace_request);
}

/* Return: 0 if this is whole and of the file with that hash. */
static int map(FILE *file, uint64_t hash, struct trace *trace)
{
	struct trace made = { .mapping = NULL };
	struct stat status;
	const char *bytes;

	rewind(file);
	if (fread(&made.header, sizeof(made.header), 1, file) != 1 ||
	    made.header.magic != TRACE_MAGIC || made.header.hash != hash ||
	    fstat(fileno(file), &status) || (uint64_t)status.st_size != size_of(&made.header))
		return -EINVAL;
	made.mapped_bytes = (size_t)status.st_size;
	made.mapping = mmap(NULL, made.mapped_bytes, PROT_READ, MAP_SHARED, fileno(file), 0);
	if (made.mapping == MAP_FAILED)
		return -errno;
	bytes = made.mapping;
	made.blocks = (const uint64_t *)(bytes + sizeof(made.header));
	made.requests = (const struct trace_request *)(made.blocks + made.header.blocks);
	*trace = made;
	return 0;
}

static int map_kept(const char *path, uint64_t hash, struct trace *trace)
{
	FILE *const file = fopen(path, "rbe");
	int error = -ENOENT;

	if (file) {
		error = map(file, hash, trace);
		fclose(file);
	}
	return error;
}

/* Import into a file of another name first: who looks meanwhile sees all of it or nothing. */
static int import(FILE *in, const char *path, const char *kept, trace_progress *progress,
		  struct trace *trace, struct fault *fault)
{
	struct trace_header header = { .hash = trace->header.hash };
	char beside[PATH_BYTES + 16];
	const bool is_kept = snprintf(beside, sizeof(beside), "%s.XXXXXX", kept) > 0 && *kept;
	const int fd = is_kept ? mkstemp(beside) : -1;
	FILE *const out = fd < 0 ? tmpfile() : fdopen(fd, "w+b");
	int error = out ? 0 : fault_set(fault, -errno, "%.200s: no room to import it", path);

	if (!error)
		error = trace_import(in, path, out, progress, &header, fault);
	if (!error) {
		error = map(out, header.hash, trace);
		if (error)
			fault_set(fault, error, "%.200s: its binary form cannot be mapped: %s",
				  path, strerror(-error));
	}
	if (fd >= 0 && (error || rename(beside, kept)))
		unlink(beside);
	if (out)
		fclose(out);
	return error;
}

int trace_open(const char *path, trace_progress *progress, struct trace *trace, struct fault *fault)
{
	struct trace made = { .mapping = NULL };
	FILE *const in = fopen(path, "rbe");
	char folder[PATH_BYTES], kept[PATH_BYTES + 64] = "";
	int error;

	if (!in)
		return fault_set(fault, -EINVAL, "%.200s: the trace cannot be read: %s", path,
				 strerror(errno));
	error = trace_hash(in, &made.header.hash);
	if (error)
		fault_set(fault, -EINVAL, "%.200s: the trace cannot be read", path);
	if (!error && find_folder(folder))
		snprintf(kept, sizeof(kept), "%s/%016" PRIx64 ".trace", folder, made.header.hash);
	if (!error && (!*kept || map_kept(kept, made.header.hash, &made))) {
		rewind(in);
		error = import(in, path, kept, progress, &made, fault);
	}
	fclose(in);
	if (!error)
		*trace = made;
	return error;
}

void trace_close(struct trace *trace)
{
	munmap(trace->mapping, trace->mapped_bytes);
	*trace = (struct trace){ .mapping = NULL };
}

/* Those that trace_find() has opened. */
static struct opened {
	struct opened *next;
	struct trace trace;
	char path[];
} * all_opened;

static trace_progress *teller;

void trace_tell(trace_progress *progress)
{
	teller = progress;
}

const struct trace *trace_find(const char *path, int *error, struct fault *fault)
{
	struct opened *opened = all_opened;

	while (opened && strcmp(opened->path, path))
		opened = opened->next;
	if (opened)
		return &opened->trace;
	opened = malloc(sizeof(*opened) + strlen(path) + 1);
	*error = opened ? trace_open(path, teller, &opened->trace, fault)
			: fault_set(fault, -ENOMEM, "no memory for a trace");
	if (*error) {
		free(opened);
		return NULL;
	}
	strcpy(opened->path, path);
	opened->next = all_opened;
	all_opened = opened;
	return &opened->trace;
}

uint64_t trace_lap_ms(const struct trace *trace)
{
	const uint64_t requests = trace->header.requests;
	const uint64_t length_ms = trace->requests[requests - 1].timestamp_ms;

	return length_ms + length_ms / requests + 1;
}
