#include "trials.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "runners/trial/trial.h"

enum { AXES_BYTES = 1024, SEED = 42 };

void trials_be_child(int argc, char **argv)
{
	if (argc == 2 && !strcmp(argv[1], TRIAL_CHILD_COMMAND))
		exit(trial_child_main());
}

static void set_axes(json_t *object, const char *axes)
{
	char text[AXES_BYTES], *rest = text, *word;

	snprintf(text, sizeof(text), "%s", axes);
	while ((word = strsep(&rest, " "))) {
		char *const value = strchr(word, '=');

		assert_non_null(value);
		*value = '\0';
		json_object_set_new(object, word, json_string(value + 1));
	}
}

void trials_make_cell(const char *axes, struct cell *cell)
{
	json_t *const object = json_object();
	struct topology *topology;
	struct fault fault;

	set_axes(object,
		 "variant=map/faulty threads=1 duration=50ms warmup=0s range=1000 counters=off");
	set_axes(object, axes);
	assert_int_equal(topology_load(NULL, &topology, &fault), 0);
	if (cell_from_json(object, cell, &fault) || cell_resolve(cell, topology, &fault))
		fail_msg("%s", fault.text);
	topology_free(topology);
	json_decref(object);
}

int trials_try(const char *fault_name, const char *axes, uint64_t timeout_ns, json_t **record)
{
	struct cell cell = { 0 };
	const struct trial_request request = { .cell = &cell,
					       .seed = SEED,
					       .timeout_ns = timeout_ns };
	struct fault fault;
	int error;

	trials_make_cell(axes, &cell);
	if (fault_name)
		setenv("NUMAMARK_FAULT", fault_name, 1);
	else
		unsetenv("NUMAMARK_FAULT");
	error = trial_run(&request, record, &fault);
	cell_free(&cell);
	return error;
}

json_t *trials_run(const char *fault, const char *axes)
{
	json_t *record = NULL;

	assert_int_equal(trials_try(fault, axes, 0, &record), 0);
	assert_non_null(record);
	return record;
}

const char *trials_status(const json_t *record)
{
	return trials_text(record, "status");
}

int trials_has_flag(const json_t *record, const char *flag)
{
	const json_t *const flags = json_object_get(record, "flags");

	for (size_t i = 0; i < json_array_size(flags); i++)
		if (!strcmp(json_string_value(json_array_get(flags, i)), flag))
			return 1;
	return 0;
}

int trials_says(const json_t *record, const char *text)
{
	const char *const reason = json_string_value(json_object_get(record, "reason"));

	return reason && strstr(reason, text);
}

const json_t *trials_at(const json_t *record, const char *path)
{
	char text[AXES_BYTES], *rest = text, *word;

	snprintf(text, sizeof(text), "%s", path);
	while (record && (word = strsep(&rest, ".")))
		record = json_object_get(record, word);
	return record;
}

const char *trials_text(const json_t *record, const char *path)
{
	const char *const text = json_string_value(trials_at(record, path));

	if (!text)
		fail_msg("%s is no text", path);
	return text;
}

double trials_number(const json_t *record, const char *path)
{
	const json_t *const value = trials_at(record, path);

	if (!json_is_number(value))
		fail_msg("%s is no number", path);
	return json_number_value(value);
}

unsigned trials_pus(void)
{
	struct topology *topology;
	struct fault fault;
	unsigned pus;

	assert_int_equal(topology_load(NULL, &topology, &fault), 0);
	pus = topology_pu_count(topology);
	topology_free(topology);
	return pus;
}
