/* A program of the build tree, installed ones beside their data, and ones without any. */
#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "runners/data_path.h"

static void data_path_of_this_test_is_in_the_source_tree(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(data_path_find("CMakeLists.txt", path, sizeof(path), NULL), 0);
	assert_string_equal(path, NUMAMARK_SOURCE_DIR "/CMakeLists.txt");
}

static void data_path_of_an_absent_file_names_it(void **state)
{
	char path[PATH_MAX];
	struct fault fault;

	(void)state;
	assert_int_equal(data_path_find("workloads/presets/none.ini", path, sizeof(path), &fault),
			 -ENOENT);
	assert_non_null(strstr(fault.text, "workloads/presets/none.ini"));
}

/* <root>/bin/numamark with its data where it was configured to be, seen from bin. */
static void data_path_of_an_installed_program_is_beside_it(void **state)
{
	char root[] = "/tmp/numamark-test-XXXXXX";
	char program[PATH_MAX], beside[PATH_MAX], path[PATH_MAX], command[3 * PATH_MAX];

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(program, sizeof(program), "%s/deep/down/bin/numamark", root);
	snprintf(beside, sizeof(beside), "%s/deep/down/bin/%s", root, NUMAMARK_DATA_BESIDE);
	snprintf(command, sizeof(command), "mkdir -p %s/deep/down/bin %s && touch %s/one", root,
		 beside, beside);
	assert_int_equal(system(command), 0);

	assert_int_equal(data_path_find_for(program, "one", path, sizeof(path), NULL), 0);
	assert_memory_equal(path, root, strlen(root));
	assert_int_equal(access(path, R_OK), 0);

	snprintf(command, sizeof(command), "rm -rf %s", root);
	assert_int_equal(system(command), 0);
}

static void data_path_of_an_installed_program_is_never_in_the_source_tree(void **state)
{
	char path[PATH_MAX];
	struct fault fault;

	(void)state;
	assert_int_equal(data_path_find_for("/nowhere/bin/numamark", "CMakeLists.txt", path,
					    sizeof(path), &fault),
			 -ENOENT);
	assert_non_null(strstr(fault.text, NUMAMARK_DATA_DIR));
}

static void data_path_of_a_folder_with_a_like_name_is_not_the_build_tree(void **state)
{
	char path[PATH_MAX];

	(void)state;
	assert_int_equal(data_path_find_for(NUMAMARK_BUILD_DIR "-other/bin/numamark",
					    "CMakeLists.txt", path, sizeof(path), NULL),
			 -ENOENT);
}

static void data_path_without_room_is_refused(void **state)
{
	char path[8];
	struct fault fault;

	(void)state;
	assert_int_equal(data_path_find("CMakeLists.txt", path, sizeof(path), &fault),
			 -ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_path_of_this_test_is_in_the_source_tree),
		cmocka_unit_test(data_path_of_an_absent_file_names_it),
		cmocka_unit_test(data_path_of_an_installed_program_is_beside_it),
		cmocka_unit_test(data_path_of_an_installed_program_is_never_in_the_source_tree),
		cmocka_unit_test(data_path_of_a_folder_with_a_like_name_is_not_the_build_tree),
		cmocka_unit_test(data_path_without_room_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
