#include "runners/cli/compare_figure.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "plots/dots.h"
#include "runners/data_path.h"
#include "runners/results/side.h"

/* Words of a row that are no axes of its cell. */
static const char *const figures[] = { "cell", "verdict", "comparison", "family" };

static bool is_axis(const struct compared_cell *cell, const char *key)
{
	for (size_t i = 0; i < sizeof(figures) / sizeof(*figures); i++)
		if (!strcmp(figures[i], key))
			return false;
	return side_word(cell->new, key) != NULL;
}

/* The variant, and what tells its cells apart: "map/line@bucket threads=8". */
static void label(const struct compared_cell *cell, const json_t *all, struct dot *dot)
{
	const char *const variant = json_string_value(json_object_get(cell->new, "variant"));
	size_t length = (size_t)snprintf(dot->label, sizeof(dot->label), "%s", variant ? variant : "");
	const char *key;
	json_t *unused;

	json_object_foreach(json_array_get(all, 0), key, unused) {
		char word[SIDE_WORD_BYTES];

		if (!strcmp(key, "variant") || !is_axis(cell, key) || !compare_is_shown(all, key))
			continue;
		side_word_text(side_word(cell->new, key), word);
		if (*word && length < sizeof(dot->label))
			length += (size_t)snprintf(dot->label + length, sizeof(dot->label) - length,
						   " %s=%s", key, word);
	}
}

static int format_of(const char *ending, enum plot_format *format)
{
	for (int i = 0; i < PLOT_DUMB; i++) {
		*format = (enum plot_format)i;
		if (!strcmp(ending, i == PLOT_TIKZ ? "tex" : plot_format_names[i]))
			return 0;
	}
	return -EINVAL;
}

/* Variants together, numbers of threads as people count. */
static int compare_labels(const void *a, const void *b)
{
	const struct dot *const x = a, *const y = b;

	return strverscmp(x->label, y->label);
}

static struct dot *make_dots(const struct comparison *comparison, const json_t *all)
{
	struct dot *const dots = calloc(comparison->count + 1, sizeof(*dots));

	for (size_t i = 0; dots && i < comparison->count; i++) {
		const struct contrast *const contrast = &comparison->cells[i].contrast;

		dots[i] = (struct dot){ .ratio = contrast->ratio,
					.low = contrast->low,
					.high = contrast->high,
					.is_decided = contrast->verdict != CONTRAST_TOO_FEW };
		label(&comparison->cells[i], all, &dots[i]);
	}
	if (dots)
		qsort(dots, comparison->count, sizeof(*dots), compare_labels);
	return dots;
}

/* The file's folder, its name without ending, and the format that the ending says. */
static int take_path(const char *path, char folder[PATH_MAX], char stem[NAME_MAX + 1],
		     enum plot_format *format)
{
	const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
	const char *const dot = strrchr(name, '.');

	if (!dot || format_of(dot + 1, format))
		return -EINVAL;
	if (slash == path)
		snprintf(folder, PATH_MAX, "/");
	else
		snprintf(folder, PATH_MAX, "%.*s", slash ? (int)(slash - path) : 1, slash ? path : ".");
	snprintf(stem, NAME_MAX + 1, "%.*s", (int)(dot - name), name);
	return 0;
}

int compare_check_figure(const char *path, struct fault *fault)
{
	char folder[PATH_MAX], stem[NAME_MAX + 1];
	enum plot_format format;

	if (!take_path(path, folder, stem, &format))
		return 0;
	return fault_set(fault, -EINVAL,
			 "--figure %.200s: allowed is a name that ends in .svg, .pdf, .png or .tex", path);
}

int compare_draw(const char *path, const struct comparison *comparison, const json_t *all,
		 struct fault *fault)
{
	char folder[PATH_MAX], stem[NAME_MAX + 1], scripts[PATH_MAX];
	struct sheet sheet = { .folder = folder,
			       .scripts = scripts,
			       .name = stem,
			       .script = "comparison",
			       .title = "New over base, cell by cell",
			       .subtitle = "full dots: decided; hollow: not; intervals have the level that "
					   "Holm's correction leaves; grey band: no change",
			       .columns = 2 };
	enum plot_format format;
	struct dot *dots;
	int error;

	error = compare_check_figure(path, fault);
	if (error)
		return error;
	take_path(path, folder, stem, &format);
	sheet.formats = 1u << format;
	error = data_path_find("plots", scripts, sizeof(scripts), fault);
	if (error)
		return error;
	dots = make_dots(comparison, all);
	error = dots ? dots_draw(&sheet, dots, comparison->count, fault)
		     : fault_set(fault, -ENOMEM, "no memory for the figure of a comparison");
	free(dots);
	return error;
}
