/* What an axis takes, and how a cell writes it down. */
#ifndef TESTS_RUNNERS_SPELLINGS_H
#define TESTS_RUNNERS_SPELLINGS_H

#include "tests/runners/cells.h"

#define MAP     "variant=map/chained@mutex threads=2"
#define QUEUE   "variant=queue/list@mutex threads=2"
#define ORDERED "variant=ordered/skiplist@mutex threads=2"

/* One value of one axis, given and canonical; NULL: refused. */
struct spelling {
	const char *given, *canonical;
};

static inline void check_spellings(const char *base, enum axis_key key,
				   const struct spelling *spellings)
{
	for (; spellings->given; spellings++) {
		char words[512];
		struct cell cell;
		int error;

		snprintf(words, sizeof(words), "%s %s=%s", base, axes[key].name, spellings->given);
		error = cells_resolve(words, &cell);
		if (spellings->canonical) {
			if (error)
				fail_msg("%s: %s", words, cells_fault.text);
			assert_string_equal(cell.text[key], spellings->canonical);
		} else {
			if (!error)
				fail_msg("%s was taken", words);
			assert_non_null(strstr(cells_fault.text, axes[key].name));
		}
		cell_free(&cell);
	}
}

#endif
