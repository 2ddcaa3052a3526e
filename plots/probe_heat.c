#include "plots/probe_heat.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plots/fields.h"

/* More columns than this have no room for numbers. */
enum { NUMBERS_MAX = 20, PATH_BYTES = 4096, INDEX_MAX = 4096 };

/* What a matrix is made of. */
static const struct matrix {
	const char *name, *kind, *row, *column, *value;
	const char *title, *colour_label, *x_label, *row_word;
	double unit;
} matrices[] = {
	{ "coherence", "pair", "from", "to", "round_trip_ns", "Round trip of a cache line between PUs",
	  "ns, there and back", "PU", "PU", 1 },
	{ "memory_latency", "memory", "cpu_node", "memory_node", "latency_ns",
	  "Latency of memory, idle, by node", "ns", "node of the memory", "from node", 1 },
	{ "memory_loaded", "memory", "cpu_node", "memory_node", "loaded_latency_ns",
	  "Latency of memory under load, by node", "ns", "node of the memory", "from node", 1 },
	{ "memory_bandwidth", "memory", "cpu_node", "memory_node", "bandwidth",
	  "Bandwidth of memory by node", "GB/s", "node of the memory", "from node", 1e9 },
};

int probe_heat_is_file(const char *path)
{
	const char *const dot = strrchr(path, '.');

	return dot && !strcmp(dot, ".json");
}

/* Numbers of PUs or nodes that occur, ascending. */
struct numbers {
	json_int_t values[INDEX_MAX];
	size_t count;
};

static void add_number(struct numbers *numbers, json_int_t value)
{
	size_t at = numbers->count;

	for (size_t i = 0; i < numbers->count; i++)
		if (numbers->values[i] == value)
			return;
	if (numbers->count == INDEX_MAX)
		return;
	for (; at && numbers->values[at - 1] > value; at--)
		numbers->values[at] = numbers->values[at - 1];
	numbers->values[at] = value;
	numbers->count++;
}

static size_t index_of(const struct numbers *numbers, json_int_t value)
{
	size_t i = 0;

	while (i < numbers->count && numbers->values[i] != value)
		i++;
	return i;
}

/* The value of an object in a matrix; NaN: it is none of its. */
static double value_of(const struct matrix *matrix, const json_t *object)
{
	const char *const kind = json_string_value(json_object_get(object, "kind"));
	const json_t *const value = json_object_get(object, matrix->value);

	if (!kind || strcmp(kind, matrix->kind) || !json_is_number(value))
		return NAN;
	return json_number_value(value) / matrix->unit;
}

static json_int_t number_at(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

/* A round trip is one number for both directions: its mirror image is drawn too. */
static void put(const struct fields *fields, const struct matrix *matrix,
		const struct numbers *rows, const struct numbers *columns, const json_t *object)
{
	const json_int_t from = number_at(object, matrix->row), to = number_at(object, matrix->column);
	const double value = value_of(matrix, object);
	char text[32] = "";

	if (columns->count <= NUMBERS_MAX)
		snprintf(text, sizeof(text), "%.3g", value);
	fields_put(fields, index_of(columns, to), index_of(rows, from), value, text, "");
	if (!strcmp(matrix->kind, "pair"))
		fields_put(fields, index_of(columns, from), index_of(rows, to), value, text, "");
}

static void find_numbers(const struct matrix *matrix, const json_t *all, struct numbers *rows,
			 struct numbers *columns, double *highest)
{
	const int is_symmetric = !strcmp(matrix->kind, "pair");
	const json_t *object;
	size_t i;

	json_array_foreach(all, i, object) {
		if (isnan(value_of(matrix, object)))
			continue;
		add_number(rows, number_at(object, matrix->row));
		add_number(columns, number_at(object, matrix->column));
		if (is_symmetric) {
			add_number(columns, number_at(object, matrix->row));
			add_number(rows, number_at(object, matrix->column));
		}
		*highest = fmax(*highest, value_of(matrix, object));
	}
}

static void name_all(const struct fields *fields, const struct matrix *matrix,
		     const struct numbers *rows, const struct numbers *columns)
{
	const size_t step = columns->count / NUMBERS_MAX + 1;
	char name[64];

	for (size_t i = 0; i < columns->count; i += step) {
		snprintf(name, sizeof(name), "%lld", (long long)columns->values[i]);
		fields_name_column(fields, i, name);
	}
	for (size_t i = 0; i < rows->count; i += rows->count / NUMBERS_MAX + 1) {
		snprintf(name, sizeof(name), "%s %lld", matrix->row_word, (long long)rows->values[i]);
		fields_name_row(fields, i, name);
	}
}

/* Return: 0, -ENODATA where the file has no such matrix. */
static int draw_matrix(const struct matrix *matrix, const json_t *all, const struct sheet *sheet,
		       struct fault *fault)
{
	struct numbers rows = { .count = 0 }, columns = { .count = 0 };
	struct fields fields = { .sheet = sheet,
				 .colour_label = matrix->colour_label,
				 .x_label = matrix->x_label };
	const json_t *object;
	size_t i;
	int error;

	find_numbers(matrix, all, &rows, &columns, &fields.scale_high);
	fields.rows = rows.count;
	fields.columns = columns.count;
	if (!rows.count)
		return -ENODATA;
	error = fields_begin(&fields, fault);
	if (error)
		return error;
	name_all(&fields, matrix, &rows, &columns);
	json_array_foreach(all, i, object) {
		if (!isnan(value_of(matrix, object)))
			put(&fields, matrix, &rows, &columns, object);
	}
	error = fields_end(&fields, fault);
	return error ? error : sheet_finish(sheet, fault);
}

/* Every matrix in every format. */
static int draw_all(const struct plot_options *options, const json_t *all, unsigned formats,
		    unsigned *drawn, struct fault *fault)
{
	const char *const slash = strrchr(options->directory, '/');
	const char *const file = slash ? slash + 1 : options->directory;
	char folder[PATH_BYTES], name[PATH_BYTES];
	int error;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - options->directory) : 1,
		 slash ? options->directory : ".");
	for (size_t m = 0; m < sizeof(matrices) / sizeof(*matrices); m++) {
		const struct matrix *const matrix = &matrices[m];
		const struct sheet sheet = { .folder = folder,
					     .scripts = options->scripts,
					     .name = name,
					     .script = "heat",
					     .title = matrix->title,
					     .subtitle = "",
					     .formats = formats,
					     .columns = options->columns ? options->columns : 2 };

		snprintf(name, sizeof(name), "%.*s-%s", (int)(strlen(file) - strlen(".json")), file,
			 matrix->name);
		error = draw_matrix(matrix, all, &sheet, fault);
		if (!error)
			*drawn += (unsigned)__builtin_popcount(formats);
		else if (error != -ENODATA)
			return error;
	}
	return 0;
}

int probe_heat_draw(const struct plot_options *options, unsigned *drawn, struct fault *fault)
{
	json_error_t wrong;
	json_t *const all = json_load_file(options->directory, 0, &wrong);
	unsigned formats;
	int error;

	*drawn = 0;
	if (!json_is_array(all)) {
		error = fault_set(fault, -EINVAL,
				  "%.200s: not what `numamark probe coherence|memory --json` prints: %s",
				  options->directory, all ? "no array" : wrong.text);
		json_decref(all);
		return error;
	}
	error = plot_parse_formats(options->formats, &formats, fault);
	if (!error)
		error = draw_all(options, all, formats, drawn, fault);
	if (!error && !*drawn)
		error = fault_set(fault, -ENODATA, "%.200s: has no pairs of PUs and no nodes to draw",
				  options->directory);
	json_decref(all);
	return error;
}
