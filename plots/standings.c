#include "plots/standings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int standings_same_workload(const struct panel *a, const struct panel *b)
{
	return !strcmp(a->family, b->family) && !strcmp(a->workload, b->workload);
}

/* Keep the ranks: a rival goes in where its median says, the last falls out where there is no room. */
static void add_rival(struct standing *standing, const struct series *series,
		      const struct point *point)
{
	size_t at = standing->count < STANDING_MAX ? standing->count : STANDING_MAX - 1;

	if (standing->count == STANDING_MAX &&
	    standing->rivals[at].point->median >= point->median)
		return;
	standing->count = at + 1;
	for (; at && standing->rivals[at - 1].point->median < point->median; at--)
		standing->rivals[at] = standing->rivals[at - 1];
	standing->rivals[at] = (struct rival){ .series = series, .point = point };
}

typedef void visit_point(struct standing *standing, const struct series *series,
			 const struct point *point);

/* Every series of the standing's workload that was measured with its number of threads. */
static void visit_points(const struct panels *panels, struct standing *standing, visit_point *visit)
{
	for (size_t p = 0; p < panels->count; p++) {
		const struct panel *const part = &panels->panels[p];

		for (size_t s = 0; standings_same_workload(part, standing->panel) && s < part->count;
		     s++) {
			const struct point *const point = series_point(&part->series[s], standing->threads);

			if (point)
				visit(standing, &part->series[s], point);
		}
	}
}

static int is_rival(const struct standing *standing, const struct point *point)
{
	for (size_t i = 0; i < standing->count; i++)
		if (standing->rivals[i].point == point)
			return 1;
	return 0;
}

static void count_more(struct standing *standing, const struct series *series,
		       const struct point *point)
{
	(void)series;
	standing->more += !is_rival(standing, point) &&
			  point->high >= standing->rivals[0].point->low;
}

static int contrast_rivals(struct standing *standing)
{
	int error = 0;

	for (size_t i = 1; !error && i < standing->count; i++)
		error = laps_contrast(standing->rivals[i].point->cell, standing->rivals[0].point->cell,
				      &standing->rivals[i].lead);
	return error;
}

/* The next larger number of threads that any part of the workload has; 0: there is none. */
static unsigned next_threads(const struct panels *panels, const struct panel *panel, unsigned after)
{
	unsigned next = 0;

	for (size_t p = 0; p < panels->count; p++) {
		const struct panel *const part = &panels->panels[p];

		for (size_t s = 0; standings_same_workload(part, panel) && s < part->count; s++) {
			for (size_t i = 0; i < part->series[s].count; i++) {
				const unsigned threads = part->series[s].points[i].threads;

				if (threads > after && (!next || threads < next))
					next = threads;
			}
		}
	}
	return next;
}

static int add_standing(const struct panels *panels, const struct panel *panel, unsigned threads,
			struct standings *standings)
{
	struct standing *const grown = realloc(standings->standings,
					       (standings->count + 1) * sizeof(*grown));
	struct standing *added;

	if (!grown)
		return -ENOMEM;
	standings->standings = grown;
	added = &grown[standings->count++];
	*added = (struct standing){ .panel = panel, .threads = threads };
	visit_points(panels, added, add_rival);
	visit_points(panels, added, count_more);
	return contrast_rivals(added);
}

/* All leads of all standings are one family of tests. */
static int judge(struct standings *standings)
{
	const size_t most = standings->count * STANDING_MAX;
	struct contrast *const all = calloc(most + 1, sizeof(*all));
	size_t count = 0;
	int error;

	if (!all)
		return -ENOMEM;
	for (size_t s = 0; s < standings->count; s++)
		for (size_t i = 1; i < standings->standings[s].count; i++)
			all[count++] = standings->standings[s].rivals[i].lead;
	error = contrasts_judge(all, count, STANDINGS_ALPHA);
	count = 0;
	for (size_t s = 0; s < standings->count; s++)
		for (size_t i = 1; i < standings->standings[s].count; i++)
			standings->standings[s].rivals[i].lead = all[count++];
	free(all);
	return error;
}

int standings_build(const struct panels *panels, struct standings *out)
{
	struct standings standings = { 0 };
	int error = 0;

	for (size_t p = 0; !error && p < panels->count; p++) {
		const struct panel *const panel = &panels->panels[p];
		unsigned threads = 0;

		while (!error && panel->part == 1 &&
		       (threads = next_threads(panels, panel, threads)) != 0)
			error = add_standing(panels, panel, threads, &standings);
	}
	if (!error)
		error = judge(&standings);
	if (error)
		standings_free(&standings);
	else
		*out = standings;
	return error;
}

void standings_free(struct standings *standings)
{
	free(standings->standings);
	*standings = (struct standings){ .count = 0 };
}

size_t standing_first_led(const struct standing *standing)
{
	for (size_t i = 1; i < standing->count; i++)
		if (standing->rivals[i].lead.verdict == CONTRAST_BETTER)
			return i;
	return 0;
}
