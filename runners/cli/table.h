/* Lists as one array of flat JSON objects, printed as text, as Markdown or as they are. */
#ifndef RUNNERS_CLI_TABLE_H
#define RUNNERS_CLI_TABLE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

enum table_format { TABLE_TEXT, TABLE_MARKDOWN, TABLE_JSON };

struct table_column {
	const char *key;    /* in the objects, and the heading */
	bool in_text;       /* shown in text and Markdown; JSON has all */
	bool is_right;      /* aligned to the right */
};

enum { TABLE_COLUMNS_MAX = 32 };

/**
 * table_print() - print rows.
 *
 * Texts, numbers and booleans (yes, no); null is empty.
 *
 * @columns:  ends with one without a key.
 * @rows:     array of objects.
 */
void table_print(FILE *out, const struct table_column *columns, const json_t *rows,
		 enum table_format format);

#endif
