#include "runners/cli/options.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "topology/nearest.h"

/* What getopt_long() answers for row 0; above all letters. */
enum { ROW_BASE = 1000, NAME_BYTES = 64, COLUMN_TEXT = 26 };

static size_t count_rows(const struct option_row *rows)
{
	size_t count = 0;

	while (rows && rows[count].name)
		count++;
	assert(count <= OPTIONS_MAX);
	return count;
}

/* The same rows as getopt_long() wants them. */
struct table {
	struct option longs[OPTIONS_MAX + 1];
	char shorts[2 * OPTIONS_MAX + 3];
};

static void make_table(const struct option_row *rows, struct table *table)
{
	const size_t count = count_rows(rows);
	char *letter = table->shorts;

	memset(table, 0, sizeof(*table));
	*letter++ = '-';    /* words come where they stand */
	*letter++ = ':';    /* a missing argument is told from an unknown option */
	for (size_t i = 0; i < count; i++) {
		table->longs[i] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].argument ? required_argument : no_argument,
			.val = ROW_BASE + (int)i,
		};
		if (rows[i].letter)
			*letter++ = rows[i].letter;
		if (rows[i].letter && rows[i].argument)
			*letter++ = ':';
	}
}

static const struct option_row *find_row(const struct option_row *rows, int found)
{
	if (found >= ROW_BASE)
		return &rows[found - ROW_BASE];
	for (; rows && rows->name; rows++)
		if (rows->letter == found)
			return rows;
	return NULL;
}

/* @given: the word of the command line that getopt_long() does not know, or knows otherwise. */
static int refuse(const struct option_row *rows, const char *given, struct fault *fault)
{
	const char *names[OPTIONS_MAX + 1] = { NULL };
	char bare[NAME_BYTES];
	const char *nearest;

	for (size_t i = 0; i < count_rows(rows); i++)
		names[i] = rows[i].name;
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(given + 2, "="), given + 2);
	for (size_t i = 0; names[i]; i++)
		if (!strcmp(names[i], bare))
			return fault_set(fault, -EINVAL, "option %.60s: --%s takes no value", given,
					 bare);
	nearest = nearest_name(bare, names);
	return fault_set(fault, -EINVAL, "unknown option %.60s%s%s%s", given,
			 nearest ? "; did you mean --" : "", nearest ? nearest : "",
			 nearest ? "?" : "");
}

static int refuse_letter(int letter, struct fault *fault)
{
	return fault_set(fault, -EINVAL, "unknown option -%c", letter);
}

int options_read(const struct option_row *rows, int count, char **words, options_take *take,
		 void *values, struct fault *fault)
{
	struct table table;
	int error = 0;

	make_table(rows, &table);
	optind = 0;    /* glibc's word for "from the start" */
	opterr = 0;
	while (!error) {
		const int found = getopt_long(count, words, table.shorts, table.longs, NULL);

		if (found == -1)
			break;
		if (found == 1)
			error = take(NULL, optarg, values, fault);
		else if (found == ':')
			error = fault_set(fault, -EINVAL, "option %.60s: its value is missing",
					  words[optind - 1]);
		else if (found == '?' && optopt > 0 && optopt < ROW_BASE)
			error = refuse_letter(optopt, fault);
		else if (found == '?')
			error = refuse(rows, words[optind - 1], fault);
		else
			error = take(find_row(rows, found), optarg, values, fault);
	}
	for (; optind < count && !error; optind++)
		error = take(NULL, words[optind], values, fault);
	return error;
}

void options_print(const struct option_row *rows)
{
	for (; rows && rows->name; rows++) {
		int column = rows->letter ? printf("  -%c, ", rows->letter) : printf("      ");

		column += printf("--%s%s%s", rows->name, rows->argument ? " " : "",
				 rows->argument ? rows->argument : "");
		printf("%*s%s\n", column < COLUMN_TEXT ? COLUMN_TEXT - column : 1, "", rows->text);
	}
}
