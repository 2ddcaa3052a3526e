#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/topology/machines.h"

enum { BIG_FILE_BYTES = 100 * 1024 * 1024 };

/* A folder for files of this test's own making. */
static char folder[] = P_tmpdir "/numamark-test-XXXXXX";

static int folder_make(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
	(void)state;
	return rmdir(folder);
}

static void assert_load_fails(const char *input, int error, const char *part)
{
	struct topology *untouched = (struct topology *)&folder, *topology = untouched;
	struct fault fault = { "" };

	assert_int_equal(topology_load(input, &topology, &fault), error);
	assert_ptr_equal(topology, untouched);
	if (!strstr(fault.text, part))
		fail_msg("'%s' does not say '%s'", fault.text, part);
	assert_null(strchr(fault.text, '\n'));
}

/* Loads a file with @size_bytes of @content, which must fail. */
static void assert_file_fails(const char *content, size_t size_bytes, int error, const char *part)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/machine.xml", folder);

	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, size_bytes, file), size_bytes);
	assert_int_equal(fclose(file), 0);
	assert_load_fails(path, error, part);
	assert_int_equal(unlink(path), 0);
}

/* Loads what may or may not be readable: it must end, and a refusal must have its sentence. */
static void check_damaged(const char *content, size_t size_bytes)
{
	struct fault fault = { "" };
	struct topology *topology;
	char path[64];

	snprintf(path, sizeof(path), "%s/damaged.xml", folder);

	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(content, 1, size_bytes, file), size_bytes);
	assert_int_equal(fclose(file), 0);
	if (topology_load(path, &topology, &fault) == 0)
		topology_free(topology);
	else
		assert_non_null(strstr(fault.text, "damaged.xml: "));
	assert_int_equal(unlink(path), 0);
}

static void load_missing_file_says_so(void **state)
{
	(void)state;
	assert_load_fails("no/such/machine", -ENOENT,
			  "no/such/machine: cannot be opened: No such file");
	assert_load_fails("machine-of-nobody.xml", -ENOENT, "cannot be opened: No such file");
}

static void load_directory_says_so(void **state)
{
	(void)state;
	assert_load_fails(folder, -EINVAL, "is a directory");
}

static void load_pipe_says_so_without_waiting(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_load_fails(path, -EINVAL, "is a device or a pipe");
	assert_load_fails("/dev/zero", -EINVAL, "is a device or a pipe");
	assert_int_equal(unlink(path), 0);
}

static void load_empty_file_says_so(void **state)
{
	(void)state;
	assert_file_fails("", 0, -EINVAL, "is empty");
}

static void load_binary_file_says_so(void **state)
{
	(void)state;
	assert_file_fails("\x7f"
			  "ELF\0\1\2\3",
			  8, -EINVAL, "is binary");
	assert_file_fails("<topology version=\"2.0\">\0</topology>", 36, -EINVAL, "is binary");
}

static void load_text_file_says_so(void **state)
{
	(void)state;
	assert_file_fails("package:2 pu:2\n", 15, -EINVAL, "is not XML");
}

static void load_foreign_xml_says_so(void **state)
{
	(void)state;
	assert_file_fails("<?xml version=\"1.0\"?><svg/>", 27, -EINVAL, "is XML, but not of hwloc");
}

static void load_malformed_xml_says_so(void **state)
{
	static const char *const wrong[] = {
		"<topology version=\"2.0\">",
		"<topology version=\"2.0\"></topology>",
		"<topology version=\"2.0\"><object type=\"Machine\"></topology>",
		"<topology version=\"2.0\"><object type=\"Machine\" cpuset=\"0x3\"/></topology>",
		"<topology version=\"9.0\"><object type=\"Machine\"/></topology>",
		"<topology><<<",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_file_fails(wrong[i], strlen(wrong[i]), -EINVAL, "hwloc cannot read it");
}

static void load_truncated_xml_says_so(void **state)
{
	static char content[256 * 1024];
	FILE *file = fopen(MACHINES_OURS "emulated-2n8p.xml", "r");

	(void)state;
	assert_non_null(file);

	const size_t length = fread(content, 1, sizeof(content), file);

	fclose(file);
	assert_file_fails(content, length / 2, -EINVAL, "hwloc cannot read it");
}

/* hwloc 2.9 dies of a machine without the set of all its nodes; later ones may refuse it. */
static void load_xml_that_hwloc_dies_of_says_so(void **state)
{
	static const char deadly[] =
		"<topology version=\"2.0\"><object type=\"Machine\" os_index=\"0\" cpuset=\"0x1\" "
		"complete_cpuset=\"0x1\" allowed_cpuset=\"0x1\" nodeset=\"0x1\" "
		"allowed_nodeset=\"0x1\" gp_index=\"1\"><object type=\"NUMANode\" os_index=\"0\" "
		"cpuset=\"0x1\" complete_cpuset=\"0x1\" nodeset=\"0x1\" complete_nodeset=\"0x1\" "
		"gp_index=\"2\"/><object type=\"PU\" os_index=\"0\" cpuset=\"0x1\" "
		"complete_cpuset=\"0x1\" nodeset=\"0x1\" complete_nodeset=\"0x1\" "
		"gp_index=\"3\"/></object></topology>\n";

	(void)state;
	assert_file_fails(deadly, sizeof(deadly) - 1, -EINVAL, ": hwloc ");
}

static uint64_t next_random(uint64_t *seed)
{
	uint64_t mixed = *seed += 0x9e3779b97f4a7c15u;

	mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
	return mixed ^ (mixed >> 27);
}

static void load_damaged_xml_is_loaded_or_refused(void **state)
{
	static char content[256 * 1024], damaged[256 * 1024];
	uint64_t seed = (uint64_t)getpid();
	FILE *file = fopen(MACHINES_OURS "emulated-4n24p-restricted.xml", "r");
	size_t length;

	(void)state;
	assert_non_null(file);
	length = fread(content, 1, sizeof(content), file);
	fclose(file);
	printf("seed %llu\n", (unsigned long long)seed);
	for (unsigned round = 0; round < 200; round++) {
		size_t kept = length;

		memcpy(damaged, content, length);
		if (round % 4 == 0)
			kept = next_random(&seed) % length;
		for (unsigned bits = 0; round % 4 && bits < 6; bits++)
			damaged[next_random(&seed) % length] ^= (char)(1 << next_random(&seed) % 8);
		check_damaged(damaged, kept);
	}
}

static void load_huge_file_refuses_it_unread(void **state)
{
	char path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/huge.xml", folder);

	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(ftruncate(fileno(file), BIG_FILE_BYTES), 0);
	fclose(file);
	assert_load_fails(path, -E2BIG,
			  "has 104857600 bytes; an hwloc XML file has at most 67108864");
	assert_int_equal(unlink(path), 0);
}

static void load_unreadable_file_says_why(void **state)
{
	char path[64];

	(void)state;
	if (geteuid() == 0) {
		printf("skipped: root may read every file\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/secret.xml", folder);

	FILE *file = fopen(path, "w");

	assert_non_null(file);
	fclose(file);
	assert_int_equal(chmod(path, 0), 0);
	assert_load_fails(path, -EIO, "Permission denied");
	assert_int_equal(unlink(path), 0);
}

static void load_bad_synthetic_text_says_what_is_wanted(void **state)
{
	static const char *const wrong[] = { "foo",         "pu:0",  "pu",         "core:2",
					     "pu:2 core:2", "pu:-1", "package:2(", "pu:2 pu:2",
					     ":",           "\n",    "2 2 x" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_load_fails(wrong[i], -EINVAL,
				  "is neither a file nor an hwloc synthetic string");
}

static void load_empty_text_says_what_is_allowed(void **state)
{
	(void)state;
	assert_load_fails("", -EINVAL, "is an empty text");
}

static void load_synthetic_text_of_too_many_pus_refuses(void **state)
{
	static const char *const wrong[] = { "pu:65537", "package:1000 core:1000 pu:2", "1000 1000",
					     "pu:99999999999999999999999", "pu:4294967297" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		assert_load_fails(wrong[i], -E2BIG, "describes more than 65536 PUs");
}

static void load_synthetic_text_of_too_many_nodes_refuses(void **state)
{
	(void)state;
	assert_load_fails("numa:2048 pu:1", -E2BIG, "has 2048 NUMA nodes; at most 1024");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(load_missing_file_says_so),
		cmocka_unit_test(load_directory_says_so),
		cmocka_unit_test(load_pipe_says_so_without_waiting),
		cmocka_unit_test(load_empty_file_says_so),
		cmocka_unit_test(load_binary_file_says_so),
		cmocka_unit_test(load_text_file_says_so),
		cmocka_unit_test(load_foreign_xml_says_so),
		cmocka_unit_test(load_malformed_xml_says_so),
		cmocka_unit_test(load_truncated_xml_says_so),
		cmocka_unit_test(load_xml_that_hwloc_dies_of_says_so),
		cmocka_unit_test(load_damaged_xml_is_loaded_or_refused),
		cmocka_unit_test(load_huge_file_refuses_it_unread),
		cmocka_unit_test(load_unreadable_file_says_why),
		cmocka_unit_test(load_bad_synthetic_text_says_what_is_wanted),
		cmocka_unit_test(load_empty_text_says_what_is_allowed),
		cmocka_unit_test(load_synthetic_text_of_too_many_pus_refuses),
		cmocka_unit_test(load_synthetic_text_of_too_many_nodes_refuses),
	};

	return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
