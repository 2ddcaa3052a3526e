/* Trees of fake /proc and /sys under a temporary folder. Included by cmocka programs. */
#ifndef TESTS_RUNNERS_FAKE_HOST_H
#define TESTS_RUNNERS_FAKE_HOST_H

#include "tests/runners/folder.h"

struct fake_file {
	const char *path, *text;
};

/* Write root/path, making its folders. */
static inline void fake_host_write(const char *root, const char *path, const char *text)
{
	char command[1024];

	snprintf(command, sizeof(command), "mkdir -p \"$(dirname '%s/%s')\"", root, path);
	assert_int_equal(system(command), 0);
	assert_int_equal(folder_write(root, path, text, strlen(text)), 0);
}

#endif
