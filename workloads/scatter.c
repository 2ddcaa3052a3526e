#include "workloads/scatter.h"

#include "workloads/random.h"

enum { CANDIDATES = 64 };

/* Euclid's algorithm. Return: the largest of its quotients, or 0 if the two share a divisor. */
static uint64_t largest_quotient(uint64_t range, uint64_t multiplier)
{
	uint64_t a = range, b = multiplier, largest = 1;

	while (b) {
		const uint64_t rest = a % b;

		if (a / b > largest)
			largest = a / b;
		a = b;
		b = rest;
	}
	return a == 1 ? largest : 0;
}

struct scatter scatter_init(uint64_t range, uint64_t seed)
{
	const uint64_t golden =
		(uint64_t)(((unsigned __int128)range * 0x9e3779b97f4a7c15u) >> 64);
	struct random random = random_seed(seed, 0, RANDOM_SCATTER);
	struct scatter scatter = { .range = range, .shift = random_below(&random, range) };
	uint64_t smallest = 0;

	/* Coprime multipliers are dense: more than 64 are tried only until one is found. */
	for (uint64_t i = 0; i < range && (i < CANDIDATES || !smallest); i++) {
		const uint64_t candidate = (golden + i) % range;
		const uint64_t quotient = largest_quotient(range, candidate);

		if (quotient && (!smallest || quotient < smallest)) {
			smallest = quotient;
			scatter.multiplier = candidate;
		}
	}
	scatter.quotient_max = smallest;
	scatter.is_small = range <= UINT64_C(1) << 31;
	scatter.reciprocal = (uint64_t)((((unsigned __int128)scatter.multiplier << 64) +
					 (scatter.is_small ? range - 1 : 0)) /
					range);
	return scatter;
}
