/* A temporary folder for tests that write files. */
#ifndef TESTS_RUNNERS_FOLDER_H
#define TESTS_RUNNERS_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A new folder under TMPDIR or /tmp; the caller frees the name after folder_remove(). */
static inline char *folder_make(void)
{
	const char *base = getenv("TMPDIR");
	char *name = malloc(256);

	snprintf(name, 256, "%s/numamark-test-XXXXXX", base ? base : "/tmp");
	return mkdtemp(name);
}

static inline void folder_remove(char *name)
{
	char command[512];

	snprintf(command, sizeof(command), "rm -rf '%s'", name);
	if (system(command))
		fprintf(stderr, "%s: could not be removed\n", name);
	free(name);
}

/* A case with a folder of its own, whose name is *state. */
static inline int make_folder(void **state)
{
	*state = folder_make();
	return *state ? 0 : -1;
}

static inline int remove_folder(void **state)
{
	folder_remove(*state);
	return 0;
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

/* Write @length bytes of @text as folder/name. Return: 0, or -1. */
static inline int folder_write(const char *folder, const char *name, const char *text, size_t length)
{
	char path[1024];
	FILE *file;
	size_t written;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	if (!file)
		return -1;
	written = fwrite(text, 1, length, file);
	return fclose(file) || written != length ? -1 : 0;
}

/* The whole of folder/name, NUL-terminated; freed by the caller. */
static inline char *folder_read(const char *folder, const char *name)
{
	char path[1024], *text = calloc(1, 1 << 20);
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (file) {
		text[fread(text, 1, (1 << 20) - 1, file)] = 0;
		fclose(file);
	}
	return text;
}

#endif
