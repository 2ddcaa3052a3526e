#include "runners/cli/table.h"

#include <stdlib.h>
#include <string.h>

enum { CELL_BYTES = 1024, GAP = 2 };

static void cell_text(const json_t *value, char text[CELL_BYTES])
{
	text[0] = '\0';
	if (json_is_string(value))
		snprintf(text, CELL_BYTES, "%s", json_string_value(value));
	else if (json_is_boolean(value))
		snprintf(text, CELL_BYTES, "%s", json_is_true(value) ? "yes" : "no");
	else if (json_is_integer(value))
		snprintf(text, CELL_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
	else if (json_is_real(value))
		snprintf(text, CELL_BYTES, "%.4g", json_real_value(value));
}

/* Columns as wide as their widest text, in characters of UTF-8. */
static int width_of(const char *text)
{
	int width = 0;

	for (; *text; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void measure(const struct table_column *columns, const json_t *rows, int *widths)
{
	char text[CELL_BYTES];
	const json_t *row;
	size_t i;

	for (size_t c = 0; columns[c].key; c++) {
		widths[c] = width_of(columns[c].key);
		json_array_foreach(rows, i, row)
		{
			cell_text(json_object_get(row, columns[c].key), text);
			if (width_of(text) > widths[c])
				widths[c] = width_of(text);
		}
	}
}

static void pad(FILE *out, int count)
{
	fprintf(out, "%*s", count > 0 ? count : 0, "");
}

/* @row: NULL for the headings. */
static void print_text_row(FILE *out, const struct table_column *columns, const int *widths,
			   const json_t *row)
{
	char text[CELL_BYTES];
	int owed = 0;    /* blanks, printed only before something: no line ends in them */

	for (size_t c = 0; columns[c].key; c++) {
		if (!columns[c].in_text)
			continue;
		if (row)
			cell_text(json_object_get(row, columns[c].key), text);
		else
			snprintf(text, sizeof(text), "%s", columns[c].key);
		if (columns[c].is_right)
			owed += widths[c] - width_of(text);
		if (*text) {
			pad(out, owed);
			owed = 0;
		}
		fputs(text, out);
		owed += GAP + (columns[c].is_right ? 0 : widths[c] - width_of(text));
	}
	fputc('\n', out);
}

static void print_text(FILE *out, const struct table_column *columns, const json_t *rows)
{
	int widths[TABLE_COLUMNS_MAX];
	const json_t *row;
	size_t i;

	measure(columns, rows, widths);
	print_text_row(out, columns, widths, NULL);
	json_array_foreach(rows, i, row) print_text_row(out, columns, widths, row);
}

static void print_markdown(FILE *out, const struct table_column *columns, const json_t *rows)
{
	char text[CELL_BYTES];
	const json_t *row;
	size_t i;

	for (size_t c = 0; columns[c].key; c++)
		if (columns[c].in_text)
			fprintf(out, "| %s ", columns[c].key);
	fputs("|\n", out);
	for (size_t c = 0; columns[c].key; c++)
		if (columns[c].in_text)
			fputs(columns[c].is_right ? "|---:" : "|---", out);
	fputs("|\n", out);
	json_array_foreach(rows, i, row)
	{
		for (size_t c = 0; columns[c].key; c++) {
			if (!columns[c].in_text)
				continue;
			cell_text(json_object_get(row, columns[c].key), text);
			fputs("| ", out);
			for (const char *at = text; *at; at++)
				fprintf(out, *at == '|' ? "\\%c" : "%c", *at);
			fputc(' ', out);
		}
		fputs("|\n", out);
	}
}

void table_print(FILE *out, const struct table_column *columns, const json_t *rows,
		 enum table_format format)
{
	switch (format) {
	case TABLE_TEXT: print_text(out, columns, rows); break;
	case TABLE_MARKDOWN: print_markdown(out, columns, rows); break;
	case TABLE_JSON:
		json_dumpf(rows, out, JSON_INDENT(1));
		fputc('\n', out);
		break;
	}
}
