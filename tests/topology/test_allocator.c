#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "topology/allocator.h"
#include "topology/arena.h"

#if defined(ARENA_ASAN) || defined(__SANITIZE_THREAD__)
#	define IS_SANITIZED 1
#elif defined(__has_feature)
#	if __has_feature(thread_sanitizer)
#		define IS_SANITIZED 1
#	endif
#endif
#ifndef IS_SANITIZED
#	define IS_SANITIZED 0
#endif

static const char this_program[] = "/proc/self/exe";

/* What a fresh process with @library preloaded says of its allocator. */
static void run_preloaded(const char *library, char *answer, size_t room)
{
	int pipe_ends[2], status;
	ssize_t length;
	pid_t child;

	assert_int_equal(pipe(pipe_ends), 0);
	child = fork();
	if (!child) {
		setenv("LD_PRELOAD", library, 1);
		dup2(pipe_ends[1], STDOUT_FILENO);
		execl(this_program, this_program, "--active", (char *)NULL);
		_exit(127);
	}
	close(pipe_ends[1]);
	length = read(pipe_ends[0], answer, room - 1);
	answer[length > 0 ? length : 0] = '\0';
	close(pipe_ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void allocator_preloaded_is_the_active_one(const char *name)
{
	char path[PATH_MAX], answer[64];
	struct fault fault;
	const int error = allocator_preload_path(name, path, sizeof(path), &fault);

	if (error == -ENOENT || IS_SANITIZED) {
		printf("skipped: %s\n",
		       IS_SANITIZED ? "a sanitizer brings its own malloc" : fault.text);
		skip();
	}
	assert_int_equal(error, 0);
	run_preloaded(path, answer, sizeof(answer));
	assert_string_equal(answer, name);
}

static void allocator_glibc_needs_no_preload(void **state)
{
	char path[PATH_MAX] = "untouched";

	(void)state;
	assert_int_equal(allocator_preload_path("glibc", path, sizeof(path), NULL), 0);
	assert_string_equal(path, "");
}

static void allocator_without_preload_is_glibc(void **state)
{
	(void)state;
	assert_string_equal(allocator_active(), IS_SANITIZED ? "other" : "glibc");
}

static void allocator_jemalloc_preloaded_is_active(void **state)
{
	(void)state;
	allocator_preloaded_is_the_active_one("jemalloc");
}

static void allocator_mimalloc_preloaded_is_active(void **state)
{
	(void)state;
	allocator_preloaded_is_the_active_one("mimalloc");
}

static void allocator_tcmalloc_preloaded_is_active(void **state)
{
	(void)state;
	allocator_preloaded_is_the_active_one("tcmalloc");
}

static void allocator_unknown_name_is_refused_with_those_allowed(void **state)
{
	struct fault fault;
	char path[8];

	(void)state;
	assert_int_equal(allocator_preload_path("hoard", path, sizeof(path), &fault), -EINVAL);
	assert_string_equal(fault.text, "alloc=hoard: allowed are arena, glibc, jemalloc, mimalloc "
					"and tcmalloc");
}

/* Puts a file under the library's name where it is looked for first. */
static void allocator_file_is_passed_over(const void *content, size_t length)
{
	char folder[] = "/tmp/numamark-test-XXXXXX", file[64], path[PATH_MAX] = "";
	FILE *out;

	assert_non_null(mkdtemp(folder));
	snprintf(file, sizeof(file), "%s/libjemalloc.so.2", folder);
	out = fopen(file, "w");
	assert_non_null(out);
	assert_int_equal(fwrite(content, 1, length, out), length);
	fclose(out);
	setenv("LD_LIBRARY_PATH", folder, 1);
	allocator_preload_path("jemalloc", path, sizeof(path), NULL);
	unsetenv("LD_LIBRARY_PATH");
	unlink(file);
	rmdir(folder);
	assert_string_not_equal(path, file);
}

static void allocator_file_that_is_no_library_is_passed_over(void **state)
{
	(void)state;
	allocator_file_is_passed_over("INPUT(-ljemalloc)\n", 18);
}

static void allocator_library_of_another_architecture_is_passed_over(void **state)
{
	unsigned char header[64] = { 0x7f, 'E', 'L', 'F', 2, 1, 1 };

	(void)state;
	header[16] = 3; /* a shared object, for the 16-bit machine 0x0001 */
	header[18] = 1;
	allocator_file_is_passed_over(header, sizeof(header));
}

static void allocator_library_in_the_users_path_comes_first(void **state)
{
	char found[PATH_MAX], folder[] = "/tmp/numamark-test-XXXXXX", link[64], path[PATH_MAX];

	(void)state;
	if (allocator_preload_path("jemalloc", found, sizeof(found), NULL)) {
		printf("skipped: jemalloc is not installed\n");
		skip();
	}
	assert_non_null(mkdtemp(folder));
	snprintf(link, sizeof(link), "%s/libjemalloc.so.2", folder);
	assert_int_equal(symlink(found, link), 0);
	setenv("LD_LIBRARY_PATH", folder, 1);
	assert_int_equal(allocator_preload_path("jemalloc", path, sizeof(path), NULL), 0);
	unsetenv("LD_LIBRARY_PATH");
	unlink(link);
	rmdir(folder);
	assert_string_equal(path, link);
}

/* In a child whose root folder is empty. Return: the refusal, and its sentence through a pipe. */
static int search_in_an_empty_root(const char *root, int out)
{
	struct fault fault;
	char path[PATH_MAX];
	int error;

	if ((geteuid() && unshare(CLONE_NEWUSER)) || chroot(root))
		return 1;
	error = allocator_preload_path("tcmalloc", path, sizeof(path), &fault);
	if (write(out, fault.text, strlen(fault.text)) < 0)
		return 1;
	return error == -ENOENT ? 0 : 2;
}

static void allocator_absent_is_refused_with_its_package(void **state)
{
	char root[] = "/tmp/numamark-test-XXXXXX", text[FAULT_TEXT_BYTES] = "";
	int pipe_ends[2], status;
	pid_t child;

	(void)state;
	assert_non_null(mkdtemp(root));
	assert_int_equal(pipe(pipe_ends), 0);
	child = fork();
	if (!child)
		_exit(search_in_an_empty_root(root, pipe_ends[1]));
	close(pipe_ends[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(read(pipe_ends[0], text, sizeof(text) - 1) >= 0);
	close(pipe_ends[0]);
	rmdir(root);
	if (WEXITSTATUS(status) == 1) {
		printf("skipped: this process may not change its root folder\n");
		skip();
	}
	assert_int_equal(status, 0);
	assert_string_equal(text, "alloc=tcmalloc: libtcmalloc_minimal.so.4 is not installed; the "
				  "package is libtcmalloc-minimal4");
}

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocator_glibc_needs_no_preload),
		cmocka_unit_test(allocator_without_preload_is_glibc),
		cmocka_unit_test(allocator_jemalloc_preloaded_is_active),
		cmocka_unit_test(allocator_mimalloc_preloaded_is_active),
		cmocka_unit_test(allocator_tcmalloc_preloaded_is_active),
		cmocka_unit_test(allocator_unknown_name_is_refused_with_those_allowed),
		cmocka_unit_test(allocator_file_that_is_no_library_is_passed_over),
		cmocka_unit_test(allocator_library_of_another_architecture_is_passed_over),
		cmocka_unit_test(allocator_library_in_the_users_path_comes_first),
		cmocka_unit_test(allocator_absent_is_refused_with_its_package),
	};

	if (count > 1 && !strcmp(arguments[1], "--active")) {
		fputs(allocator_active(), stdout);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
