/* Memory, its places, helper threads and the series over time in a record. */
#include <math.h>

#include "runners/trial/record.h"

static json_t *bytes(uint64_t value)
{
	return value ? json_integer((json_int_t)value) : json_null();
}

/* With what the allocators hold in reserve, and with what a library allocates by itself. */
static double rss_per_element(const struct trial *trial)
{
	const int64_t taken = (int64_t)(trial->rss_created + trial->rss_filled);

	return trial->cell.prefill && taken > 0 ? (double)taken / (double)trial->cell.prefill : NAN;
}

json_t *record_memory(const struct trial *trial)
{
	const bool has_garbage = trial->cell.variant->garbage;
	const double peak = (double)trial->garbage_peak * trial->bytes_per_object;

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "peak_rss",
			 bytes(trial->peak_rss), "growth",
			 trial->rss_start ? json_integer((json_int_t)trial->rss_stop -
							 (json_int_t)trial->rss_start)
					  : json_null(),
			 "per_element", record_number(trial->bytes_per_element), "per_element_rss",
			 record_number(rss_per_element(trial)), "garbage_peak",
			 has_garbage && isfinite(peak) ? json_integer(llround(peak)) : json_null(),
			 "garbage_objects",
			 has_garbage ? json_pack("{s:I, s:I, s:I, s:I}", "peak",
						 (json_int_t)trial->garbage_peak, "stop",
						 (json_int_t)trial->garbage_stop, "left",
						 (json_int_t)trial->garbage_left, "retired",
						 (json_int_t)trial->garbage_retired)
				     : json_null());
}

/*
 * Of the pages that a worker reads, those on another node. Where each node's workers read a copy of
 * their own these are the pages that are not where they should be, if the policy puts a copy on its
 * node.
 */
static double remote_share(const struct trial *trial, const struct residency *part)
{
	const enum memory_policy_kind kind = trial->cell.memory.kind;
	const bool puts_at_home = kind == MEMORY_LOCAL || kind == MEMORY_FIRST_TOUCH;

	return trial->cell.variant->is_read_at_home && puts_at_home ? 1 - part->share : part->remote;
}

static json_t *part_to_json(const struct trial *trial, const struct residency *part)
{
	const bool is_known = !part->unavailable && part->pages;
	json_t *object = json_pack(
		"{s:I, s:o, s:o}", "pages", (json_int_t)part->pages, "share",
		is_known ? record_number(part->share) : json_null(), "remote",
		is_known ? record_number(remote_share(trial, part)) : json_null());

	if (part->unavailable)
		json_object_set_new(object, "unavailable", json_string(part->unavailable));
	if (part->refused)
		json_object_set_new(object, "refused", json_string(part->refused));
	if (part->mapped_bytes)
		json_object_set_new(
			object, "huge_share",
			record_number((double)part->huge_bytes / (double)part->mapped_bytes));
	return object;
}

json_t *record_residency(const struct trial *trial)
{
	json_t *parts = json_object();

	for (unsigned i = 0; i < MEMORY_PARTS; i++)
		if (trial->residency[i].pages || trial->residency[i].unavailable)
			json_object_set_new(parts, memory_part_names[i],
					    part_to_json(trial, &trial->residency[i]));
	return parts;
}

json_t *record_helpers(const struct trial *trial)
{
	json_t *helpers = json_array();

	for (unsigned i = 0; i < trial->helpers.count; i++) {
		const struct helper_time *const time = &trial->helpers.times[i];

		json_array_append_new(
			helpers,
			json_pack("{s:s, s:s, s:o}", "what",
				  time->helper.what ? time->helper.what : time->name, "pus",
				  time->pus, "cpu_s",
				  record_number((double)(time->cpu_ns - time->before_ns) / 1e9)));
	}
	return helpers;
}

json_t *record_series(const struct trial *trial)
{
	json_t *at = json_array(), *operations = json_array();
	json_t *rss = json_array(), *garbage = json_array();

	for (size_t i = 0; i < trial->series.count; i++) {
		const struct sample *const sample = &trial->series.samples[i];

		json_array_append_new(at, json_integer((json_int_t)(sample->at_ns / 1000000)));
		json_array_append_new(operations, json_integer((json_int_t)sample->operations));
		json_array_append_new(rss, bytes(sample->rss_bytes));
		json_array_append_new(garbage, json_integer((json_int_t)sample->garbage));
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "at_ms", at, "ops", operations, "rss_bytes", rss,
			 "garbage", garbage);
}
