#include "runners/results/comparison.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/digest.h"
#include "runners/stats/stats.h"

static const char *const probes[] = { "probe/null", "probe/faa" };

enum { PROBES = sizeof(probes) / sizeof(*probes) };

/* The trials of one cell on one side. */
struct group {
	const struct side *side;
	const struct side_trial *trials;
	size_t count;
};

/* Room for the figures of one cell, as much as the larger side has trials. */
struct room {
	double *base, *new;
	size_t *base_counts, *new_counts;
};

static bool is_probe(const struct side_trial *trial)
{
	for (size_t i = 0; i < PROBES; i++)
		if (!strcmp(trial->variant, probes[i]))
			return true;
	return false;
}

static struct group group_at(const struct side *side, size_t at)
{
	struct group group = { side, &side->trials[at], 0 };

	while (at + group.count < side->count &&
	       !strcmp(group.trials[group.count].key, group.trials->key))
		group.count++;
	return group;
}

static size_t count_sessions(struct group group)
{
	size_t sessions = 0;

	for (size_t i = 0; i < group.count; i++)
		sessions += !i || strcmp(group.trials[i].session, group.trials[i - 1].session);
	return sessions;
}

/* A trial without a session was made by something that knows of none: it is nobody's pair. */
static int compare_moments(const struct side_trial *a, const struct side_trial *b)
{
	const int by_session = strcmp(a->session, b->session);

	return by_session ? by_session : (a->lap > b->lap) - (a->lap < b->lap);
}

/* Both groups are sorted by session and lap. Return: pairs found; their rates in @room. */
static size_t find_pairs(struct group base, struct group new, struct room *room)
{
	size_t pairs = 0;

	for (size_t i = 0, j = 0; i < base.count && j < new.count;) {
		const int order = compare_moments(&base.trials[i], &new.trials[j]);

		if (!order && *base.trials[i].session) {
			room->base[pairs] = base.trials[i].rate;
			room->new[pairs++] = new.trials[j].rate;
		}
		i += order <= 0;
		j += order >= 0;
	}
	return pairs;
}

/*
 * Mean log rate of one probe beside a trial: with as many threads, in its session, in its lap if
 * that has any. NaN: there is none.
 */
static double probe_log(const struct side *side, const struct side_trial *beside, const char *probe)
{
	double all = 0, lap = 0;
	size_t all_count = 0, lap_count = 0;

	for (size_t i = 0; i < side->count; i++) {
		const struct side_trial *const trial = &side->trials[i];

		if (trial->threads != beside->threads || strcmp(trial->variant, probe) ||
		    strcmp(trial->session, beside->session))
			continue;
		all += log(trial->rate);
		all_count++;
		if (trial->lap == beside->lap) {
			lap += log(trial->rate);
			lap_count++;
		}
	}
	if (!all_count)
		return NAN;
	return lap_count ? lap / (double)lap_count : all / (double)all_count;
}

/* Mean over the probes in @mask; their logs are finite. */
static double host_log(const struct group *group, size_t trial, unsigned mask)
{
	double sum = 0;
	unsigned count = 0;

	for (size_t i = 0; i < PROBES; i++) {
		if (mask >> i & 1) {
			sum += probe_log(group->side, &group->trials[trial], probes[i]);
			count++;
		}
	}
	return count ? sum / count : 0;
}

/* Bit per probe that stands beside every trial of a group. */
static unsigned probes_beside(const struct group *group)
{
	unsigned mask = (1u << PROBES) - 1;

	for (size_t i = 0; i < PROBES; i++)
		for (size_t t = 0; t < group->count; t++)
			if (isnan(probe_log(group->side, &group->trials[t], probes[i])))
				mask &= ~(1u << i);
	return mask;
}

/* Logs of a group less those of its host. Return: mean log of the host. */
static double normalise(const struct group *group, unsigned mask, double *logs)
{
	double host = 0;

	for (size_t i = 0; i < group->count; i++) {
		const double beside = host_log(group, i, mask);

		logs[i] = log(group->trials[i].rate) - beside;
		host += beside / (double)group->count;
	}
	return host;
}

static void count_by_session(struct group group, size_t *counts)
{
	size_t sessions = 0;

	for (size_t i = 0; i < group.count; i++) {
		if (!i || strcmp(group.trials[i].session, group.trials[i - 1].session))
			counts[sessions++] = 0;
		counts[sessions - 1]++;
	}
}

static double median_rate(struct group group, double *room)
{
	for (size_t i = 0; i < group.count; i++)
		room[i] = group.trials[i].rate;
	return stats_median(room, group.count);
}

/* Of the resampling: the same records give the same verdict. */
static uint64_t seed_of(const char *key)
{
	struct digest digest = digest_begin();

	digest_add(&digest, key);
	return digest.state;
}

static void compare_pairs(struct compared_cell *cell, size_t pairs, struct room *room,
			  uint64_t seed)
{
	cell->is_paired = true;
	cell->base_count = cell->new_count = pairs;
	cell->base_median = stats_median(room->base, pairs);
	cell->new_median = stats_median(room->new, pairs);
	for (size_t i = 0; i < pairs; i++)
		room->new[i] = log(room->new[i] / room->base[i]);
	cell->contrast = contrast_paired((struct logs){ room->new, pairs }, seed);
}

static void compare_apart(struct compared_cell *cell, struct group base, struct group new,
			  struct room *room, uint64_t seed)
{
	const bool is_probe_itself = is_probe(base.trials) || is_probe(new.trials);
	const unsigned mask = is_probe_itself ? 0 : probes_beside(&base) & probes_beside(&new);

	cell->base_median = median_rate(base, room->base);
	cell->new_median = median_rate(new, room->new);
	cell->host_ratio =
		exp(-normalise(&base, mask, room->base) + normalise(&new, mask, room->new));
	if (!mask)
		cell->host_ratio = NAN;
	if (cell->base_sessions < 2 || cell->new_sessions < 2) {
		cell->contrast = contrast_unpaired((struct logs){ room->base, base.count },
						   (struct logs){ room->new, new.count }, seed);
		return;
	}
	count_by_session(base, room->base_counts);
	count_by_session(new, room->new_counts);
	cell->contrast = contrast_by_session(
		&(struct session_logs){ room->base, room->base_counts, cell->base_sessions },
		&(struct session_logs){ room->new, room->new_counts, cell->new_sessions }, seed);
}

static struct compared_cell compare_groups(struct group base, struct group new, struct room *room)
{
	struct compared_cell cell = {
		.base = base.trials->record,
		.new = new.trials->record,
		.base_count = base.count,
		.new_count = new.count,
		.base_sessions = count_sessions(base),
		.new_sessions = count_sessions(new),
		.host_ratio = NAN,
	};
	const uint64_t seed = seed_of(base.trials->key);
	const size_t pairs = find_pairs(base, new, room);

	if (pairs)
		compare_pairs(&cell, pairs, room, seed);
	else
		compare_apart(&cell, base, new, room, seed);
	return cell;
}

static void compare_all(const struct side *base, const struct side *new, struct room *room,
			struct comparison *comparison)
{
	size_t i = 0, j = 0;

	while (i < base->count || j < new->count) {
		const struct group a = i < base->count ? group_at(base, i) : (struct group){ 0 };
		const struct group b = j < new->count ? group_at(new, j) : (struct group){ 0 };
		const int order = !a.count   ? 1
				  : !b.count ? -1
					     : strcmp(a.trials->key, b.trials->key);

		if (!order)
			comparison->cells[comparison->count++] = compare_groups(a, b, room);
		comparison->base_only += order < 0;
		comparison->new_only += order > 0;
		i += order <= 0 ? a.count : 0;
		j += order >= 0 ? b.count : 0;
	}
}

/* What the host was measured by is no result, where anything else is. */
static void leave_out_probes(struct comparison *comparison)
{
	size_t kept = 0;
	bool has_others = false;

	for (size_t i = 0; i < comparison->count; i++)
		has_others = has_others || !isnan(comparison->cells[i].host_ratio);
	for (size_t i = 0; has_others && i < comparison->count; i++) {
		const struct compared_cell cell = comparison->cells[i];
		const char *const variant =
			json_string_value(json_object_get(cell.base, "variant"));

		if (cell.is_paired || !is_probe(&(struct side_trial){ .variant = variant }))
			comparison->cells[kept++] = cell;
	}
	if (has_others)
		comparison->count = kept;
}

static int judge(struct comparison *comparison, double alpha)
{
	const size_t count = comparison->count;
	struct contrast *const contrasts = calloc(count + 1, sizeof(*contrasts));
	double *const ratios = calloc(count + 1, sizeof(*ratios));
	int error = contrasts && ratios ? 0 : -ENOMEM;

	for (size_t i = 0; !error && i < count; i++)
		contrasts[i] = comparison->cells[i].contrast;
	if (!error)
		error = contrasts_judge(contrasts, count, alpha);
	for (size_t i = 0; !error && i < count; i++) {
		comparison->cells[i].contrast = contrasts[i];
		ratios[i] = contrasts[i].ratio;
	}
	if (!error)
		comparison->geometric_mean = stats_geometric_mean(ratios, count);
	free(contrasts);
	free(ratios);
	return error;
}

static int make_room(size_t count, struct room *room)
{
	*room = (struct room){
		.base = calloc(count, sizeof(*room->base)),
		.new = calloc(count, sizeof(*room->new)),
		.base_counts = calloc(count, sizeof(*room->base_counts)),
		.new_counts = calloc(count, sizeof(*room->new_counts)),
	};
	return room->base && room->new && room->base_counts && room->new_counts ? 0 : -ENOMEM;
}

static void free_room(struct room *room)
{
	free(room->base);
	free(room->new);
	free(room->base_counts);
	free(room->new_counts);
}

int comparison_make(const struct side *base, const struct side *new, double alpha,
		    struct comparison *comparison, struct fault *fault)
{
	const size_t most = base->count > new->count ? base->count : new->count;
	struct comparison made = { .cells = calloc(most, sizeof(*made.cells)) };
	struct room room;
	int error = make_room(most, &room);

	if (!made.cells)
		error = -ENOMEM;
	if (!error) {
		compare_all(base, new, &room, &made);
		leave_out_probes(&made);
		error = judge(&made, alpha);
	}
	free_room(&room);
	if (error)
		fault_set(fault, error, "no memory to compare");
	else if (!made.count)
		error = fault_set(fault, -ENOENT, "%.200s and %.200s have no cell in common",
				  base->text, new->text);
	if (error)
		comparison_free(&made);
	else
		*comparison = made;
	return error;
}

void comparison_free(struct comparison *comparison)
{
	free(comparison->cells);
	memset(comparison, 0, sizeof(*comparison));
}
