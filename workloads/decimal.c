#include "workloads/decimal.h"

#include <ctype.h>
#include <errno.h>

enum { DIGITS_MAX = 15 };    /* below 2^53 */

int decimal_parse(const char *text, struct decimal *decimal, const char **end)
{
	struct decimal read = { 0 };
	unsigned length = 0;
	int has_point = 0;

	for (; isdigit((unsigned char)*text) || (*text == '.' && !has_point); text++) {
		if (*text == '.') {
			has_point = 1;
			continue;
		}
		if (++length > DIGITS_MAX)
			return -EINVAL;
		read.digits = read.digits * 10 + (uint64_t)(*text - '0');
		read.places += (unsigned)has_point;
	}
	if (length == 0 || text[-1] == '.')
		return -EINVAL;
	*decimal = read;
	*end = text;
	return 0;
}

double decimal_value(struct decimal decimal)
{
	double scale = 1;

	while (decimal.places--)
		scale *= 10;    /* exact up to 10^22 */
	return (double)decimal.digits / scale;
}

int decimal_thousandths(struct decimal decimal, unsigned limit)
{
	for (; decimal.places > 3; decimal.places--, decimal.digits /= 10)
		if (decimal.digits % 10)
			return -EINVAL;
	for (; decimal.places < 3; decimal.places++)
		decimal.digits *= 10;
	return decimal.digits <= limit ? (int)decimal.digits : -EINVAL;
}
