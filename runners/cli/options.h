/* Options of a command as rows of one table: for reading a command line, and for its help. */
#ifndef RUNNERS_CLI_OPTIONS_H
#define RUNNERS_CLI_OPTIONS_H

#include <stddef.h>

#include "topology/fault.h"

struct option_row {
	const char *name;        /* without the dashes */
	char letter;             /* short form, 0: none */
	const char *argument;    /* what its argument is called in the help; NULL: it takes none */
	const char *text;        /* one line of help */
};

enum { OPTIONS_MAX = 16 };

/*
 * Takes one option (@row counts from 0), or a word that is none (@row is NULL). @text is its
 * argument, or the word. Return: 0, or a negative errno with the sentence in @fault.
 */
typedef int options_take(const struct option_row *row, char *text, void *values,
			 struct fault *fault);

/**
 * options_read() - read a command line; options and words may mix, behind "--" all are words.
 *
 * @rows:   ends with a row without a name; NULL: no options.
 * @words:  the command's name first, as argv; reordered.
 *
 * Return: 0, what @take answers, or -EINVAL (unknown option with the nearest name, argument missing
 * or too many) with the sentence in @fault.
 */
int options_read(const struct option_row *rows, int count, char **words, options_take *take,
		 void *values, struct fault *fault);

/* Print the rows, for help. */
void options_print(const struct option_row *rows);

#endif
