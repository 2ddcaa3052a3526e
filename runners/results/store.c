#include "runners/results/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/results/lines.h"
#include "topology/folders.h"

/* Trials already there, by cell: open addressing, so that resuming ten thousand trials stays linear. */
struct done {
	char cell[17];
	unsigned trials;
};

struct store {
	int file;
	char path[4096];
	struct done *done;
	size_t done_size, done_used;    /* size is a power of two */
	uint64_t seed;
	bool has_seed;
};

static struct done *done_slot(struct store *store, const char *cell)
{
	uint64_t hash = 14695981039346656037u;

	for (const char *at = cell; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 1099511628211u;
	for (size_t i = hash;; i++) {
		struct done *slot = &store->done[i & (store->done_size - 1)];

		if (!slot->trials || !strcmp(slot->cell, cell))
			return slot;
	}
}

static int done_grow(struct store *store)
{
	struct done *old = store->done;
	const size_t old_size = store->done_size;

	store->done_size = old_size ? old_size * 2 : 64;
	store->done = calloc(store->done_size, sizeof(*store->done));
	if (!store->done) {
		store->done = old;
		store->done_size = old_size;
		return -ENOMEM;
	}
	for (size_t i = 0; i < old_size; i++)
		if (old[i].trials)
			*done_slot(store, old[i].cell) = old[i];
	free(old);
	return 0;
}

static int done_add(struct store *store, const char *cell)
{
	struct done *slot;

	if (strlen(cell) >= sizeof(slot->cell))
		return -EINVAL;
	if (store->done_used * 2 >= store->done_size && done_grow(store))
		return -ENOMEM;
	slot = done_slot(store, cell);
	if (!slot->trials++) {
		memcpy(slot->cell, cell, strlen(cell) + 1);
		store->done_used++;
	}
	return 0;
}

unsigned store_done(const struct store *store, const char *cell_id)
{
	if (!store->done_size)
		return 0;
	return done_slot((struct store *)store, cell_id)->trials;
}

int store_seed(const struct store *store, uint64_t *seed)
{
	if (!store->has_seed)
		return -ENOENT;
	*seed = store->seed;
	return 0;
}

/* What reading the lines already there collects. */
struct reading {
	struct store *store;
	const char *campaign_id;
};

static int read_line(json_t *record, size_t line, void *context, struct fault *fault)
{
	struct reading *reading = context;
	const char *campaign = json_string_value(json_object_get(record, "campaign"));
	const char *kind = json_string_value(json_object_get(record, "kind"));
	const char *status = json_string_value(json_object_get(record, "status"));
	const char *cell = json_string_value(json_object_get(record, "cell"));
	const json_t *seed = json_object_get(record, "campaign_seed");
	int error = 0;

	if (!campaign || strcmp(campaign, reading->campaign_id))
		error = fault_set(fault, -EINVAL,
				  "%s:%zu: belongs to campaign %s, this one is %s; name another folder with -o",
				  reading->store->path, line, campaign ? campaign : "(none)",
				  reading->campaign_id);
	else if (!strcmp(kind, "trial") && cell && status && strcmp(status, "skipped"))
		error = done_add(reading->store, cell);
	if (json_is_integer(seed) && !reading->store->has_seed) {
		reading->store->seed = (uint64_t)json_integer_value(seed);
		reading->store->has_seed = true;
	}
	json_decref(record);
	return error;
}

/* Cut off a torn last line: the one thing in a results file that is ever rewritten. */
static int cut_torn_line(struct store *store, const struct lines_end *end, struct fault *fault)
{
	if (end->whole_bytes == end->total_bytes)
		return 0;
	if (ftruncate(store->file, (off_t)end->whole_bytes))
		return fault_set(fault, -errno, "%s: cannot cut off its torn last line: %s", store->path,
				 strerror(errno));
	return 0;
}

static int read_existing(struct store *store, const struct store_request *request,
			 struct fault *fault)
{
	struct reading reading = { .store = store, .campaign_id = request->campaign_id };
	struct lines_end end;
	int error = lines_read(store->path, read_line, &reading, &end, fault);

	if (error)
		return error;
	if (end.total_bytes && !request->resume)
		return fault_set(fault, -EEXIST,
				 "%s holds results already; go on with them by --resume, or name another folder with -o",
				 request->directory);
	return cut_torn_line(store, &end, fault);
}

static int open_results(struct store *store, const struct store_request *request,
			struct fault *fault)
{
	if (snprintf(store->path, sizeof(store->path), "%s/results.jsonl", request->directory) >=
	    (int)sizeof(store->path))
		return fault_set(fault, -ENAMETOOLONG, "output folder: the path has over %zu bytes",
				 sizeof(store->path) - 16);
	store->file = open(store->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	if (store->file < 0)
		return fault_set(fault, -errno, "%s: cannot be written: %s", store->path,
				 strerror(errno));
	if (flock(store->file, LOCK_EX | LOCK_NB))
		return fault_set(fault, -EBUSY, "%s: another numamark is writing there", store->path);
	return 0;
}

/* Replace a whole small file: written beside, synced, then renamed over. */
static int write_file(const char *directory, const char *name, const char *text,
		      struct fault *fault)
{
	char path[4096], beside[4096];
	const size_t length = strlen(text);
	int file, error = 0;

	if (snprintf(path, sizeof(path), "%s/%s", directory, name) >= (int)sizeof(path) ||
	    snprintf(beside, sizeof(beside), "%s/.%s.new", directory, name) >= (int)sizeof(beside))
		return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", directory);
	file = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (file < 0)
		return fault_set(fault, -errno, "%s: cannot be written: %s", beside, strerror(errno));
	if (write(file, text, length) != (ssize_t)length || fsync(file))
		error = errno ? -errno : -ENOSPC;
	close(file);
	if (!error && rename(beside, path))
		error = -errno;
	if (error) {
		unlink(beside);
		return fault_set(fault, error, "%s: cannot be written: %s", path, strerror(-error));
	}
	return 0;
}

int store_open(const struct store_request *request, struct store **out, struct fault *fault)
{
	struct store *store = calloc(1, sizeof(*store));
	int error;

	if (!store)
		return fault_set(fault, -ENOMEM, "no memory for the list of finished trials");
	store->file = -1;
	error = folders_make(request->directory, 0777);
	if (error)
		fault_set(fault, error, "output folder %s: cannot be made: %s", request->directory,
			  strerror(-error));
	if (!error)
		error = open_results(store, request, fault);
	if (!error)
		error = read_existing(store, request, fault);
	if (!error)    /* again where it goes on: further trials may be asked for */
		error = write_file(request->directory, "campaign.ini", request->campaign_ini, fault);
	if (error) {
		store_close(store);
		return error;
	}
	*out = store;
	return 0;
}

/* One write() for the line; what a full disk let through of it is cut off again. */
static int write_line(struct store *store, const char *line, size_t length)
{
	const off_t before = lseek(store->file, 0, SEEK_END);
	ssize_t written;
	int error;

	errno = 0;
	written = write(store->file, line, length);
	if (written == (ssize_t)length && !fdatasync(store->file))
		return 0;
	error = errno ? -errno : -ENOSPC;
	if (before >= 0 && ftruncate(store->file, before))
		error = -EIO;    /* a torn line stays; --resume cuts it off */
	return error;
}

int store_append(struct store *store, const json_t *record, struct fault *fault)
{
	char *text = json_dumps(record, JSON_COMPACT | JSON_REAL_PRECISION(12));
	size_t length;
	int error;

	if (!text)
		return fault_set(fault, -EINVAL, "a record cannot be written as JSON");
	length = strlen(text);
	text[length] = '\n';    /* in place of the terminator: one write() for the whole line */
	error = write_line(store, text, length + 1);
	free(text);
	if (error)
		return fault_set(fault, error, "%s: a record could not be stored: %s", store->path,
				 strerror(-error));
	return 0;
}

void store_close(struct store *store)
{
	if (store->file >= 0)
		close(store->file);
	free(store->done);
	free(store);
}
