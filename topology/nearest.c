#include "topology/nearest.h"

#include <ctype.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Rows of the distance table: for the first i - 2, i - 1 and i bytes of one text. */
struct rows {
	unsigned cells[3][NEAREST_NAME_MAX + 1];
};

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static bool is_same(char a, char b)
{
	return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static void fill_row(struct rows *rows, const char *a, size_t i, const char *b, size_t b_length)
{
	const unsigned *const before = rows->cells[(i + 1) % 3];    /* i - 2 */
	const unsigned *const above = rows->cells[(i + 2) % 3];     /* i - 1 */
	unsigned *const row = rows->cells[i % 3];

	row[0] = (unsigned)i;
	for (size_t j = 1; j <= b_length; j++) {
		row[j] = above[j - 1] + !is_same(a[i - 1], b[j - 1]);
		row[j] = least(row[j], least(above[j], row[j - 1]) + 1);
		if (i > 1 && j > 1 && is_same(a[i - 1], b[j - 2]) && is_same(a[i - 2], b[j - 1]))
			row[j] = least(row[j], before[j - 2] + 1);
	}
}

/* Optimal string alignment: edits plus swaps of neighbours, no part edited twice. */
static unsigned distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
	struct rows rows;

	for (size_t j = 0; j <= b_length; j++)
		rows.cells[0][j] = (unsigned)j;
	for (size_t i = 1; i <= a_length; i++)
		fill_row(&rows, a, i, b, b_length);
	return rows.cells[a_length % 3][b_length];
}

const char *nearest_name(const char *given, const char *const *names)
{
	const size_t given_length = strnlen(given, NEAREST_NAME_MAX);
	const char *nearest = NULL;
	unsigned fewest = 0;

	for (; *names; names++) {
		const size_t length = strnlen(*names, NEAREST_NAME_MAX);
		const size_t longer = length > given_length ? length : given_length;
		const unsigned errors = distance(given, given_length, *names, length);

		if (errors * 3 > longer && !(errors == 1 && longer > 1))
			continue;
		if (!nearest || errors < fewest) {
			nearest = *names;
			fewest = errors;
		}
	}
	return nearest;
}
