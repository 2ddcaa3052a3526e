/* What a reader must not conclude from these results. */
#include <string.h>

#include "plots/page.h"

static int any_flag(const struct page *page, const char *flag)
{
	for (size_t i = 0; i < page->cells->count; i++)
		if (page->cells->cells[i].flags && strstr(page->cells->cells[i].flags, flag))
			return 1;
	return 0;
}

static const char *word_at(const struct cell_summary *cell, const char *key)
{
	const char *word = json_string_value(json_object_get(cell->first, key));

	return word && strcmp(word, "none") ? word : NULL;
}

static int has_flawed(const struct page *page)
{
	for (size_t i = 0; i < page->cells->count; i++)
		if (word_at(&page->cells->cells[i], "flaw"))
			return 1;
	return 0;
}

/* Whether two cells of one family differ in a fact about their variants; cells are sorted by family. */
static int mixes(const struct page *page, const char *fact)
{
	const char *first = NULL, *family = "";

	for (size_t i = 0; i < page->cells->count; i++) {
		const struct cell_summary *const cell = &page->cells->cells[i];
		const char *const word = word_at(cell, fact);

		if (strcmp(cell->family, family))
			first = NULL;
		family = cell->family;
		if (word && first && strcmp(first, word))
			return 1;
		first = word ? word : first;
	}
	return 0;
}

static void write_flags(const struct page *page)
{
	static const struct {
		const char *flag, *sentence;
	} caveats[] = {
		{ "unfit-host", "The host is not fit to measure on (see the checks below): compare variants "
				"within this run only, and quote no absolute figure from it." },
		{ "apart", "Some loads that end with their operations were over for one thread while others went on, or "
			   "had not begun: their rates add what threads did one after the other (the table marks "
			   "them)." },
		{ "oversubscribed", "Some cells ran more threads than PUs: they measure the scheduler too." },
		{ "correlated", "Some cells cycle through their operations in a fixed order: branch "
				"prediction makes them cheaper than independent draws." },
		{ "unsteady", "The rate of some trials had not settled when their warm-up ended, or moved while it "
			      "was measured (the table marks them): what is said of them is of a moment." },
	};

	for (size_t i = 0; i < sizeof(caveats) / sizeof(*caveats); i++)
		if (any_flag(page, caveats[i].flag))
			page_element(page, "li class=\"warn\"", caveats[i].sentence);
}

static void write_fewest(const struct page *page)
{
	unsigned fewest = PAGE_TRIALS_FOR_INTERVAL;

	for (size_t i = 0; i < page->cells->count; i++)
		if (page->cells->cells[i].valid && page->cells->cells[i].valid < fewest)
			fewest = page->cells->cells[i].valid;
	if (fewest < PAGE_TRIALS_FOR_INTERVAL)
		fprintf(page->out,
			"<li>No lead over so few laps can be certain: <code>numamark run "
			"FOLDER/campaign.ini trials=%d -o FOLDER --resume</code> adds laps.</li>\n"
			"<li>Cells with fewer than %d valid trials (the least has %u) show the range of "
			"their trials: too few for a 95&nbsp;%% interval.</li>\n",
			PAGE_TRIALS_FOR_DECISION, PAGE_TRIALS_FOR_INTERVAL, fewest);
}

void page_write_caveats(const struct page *page)
{
	fputs("<h2 id=\"caveats\">What must not be concluded</h2>\n<ul>\n", page->out);
	write_flags(page);
	write_fewest(page);
	if (mixes(page, "update"))
		page_element(page, "li",
			     "Variants that update in place and variants that replace a node stand side by "
			     "side: their overwrites cost differently by design. The table names each.");
	if (mixes(page, "scan_guarantee"))
		page_element(page, "li",
			     "Scans that are snapshots and scans that are not stand side by side: the weaker "
			     "promise is cheaper to keep. The legends name each.");
	if (has_flawed(page))
		page_element(page, "li",
			     "Structures that are incorrect or lose entries by design stand beside correct "
			     "ones: part of their speed is what they leave out. The legends name each.");
	page_element(page, "li",
		     "Throughput of a closed loop says nothing about latency under a given load.");
	page_element(page, "li",
		     "A lead holds for this workload on this host; another mix, key distribution, range or "
		     "machine may turn it round.");
	fputs("</ul>\n", page->out);
}
