#include "runners/verify/timeline.h"

#include <string.h>

#include "structures/map/map.h"
#include "structures/queue/queue.h"

enum { COLUMN = 24, WORKERS_MAX = 64, NAME_BYTES = 8, CELL_BYTES = 64 };

struct timeline {
	FILE *out;
	const struct family *family;
	const struct events *events;
	uint64_t first_key;
	bool has_worker[WORKERS_MAX];
};

/* a to z, then v27 and so on. */
static const char *value_name(uint8_t value, char name[NAME_BYTES])
{
	if (value <= 26)
		snprintf(name, NAME_BYTES, "%c", 'a' + value - 1);
	else
		snprintf(name, NAME_BYTES, "v%u", value);
	return name;
}

static void describe_call(const struct timeline *timeline, const struct event *event,
			  char text[CELL_BYTES])
{
	const char *const operation = timeline->family->operations[event->operation];
	const unsigned long long key = timeline->first_key + event->key;
	const bool has_value = event->operation == timeline->family->insert;
	char name[NAME_BYTES];

	if (timeline->family->keeps_keys && has_value)
		snprintf(text, CELL_BYTES, "%s %llu = %s", operation, key,
			 value_name(event->value, name));
	else if (timeline->family->keeps_keys || timeline->family->is_cache)
		snprintf(text, CELL_BYTES, "%s %llu", operation, key);
	else
		snprintf(text, CELL_BYTES, "%s %s", operation,
			 has_value ? value_name(event->value, name) : "");
}

/* What a call that did not take effect says of the structure. */
static const char *refusal(const struct family *family, unsigned operation)
{
	static const char *const of_map[] = { "absent", "replaced", "absent", "nothing" };

	return family->keeps_keys ? of_map[operation] : family->refusals[operation];
}

/* All that the scan looked at: 3=b 4=- */
static void describe_scan(const struct timeline *timeline, const struct event *event,
			  char text[CELL_BYTES])
{
	char name[NAME_BYTES];
	size_t used = 0;

	text[0] = '\0';
	for (unsigned key = event->key; key < event->covered && used < CELL_BYTES; key++)
		used += (size_t)snprintf(text + used, CELL_BYTES - used, "%llu=%s ",
					 (unsigned long long)timeline->first_key + key,
					 event->seen[key] ? value_name(event->seen[key], name)
							  : "-");
}

static void describe_answer(const struct timeline *timeline, const struct event *event,
			    char text[CELL_BYTES])
{
	const bool has_value = event->operation != timeline->family->insert &&
			       (!timeline->family->keeps_keys || event->operation == MAP_GET);
	char name[NAME_BYTES];

	if (event->covered) {
		describe_scan(timeline, event, text);
		return;
	}
	if (timeline->family->is_cache)
		snprintf(text, CELL_BYTES, "%u blocks", event->value);
	else if (!event->took_effect)
		snprintf(text, CELL_BYTES, "%s", refusal(timeline->family, event->operation));
	else
		snprintf(text, CELL_BYTES, "%s %s", timeline->family->effects[event->operation],
			 has_value ? value_name(event->value, name) : "");
}

static bool is_within(const struct event *event, unsigned worker, uint64_t stamp)
{
	return event->worker == worker && event->invoked < stamp && stamp < event->returned;
}

/* One worker's cell of the line of @stamp, which is where @event begins or ends. */
static void print_cell(const struct timeline *timeline, unsigned worker, uint64_t stamp,
		       const struct event *event)
{
	const struct events *const events = timeline->events;
	char text[CELL_BYTES] = "", cell[CELL_BYTES + 4] = "";

	if (event->worker == worker) {
		if (stamp == event->invoked)
			describe_call(timeline, event, text);
		else
			describe_answer(timeline, event, text);
		snprintf(cell, sizeof(cell), "%s %s", stamp == event->invoked ? "," : "'->", text);
	}
	for (unsigned i = 0; i < events->count; i++)
		if (is_within(&events->of[i], worker, stamp))
			strcpy(cell, "|");
	fprintf(timeline->out, "%-*s", COLUMN, cell);
}

static void print_line(const struct timeline *timeline, uint64_t stamp, const struct event *event)
{
	fputs("  ", timeline->out);
	for (unsigned worker = 0; worker < WORKERS_MAX; worker++)
		if (timeline->has_worker[worker])
			print_cell(timeline, worker, stamp, event);
	fputc('\n', timeline->out);
}

static void print_before(const struct timeline *timeline)
{
	const struct state *const initial = &timeline->events->initial;
	char name[NAME_BYTES];
	bool is_listed[EVENT_KEYS_MAX] = { false };

	if (!timeline->family->keeps_keys) {
		fprintf(timeline->out, "  before: %s", initial->count ? "" : "empty");
		for (unsigned i = 0; i < initial->count; i++)
			fprintf(timeline->out, "%s ", value_name(initial->items[i], name));
		fputc('\n', timeline->out);
		return;
	}
	for (unsigned i = 0; i < timeline->events->count; i++) {
		const uint8_t key = timeline->events->of[i].key;

		if (is_listed[key])
			continue;
		is_listed[key] = true;
		fprintf(timeline->out, "  before: %llu %s%s\n",
			(unsigned long long)timeline->first_key + key,
			initial->items[key] ? "= " : "absent",
			initial->items[key] ? value_name(initial->items[key], name) : "");
	}
}

static void print_heads(const struct timeline *timeline)
{
	fputs("  ", timeline->out);
	for (unsigned worker = 0; worker < WORKERS_MAX; worker++)
		if (timeline->has_worker[worker])
			fprintf(timeline->out, "worker %-*u", COLUMN - 7, worker);
	fputc('\n', timeline->out);
}

/* The event that begins or ends next after @stamp; NULL: none. */
static const struct event *next_after(const struct events *events, uint64_t *stamp)
{
	const struct event *found = NULL;
	uint64_t next = UINT64_MAX;

	for (unsigned i = 0; i < events->count; i++) {
		const uint64_t ends[] = { events->of[i].invoked, events->of[i].returned };

		for (unsigned end = 0; end < 2; end++) {
			if (ends[end] <= *stamp || ends[end] >= next)
				continue;
			next = ends[end];
			found = &events->of[i];
		}
	}
	*stamp = next;
	return found;
}

void timeline_print(FILE *out, const struct family *family, const struct events *events,
		    uint64_t first_key)
{
	struct timeline timeline = { out, family, events, first_key, { false } };
	const struct event *event;
	uint64_t stamp = 0;

	for (unsigned i = 0; i < events->count; i++)
		timeline.has_worker[events->of[i].worker % WORKERS_MAX] = true;
	print_before(&timeline);
	print_heads(&timeline);
	while ((event = next_after(events, &stamp)))
		print_line(&timeline, stamp, event);
}
