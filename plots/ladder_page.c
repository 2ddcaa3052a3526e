#include "plots/ladder_page.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "plots/marks.h"
#include "plots/text.h"

enum { NAME_BYTES = 512, FACTOR_BYTES = 64 };

/* Three digits, and large ones without an exponent. */
static const char *digits_of(double number)
{
	return fabs(number) >= 1000 ? "%.0f" : "%.3g";
}

/* Of few laps an interval may be none, or so wide that a figure of it would show nothing else. */
static bool has_interval(const struct ladder_factor *factor)
{
	return factor->low > 0 && factor->high / factor->low < PAGE_INTERVAL_TOO_WIDE;
}

/* "3.2 [3.1, 3.3]" */
static void put_factor(const struct ladder_factor *factor, char text[FACTOR_BYTES])
{
	const struct {
		const char *before;
		double number;
	} parts[] = { { "", factor->ratio }, { " [", factor->low }, { ", ", factor->high } };
	const bool has_both = has_interval(factor);
	size_t length = 0;

	for (size_t i = 0; i < (has_both ? 3 : 1); i++) {
		length += (size_t)snprintf(text + length, FACTOR_BYTES - length, "%s", parts[i].before);
		length += (size_t)snprintf(text + length, FACTOR_BYTES - length,
					   digits_of(parts[i].number), parts[i].number);
	}
	snprintf(text + length, FACTOR_BYTES - length, has_both ? "]" : " [no interval]");
}

/* The share of a factor in the headline, on logarithms; NaN where there is nothing to share. */
static double share_of(const struct ladder *ladder, const struct ladder_rung *rung)
{
	const double whole = log(ladder->headline.ratio);

	return fabs(whole) > 0.01 ? log(rung->factor.ratio) / whole : NAN;
}

/* A rung's name, and what was not measured before it and is in its factor too. */
static void label_rung(const struct ladder *ladder, size_t index, char label[NAME_BYTES])
{
	size_t length = (size_t)snprintf(label, NAME_BYTES, "%s", ladder->rungs[index].name);

	for (size_t i = index; i > 0 && !ladder->rungs[i - 1].cell && length < NAME_BYTES; i--)
		length += (size_t)snprintf(label + length, NAME_BYTES - length, "%s %s",
					   i == index ? "; with" : ",", ladder->rungs[i - 1].name);
}

static void write_rung(FILE *words, const struct sheet *sheet, const struct ladder *ladder,
		       size_t index, size_t row)
{
	const struct ladder_rung *const rung = &ladder->rungs[index];
	char key[32], text[FACTOR_BYTES] = "", label[NAME_BYTES];

	snprintf(key, sizeof(key), "rung[%zu]", row);
	label_rung(ladder, index, label);
	sheet_put_text(sheet, words, key, label);
	if (row > 1)
		put_factor(&rung->factor, text);
	snprintf(key, sizeof(key), "factor[%zu]", row);
	sheet_put_text(sheet, words, key, text);
}

/* Rows of the rungs that were measured; the whiskers are those of the factor. */
static size_t write_rows(const struct ladder *ladder, const struct sheet *sheet, FILE *data,
			 FILE *words)
{
	double before = ladder->rungs[ladder->first].cell->median;
	size_t rows = 0;

	fprintf(words, "array rung[%zu]\narray factor[%zu]\n", ladder->count, ladder->count);
	fprintf(data, "# row  from  to  low  high   (operations per second; # rung)\n");
	for (size_t i = ladder->first; i <= ladder->last; i++) {
		const struct ladder_rung *const rung = &ladder->rungs[i];
		const struct ladder_factor *const factor = &rung->factor;
		double after = before;

		if (!rung->cell)
			continue;
		rows++;
		if (rows > 1)
			after = before * factor->ratio;
		fprintf(data, "%zu %.9g %.9g %.9g %.9g # %s\n", rows, before, after,
			rows > 1 && has_interval(factor) ? before * factor->low : after,
			rows > 1 && has_interval(factor) ? before * factor->high : after, rung->name);
		write_rung(words, sheet, ladder, i, rows);
		before = after;
	}
	return rows;
}

int ladder_draw(const struct ladder *ladder, const struct sheet *sheet, struct fault *fault)
{
	char subtitle[NAME_BYTES], headline[FACTOR_BYTES];
	struct sheet titled = *sheet;
	FILE *data, *words;
	size_t rows;
	int error, failed;

	put_factor(&ladder->headline, headline);
	snprintf(subtitle, sizeof(subtitle), "in all %s; %s", headline,
		 ladder->laps < 2 ? "trials not paired" : "paired by lap");
	titled.title = ladder->title;
	titled.subtitle = subtitle;
	data = sheet_open(&titled, "dat", fault);
	if (!data)
		return -EIO;
	words = sheet_open_words(&titled, fault);
	if (!words) {
		fclose(data);
		return -EIO;
	}
	rows = write_rows(ladder, &titled, data, words);
	fprintf(words, "rungs = %zu\nload scripts.'/ladder.gp'\n", rows);
	error = sheet_close(&titled, "dat", data, fault);
	failed = sheet_close(&titled, "def", words, fault);
	return error ? error : failed;
}

static void put_number(FILE *out, double number)
{
	fprintf(out, digits_of(number), number);
}

/* Of families that count them: what a rung's speed is paid with. */
static void put_losses(FILE *out, const struct cell_summary *cell)
{
	if (cell && isfinite(cell->lost))
		fprintf(out, " <span class=\"soft\">%.0f entries lost, %.0f torn reads</span>", cell->lost,
			cell->torn);
}

static void write_row(const struct page *page, const struct ladder *ladder, size_t index)
{
	const struct ladder_rung *const rung = &ladder->rungs[index];
	const double share = share_of(ladder, rung);
	char label[NAME_BYTES];
	FILE *const out = page->out;

	snprintf(label, sizeof(label), "%s", rung->name);
	if (rung->cell)
		label_rung(ladder, index, label);
	fputs("<tr><td class=\"text\">", out);
	text_put_html(out, label);
	fputs("</td><td class=\"text\"><code>", out);
	text_put_html(out, rung->cell ? rung->cell->variant : rung->words);
	fputs("</code>", out);
	put_losses(out, rung->cell);
	fputs("</td><td class=\"number\">", out);
	if (!rung->cell) {
		fprintf(out, "</td><td class=\"warn\" colspan=\"3\">%s</td></tr>\n", rung->why);
		return;
	}
	page_rate(page, rung->cell->median);
	if (index == ladder->first) {
		fputs("</td><td></td><td></td><td></td></tr>\n", out);
		return;
	}
	fputs("</td><td class=\"number\">", out);
	put_number(out, rung->factor.ratio);
	fputs("</td><td class=\"number\">", out);
	if (has_interval(&rung->factor)) {
		put_number(out, rung->factor.low);
		fputs(" &ndash; ", out);
		put_number(out, rung->factor.high);
	} else {
		fputs("none", out);
	}
	fputs("</td><td class=\"number\">", out);
	if (isfinite(share))
		fprintf(out, "%.0f&nbsp;%%", round(share * 100) + 0.0);
	fputs("</td></tr>\n", out);
}

/* The rung that gives most, on logarithms. */
static const struct ladder_rung *greatest(const struct ladder *ladder)
{
	const struct ladder_rung *found = NULL;

	for (size_t i = ladder->first + 1; i <= ladder->last; i++) {
		const struct ladder_rung *const rung = &ladder->rungs[i];

		if (rung->cell && (!found || fabs(log(rung->factor.ratio)) >
						     fabs(log(found->factor.ratio))))
			found = rung;
	}
	return found;
}

/* Between the ends of what was measured. */
static size_t count_missing(const struct ladder *ladder)
{
	size_t missing = 0;

	for (size_t i = ladder->first; i < ladder->last; i++)
		missing += !ladder->rungs[i].cell;
	return missing;
}

static void put_cell(const struct page *page, const struct cell_summary *cell)
{
	fputs("<code>", page->out);
	text_put_html(page->out, cell->variant);
	fputs("</code> on ", page->out);
	page_threads(page, cell->threads);
}

static void put_quoted(const struct page *page, const char *text)
{
	fputs("&ldquo;", page->out);
	text_put_html(page->out, text);
	fputs("&rdquo;", page->out);
}

/* The two ends by their variants, or, where these are the same, by what changes between them. */
static void write_ends(const struct page *page, const struct ladder *ladder)
{
	const struct ladder_rung *const first = &ladder->rungs[ladder->first];
	const struct ladder_rung *const last = &ladder->rungs[ladder->last];
	const bool is_same = !strcmp(first->cell->variant, last->cell->variant) &&
			     first->cell->threads == last->cell->threads;
	char text[FACTOR_BYTES];

	put_factor(&ladder->headline, text);
	fputs("<p>On this host and under this load, ", page->out);
	put_cell(page, last->cell);
	fprintf(page->out, " does %s times what ", text);
	if (!is_same) {
		put_cell(page, first->cell);
		fputs(" does", page->out);
		return;
	}
	fputs("it does otherwise: ", page->out);
	put_quoted(page, last->name);
	fputs(" over ", page->out);
	put_quoted(page, first->name);
}

/* What a careful reader would sign. */
static void write_sentence(const struct page *page, const struct ladder *ladder)
{
	const struct ladder_rung *const most = greatest(ladder);
	const size_t missing = count_missing(ladder);
	char text[FACTOR_BYTES];

	write_ends(page, ladder);
	if (ladder->last > ladder->first + 1) {
		fputs("; taken in this order, the rung that changes most is ", page->out);
		put_quoted(page, most->name);
		put_factor(&most->factor, text);
		fprintf(page->out,
			", a factor of %s. Each factor belongs to its place in the order: the same change at "
			"another place may give more or less",
			text);
	}
	fputc('.', page->out);
	if (missing)
		fprintf(page->out,
			" %zu rung%s not measured: what %s change%s is in the factor of the next that was.",
			missing, missing == 1 ? " was" : "s were", missing == 1 ? "it" : "they",
			missing == 1 ? "s" : "");
	if (ladder->last + 1 < ladder->count)
		fputs(" The ladder's own end is not among what was measured.", page->out);
	fputs("</p>\n", page->out);
}

/* Does only the policy of memory change from the rung before it that was measured? */
static bool changes_memory_alone(const struct ladder *ladder, size_t index)
{
	const struct cell_summary *const cell = ladder->rungs[index].cell;
	const struct cell_summary *before = NULL;

	for (size_t i = ladder->first; i < index; i++)
		before = ladder->rungs[i].cell ? ladder->rungs[i].cell : before;
	return cell && before && !strcmp(cell->variant, before->variant) &&
	       cell->threads == before->threads &&
	       !json_equal(json_object_get(cell->first, "memory"),
			   json_object_get(before->first, "memory"));
}

/* What a rung of placement is worth where there is one place alone. */
static void write_placement_note(const struct page *page, const struct ladder *ladder)
{
	for (size_t i = ladder->first + 1; i <= ladder->last && marks_one_node(page->results); i++) {
		if (!changes_memory_alone(ladder, i))
			continue;
		fputs("<p class=\"warn\">This machine has one NUMA node, on which all policies of memory are "
		      "the same: the factor of ",
		      page->out);
		put_quoted(page, ladder->rungs[i].name);
		fputs(" is noise, whatever its interval.</p>\n", page->out);
	}
}

static void write_ladder(const struct page *page, const struct ladder *ladder)
{
	char text[FACTOR_BYTES];

	page_element(page, "h3", ladder->title);
	write_sentence(page, ladder);
	fputs("<div class=\"wide\"><table><thead><tr><th>what changes</th><th>cell</th>"
	      "<th class=\"number\">median ops/s</th><th class=\"number\">factor</th>"
	      "<th class=\"number\">95&nbsp;% interval</th><th class=\"number\">share of the ratio</th>"
	      "</tr></thead><tbody>\n",
	      page->out);
	for (size_t i = 0; i < ladder->count; i++)
		write_row(page, ladder, i);
	put_factor(&ladder->headline, text);
	fprintf(page->out,
		"</tbody></table></div>\n<p class=\"note\">In all %s: the product of the factors. ", text);
	if (ladder->laps < 2)
		fputs("The cells share no two laps, so that trials are not paired; ", page->out);
	else
		fprintf(page->out, "Paired over the %zu laps that all cells have; ", ladder->laps);
	fputs("factors are ratios of geometric means, intervals hold for each factor by itself; shares are of "
	      "the logarithm.</p>\n",
	      page->out);
	write_placement_note(page, ladder);
}

void page_write_ladders(const struct page *page, const struct ladders *ladders)
{
	if (!ladders->count)
		return;
	fputs("<h2 id=\"ladders\">What the headline is made of</h2>\n", page->out);
	for (size_t i = 0; i < ladders->count; i++)
		write_ladder(page, &ladders->ladders[i]);
}
