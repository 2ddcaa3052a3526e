/* The result folder: nothing that was stored is lost, nothing foreign is written over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runners/results/store.h"
#include "tests/runners/folder.h"

static int open_store(const char *folder, const char *campaign, bool resume, struct store **store,
		      struct fault *fault)
{
	return store_open(&(struct store_request){ .directory = folder,
						   .campaign_id = campaign,
						   .campaign_ini = "[campaign]\n",
						   .resume = resume },
			  store, fault);
}

static json_t *record(const char *kind, const char *cell, const char *status)
{
	return json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:I}", "schema", STORE_SCHEMA, "kind", kind,
			 "campaign", "c1", "cell", cell, "variant", "map/x", "status", status,
			 "campaign_seed", (json_int_t)42);
}

static void append(struct store *store, const char *cell, const char *status)
{
	json_t *line = record("trial", cell, status);
	struct fault fault = { "" };

	assert_int_equal(store_append(store, line, &fault), 0);
	json_decref(line);
}

static void store_of_two_trials(const char *folder)
{
	struct fault fault = { "" };
	struct store *store;

	assert_int_equal(open_store(folder, "c1", false, &store, &fault), 0);
	append(store, "aaaa", "valid");
	append(store, "bbbb", "invalid");
	store_close(store);
}

static void append_then_resume_counts_what_is_there(void **state)
{
	struct fault fault = { "" };
	struct store *store;
	uint64_t seed = 0;

	store_of_two_trials(*state);
	assert_int_equal(open_store(*state, "c1", true, &store, &fault), 0);
	append(store, "aaaa", "valid");
	append(store, "cccc", "skipped");
	store_close(store);
	assert_int_equal(open_store(*state, "c1", true, &store, &fault), 0);
	assert_int_equal(store_done(store, "aaaa"), 2);
	assert_int_equal(store_done(store, "bbbb"), 1);
	assert_int_equal(store_done(store, "cccc"), 0);    /* skipped: tried again */
	assert_int_equal(store_seed(store, &seed), 0);
	assert_int_equal(seed, 42);
	store_close(store);
}

static void results_without_resume_are_refused_and_kept(void **state)
{
	struct fault fault = { "" };
	struct store *store;
	char *before, *after;

	store_of_two_trials(*state);
	before = folder_read(*state, "results.jsonl");
	assert_int_equal(open_store(*state, "c1", false, &store, &fault), -EEXIST);
	assert_non_null(strstr(fault.text, "--resume"));
	after = folder_read(*state, "results.jsonl");
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void results_of_another_campaign_are_refused(void **state)
{
	struct fault fault = { "" };
	struct store *store;

	store_of_two_trials(*state);
	assert_int_equal(open_store(*state, "c2", true, &store, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "results.jsonl:1: belongs to campaign c1"));
}

static void torn_last_line_is_cut_off_on_resume(void **state)
{
	struct fault fault = { "" };
	struct store *store;
	char *whole, *torn, *mended;

	store_of_two_trials(*state);
	whole = folder_read(*state, "results.jsonl");
	torn = calloc(1, strlen(whole) + 32);
	sprintf(torn, "%s{\"schema\":1,\"ki", whole);
	assert_int_equal(folder_write(*state, "results.jsonl", torn, strlen(torn)), 0);
	assert_int_equal(open_store(*state, "c1", true, &store, &fault), 0);
	store_close(store);
	mended = folder_read(*state, "results.jsonl");
	assert_string_equal(mended, whole);
	free(whole);
	free(torn);
	free(mended);
}

static void foreign_lines_are_refused_with_file_and_line(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *expected;
	} cases[] = {
		{ "hello\n", 6, "results.jsonl:1: not JSON" },
		{ "{\"a\":1}\n", 8, "results.jsonl:1: not a numamark record" },
		{ "{\"schema\":1\0}\n", 14, "results.jsonl:1: holds a NUL byte" },
		{ "{\"schema\":999,\"kind\":\"trial\"}\n", 30, "schema 999 is newer" },
	};
	struct fault fault = { "" };
	struct store *store;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(folder_write(*state, "results.jsonl", cases[i].text, cases[i].length),
				 0);
		assert_int_equal(open_store(*state, "c1", true, &store, &fault), -EINVAL);
		assert_non_null(strstr(fault.text, cases[i].expected));
	}
}

static void second_writer_is_refused(void **state)
{
	struct fault fault = { "" };
	struct store *first, *second;

	assert_int_equal(open_store(*state, "c1", false, &first, &fault), 0);
	assert_int_equal(open_store(*state, "c1", true, &second, &fault), -EBUSY);
	store_close(first);
}

static void folder_that_cannot_be_made_is_refused(void **state)
{
	struct fault fault = { "" };
	struct store *store;
	char path[512];

	folder_write(*state, "file", "x", 1);
	snprintf(path, sizeof(path), "%s/file/below", (char *)*state);
	assert_int_equal(open_store(path, "c1", false, &store, &fault), -ENOTDIR);
	assert_non_null(strstr(fault.text, "cannot be made"));
}

/* A file size limit is a full disk that needs no disk: the write stops half-way in the line. */
static void append_into_full_disk(const char *folder)
{
	struct fault fault = { "" };
	struct store *store;
	json_t *large = record("trial", "aaaa", "valid");
	char filler[2000];
	int error;

	memset(filler, 'x', sizeof(filler) - 1);
	filler[sizeof(filler) - 1] = 0;
	json_object_set_new(large, "filler", json_string(filler));
	signal(SIGXFSZ, SIG_IGN);
	if (open_store(folder, "c1", true, &store, &fault))
		_exit(2);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){ 1000, 1000 });
	error = store_append(store, large, &fault);
	_exit(error && strstr(fault.text, "could not be stored") ? 0 : 3);
}

static void full_disk_leaves_no_half_line(void **state)
{
	struct fault fault = { "" };
	struct store *store;
	char *before, *after;
	int status;
	pid_t child;

	store_of_two_trials(*state);
	before = folder_read(*state, "results.jsonl");
	child = fork();
	if (!child)
		append_into_full_disk(*state);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	after = folder_read(*state, "results.jsonl");
	assert_string_equal(before, after);
	assert_int_equal(open_store(*state, "c1", true, &store, &fault), 0);
	store_close(store);
	free(before);
	free(after);
}

static void ten_thousand_cells_are_counted_apart(void **state)
{
	struct fault fault = { "" };
	struct store *store;
	FILE *file;
	char path[512], cell[17];

	snprintf(path, sizeof(path), "%s/results.jsonl", (char *)*state);
	file = fopen(path, "w");
	for (int i = 0; i < 10000; i++)
		fprintf(file,
			"{\"schema\":1,\"kind\":\"trial\",\"campaign\":\"c1\",\"cell\":\"%016d\",\"status\":\"valid\"}\n",
			i / 2);
	fclose(file);
	assert_int_equal(open_store(*state, "c1", true, &store, &fault), 0);
	for (int i = 0; i < 5000; i++) {
		snprintf(cell, sizeof(cell), "%016d", i);
		assert_int_equal(store_done(store, cell), 2);
	}
	assert_int_equal(store_done(store, "absent"), 0);
	store_close(store);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER(append_then_resume_counts_what_is_there),
		IN_FOLDER(results_without_resume_are_refused_and_kept),
		IN_FOLDER(results_of_another_campaign_are_refused),
		IN_FOLDER(torn_last_line_is_cut_off_on_resume),
		IN_FOLDER(foreign_lines_are_refused_with_file_and_line),
		IN_FOLDER(second_writer_is_refused),
		IN_FOLDER(folder_that_cannot_be_made_is_refused),
		IN_FOLDER(full_disk_leaves_no_half_line),
		IN_FOLDER(ten_thousand_cells_are_counted_apart),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
