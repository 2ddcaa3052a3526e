#include "runners/plan/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define COUNT_MAX   ((uint64_t)INT64_MAX)
#define TIME_MAX_NS (10 * 24 * 3600 * UINT64_C(1000000000))

enum { FRACTION_DIGITS_MAX = 9 };

/* The value is (whole x scale + fraction) / scale. */
struct number {
	uint64_t whole, fraction, scale;
};

/* Return: the first byte behind the number, or NULL. */
static const char *read_number(const char *text, struct number *number)
{
	*number = (struct number){ .scale = 1 };
	if (!isdigit((unsigned char)*text))
		return NULL;
	for (; isdigit((unsigned char)*text); text++) {
		const unsigned digit = (unsigned)(*text - '0');

		if (number->whole > (COUNT_MAX - digit) / 10)
			return NULL;
		number->whole = number->whole * 10 + digit;
	}
	if (*text != '.')
		return text;
	if (!isdigit((unsigned char)*++text))
		return NULL;
	for (unsigned i = 0; isdigit((unsigned char)*text); i++, text++) {
		if (i == FRACTION_DIGITS_MAX)
			return NULL;
		number->fraction = number->fraction * 10 + (uint64_t)(*text - '0');
		number->scale *= 10;
	}
	return text;
}

/* @number x @unit, if that is whole and at most @limit. */
static int multiply(const struct number *number, uint64_t unit, uint64_t limit, uint64_t *value)
{
	const unsigned __int128 part = (unsigned __int128)number->fraction * unit;
	const unsigned __int128 product =
		(unsigned __int128)number->whole * unit + part / number->scale;

	if (part % number->scale || product > limit)
		return -EINVAL;
	*value = (uint64_t)product;
	return 0;
}

int units_parse_count(const char *text, unsigned kilo, uint64_t *value)
{
	struct number number;
	uint64_t unit = 1;
	const char *const suffix = read_number(text, &number);

	if (!suffix)
		return -EINVAL;
	switch (*suffix) {
	case 'G': unit *= kilo;    /* fall through */
	case 'M': unit *= kilo;    /* fall through */
	case 'K':
	case 'k': unit *= kilo; break;
	case '\0': return multiply(&number, unit, COUNT_MAX, value);
	default: return -EINVAL;
	}
	return suffix[1] ? -EINVAL : multiply(&number, unit, COUNT_MAX, value);
}

static const struct {
	const char *name;
	uint64_t ns;
} time_units[] = {
	{ "h", UINT64_C(3600000000000) }, { "m", UINT64_C(60000000000) },
	{ "s", UINT64_C(1000000000) },    { "ms", UINT64_C(1000000) },
	{ "us", UINT64_C(1000) },         { "ns", UINT64_C(1) },
};

enum { TIME_UNITS = sizeof(time_units) / sizeof(*time_units) };

int units_parse_time(const char *text, uint64_t *time_ns)
{
	struct number number;
	const char *const unit = read_number(text, &number);

	for (unsigned i = 0; unit && i < TIME_UNITS; i++)
		if (!strcmp(unit, time_units[i].name))
			return multiply(&number, time_units[i].ns, TIME_MAX_NS, time_ns);
	return -EINVAL;
}

void units_format_time(uint64_t time_ns, char text[UNITS_TEXT_BYTES])
{
	unsigned i = 0;

	/* Zero is "0s": it divides by everything, and hours of it would read oddly. */
	while (time_ns ? time_ns % time_units[i].ns != 0 : strcmp(time_units[i].name, "s") != 0)
		i++;
	snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 "%s", time_ns / time_units[i].ns,
		 time_units[i].name);
}

void units_format_span(uint64_t time_ns, char text[UNITS_TEXT_BYTES])
{
	const uint64_t seconds = time_ns / 1000000000 + (time_ns % 1000000000 >= 500000000);

	if (seconds >= 24 * 3600)
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 " d %" PRIu64 " h",
			 seconds / (24 * 3600), seconds % (24 * 3600) / 3600);
	else if (seconds >= 3600)
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 " h %" PRIu64 " min", seconds / 3600,
			 seconds % 3600 / 60);
	else if (seconds >= 60)
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 " min %" PRIu64 " s", seconds / 60,
			 seconds % 60);
	else
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 " s", seconds);
}
