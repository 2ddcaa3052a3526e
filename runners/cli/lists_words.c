/* Words of axes, and what they mean. */
#include "runners/cli/lists.h"
#include "runners/measure/counter_groups.h"

struct word {
	const char *name, *meaning;
};

static json_t *list_words(const char *key, const struct word *words)
{
	json_t *const rows = json_array();

	for (; words->name; words++)
		json_array_append_new(
			rows, json_pack("{s:s, s:s}", key, words->name, "meaning", words->meaning));
	return rows;
}

json_t *list_places(void)
{
	return list_words(
		"place",
		(const struct word[]){
			{ "compact", "fill a core, its SMT siblings too, then its package, "
				     "then the next node" },
			{ "scatter", "round-robin over the nodes, cores before siblings" },
			{ "cores-first", "as compact, but every core once before any "
					 "sibling (the default)" },
			{ "node:N", "as cores-first, within node N" },
			{ "list:0,2,4-7", "these PUs in this order, by the system's "
					  "numbers" },
			{ NULL, NULL } });
}

json_t *list_memory(void)
{
	return list_words(
		"memory",
		(const struct word[]){
			{ "local", "nodes and payloads on the node of the worker that allocates, "
				   "tables over all nodes in use (the default)" },
			{ "first-touch", "left to the kernel: where the first to touch it runs" },
			{ "interleave", "all of it over all nodes in use" },
			{ "node:N", "all of it on node N" },
			{ "remote", "on the node farthest from the worker" },
			{ NULL, NULL } });
}

json_t *list_dists(void)
{
	return list_words(
		"dist",
		(const struct word[]){
			{ "uniform", "every key alike (the default)" },
			{ "zipf:THETA", "the k-th most frequent key with weight 1/k^THETA; THETA "
					"from 0 on, hot keys scattered over the range" },
			{ "hotspot:KEYS:DRAWS", "KEYS % of the keys take DRAWS % of the draws" },
			{ "latest", "the newest keys most" },
			{ "sequential[:STRIDE]", "worker t's i-th key is (t x STRIDE + i) mod "
						 "range" },
			{ "trace:FILE", "requests (chains of blocks) of a trace in JSON lines, "
					"round-robin to the threads" },
			{ "prefix:BRANCHING:DEPTH:THETA:SHARED",
			  "requests for prompts by Zipf's law, DEPTH blocks each: SHARED % of them "
			  "the path in a tree of BRANCHING children a block, the others its own" },
			{ NULL, NULL } });
}

/* "page_faults, context_switches" */
static void join_events(const struct counter_group *group, char *text, size_t room)
{
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < group->count && used < room; i++)
		used += (size_t)snprintf(text + used, room - used, "%s%s", i ? ", " : "",
					 group->events[i].name);
}

static void add_group(const char *name, void *rows)
{
	struct counter_group group;
	struct fault fault;
	char events[1024];

	if (counter_group_load(name, &group, &fault)) {
		json_array_append_new(rows, json_pack("{s:s, s:s, s:s}", "counters", name, "events",
						      "", "meaning", fault.text));
		return;
	}
	join_events(&group, events, sizeof(events));
	json_array_append_new(rows, json_pack("{s:s, s:s, s:s}", "counters", name, "events", events,
					      "meaning", group.meaning));
}

json_t *list_counters(void)
{
	json_t *const rows = json_array();

	counter_groups_each(add_group, rows);
	json_array_append_new(rows, json_pack("{s:s, s:s, s:s}", "counters", "off", "events", "",
					      "meaning", "none"));
	return rows;
}
