#include "runners/stats/contrast.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "runners/stats/resample.h"
#include "runners/stats/stats.h"
#include "runners/stats/student.h"

/* Where random arrangements bound the least p, more trials lower it no further. */
enum { TRIALS_LEAST_MAX = 20 };

const char *contrast_verdict_name(enum contrast_verdict verdict)
{
	static const char *const names[] = {
		[CONTRAST_BETTER] = "better",
		[CONTRAST_WORSE] = "worse",
		[CONTRAST_SAME] = "no change",
		[CONTRAST_TOO_FEW] = "too few trials to decide",
	};

	return names[verdict];
}

/* Squared standard error of the mean; 0 where one value does not tell. */
static double squared_error(struct logs logs)
{
	return logs.count > 1 ? stats_variance(logs.values, logs.count) / (double)logs.count : 0;
}

struct contrast contrast_paired(struct logs differences, uint64_t seed)
{
	const size_t n = differences.count;

	return (struct contrast){
		.log_ratio = stats_mean(differences.values, n),
		.error = sqrt(squared_error(differences)),
		.freedom = n ? (double)n - 1 : 0,
		.guard_p = resample_signs(differences.values, n, seed),
		.guard_floor = resample_signs_floor(n),
		.may_be_better = true,
	};
}

/* Welch's degrees of freedom; two sides without any spread have all there are. */
static double welch_freedom(struct logs base, struct logs new)
{
	const double a = squared_error(base), b = squared_error(new);
	const double n = (double)base.count - 1, m = (double)new.count - 1;

	if (n < 1 || m < 1)
		return 0;
	return a + b > 0 ? (a + b) * (a + b) / (a * a / n + b * b / m) : n + m;
}

struct contrast contrast_unpaired(struct logs base, struct logs new, uint64_t seed)
{
	return (struct contrast){
		.log_ratio =
			stats_mean(new.values, new.count) - stats_mean(base.values, base.count),
		.error = sqrt(squared_error(base) + squared_error(new)),
		.freedom = welch_freedom(base, new),
		.guard_p = resample_exchanges(base.values, base.count, new.values, new.count, seed),
		.guard_floor = resample_exchanges_floor(base.count, new.count),
		.is_guard_fine = true,
	};
}

/* One side seen as its sessions. */
struct sessions_summary {
	double mean;                 /* of the sessions' means */
	double between_squares;      /* of these about it */
	double within_squared_error; /* of the mean, by the spread of trials within sessions */
};

static struct sessions_summary summarise_sessions(const struct session_logs *side)
{
	const double count = (double)side->sessions;
	struct sessions_summary summary = { .mean = 0 };
	const double *values = side->values;
	double squares = 0;

	for (size_t s = 0; s < side->sessions; values += side->counts[s], s++) {
		const double mean = stats_mean(values, side->counts[s]);

		summary.mean += mean / count;
		squares += mean * mean;
		summary.within_squared_error +=
			squared_error((struct logs){ values, side->counts[s] }) / (count * count);
	}
	summary.between_squares = fmax(0, squares - count * summary.mean * summary.mean);
	return summary;
}

struct contrast contrast_by_session(const struct session_logs *base, const struct session_logs *new,
				    uint64_t seed)
{
	const struct sessions_summary a = summarise_sessions(base), b = summarise_sessions(new);
	const double n = (double)base->sessions, m = (double)new->sessions;
	/* The host varies from session to session in the same way on both sides: one variance. */
	const double variance = (a.between_squares + b.between_squares) / (n + m - 2);
	const double between = variance * (1 / n + 1 / m);
	const double within = a.within_squared_error + b.within_squared_error;

	return (struct contrast){
		.log_ratio = b.mean - a.mean,
		.error = sqrt(fmax(between, within)),
		.freedom = n + m - 2,
		.guard_p = resample_sessions(base, new, seed),
		.guard_floor = 0,
		.may_be_better = true,
	};
}

static double student_of(const struct contrast *contrast)
{
	if (contrast->freedom <= 0)
		return 1;
	if (contrast->error <= 0)
		return contrast->log_ratio == 0 ? 1 : 0;
	return student_p(contrast->log_ratio / contrast->error, contrast->freedom);
}

/* One p of a family, for sorting. */
struct ranked {
	double p;
	size_t index;
};

static int compare_ranked(const void *a, const void *b)
{
	const struct ranked *const x = a, *const y = b;

	return (x->p > y->p) - (x->p < y->p);
}

/* Holm: the i-th least p times what is left, never below the one before it. @ranked gets sorted. */
static void adjust(struct ranked *ranked, size_t count, double *adjusted)
{
	double last = 0;

	qsort(ranked, count, sizeof(*ranked), compare_ranked);
	for (size_t i = 0; i < count; i++) {
		last = fmin(1, fmax(last, ranked[i].p * (double)(count - i)));
		adjusted[ranked[i].index] = last;
	}
}

static void set_interval(struct contrast *contrast, double level)
{
	const double reach = contrast->freedom <= 0 ? INFINITY
			     : contrast->error <= 0
				     ? 0
				     : student_critical(level, contrast->freedom) * contrast->error;

	contrast->confidence = 1 - level;
	contrast->ratio = exp(contrast->log_ratio);
	contrast->low = exp(contrast->log_ratio - reach);
	contrast->high = exp(contrast->log_ratio + reach);
}

/* @count: cells that the guard is corrected for. */
static void set_verdict(struct contrast *contrast, double alpha, size_t count)
{
	const double floor = contrast->guard_floor * (contrast->is_guard_fine ? (double)count : 1);
	const bool is_within =
		contrast->low >= 1 - CONTRAST_MARGIN && contrast->high <= 1 + CONTRAST_MARGIN;

	contrast->verdict = CONTRAST_TOO_FEW;
	if (contrast->p_adjusted <= alpha && contrast->log_ratio < 0)
		contrast->verdict = CONTRAST_WORSE;
	else if (contrast->p_adjusted <= alpha && contrast->may_be_better)
		contrast->verdict = CONTRAST_BETTER;
	else if (contrast->p_adjusted <= alpha)
		contrast->reason = "one session a side cannot show an improvement";
	else if (floor > alpha)
		contrast->reason = "so few trials could not show any difference";
	else if (contrast->low > 1 || contrast->high < 1)
		contrast->reason = "the difference rests on the noise being normal";
	else if (is_within)
		contrast->verdict = CONTRAST_SAME;
	else
		contrast->reason = "the interval holds both no change and one that matters";
}

/* @room: of 2 x count; @ranked: of count. */
static void judge(struct contrast *contrasts, size_t count, double alpha, struct ranked *ranked,
		  double *room)
{
	double *const by_student = room, *const by_guard = room + count;
	size_t rejected = 0;

	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ contrasts[i].guard_p, i };
	adjust(ranked, count, by_guard);
	for (size_t i = 0; i < count; i++)
		ranked[i] = (struct ranked){ student_of(&contrasts[i]), i };
	adjust(ranked, count, by_student);
	while (rejected < count && by_student[ranked[rejected].index] <= alpha)
		rejected++;
	for (size_t i = 0; i < count; i++) {
		struct contrast *const contrast = &contrasts[ranked[i].index];
		const size_t left = count - (i < rejected ? i : rejected);

		contrast->p_adjusted = fmax(by_student[ranked[i].index],
					    contrast->is_guard_fine ? by_guard[ranked[i].index]
								    : contrast->guard_p);
		set_interval(contrast, alpha / (double)left);
		set_verdict(contrast, alpha, count);
	}
}

size_t contrast_trials_least(bool is_paired, size_t cells, double alpha)
{
	size_t n = 2;

	while (n < TRIALS_LEAST_MAX &&
	       (is_paired ? resample_signs_floor(n)
			  : resample_exchanges_floor(n, n) * (double)cells) > alpha)
		n++;
	return n;
}

int contrasts_judge(struct contrast *contrasts, size_t count, double alpha)
{
	struct ranked *const ranked = calloc(count + 1, sizeof(*ranked));
	double *const room = calloc(2 * count + 1, sizeof(*room));
	const int error = ranked && room ? 0 : -ENOMEM;

	if (!error)
		judge(contrasts, count, alpha, ranked, room);
	free(ranked);
	free(room);
	return error;
}
