/*
 * rocksdb: a log-structured merge tree on disk, embedded in this process: what a map costs that
 * outlives it.
 *
 * Writes go to a log, which the kernel syncs when it likes, and to a skip list in memory; that is
 * flushed to sorted files, which threads of the library merge in the background. Those threads stand
 * among the `helpers` of a record, and what all of them wrote in its `write_amplification`.
 *
 * Paper: S. Dong, A. Kryczka, Y. Jin, M. Stumm, "Evolution of development priorities in key-value
 *   stores serving large-scale applications: the RocksDB experience", USENIX FAST 2021.
 * Differences from the library as it comes:
 *   a. A remove looks first, since the library does not tell whether the key was there; removes of
 *      the same key take turns for that, under one of LOCKS locks. Its cost is one read more.
 * Invariants:
 *   1. Its folder is its own, made in $TMPDIR or /tmp, and goes with it.
 * A put does not tell whether the key was there, and always says added (VARIANT_BLIND).
 * Linearization: in the library, where a write joins the list in memory.
 * Progress: blocking; writers queue for the log.
 * May run together: anything.
 * Reclamation: the library's.
 * Memory: the library's own, of malloc(): not of an arena, and not placed.
 */
#ifndef STRUCTURES_MAP_ROCKSDB_H
#define STRUCTURES_MAP_ROCKSDB_H

#include <endian.h>
#include <pthread.h>
#include <rocksdb/c.h>
#include <stdio.h>

#include "structures/common/hash.h"
#include "structures/map/map.h"
#include "structures/remote/wire_value.h"

enum { ROCKSDB_LOCKS = 256, ROCKSDB_FAILURE_BYTES = 200, ROCKSDB_FOLDER_BYTES = 96 };

struct rocksdb_map_worker {
	uint64_t *scratch;      /* a payload */
	char *value;            /* its bytes on their way */
	char failure[ROCKSDB_FAILURE_BYTES];
};

struct rocksdb_map {
	rocksdb_t *database;
	rocksdb_options_t *options;
	rocksdb_readoptions_t *reads;
	rocksdb_writeoptions_t *writes;
	char folder[ROCKSDB_FOLDER_BYTES];
	struct rocksdb_map_worker **of;
	pthread_mutex_t locks[ROCKSDB_LOCKS];
};

/* Return: whether all is well; if not, it is not from now on. */
static inline bool rocksdb_map_is_well(struct rocksdb_map *map, struct context *context, char *error)
{
	struct rocksdb_map_worker *const worker = map->of[context->worker];

	if (__builtin_expect(!error, 1))
		return true;
	snprintf(worker->failure, sizeof(worker->failure), "RocksDB says: %s", error);
	context->failure = worker->failure;
	rocksdb_free(error);
	return false;
}

/* Return: true if found; *value only then.    Linearizes: in the library.   Progress: blocking. */
static inline bool rocksdb_map_get(struct rocksdb_map *map, struct context *context, uint64_t key,
				     uint64_t *value)
{
	const uint64_t name = htobe64(key);
	char *error = NULL;
	rocksdb_pinnableslice_t *const found = rocksdb_get_pinned(
		map->database, map->reads, (const char *)&name, sizeof(name), &error);
	const char *bytes;
	size_t length;

	if (!rocksdb_map_is_well(map, context, error) || !found)
		return false;
	bytes = rocksdb_pinnableslice_value(found, &length);
	*value = wire_value_read(context, map->of[context->worker]->scratch, bytes, length);
	rocksdb_pinnableslice_destroy(found);
	return true;
}

/* Return: true, unless the disk fails.        Linearizes: in the library.   Progress: blocking. */
static inline bool rocksdb_map_put(struct rocksdb_map *map, struct context *context, uint64_t key,
				     uint64_t value)
{
	struct rocksdb_map_worker *const worker = map->of[context->worker];
	const uint64_t name = htobe64(key);
	char *error = NULL;

	wire_value_write(worker->value, worker->scratch, context->value_bytes, value);
	rocksdb_put(map->database, map->writes, (const char *)&name, sizeof(name), worker->value,
		    context->value_bytes, &error);
	return rocksdb_map_is_well(map, context, error);
}

/* Return: true if the key was there.          Linearizes: in the library.   Progress: blocking. */
static inline bool rocksdb_map_remove(struct rocksdb_map *map, struct context *context, uint64_t key)
{
	pthread_mutex_t *const lock = &map->locks[hash_key(key) % ROCKSDB_LOCKS];
	const uint64_t name = htobe64(key);
	char *error = NULL;
	uint64_t value;
	bool was_there;

	pthread_mutex_lock(lock);
	was_there = rocksdb_map_get(map, context, key, &value);
	if (was_there)
		rocksdb_delete(map->database, map->writes, (const char *)&name, sizeof(name),
			       &error);
	pthread_mutex_unlock(lock);
	return rocksdb_map_is_well(map, context, error) && was_there;
}

#endif
