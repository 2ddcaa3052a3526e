/* The words of a kind's texts, with what stands in braces filled in. */
#ifndef RUNNERS_SERVER_WORDS_H
#define RUNNERS_SERVER_WORDS_H

#include <stddef.h>

enum { WORDS_MAX = 128 };

/* What {folder}, {port}... stand for. */
struct words_values {
	const char *folder, *user;
	const unsigned *ports;    /* {port}, {port2}, {port3} */
	unsigned pus;
};

/**
 * words_make() - split a text at its blanks.
 *
 * Return: an array of WORDS_MAX + 1, NULL-terminated, to be released with words_free(), or NULL
 * without memory.
 */
char **words_make(const char *text, const struct words_values *values);
void words_free(char **words);

/* The same of a whole text, which stays one: to be released with free(). */
char *words_fill(const char *text, const struct words_values *values);

/**
 * words_find_program() - the path of a command's program.
 *
 * @folders:  pattern of the shell's for folders beside those of PATH; "": none.
 *
 * Return: to be released with free(), or NULL if there is none.
 */
char *words_find_program(const char *name, const char *folders);

#endif
