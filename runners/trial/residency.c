/* Where the pages are, against where they should be. */
#include "runners/trial/state.h"

#define RESIDENT_LEAST 0.95

/*
 * The worse of two looks: what was well placed after the prefill may have moved, and the other way
 * round.
 */
void residency_look(struct trial *trial)
{
	struct residency now[MEMORY_PARTS];

	memory_residency(trial->memory, now);
	for (unsigned part = 0; part < MEMORY_PARTS; part++) {
		struct residency *const worst = &trial->residency[part];
		const bool is_first = !worst->pages && !worst->unavailable;

		if (is_first || now[part].unavailable ||
		    (now[part].pages && now[part].share <= worst->share))
			*worst = now[part];
	}
}

static double huge_share(const struct residency *part)
{
	return (double)part->huge_bytes / (double)part->mapped_bytes;
}

void residency_judge(struct trial *trial)
{
	const bool wants_huge = trial->cell.pages != MEMORY_PAGES_BASE;

	for (unsigned i = 0; i < MEMORY_PARTS; i++) {
		const struct residency *const part = &trial->residency[i];

		if (part->unavailable || !part->pages)
			continue;
		if (part->share < RESIDENT_LEAST)
			verdict_flag(
				&trial->verdict, TRIAL_MISPLACED,
				"%.1f %% of the pages of %s are where memory=%s wants them%s%s",
				100 * part->share, memory_part_names[i],
				trial->cell.text[AXIS_MEMORY], part->refused ? ": " : "",
				part->refused ? part->refused : "");
		/* Thread state lies on base pages whatever is asked for. */
		if (wants_huge && i != MEMORY_THREAD && part->mapped_bytes &&
		    huge_share(part) < RESIDENT_LEAST)
			verdict_flag(&trial->verdict, TRIAL_MISPLACED,
				     "%.1f %% of %s lie on the pages of pages=%s",
				     100 * huge_share(part), memory_part_names[i],
				     trial->cell.text[AXIS_PAGES]);
	}
}
