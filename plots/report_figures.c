/* The figures of the folder, inlined, each with its downloads. */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "plots/page.h"
#include "plots/text.h"

enum { NAME_BYTES = 256 };

static void put_base64(FILE *out, FILE *in)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	unsigned char three[3];
	size_t n;

	while ((n = fread(three, 1, 3, in)) > 0) {
		const unsigned bits = (unsigned)three[0] << 16 | (n > 1 ? (unsigned)three[1] << 8 : 0) |
				      (n > 2 ? three[2] : 0);

		fputc(digits[bits >> 18], out);
		fputc(digits[bits >> 12 & 63], out);
		fputc(n > 1 ? digits[bits >> 6 & 63] : '=', out);
		fputc(n > 2 ? digits[bits & 63] : '=', out);
	}
}

/* The figure of which a file is one panel: NAME-PANEL.svg, or NAME.svg. NULL: of none. */
static const struct figure *figure_of(const char *file)
{
	const char *const dot = strrchr(file, '.');

	for (size_t i = 0; dot && !strcmp(dot, ".svg") && i < plot_figures_count; i++) {
		const size_t length = strlen(plot_figures[i].name);

		if (!strncmp(file, plot_figures[i].name, length) &&
		    (file[length] == '-' || file[length] == '.'))
			return &plot_figures[i];
	}
	return NULL;
}

/* In the order of the list of figures, then by name. */
static int compare_files(const struct dirent **a, const struct dirent **b)
{
	const struct figure *const x = figure_of((*a)->d_name), *const y = figure_of((*b)->d_name);

	return x != y ? (x > y) - (x < y) : strcmp((*a)->d_name, (*b)->d_name);
}

static int is_figure(const struct dirent *file)
{
	return figure_of(file->d_name) != NULL;
}

/* One more form of a figure, where it stands in the folder. @stem: its name without ending. */
static void write_download(const struct page *page, const char *folder, const char *stem,
			   const char *ending, const char *type)
{
	char name[NAME_BYTES + 8];
	FILE *file;

	snprintf(name, sizeof(name), "%s.%s", stem, ending);
	file = page_open(folder, name);
	if (!file)
		return;
	fputs(" <a download=\"", page->out);
	text_put_html(page->out, name);
	fprintf(page->out, "\" href=\"data:%s;base64,", type);
	put_base64(page->out, file);
	fprintf(page->out, "\">%s</a>", strcmp(ending, "dat") ? "PDF" : "data");
	fclose(file);
}

/* An image of its own, so that the identifiers of two figures cannot collide; its link gets the same bytes by script. */
static void write_figure(const struct page *page, const char *folder, const char *name)
{
	FILE *const file = page_open(folder, name);
	char stem[NAME_BYTES];

	if (!file)
		return;
	snprintf(stem, sizeof(stem), "%.*s", (int)(strrchr(name, '.') - name), name);
	fputs("<figure id=\"", page->out);
	text_put_html(page->out, stem);
	fputs("\"><img alt=\"", page->out);
	text_put_html(page->out, stem);
	fputs("\" src=\"data:image/svg+xml;base64,", page->out);
	put_base64(page->out, file);
	fputs("\"><figcaption>", page->out);
	text_put_html(page->out, stem);
	fputs(": ", page->out);
	text_put_html(page->out, figure_of(name)->shows);
	fputs(". <span class=\"downloads\"><a class=\"svg\" download=\"", page->out);
	text_put_html(page->out, name);
	fputs("\">SVG</a>", page->out);
	write_download(page, folder, stem, "pdf", "application/pdf");
	write_download(page, folder, stem, "dat", "text/plain");
	fputs("</span></figcaption></figure>\n", page->out);
	fclose(file);
}

void page_write_figures(const struct page *page)
{
	char folder[PAGE_PATH_BYTES];
	struct dirent **files = NULL;
	int count;

	snprintf(folder, sizeof(folder), "%s/figures", page->options->directory);
	fputs("<h2 id=\"figures\">Figures</h2>\n", page->out);
	count = scandir(folder, &files, is_figure, compare_files);
	if (count <= 0)
		fputs("<p class=\"note\">None drawn yet: <code>numamark plot</code> draws them with "
		      "gnuplot.</p>\n",
		      page->out);
	for (int i = 0; i < count; i++) {
		write_figure(page, folder, files[i]->d_name);
		free(files[i]);
	}
	free(files);
}
