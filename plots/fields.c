#include "plots/fields.h"

#include <errno.h>
#include <string.h>

int fields_begin(struct fields *fields, struct fault *fault)
{
	const struct sheet *const sheet = fields->sheet;

	fields->data = sheet_open(sheet, "dat", fault);
	if (!fields->data)
		return -EIO;
	fields->words = sheet_open_words(sheet, fault);
	if (!fields->words) {
		fclose(fields->data);
		return -EIO;
	}
	fprintf(fields->data, "# column  row  value  text  above\n");
	fprintf(fields->words, "rows = %zu\ncells = %zu\nscale_high = %.9g\narray row_name[%zu]\n",
		fields->rows, fields->columns, fields->scale_high > 0 ? fields->scale_high : 1,
		fields->rows);
	fprintf(fields->words, "array column_name[%zu]\ndo for [i = 1:rows] { row_name[i] = '' }\n",
		fields->columns);
	fputs("do for [i = 1:cells] { column_name[i] = '' }\n", fields->words);
	sheet_put_text(sheet, fields->words, "x_label", fields->x_label);
	sheet_put_text(sheet, fields->words, "colour_label",
		       fields->colour_label ? fields->colour_label : "");
	return 0;
}

static void name(const struct fields *fields, const char *array, size_t index, const char *text)
{
	char key[48];

	snprintf(key, sizeof(key), "%s[%zu]", array, index + 1);
	sheet_put_text(fields->sheet, fields->words, key, text);
}

void fields_name_row(const struct fields *fields, size_t row, const char *text)
{
	name(fields, "row_name", row, text);
}

void fields_name_column(const struct fields *fields, size_t column, const char *text)
{
	name(fields, "column_name", column, text);
}

void fields_put(const struct fields *fields, size_t column, size_t row, double value,
		const char *text, const char *above)
{
	fprintf(fields->data, "%zu %zu %.6g \"%s\" \"%s\"\n", column + 1, row + 1, value, text, above);
}

int fields_end(struct fields *fields, struct fault *fault)
{
	const int error = sheet_close(fields->sheet, "dat", fields->data, fault);
	int failed;

	fprintf(fields->words, "load scripts.'/%s.gp'\n", fields->sheet->script);
	failed = sheet_close(fields->sheet, "def", fields->words, fault);
	return error ? error : failed;
}
