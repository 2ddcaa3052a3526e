/* Inside of the report: what its parts are written from, and the words they have in common. */
#ifndef PLOTS_PAGE_H
#define PLOTS_PAGE_H

#include <stdbool.h>
#include <stdio.h>

#include "plots/panels.h"
#include "plots/report.h"
#include "runners/stats/contrast.h"

/* Below this many values an interval of 95 % does not exist, or no difference at 1 % (runners/stats). */
enum { PAGE_TRIALS_FOR_INTERVAL = 6, PAGE_TRIALS_FOR_DECISION = 8, PAGE_PATH_BYTES = 4096 };

/* An interval whose ends are so many times apart says nothing. */
#define PAGE_INTERVAL_TOO_WIDE 100

/* Everything a page is written from. */
struct page {
	FILE *out;
	const struct report_options *options;
	const struct results *results;
	const struct summary_list *cells;
	const struct panels *panels;    /* of throughput */
};

/* A word of a record; "unknown" where it has none. */
const char *page_text_at(const json_t *object, const char *key);

/* The campaign's first session, or NULL. */
const json_t *page_session(const struct page *page);

/* <element>text</element>, the text escaped; the element may carry attributes. */
void page_element(const struct page *page, const char *element, const char *text);

/* "8.42 M", and "8.42 M ops/s [8.1 M, 8.6 M]", or "8.42 M ops/s (of one trial)". */
void page_rate(const struct page *page, double rate);
void page_interval(const struct page *page, const struct point *point);

/* The name of a series, as code. */
void page_series(const struct page *page, const struct series *series);

/* "1.42 times [1.35, 1.5]"; of too few trials the ratio alone. */
void page_lead(const struct page *page, const struct contrast *lead);

/* "1 thread", "8 threads". */
void page_threads(const struct page *page, unsigned threads);

/* Return: folder/name for reading, or NULL. */
FILE *page_open(const char *folder, const char *name);

/* Copy one of our own files into the page as it stands. */
void page_copy(const struct page *page, const char *folder, const char *name);

/* The parts, in the order in which they stand. */

/* In short, of workloads in which throughput is not all that counts. Return: 0 or -ENOMEM. */
int page_write_tradeoffs(const struct page *page);

/* Which variant is fastest where, by how much, with what certainty, and what limits it. Return: 0 or -ENOMEM. */
int page_write_answer(const struct page *page);
void page_write_caveats(const struct page *page);
void page_write_figures(const struct page *page);
void page_write_cells(const struct page *page);

/* Events per operation, the passes of a cell joined. Nothing where none were counted. */
void page_write_counters(const struct page *page);

/* Is the campaign one of a preset whose words are here? */
bool page_has_preset(const struct page *page);

/* The words of the campaign's preset about itself; nothing where it has none. */
void page_write_preset(const struct page *page);

/* Figures that others have published of the campaign's preset; nothing where there are none. Return: as published_find(). */
int page_write_published(const struct page *page, struct fault *fault);
void page_write_evidence(const struct page *page);

#endif
