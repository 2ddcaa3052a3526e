#include "plots/dots.h"

#include <errno.h>
#include <math.h>

static int write_data(const struct sheet *sheet, const struct dot *dots, size_t count,
		      struct fault *fault)
{
	FILE *const file = sheet_open(sheet, "dat", fault);

	if (!file)
		return -EIO;
	fprintf(file, "# row  ratio  low  high  decided   # cell\n");
	for (size_t i = 0; i < count; i++) {
		const struct dot *const dot = &dots[i];
		const int has_interval = dot->low > 0 && isfinite(dot->high);

		fprintf(file, "%zu %.6g %.6g %.6g %d # %s\n", i + 1, dot->ratio,
			has_interval ? dot->low : dot->ratio, has_interval ? dot->high : dot->ratio,
			dot->is_decided, dot->label);
	}
	return sheet_close(sheet, "dat", file, fault);
}

int dots_draw(const struct sheet *sheet, const struct dot *dots, size_t count, struct fault *fault)
{
	const size_t rows = count < DOTS_MAX ? count : DOTS_MAX;
	char note[96] = "";
	FILE *words;
	int error = write_data(sheet, dots, count, fault);

	if (error)
		return error;
	words = sheet_open_words(sheet, fault);
	if (!words)
		return -EIO;
	fprintf(words, "rows = %zu\narray row_name[%zu]\n", rows, rows);
	for (size_t i = 0; i < rows; i++) {
		char key[32];

		snprintf(key, sizeof(key), "row_name[%zu]", i + 1);
		sheet_put_text(sheet, words, key, dots[i].label);
	}
	if (rows < count)
		snprintf(note, sizeof(note), "%zu more cells are in the data file", count - rows);
	sheet_put_text(sheet, words, "note_text", note);
	fprintf(words, "load scripts.'/%s.gp'\n", sheet->script);
	error = sheet_close(sheet, "def", words, fault);
	return error ? error : sheet_finish(sheet, fault);
}
