/*
 * Numbers and times as people write them: 1M, 4k, 1.5G; 500ms, 2s. One canonical text for each
 * value.
 */
#ifndef RUNNERS_PLAN_UNITS_H
#define RUNNERS_PLAN_UNITS_H

#include <stddef.h>
#include <stdint.h>

enum { UNITS_TEXT_BYTES = 32 };

/**
 * units_parse_count() - read a whole number with an optional k, M or G behind it.
 *
 * A decimal point is fine where the result is whole: 1.5M.
 *
 * @kilo:   what k stands for: 1000, or 1024 for bytes. M and G are its powers.
 * @value:  out, at most 2^63 - 1.
 *
 * Return: 0, or -EINVAL.
 */
int units_parse_count(const char *text, unsigned kilo, uint64_t *value);

/**
 * units_parse_time() - read a number with its unit: ns, us, ms, s, m (minutes) or h.
 *
 * Return: 0, or -EINVAL if there is no unit, the time is not whole nanoseconds or is above ten
 * days.
 */
int units_parse_time(const char *text, uint64_t *time_ns);

/* The shortest text without a point, in the largest unit: 2s, 500ms. */
void units_format_time(uint64_t time_ns, char text[UNITS_TEXT_BYTES]);

/* For people, rounded: "1 h 20 min", "45 s". */
void units_format_span(uint64_t time_ns, char text[UNITS_TEXT_BYTES]);

#endif
