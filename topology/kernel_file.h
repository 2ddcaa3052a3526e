/* Small files of /proc and /sys. */
#ifndef TOPOLOGY_KERNEL_FILE_H
#define TOPOLOGY_KERNEL_FILE_H

#include <stddef.h>
#include <stdint.h>

/**
 * kernel_file_read() - the text of a file, without its last line end.
 *
 * @text:  out, @room bytes, always terminated; what does not fit is cut off.
 *
 * Return: its length, or the errno of the refusal (@text is then empty).
 */
__attribute__((format(printf, 3, 4))) int kernel_file_read(char *text, size_t room,
							   const char *path_format, ...);

/**
 * kernel_file_number() - a file that holds one number.
 *
 * Return: 0, -EINVAL if it holds something else, or the errno of the refusal.
 */
__attribute__((format(printf, 2, 3))) int kernel_file_number(uint64_t *number,
							     const char *path_format, ...);

/**
 * kernel_text_number() - the number behind a name in a text of "Name: 123 kB" or "name 123" lines.
 *
 * @name:  as in the text, with the colon where there is one; found anywhere in the text.
 *
 * Return: 0, -ENODATA if the name is not there or no number follows.
 */
int kernel_text_number(const char *text, const char *name, uint64_t *number);

#endif
