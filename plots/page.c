#include "plots/page.h"

#include <string.h>

#include "plots/text.h"

const char *page_text_at(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "unknown";
}

const json_t *page_session(const struct page *page)
{
	return page->results->session_count ? page->results->sessions[0] : NULL;
}

void page_element(const struct page *page, const char *element, const char *text)
{
	fprintf(page->out, "<%s>", element);
	text_put_html(page->out, text);
	fprintf(page->out, "</%.*s>\n", (int)strcspn(element, " "), element);
}

void page_rate(const struct page *page, double rate)
{
	char text[32];

	text_rate(rate, text, sizeof(text));
	fputs(text, page->out);
}

void page_interval(const struct page *page, const struct point *point)
{
	page_rate(page, point->median);
	if (point->cell && point->cell->valid == 1) {
		fputs(" ops/s (of one trial)", page->out);
		return;
	}
	fputs(" ops/s [", page->out);
	page_rate(page, point->low);
	fputs(", ", page->out);
	page_rate(page, point->high);
	fputc(']', page->out);
}

void page_series(const struct page *page, const struct series *series)
{
	fputs("<code>", page->out);
	text_put_html(page->out, series->name);
	fputs("</code>", page->out);
}

void page_lead(const struct page *page, const struct contrast *lead)
{
	fprintf(page->out, lead->ratio >= 1000 ? "%.0f times" : "%.3g times", lead->ratio);
	if (lead->freedom > 0 && lead->high / lead->low < PAGE_INTERVAL_TOO_WIDE)
		fprintf(page->out, " [%.3g, %.3g]", lead->low, lead->high);
	else if (lead->verdict != CONTRAST_TOO_FEW)
		fputs(" [interval too wide to print]", page->out);
}

void page_threads(const struct page *page, unsigned threads)
{
	fprintf(page->out, "%u thread%s", threads, threads == 1 ? "" : "s");
}

FILE *page_open(const char *folder, const char *name)
{
	char path[PAGE_PATH_BYTES];

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path))
		return NULL;
	return fopen(path, "re");
}

void page_copy(const struct page *page, const char *folder, const char *name)
{
	FILE *file = page_open(folder, name);
	char block[4096];
	size_t length;

	while (file && (length = fread(block, 1, sizeof(block), file)) > 0)
		fwrite(block, 1, length, page->out);
	if (file)
		fclose(file);
}
