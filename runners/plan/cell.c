#include "runners/plan/cell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/axes.h"
#include "runners/plan/digest.h"
#include "runners/plan/resolve.h"

static int take_default(struct cell *cell, enum axis_key key, struct fault *fault)
{
	const char *const text = key == AXIS_VARIANT ? NULL : axis_default(cell, key);

	if (text)
		return axis_set_text(cell, key, "%s", text);
	return fault_set(fault, -EINVAL, "%s: nothing is given; allowed is %s", axes[key].name,
			 axes[key].allowed);
}

/*
 * Drop or refuse an axis that means nothing here, unless it says no more than its default does:
 * then it is the same cell.
 */
static int drop_pointless(struct cell *cell, enum axis_key key, struct resolution *resolution,
			  struct fault *fault)
{
	const char *const why = axes[key].pointless ? axes[key].pointless(cell) : NULL;
	char *given;
	int error;

	if (!why)
		return 0;
	given = cell->text[key];
	cell->text[key] = NULL;
	error = take_default(cell, key, fault);
	if (!error)
		error = axes[key].parse(cell, fault);
	if (!error && strcmp(given, cell->text[key])) {
		resolution->dropped[key] = why;
		if (!resolution->may_drop)
			error = fault_set(fault, -EOPNOTSUPP, "%s=%.100s says nothing to %s: %s",
					  axes[key].name, given, cell->variant->name, why);
	}
	free(given);
	return error;
}

static int resolve_axis(struct cell *cell, enum axis_key key, struct resolution *resolution,
			struct fault *fault)
{
	int error = cell->text[key] ? 0 : take_default(cell, key, fault);

	if (!error)
		error = axes[key].parse(cell, fault);
	return error ? error : drop_pointless(cell, key, resolution, fault);
}

/* A cell that does without an axis is the same cell as before there was such an axis. */
static bool identifies(const struct cell *cell, int key)
{
	switch (key) {
	case AXIS_SERVER:
	case AXIS_TRANSPORT:
	case AXIS_PERSISTENCE:
	case AXIS_CONNECTIONS:
	case AXIS_PIPELINE: return cell->variant->server != NULL;
	case AXIS_OVERSUBSCRIBE: return false;
	case AXIS_SCAN_LENGTH: return cell->scan_length > 0;
	case AXIS_BATCH: return cell->batch > 1;
	case AXIS_SLO: return cell->is_swept;
	case AXIS_THINK: return cell->think_ns > 0;
	default: return true;
	}
}

static void identify(struct cell *cell)
{
	struct digest digest = digest_begin();

	for (int key = 0; key < AXIS_COUNT; key++) {
		if (!identifies(cell, key))
			continue;
		digest_add(&digest, axes[key].name);
		digest_add(&digest, "=");
		digest_add(&digest, cell->text[key]);
		digest_add(&digest, "\n");
	}
	digest_end(&digest, cell->id);
}

int cell_resolve_as(struct cell *cell, const struct topology *topology,
		    struct resolution *resolution, struct fault *fault)
{
	memset(resolution->dropped, 0, sizeof(resolution->dropped));
	for (int key = 0; key < AXIS_COUNT; key++) {
		const int error = resolve_axis(cell, (enum axis_key)key, resolution, fault);

		resolution->refused = (enum axis_key)key;
		if (error)
			return error;
	}
	for (int key = 0; key < AXIS_COUNT; key++) {
		const int error = axes[key].check ? axes[key].check(cell, topology, fault) : 0;

		resolution->refused = (enum axis_key)key;
		if (error)
			return error;
	}
	identify(cell);
	return 0;
}

int cell_resolve(struct cell *cell, const struct topology *topology, struct fault *fault)
{
	struct resolution resolution = { .may_drop = false };

	return cell_resolve_as(cell, topology, &resolution, fault);
}

void cell_free(struct cell *cell)
{
	for (int key = 0; key < AXIS_COUNT; key++)
		free(cell->text[key]);
	free(cell->place);
	memset(cell, 0, sizeof(*cell));
}

json_t *cell_to_json(const struct cell *cell)
{
	json_t *const object = json_object();

	for (int key = 0; object && key < AXIS_COUNT; key++)
		if (cell->text[key])
			json_object_set_new(object, axes[key].name, json_string(cell->text[key]));
	return object;
}

static int take_json(const char *name, const json_t *value, struct cell *cell, struct fault *fault)
{
	const int key = axis_find(name);

	if (key < 0)
		return fault_set(fault, -EINVAL, "cell: \"%.100s\" is no axis", name);
	if (!json_is_string(value))
		return fault_set(fault, -EINVAL, "cell: %s is not a text", name);
	return axis_set_text(cell, (enum axis_key)key, "%s", json_string_value(value));
}

int cell_from_json(const json_t *object, struct cell *cell, struct fault *fault)
{
	struct cell read = { .variant = NULL };
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return fault_set(fault, -EINVAL, "cell: this is not a JSON object");
	/* jansson's iteration takes no const object, and changes nothing. */
	json_object_foreach((json_t *)(uintptr_t)object, name, value)
	{
		const int error = take_json(name, value, &read, fault);

		if (error) {
			cell_free(&read);
			return error;
		}
	}
	*cell = read;
	return 0;
}
