#include "workloads/zipf.h"

#include <assert.h>
#include <math.h>

enum {
	SINGLES = 128,       /* ranks with a cell of their own */
	FINENESS = 16,       /* other cells are a sixteenth of their first number wide */
	CELLS_MAX = 1024,    /* 2^62 ranks need some 780 */
	/*
	 * Above this exponent all ranks behind the singles together weigh less than 2^-98 of the
	 * first: no 64-bit number reaches them, and they get no cells. Up to it the tangent stays
	 * above 0 within a cell.
	 */
	STEEP = 15
};

/* The width of the cell that begins at rank @first; 0 behind the last cell. */
static uint64_t cell_width(uint64_t first, uint64_t n, double theta)
{
	uint64_t width = 1;

	if (first >= n || (first >= SINGLES && theta > STEEP))
		return 0;
	if (first >= SINGLES)
		width = (first + 1) / FINENESS;
	return width < n - first ? width : n - first;
}

static size_t count_cells(uint64_t n, double theta)
{
	size_t count = 0;
	uint64_t width;

	for (uint64_t first = 0; (width = cell_width(first, n, theta)) != 0; first += width)
		count++;
	assert(count <= CELLS_MAX);
	return count;
}

size_t zipf_table_bytes(uint64_t n, double theta)
{
	return count_cells(n, theta) * sizeof(struct zipf_cell);
}

/* (1 + step / number)^-theta, step ranks behind the cell's first. */
static double power_in_cell(const struct zipf_cell *cell, uint64_t step, double theta)
{
	return exp(-theta * log1p((double)step / (double)(cell->first + 1)));
}

static struct zipf_cell make_cell(uint64_t first, uint64_t width, double theta)
{
	struct zipf_cell cell = { .first = first, .width = width };

	if (width > 1) {
		const double fall = 1 - power_in_cell(&cell, width - 1, theta);

		cell.slope = (uint64_t)ceil(theta / (double)(first + 1) * 0x1p64);
		cell.chord = fall / (double)(width - 1);
	}
	return cell;
}

/*
 * Vose's method. A cell with less than the average share is filled up by one with more, whose rest
 * then goes where it belongs. Rounding may leave cells in either list: they are full.
 */
static void make_aliases(struct zipf_cell *cells, double *shares, size_t count)
{
	uint16_t small[CELLS_MAX], large[CELLS_MAX];
	size_t smalls = 0, larges = 0;

	for (size_t i = 0; i < count; i++) {
		cells[i].bound = UINT64_MAX;
		cells[i].other = &cells[i];
		if (shares[i] < 1)
			small[smalls++] = (uint16_t)i;
		else
			large[larges++] = (uint16_t)i;
	}
	while (smalls && larges) {
		const uint16_t receiver = small[--smalls], giver = large[larges - 1];

		cells[receiver].bound = (uint64_t)(shares[receiver] * 0x1p64);
		cells[receiver].other = &cells[giver];
		shares[giver] -= 1 - shares[receiver];
		if (shares[giver] < 1) {
			larges--;
			small[smalls++] = giver;
		}
	}
}

struct zipf zipf_init(uint64_t n, double theta, void *table)
{
	const size_t count = count_cells(n, theta);
	struct zipf_cell *const cells = table;
	double shares[CELLS_MAX], sum = 0;
	uint64_t first = 0;

	for (size_t i = 0; i < count; i++) {
		const uint64_t width = cell_width(first, n, theta);

		cells[i] = make_cell(first, width, theta);
		shares[i] = (double)width * pow((double)(first + 1), -theta);
		sum += shares[i];
		first += width;
	}
	for (size_t i = 0; i < count; i++)
		shares[i] *= (double)count / sum;
	make_aliases(cells, shares, count);
	return (struct zipf){ .cells = cells, .count = count, .theta = theta };
}

bool zipf_accepts(const struct zipf_cell *cell, uint64_t step, uint64_t height, double theta)
{
	const double level = (double)height * 0x1p-64;

	if (level > 1 - (double)step * cell->chord)
		return false;
	return level < power_in_cell(cell, step, theta);
}

/*
 * The sum over k from a to b - 1 by Euler and Maclaurin, up to the third derivative, in units of
 * a^-theta: the integral, half the difference of the ends, and corrections by odd derivatives. What
 * is left out is below ((theta + 4) / a)^5 / 30240.
 */
static double tail_in_units(double a, double b, double theta)
{
	const double length = log1p((b - a) / a), bend = (1 - theta) * length;
	const double stretch = bend == 0 ? 1 : expm1(bend) / bend;
	const double end = exp(-theta * length);    /* b^-theta in units of a^-theta */
	const double third = theta * (theta + 1) * (theta + 2);

	return a * length * stretch + (1 - end) / 2 + theta / 12 * (1 / a - end / b) -
	       third / 720 * (1 / (a * a * a) - end / (b * b * b));
}

double zipf_mass(uint64_t first, uint64_t count, double theta)
{
	const double end = (double)first + (double)count;
	const double lead = fmax((double)first, 64 * (8 + theta));
	double k, sum = 0;

	for (k = (double)first; k < end && k < lead; k++) {
		const double term = pow(k, -theta);

		if (term == 0)
			return sum;    /* so are all that follow */
		sum += term;
	}
	return k < end ? sum + pow(k, -theta) * tail_in_units(k, end, theta) : sum;
}
