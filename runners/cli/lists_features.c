/* Optional libraries and programs: which are here, and what each of the others would give. */
#include <stdbool.h>
#include <string.h>

#include "plots/plot.h"
#include "runners/cli/lists.h"
#include "runners/stats/usl.h"
#include "topology/allocator.h"

/* Libraries of the build: not looked for again at run time. */
#ifdef NUMAMARK_HAVE_PAPI
enum { HAVE_PAPI = 1 };
#else
enum { HAVE_PAPI = 0 };
#endif

static bool has_allocator(const char *name)
{
	char path[4096];

	return allocator_preload_path(name, path, sizeof(path), NULL) == 0;
}

static bool has_papi(const char *name)
{
	(void)name;
	return HAVE_PAPI;
}

static bool has_cminpack(const char *name)
{
	(void)name;
	return usl_is_here();
}

#ifdef NUMAMARK_HAVE_LIBPQ
enum { HAVE_LIBPQ = 1 };
#else
enum { HAVE_LIBPQ = 0 };
#endif
#ifdef NUMAMARK_HAVE_RABBITMQ
enum { HAVE_RABBITMQ = 1 };
#else
enum { HAVE_RABBITMQ = 0 };
#endif
#ifdef NUMAMARK_HAVE_ROCKSDB
enum { HAVE_ROCKSDB = 1 };
#else
enum { HAVE_ROCKSDB = 0 };
#endif

static bool has_library(const char *name)
{
	return !strcmp(name, "libpq")	       ? HAVE_LIBPQ
	       : !strcmp(name, "librabbitmq") ? HAVE_RABBITMQ
					      : HAVE_ROCKSDB;
}

static bool has_gnuplot(const char *name)
{
	(void)name;
	return plot_has_gnuplot();
}

static const struct {
	const char *name;
	bool (*is_present)(const char *name);
	const char *gives, *get;
} features[] = {
	{ "papi", has_papi, "counters per thread: the groups of `numamark list counters`",
	  "apt-get install libpapi-dev, then build again" },
	{ "cminpack", has_cminpack, "scaling laws fitted to throughput: contention, coherency, knee",
	  "apt-get install libcminpack-dev, then build again" },
	{ "libpq", has_library, "ordered/postgres", "apt-get install libpq-dev, then build again" },
	{ "librabbitmq", has_library, "queue/rabbitmq, queue/rabbitmq_fast",
	  "apt-get install librabbitmq-dev, then build again" },
	{ "rocksdb", has_library, "map/rocksdb, a map on disk",
	  "apt-get install librocksdb-dev, then build again" },
	{ "gnuplot", has_gnuplot, "figures: numamark plot, and at the end of a run",
	  "apt-get install gnuplot-nox" },
	{ "jemalloc", has_allocator, "alloc=jemalloc", "apt-get install libjemalloc2" },
	{ "mimalloc", has_allocator, "alloc=mimalloc", "apt-get install libmimalloc2.0" },
	{ "tcmalloc", has_allocator, "alloc=tcmalloc", "apt-get install libtcmalloc-minimal4" },
};

json_t *list_features(void)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < sizeof(features) / sizeof(*features); i++)
		json_array_append_new(
			rows, json_pack("{s:s, s:b, s:s, s:s}", "feature", features[i].name,
					"present", features[i].is_present(features[i].name),
					"gives", features[i].gives, "get", features[i].get));
	return rows;
}
