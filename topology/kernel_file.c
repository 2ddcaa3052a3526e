#include "topology/kernel_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int kernel_file_read_path(char *text, size_t room, const char *path)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got = 0;

	text[0] = '\0';
	if (file < 0)
		return -errno;
	while (length < room - 1) {
		got = read(file, text + length, room - 1 - length);
		if (got <= 0)
			break;
		length += (size_t)got;
	}
	const int error = got < 0 ? -errno : 0;

	close(file);
	if (error)
		length = 0;
	if (length && text[length - 1] == '\n')
		length--;
	text[length] = '\0';
	return error ? error : (int)length;
}

int kernel_file_read(char *text, size_t room, const char *path_format, ...)
{
	char path[PATH_MAX];
	va_list arguments;

	va_start(arguments, path_format);
	vsnprintf(path, sizeof(path), path_format, arguments);
	va_end(arguments);
	return kernel_file_read_path(text, room, path);
}

int kernel_file_number(uint64_t *number, const char *path_format, ...)
{
	char path[PATH_MAX], text[64], *end;
	va_list arguments;

	va_start(arguments, path_format);
	vsnprintf(path, sizeof(path), path_format, arguments);
	va_end(arguments);

	const int length = kernel_file_read_path(text, sizeof(text), path);

	if (length < 0)
		return length;
	const uint64_t value = strtoull(text, &end, 10);

	if (end == text || *end)
		return -EINVAL;
	*number = value;
	return 0;
}

int kernel_text_number(const char *text, const char *name, uint64_t *number)
{
	const char *const found = strstr(text, name);
	char *end;

	if (!found)
		return -ENODATA;
	const char *const digits = found + strlen(name);
	const uint64_t value = strtoull(digits, &end, 10);

	if (end == digits)
		return -ENODATA;
	*number = value;
	return 0;
}
