#include "structures/map/map.h"

/* Not rocksdb alone: rocksdb_get() is the library's. */
#define STRUCTURE rocksdb_map

#if NUMAMARK_HAVE_ROCKSDB

#	include "structures/map/rocksdb.h"

#	include <errno.h>
#	include <stdlib.h>
#	include <unistd.h>

static int make_workers(const struct setup *setup, struct rocksdb_map *map)
{
	map->of = memory_shared(setup->memory, setup->workers * sizeof(*map->of));
	for (unsigned i = 0; map->of && i < setup->workers; i++) {
		struct rocksdb_map_worker *const worker =
			memory_thread(setup->memory, i, sizeof(*worker));

		map->of[i] = worker;
		if (!worker)
			return -ENOMEM;
		worker->scratch =
			memory_thread(setup->memory, i, setup->value_bytes + sizeof(uint64_t));
		worker->value = memory_thread(setup->memory, i, setup->value_bytes);
		if (!worker->scratch || !worker->value)
			return -ENOMEM;
	}
	return map->of ? 0 : -ENOMEM;
}

static int make_folder(struct rocksdb_map *map, struct fault *fault)
{
	const char *const given = getenv("TMPDIR");
	const char *const parent = given && *given && strlen(given) < 64 ? given : "/tmp";

	snprintf(map->folder, sizeof(map->folder), "%s/numamark-rocksdb-XXXXXX", parent);
	if (mkdtemp(map->folder))
		return 0;
	return fault_set(fault, -errno, "no folder in %s: %s", parent, strerror(errno));
}

static int open_database(struct rocksdb_map *map, struct fault *fault)
{
	char *error = NULL;

	map->options = rocksdb_options_create();
	map->reads = rocksdb_readoptions_create();
	map->writes = rocksdb_writeoptions_create();
	rocksdb_options_set_create_if_missing(map->options, 1);
	rocksdb_options_enable_statistics(map->options);
	map->database = rocksdb_open(map->options, map->folder, &error);
	if (!error)
		return 0;
	fault_set(fault, -EIO, "RocksDB says: %s", error);
	rocksdb_free(error);
	return -EIO;
}

static void close_database(struct rocksdb_map *map)
{
	char *error = NULL;

	if (map->database)
		rocksdb_close(map->database);
	rocksdb_destroy_db(map->options, map->folder, &error);
	rocksdb_free(error);
	rocksdb_writeoptions_destroy(map->writes);
	rocksdb_readoptions_destroy(map->reads);
	rocksdb_options_destroy(map->options);
	rmdir(map->folder);
}

static int rocksdb_map_create(const struct setup *setup, void **instance)
{
	struct rocksdb_map *const map = memory_shared(setup->memory, sizeof(*map));
	int error = map ? make_workers(setup, map) : -ENOMEM;

	if (!error)
		error = make_folder(map, setup->fault);
	if (error)
		return error;
	for (unsigned i = 0; i < ROCKSDB_LOCKS; i++)
		pthread_mutex_init(&map->locks[i], NULL);
	error = open_database(map, setup->fault);
	if (error)
		close_database(map);
	else
		*instance = map;
	return error;
}

static void rocksdb_map_destroy(void *instance)
{
	struct rocksdb_map *const map = instance;

	close_database(map);
	for (unsigned i = 0; i < ROCKSDB_LOCKS; i++)
		pthread_mutex_destroy(&map->locks[i]);
}

/* A count of the library's statistics, "rocksdb.bytes.written COUNT : 17"; 0 where it has none. */
static double count_of(const char *statistics, const char *name)
{
	const char *const line = strstr(statistics, name);
	const char *const number = line ? strstr(line, " COUNT : ") : NULL;

	return number ? strtod(number + sizeof(" COUNT : ") - 1, NULL) : 0;
}

/* Log, flushes and merges together, for each byte that was put. */
static double write_amplification(const struct rocksdb_map *map)
{
	char *const statistics = rocksdb_options_statistics_get_string(map->options);
	const double put = count_of(statistics, "rocksdb.bytes.written");
	const double written = count_of(statistics, "rocksdb.wal.bytes") +
			       count_of(statistics, "rocksdb.flush.write.bytes") +
			       count_of(statistics, "rocksdb.compact.write.bytes");

	rocksdb_free(statistics);
	return put > 0 ? written / put : 0;
}

static void rocksdb_map_inspect(void *instance, struct inspection *inspection)
{
	struct rocksdb_map *const map = instance;
	rocksdb_iterator_t *const at = rocksdb_create_iterator(map->database, map->reads);

	*inspection = (struct inspection){ .write_amplification = write_amplification(map) };
	for (rocksdb_iter_seek_to_first(at); rocksdb_iter_valid(at); rocksdb_iter_next(at)) {
		uint64_t key;
		size_t length;
		const char *const name = rocksdb_iter_key(at, &length);

		if (length != sizeof(key)) {
			inspection->broken = "a key has another length than all";
			break;
		}
		memcpy(&key, name, sizeof(key));
		inspection->elements++;
		inspection->sum += be64toh(key);
	}
	rocksdb_iter_destroy(at);
}

/* Where a remove may be stopped: others that remove such keys wait. */
static inline void rocksdb_map_stall(struct rocksdb_map *map, struct worker *worker)
{
	pthread_mutex_lock(&map->locks[0]);
	worker_sleep_stalled(worker);
	pthread_mutex_unlock(&map->locks[0]);
}

#else

#	define ABSENT_PACKAGE "librocksdb-dev"
#	include "structures/remote/absent_map.inc.h"

#endif

#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER        "S. Dong, A. Kryczka, Y. Jin, M. Stumm, Evolution of development priorities in key-value stores serving large-scale applications: the RocksDB experience, FAST 2021"
#define VARIANT_PROGRESS     PROGRESS_BLOCKING
#define VARIANT_UPDATE       UPDATE_REPLACE
#define VARIANT_LINEARIZABLE true
#define VARIANT_BLIND        true
#include "structures/map/map_loop.inc.h"
