#include "runners/plan/plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/asked.h"
#include "runners/plan/digest.h"
#include "runners/plan/expand.h"
#include "runners/plan/preset_find.h"
#include "workloads/random.h"

/*
 * Starting the child, placing, verifying and checking; a warm-up that ends by itself; one insert.
 */
#define TRIAL_AROUND_NS UINT64_C(150000000)
#define WARMUP_AUTO_NS  UINT64_C(500000000)
#define INSERT_NS       UINT64_C(300)

const char *plan_host_name(enum plan_host host)
{
	static const char *const names[] = {
		[PLAN_HOST_CHECK] = "check",
		[PLAN_HOST_STRICT] = "strict",
		[PLAN_HOST_OFF] = "off",
	};

	return names[host];
}

struct entry {
	const struct cell *cell;
	size_t place;
};

static int compare_entries(const void *a, const void *b)
{
	const struct entry *const one = a, *const other = b;
	const int order = strcmp(one->cell->id, other->cell->id);

	return order ? order : (one->place > other->place) - (one->place < other->place);
}

/* Frees each cell whose id stands further up, and closes the gaps. */
static int remove_repeated(struct plan *plan)
{
	struct entry *const entries = calloc(plan->count, sizeof(*entries));
	size_t kept = 0;

	if (!entries)
		return -ENOMEM;
	for (size_t i = 0; i < plan->count; i++)
		entries[i] = (struct entry){ .cell = &plan->cells[i], .place = i };
	qsort(entries, plan->count, sizeof(*entries), compare_entries);
	/* From the back, since a cell that is freed has no id to compare with. */
	for (size_t i = plan->count; i-- > 1;)
		if (!strcmp(entries[i].cell->id, entries[i - 1].cell->id))
			cell_free(&plan->cells[entries[i].place]);
	free(entries);
	for (size_t i = 0; i < plan->count; i++)
		if (plan->cells[i].variant)
			plan->cells[kept++] = plan->cells[i];
	plan->count = kept;
	return 0;
}

/* Of the cells alone: a folder may be given further laps of the same campaign. */
static void identify(struct plan *plan)
{
	struct digest digest = digest_begin();

	for (size_t i = 0; i < plan->count; i++) {
		digest_add(&digest, plan->cells[i].id);
		digest_add(&digest, "\n");
	}
	digest_end(&digest, plan->id);
}

static int ask(const struct plan_request *request, struct asked *asked, struct fault *fault)
{
	int error = asked_read_preset(asked, request->preset, fault);

	for (const char *const *word = request->words; !error && word && *word; word++)
		error = asked_set_word(asked, *word, fault);
	return error;
}

static int set_title(struct plan *plan, const struct asked *asked, const char *preset)
{
	char label[PRESET_LABEL_BYTES];

	preset_label(preset, label);
	plan->title = strdup(asked->title ? asked->title : label);
	return plan->title ? 0 : -ENOMEM;
}

int plan_make(const struct plan_request *request, struct plan *plan, struct fault *fault)
{
	struct plan made = { .count = 0 };
	struct asked asked = { .sweep_count = 0 };
	int error = ask(request, &asked, fault);

	if (!error)
		error = expand(&asked, request->topology, &made, fault);
	if (error)
		goto fail;
	made.trials = asked.trials ? asked.trials : PLAN_TRIALS_DEFAULT;
	made.host = asked.host;
	error = remove_repeated(&made);
	if (!error)
		error = set_title(&made, &asked, request->preset);
	if (error) {
		fault_set(fault, error, "out of memory");
		goto fail;
	}
	identify(&made);
	asked_free(&asked);
	*plan = made;
	return 0;
fail:
	asked_free(&asked);
	plan_free(&made);
	return error;
}

void plan_free(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		cell_free(&plan->cells[i]);
	free(plan->cells);
	free(plan->title);
	free(plan->left_out_reason);
	memset(plan, 0, sizeof(*plan));
}

void plan_shuffle(const struct plan *plan, uint64_t seed, unsigned lap, size_t *order)
{
	/* ABBA: the second of two laps mirrors the first. */
	const bool mirrored = plan->count == 2 && lap % 2;
	struct random random = random_seed(seed, mirrored ? lap - 1 : lap, RANDOM_SCHEDULE);

	for (size_t i = 0; i < plan->count; i++)
		order[i] = i;
	/* Fisher and Yates, as in Durstenfeld, "Algorithm 235", 1964. */
	for (size_t i = plan->count; i > 1; i--) {
		const size_t other = (size_t)random_below(&random, i);
		const size_t kept = order[i - 1];

		order[i - 1] = order[other];
		order[other] = kept;
	}
	if (mirrored) {
		order[1] = order[0];
		order[0] = 1 - order[1];
	}
}

uint64_t plan_trial_ns(const struct cell *cell)
{
	const uint64_t warmup = cell->warmup_auto ? WARMUP_AUTO_NS : cell->warmup_ns;
	const uint64_t prefill = cell->prefill > UINT64_MAX / INSERT_NS / 4
					 ? UINT64_MAX / 4
					 : cell->prefill * INSERT_NS / cell->threads;
	/* How fast operations go is what a trial finds out: one in 100 ns is of the right order. */
	const uint64_t operations = cell->duration_ops > UINT64_MAX / 400
					    ? UINT64_MAX / 4
					    : cell->duration_ops * 100 / cell->threads;

	const double arrivals_s = cell->rate_ops_per_s > 0
					  ? (double)cell->duration_ops / cell->rate_ops_per_s
					  : 0;
	const uint64_t arrivals = arrivals_s > 1e9 ? UINT64_MAX / 4 : (uint64_t)(arrivals_s * 1e9);

	return TRIAL_AROUND_NS + (cell->is_once ? 0 : warmup) + prefill + cell_running_ns(cell) +
	       (arrivals > operations ? arrivals : operations);
}

uint64_t plan_expected_ns(const struct plan *plan)
{
	uint64_t lap = 0;

	for (size_t i = 0; i < plan->count; i++)
		if (__builtin_add_overflow(lap, plan_trial_ns(&plan->cells[i]), &lap))
			return UINT64_MAX;
	return __builtin_mul_overflow(lap, plan->trials, &lap) ? UINT64_MAX : lap;
}
