#include "workloads/mix.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "topology/nearest.h"
#include "workloads/decimal.h"

enum { WORD_MAX = 40, LIST_BYTES = 200 };

/* What is being read, for the sentence that refuses it. */
struct reading {
	const char *text;
	const char *const *names;
	struct fault *fault;
};

static void list_names(const char *const *names, char list[LIST_BYTES])
{
	int length = 0;

	list[0] = '\0';
	for (unsigned i = 0; names[i] && length < LIST_BYTES; i++)
		length += snprintf(list + length, (size_t)(LIST_BYTES - length), "%s%s",
				   i ? ", " : "", names[i]);
}

static int refuse_operation(const struct reading *reading, const char *word)
{
	const char *const nearest = nearest_name(word, reading->names);
	char list[LIST_BYTES];

	list_names(reading->names, list);
	return fault_set(reading->fault, -EINVAL,
			 "mix=%.100s: unknown operation \"%s\"%s%s%s; allowed are %s",
			 reading->text, word, nearest ? ", did you mean \"" : "",
			 nearest ? nearest : "", nearest ? "\"?" : "", list);
}

static int find_operation(const struct reading *reading, const char *word)
{
	for (unsigned i = 0; reading->names[i]; i++)
		if (!strcmp(word, reading->names[i]))
			return (int)i;
	return refuse_operation(reading, word);
}

/* The word up to the colon; on success *at stands behind the colon. */
static int read_operation(const struct reading *reading, const char **at)
{
	const size_t length = strcspn(*at, ":,");
	char word[WORD_MAX];

	snprintf(word, sizeof(word), "%.*s", length < WORD_MAX ? (int)length : WORD_MAX, *at);
	if ((*at)[length] != ':' || length == 0)
		return fault_set(reading->fault, -EINVAL,
				 "mix=%.100s: \"%s\" has no share; write OPERATION:PERCENT, "
				 "with commas between, such as %s:100",
				 reading->text, word, reading->names[0]);
	*at += length + 1;
	return find_operation(reading, word);
}

/* A share in thousandths of a per cent; on success *at stands behind the number. */
static int read_share(const struct reading *reading, const char *name, const char **at)
{
	struct decimal decimal;
	const char *end;
	int share = decimal_parse(*at, &decimal, &end);

	if (share == 0 && (*end == ',' || *end == '\0'))
		share = decimal_thousandths(decimal, MIX_TOTAL);
	else
		share = -EINVAL;
	if (share < 0)
		return fault_set(reading->fault, -EINVAL,
				 "mix=%.100s: the share of %s is not a number from 0 to 100 with "
				 "at most three decimals",
				 reading->text, name);
	*at = end;
	return share;
}

static int read_entry(const struct reading *reading, const char **at, struct mix *mix)
{
	const int operation = read_operation(reading, at);
	int share;

	if (operation < 0)
		return operation;
	for (unsigned i = 0; i < mix->count; i++)
		if (mix->order[i] == (unsigned)operation)
			return fault_set(reading->fault, -EINVAL, "mix=%.100s: %s is named twice",
					 reading->text, reading->names[operation]);
	share = read_share(reading, reading->names[operation], at);
	if (share < 0)
		return share;
	assert(operation < MIX_OPERATIONS_MAX);
	mix->share[operation] = (unsigned)share;
	mix->order[mix->count++] = (unsigned)operation;
	return 0;
}

static int check_sum(const struct reading *reading, const struct mix *mix)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < mix->count; i++)
		sum += mix->share[mix->order[i]];
	if (sum == MIX_TOTAL)
		return 0;
	return fault_set(reading->fault, -EINVAL, "mix=%.100s: the shares sum to %.7g, not to 100",
			 reading->text, sum / 1000.0);
}

int mix_parse(const char *text, const char *const *names, struct mix *mix, struct fault *fault)
{
	const struct reading reading = { .text = text, .names = names, .fault = fault };
	struct mix read = { .count = 0 };
	const char *at = text;
	int error;

	for (;;) {
		at += strspn(at, " ");
		error = read_entry(&reading, &at, &read);
		if (error)
			return error;
		if (*at == '\0')
			break;
		at++;    /* the comma that read_share() saw */
	}
	error = check_sum(&reading, &read);
	if (error)
		return error;
	*mix = read;
	return 0;
}

static unsigned common_divisor(const struct mix *mix)
{
	unsigned divisor = 0;

	for (unsigned i = 0; i < mix->count; i++) {
		unsigned share = mix->share[mix->order[i]];

		while (share) {
			const unsigned rest = divisor % share;

			divisor = share;
			share = rest;
		}
	}
	return divisor;
}

int mix_cycle(const struct mix *mix, uint8_t *cycle, size_t room)
{
	const unsigned divisor = common_divisor(mix);
	unsigned length = 0;

	if (MIX_TOTAL / divisor > room)
		return -E2BIG;
	for (unsigned i = 0; i < mix->count; i++) {
		const unsigned operation = mix->order[i];
		const unsigned end = length + mix->share[operation] / divisor;

		while (length < end)
			cycle[length++] = (uint8_t)operation;
	}
	return (int)length;
}
