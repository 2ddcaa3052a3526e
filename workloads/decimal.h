/* Plain decimal numbers in what users type: no sign, exponent, hexadecimal, nan, inf or locale. */
#ifndef WORKLOADS_DECIMAL_H
#define WORKLOADS_DECIMAL_H

#include <stdint.h>

/* The value is digits / 10^places. */
struct decimal {
	uint64_t digits;
	unsigned places;
};

/**
 * decimal_parse() - read digits, with or without a point and digits behind it.
 *
 * At most 15 digits, so that the value is the double nearest to what was written.
 *
 * @end:  out, the first byte behind the number.
 *
 * Return: 0, or -EINVAL.
 */
int decimal_parse(const char *text, struct decimal *decimal, const char **end);

double decimal_value(struct decimal decimal);

/* Return: @decimal in thousandths, or -EINVAL if it is finer or above @limit. */
int decimal_thousandths(struct decimal decimal, unsigned limit);

#endif
