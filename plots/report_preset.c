/* What the campaign's preset asks, how it differs from what it reproduces, and what it leaves out: the words at its head. */
#include <string.h>

#include "plots/page.h"
#include "plots/text.h"

enum { LINE_BYTES = 512 };

/* A line of the comment that opens a preset, without its mark and its end; NULL behind the last. */
static const char *next_line(FILE *file, char line[LINE_BYTES])
{
	if (!fgets(line, LINE_BYTES, file) || *line != ';')
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return line + 1 + strspn(line + 1, " ");
}

/* An empty line ends a paragraph. */
static void write_paragraphs(const struct page *page, FILE *file)
{
	char line[LINE_BYTES];
	const char *text;
	bool is_open = false;

	while ((text = next_line(file, line))) {
		if (!*text) {
			fputs(is_open ? "</p>\n" : "", page->out);
			is_open = false;
			continue;
		}
		fputs(is_open ? "\n" : "<p>", page->out);
		text_put_html(page->out, text);
		is_open = true;
	}
	fputs(is_open ? "</p>\n" : "", page->out);
}

/* NULL where there is none. */
static FILE *open_preset(const struct page *page)
{
	const char *const preset = results_preset(page->results);
	char name[PAGE_PATH_BYTES];

	if (!page->options->presets || !preset)
		return NULL;
	snprintf(name, sizeof(name), "%s.ini", preset);
	return page_open(page->options->presets, name);
}

bool page_has_preset(const struct page *page)
{
	FILE *const file = open_preset(page);

	if (file)
		fclose(file);
	return file != NULL;
}

void page_write_preset(const struct page *page)
{
	FILE *const file = open_preset(page);

	if (!file)
		return;
	fputs("<h2 id=\"preset\">What the preset ", page->out);
	page_element(page, "code", results_preset(page->results));
	fputs(" asks</h2>\n", page->out);
	write_paragraphs(page, file);
	fputs("<p class=\"note\">These are the words of the preset; keys given on the command line replaced its "
	      "values, and <code>campaign.ini</code> has what was run.</p>\n",
	      page->out);
	fclose(file);
}
