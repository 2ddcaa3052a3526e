#include "runners/results/laps.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *session_of(const json_t *trial)
{
	return json_string_value(json_object_get(trial, "session"));
}

static double log_rate(const json_t *trial)
{
	return log(json_number_value(json_object_get(trial, "ops_per_s")));
}

/* A trial that counts, and whose logarithm does. */
static bool has_log(const json_t *trial)
{
	return results_is_valid(trial) && isfinite(log_rate(trial));
}

static bool is_one_lap(const json_t *a, const json_t *b)
{
	return session_of(a) && session_of(b) && !strcmp(session_of(a), session_of(b)) &&
	       json_integer_value(json_object_get(a, "trial")) ==
		       json_integer_value(json_object_get(b, "trial"));
}

/* The cell's trial in the lap of another; NULL if it has no valid one. */
static const json_t *find_in_lap(const struct cell_summary *cell, const json_t *of)
{
	for (size_t i = 0; i < cell->trial_count; i++)
		if (has_log(cell->trials[i]) && is_one_lap(cell->trials[i], of))
			return cell->trials[i];
	return NULL;
}

/* Return: whether all cells have the lap; their logs then stand in @row. */
static bool read_lap(const struct cell_summary *const *cells, size_t count, const json_t *of,
		     double *row)
{
	for (size_t i = 0; i < count; i++) {
		const json_t *const trial = find_in_lap(cells[i], of);

		if (!trial)
			return false;
		row[i] = log_rate(trial);
	}
	return true;
}

int laps_find(const struct cell_summary *const *cells, size_t count, struct laps *laps)
{
	*laps = (struct laps){ .cells = count };
	laps->logs = calloc(count * cells[0]->trial_count + 1, sizeof(*laps->logs));
	if (!laps->logs)
		return -ENOMEM;
	for (size_t i = 0; i < cells[0]->trial_count; i++) {
		const json_t *const trial = cells[0]->trials[i];

		if (has_log(trial) &&
		    read_lap(cells, count, trial, laps->logs + laps->count * count))
			laps->count++;
	}
	return 0;
}

void laps_free(struct laps *laps)
{
	free(laps->logs);
	*laps = (struct laps){ .count = 0 };
}

static size_t logs_of(const struct cell_summary *cell, double *logs)
{
	size_t count = 0;

	for (size_t i = 0; i < cell->trial_count; i++)
		if (has_log(cell->trials[i]))
			logs[count++] = log_rate(cell->trials[i]);
	return count;
}

/* Of resampling: the same records give the same verdict. */
static uint64_t seed_of(const struct cell_summary *base, const struct cell_summary *new)
{
	return strtoull(base->cell, NULL, 16) ^ strtoull(new->cell, NULL, 16);
}

int laps_contrast_apart(const struct cell_summary *base, const struct cell_summary *new,
			struct contrast *contrast)
{
	double *const logs = calloc(base->trial_count + new->trial_count + 1, sizeof(*logs));
	size_t base_count, new_count;

	if (!logs)
		return -ENOMEM;
	base_count = logs_of(base, logs);
	new_count = logs_of(new, logs + base_count);
	*contrast = contrast_unpaired((struct logs){ logs, base_count },
				      (struct logs){ logs + base_count, new_count },
				      seed_of(base, new));
	/* Cells of one folder: what differs from host to host is not in it. */
	contrast->may_be_better = true;
	free(logs);
	return 0;
}

int laps_contrast(const struct cell_summary *base, const struct cell_summary *new,
		  struct contrast *contrast)
{
	struct laps laps;
	int error = laps_find((const struct cell_summary *const[]){ base, new }, 2, &laps);

	if (!error && laps.count < 2)
		error = laps_contrast_apart(base, new, contrast);
	else if (!error) {
		/* In place: the difference of a row goes where a row that is done stood. */
		for (size_t i = 0; i < laps.count; i++)
			laps.logs[i] = laps.logs[2 * i + 1] - laps.logs[2 * i];
		*contrast = contrast_paired((struct logs){ laps.logs, laps.count },
					    seed_of(base, new));
	}
	laps_free(&laps);
	return error;
}
