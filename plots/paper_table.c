#include "plots/paper_table.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plots/cell_words.h"
#include "plots/text.h"

/* How one format spells a row, and a text that comes from users. */
struct spelling {
	const char *head, *tail;
	const char *first, *between, *end;    /* of a row */
	const char *to;                       /* between the ends of an interval */
	void (*put)(FILE *out, const char *text);
};

static void put_markdown(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("|\\`*_<>[]", *text))
			fputc('\\', out);
		fputc((unsigned char)*text < ' ' ? ' ' : *text, out);
	}
}

static const struct spelling spellings[] = {
	[PAPER_MARKDOWN] = {
		.head = "| variant | where, workload | threads | ops/s | 95 % interval | valid |\n"
			"|---|---|---:|---:|---:|---:|\n",
		.tail = "",
		.first = "| ",
		.between = " | ",
		.end = " |\n",
		.to = " to ",
		.put = put_markdown,
	},
	[PAPER_LATEX] = {
		.head = "\\begin{tabular}{llrrrr}\n\\toprule\n"
			"variant & where, workload & threads & ops/s & 95\\,\\% interval & valid \\\\\n"
			"\\midrule\n",
		.tail = "\\bottomrule\n\\end{tabular}\n",
		.first = "",
		.between = " & ",
		.end = " \\\\\n",
		.to = "--",
		.put = text_put_tex,
	},
};

static void put_rate(FILE *out, double rate)
{
	char text[32];

	text_rate(rate, text, sizeof(text));
	fputs(text, out);
}

static void write_row(FILE *out, const struct spelling *spelling, const struct cell_summary *cell,
		      json_t *differing)
{
	char words[CELL_WORDS_BYTES];

	cell_words_of(cell, differing, words, sizeof(words));
	fputs(spelling->first, out);
	spelling->put(out, cell->variant);
	fputs(spelling->between, out);
	spelling->put(out, words);
	fprintf(out, "%s%u%s", spelling->between, cell->threads, spelling->between);
	put_rate(out, cell->median);
	fputs(spelling->between, out);
	if (cell->valid) {
		put_rate(out, cell->low);
		fputs(spelling->to, out);
		put_rate(out, cell->high);
	}
	fprintf(out, "%s%u/%u%s", spelling->between, cell->valid,
		cell->valid + cell->invalid + cell->skipped, spelling->end);
}

static int write_file(const struct summary_list *cells, const char *output,
		      const struct spelling *spelling, struct fault *fault)
{
	FILE *const out = fopen(output, "we");
	json_t *differing;
	int failed;

	if (!out)
		return fault_set(fault, -errno, "%s: cannot be written: %s", output, strerror(errno));
	differing = cell_words_differing(cells);
	fputs(spelling->head, out);
	for (size_t i = 0; i < cells->count; i++)
		write_row(out, spelling, &cells->cells[i], differing);
	fputs(spelling->tail, out);
	json_decref(differing);
	failed = ferror(out);
	if (fclose(out) || failed)
		return fault_set(fault, -EIO, "%s: cannot be written: %s", output, strerror(errno));
	return 0;
}

int paper_table_write(const char *directory, const char *output, enum paper_format format,
		      struct fault *fault)
{
	struct results results;
	struct summary_list cells = { 0 };
	int error = results_load(directory, &results, fault);

	if (error)
		return error;
	error = results_summarise(&results, &cells);
	if (error)
		fault_set(fault, error, "no memory for the table of %s", directory);
	else
		error = write_file(&cells, output, &spellings[format], fault);
	summary_list_free(&cells);
	results_free(&results);
	return error;
}
