#include "topology/ranges.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* strtoul() would take signs and blanks. Return: false if there is no number or it does not fit. */
static bool number_read(const char **text, unsigned *number)
{
	const char *at = *text;
	unsigned long read = 0;

	if (*at < '0' || *at > '9')
		return false;
	for (; *at >= '0' && *at <= '9'; at++) {
		read = read * 10 + (unsigned long)(*at - '0');
		if (read > UINT_MAX)
			return false;
	}
	*text = at;
	*number = (unsigned)read;
	return true;
}

/* One number or range, with the comma after it. */
static bool item_read(const char **text, unsigned *first, unsigned *last)
{
	if (!number_read(text, first))
		return false;
	*last = *first;
	if (**text == '-') {
		(*text)++;
		if (!number_read(text, last))
			return false;
	}
	if (**text == ',' && (*text)[1])
		(*text)++;
	else if (**text)
		return false;
	return true;
}

int ranges_parse(const char *text, unsigned *numbers, unsigned room, struct fault *fault)
{
	const char *at = text;
	unsigned count = 0;

	do {
		const char *const item = at;
		unsigned first, last;

		if (!item_read(&at, &first, &last))
			return fault_set(fault, -EINVAL,
					 "'%.100s' is not a list of numbers such as "
					 "0,2,4-7: see '%.40s'",
					 text, item);
		if (last < first)
			return fault_set(fault, -EINVAL,
					 "the range %u-%u in '%.100s' runs backwards", first, last,
					 text);
		if (last - first >= room - count)
			return fault_set(fault, -EINVAL, "'%.100s' has more than %u numbers", text,
					 room);
		for (unsigned i = 0; i <= last - first; i++)
			numbers[count++] = first + i;
	} while (*at);
	return (int)count;
}

/* Length of the run that starts at @numbers. */
static unsigned run_length(const unsigned *numbers, unsigned count)
{
	unsigned length = 1;

	while (length < count && numbers[length] == numbers[0] + length)
		length++;
	return length;
}

static unsigned item_count(const unsigned *numbers, unsigned count)
{
	unsigned items = 0;

	for (unsigned i = 0; i < count; i += run_length(numbers + i, count - i))
		items++;
	return items;
}

static void item_write(const unsigned *run, unsigned length, char *written, size_t size_bytes)
{
	if (length > 1)
		snprintf(written, size_bytes, "%u-%u", run[0], run[length - 1]);
	else
		snprintf(written, size_bytes, "%u", run[0]);
}

/*
 * Appends @item if "..." would still fit after it, else "..." if that fits. Return: whether to go
 * on.
 */
static bool item_append(char *text, size_t size_bytes, const char *item)
{
	static const char comma[] = ",", dots[] = "...";
	const size_t used = strlen(text);
	const char *before = used ? comma : "";

	if (used + strlen(before) + strlen(item) + strlen(comma) + sizeof(dots) <= size_bytes) {
		snprintf(text + used, size_bytes - used, "%s%s", before, item);
		return true;
	}
	if (used + strlen(before) + sizeof(dots) <= size_bytes)
		snprintf(text + used, size_bytes - used, "%s%s", before, dots);
	return false;
}

void ranges_format(const unsigned *numbers, unsigned count, unsigned items_max, char *text,
		   size_t size_bytes)
{
	const unsigned items = item_count(numbers, count);
	const bool is_cut = items_max && items > items_max;
	unsigned item = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < count; item++) {
		const unsigned length = run_length(numbers + i, count - i);
		const bool is_hidden = is_cut && item + 1 >= items_max && item + 1 < items;
		char written[32] = "...";

		if (!is_hidden)
			item_write(numbers + i, length, written, sizeof(written));
		/* Of all that is hidden, the first writes the dots. */
		if ((!is_hidden || item + 1 == items_max) &&
		    !item_append(text, size_bytes, written))
			return;
		i += length;
	}
}
