#include "plots/plot.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "plots/draw.h"
#include "plots/ladder_page.h"
#include "topology/nearest.h"

/* A mask has so many bits. */
enum { FIGURES_MAX = 32 };

static int refuse_name(const char *what, const char *name, const char *const *names, struct fault *fault)
{
	const char *const nearest = nearest_name(name, names);
	char allowed[512] = "";

	if (nearest)
		return fault_set(fault, -EINVAL, "unknown %s '%s'; did you mean %s?", what, name, nearest);
	for (size_t i = 0, length = 0; names[i] && length < sizeof(allowed); i++)
		length += (size_t)snprintf(allowed + length, sizeof(allowed) - length, "%s%s",
					   i ? ", " : "", names[i]);
	return fault_set(fault, -EINVAL, "unknown %s '%s'; allowed are %s", what, name, allowed);
}

/* Which of @names a comma-separated list names, as a bit mask; all of @by_default for NULL. */
static int parse_list(const char *list, const char *const *names, unsigned by_default,
		      const char *what, unsigned *mask, struct fault *fault)
{
	char name[64];

	*mask = list ? 0 : by_default;
	while (list && *list) {
		const size_t length = strcspn(list, ",");
		size_t i = 0;

		snprintf(name, sizeof(name), "%.*s", (int)length, list);
		while (names[i] && strcmp(names[i], name))
			i++;
		if (!names[i])
			return refuse_name(what, name, names, fault);
		*mask |= 1u << i;
		list += length + (list[length] == ',');
	}
	if (!*mask)
		return fault_set(fault, -EINVAL, "no %s named", what);
	return 0;
}

static int parse_figures(const char *list, unsigned *mask, struct fault *fault)
{
	const char *names[FIGURES_MAX + 1] = { NULL };
	unsigned usual = 0;

	for (size_t i = 0; i < plot_figures_count && i < FIGURES_MAX; i++)
		names[i] = plot_figures[i].name;
	for (size_t i = 0; i < plot_figures_count; i++)
		usual |= (unsigned)plot_figures[i].is_usual << i;
	return parse_list(list, names, usual, "figure", mask, fault);
}

int plot_parse_formats(const char *list, unsigned *mask, struct fault *fault)
{
	const char *names[PLOT_FORMATS + 1] = { NULL };

	memcpy(names, plot_format_names, sizeof(plot_format_names));
	return parse_list(list, names, 1u << PLOT_SVG | 1u << PLOT_PDF | 1u << PLOT_PNG, "format", mask,
			  fault);
}

int plot_has_gnuplot(void)
{
	const char *path = getenv("PATH");
	char file[4096];

	while (path && *path) {
		const size_t length = strcspn(path, ":");

		snprintf(file, sizeof(file), "%.*s/gnuplot", (int)length, path);
		if (!access(file, X_OK))
			return 1;
		path += length + (path[length] == ':');
	}
	return 0;
}

/* The campaign's title, which the user wrote. */
static const char *campaign_title(const struct results *results)
{
	for (size_t i = 0; i < results->session_count; i++) {
		const json_t *title = json_object_get(results->sessions[i], "title");

		if (json_is_string(title))
			return json_string_value(title);
	}
	return "numamark";
}

/* What the masks of the options choose. */
struct chosen {
	unsigned figures, formats;
};

static int draw_panel(const struct draw_request *base, const struct panel *panel, unsigned formats,
		      unsigned *drawn, struct fault *fault)
{
	struct draw_request request = *base;
	int error;

	request.panel = panel;
	error = draw_figure(&request, formats, fault);
	if (!error)
		*drawn += (unsigned)__builtin_popcount(formats);
	return error == -ENODATA ? 0 : error;
}

/* One figure of every panel. */
static int draw_each_panel(const struct draw_request *base, const struct panels *panels,
			   unsigned formats, unsigned *drawn, struct fault *fault)
{
	int error = 0;

	for (size_t i = 0; !error && i < panels->count; i++)
		if (panels->panels[i].count)
			error = draw_panel(base, &panels->panels[i], formats, drawn, fault);
	return error;
}

static int draw_panels(const struct draw_request *base, const struct summary_list *cells,
		       unsigned formats, unsigned *drawn, struct fault *fault)
{
	struct panels panels = { 0 };
	int error = panels_build(base->results, cells, base->figure, base->event, &panels);

	if (error)
		fault_set(fault, error, "no memory for the figure %s", base->figure->name);
	else if (base->figure->kind == FIGURE_TRADEOFFS)
		error = draw_tradeoffs(base, &panels, formats, drawn, fault);
	else
		error = draw_each_panel(base, &panels, formats, drawn, fault);
	panels_free(&panels);
	return error;
}

/* Every event that any valid trial has a number of. */
static json_t *events_of(const struct draw_request *base)
{
	json_t *const events = json_object();

	for (size_t i = 0; i < base->results->trial_count; i++) {
		const json_t *const trial = base->results->trials[i];
		const char *name;
		json_t *counter;

		json_object_foreach(json_object_get(trial, "counters"), name, counter) {
			if (results_is_valid(trial) && isfinite(base->figure->of_event(trial, name)))
				json_object_set_new(events, name, json_true());
		}
	}
	return events;
}

static int draw_ladder(const struct draw_request *base, const struct ladder *ladder, size_t number,
		       unsigned formats, struct fault *fault)
{
	char name[32];
	const struct sheet sheet = { .folder = base->folder,
				     .scripts = base->scripts,
				     .name = name,
				     .column = base->figure->column,
				     .formats = formats,
				     .columns = base->columns };
	int error;

	snprintf(name, sizeof(name), "%s-%zu", base->figure->name, number);
	error = ladder_draw(ladder, &sheet, fault);
	return error ? error : sheet_finish(&sheet, fault);
}

static int draw_ladders(const struct draw_request *base, const struct summary_list *cells,
			unsigned formats, unsigned *drawn, struct fault *fault)
{
	struct ladders ladders;
	int error = base->ladders ? ladders_climb(base->ladders, cells, &ladders, fault) : -ENODATA;

	if (error)
		return error == -ENODATA ? 0 : error;
	for (size_t i = 0; !error && i < ladders.count; i++) {
		error = draw_ladder(base, &ladders.ladders[i], i + 1, formats, fault);
		*drawn += error ? 0 : (unsigned)__builtin_popcount(formats);
	}
	ladders_free(&ladders);
	return error;
}

/* A figure, or one for each event. */
static int draw_kind(const struct draw_request *base, const struct summary_list *cells,
		     unsigned formats, unsigned *drawn, struct fault *fault)
{
	struct draw_request request = *base;
	const char *name;
	json_t *events, *unused;
	int error = 0;

	if (base->figure->kind == FIGURE_LADDER)
		return draw_ladders(base, cells, formats, drawn, fault);
	if (!base->figure->of_event)
		return draw_panels(base, cells, formats, drawn, fault);
	events = events_of(base);
	json_object_foreach(events, name, unused) {
		request.event = name;
		error = draw_panels(&request, cells, formats, drawn, fault);
		if (error)
			break;
	}
	json_decref(events);
	return error;
}

static int draw_all(const struct plot_options *options, const struct chosen *chosen,
		    const struct results *results, unsigned *drawn, struct fault *fault)
{
	char folder[4096];
	struct draw_request base = { .folder = folder,
				     .results = results,
				     .scripts = options->scripts,
				     .ladders = options->ladders,
				     .columns = options->columns ? options->columns : 2,
				     .title = campaign_title(results) };
	struct summary_list cells = { 0 };
	int error;

	snprintf(folder, sizeof(folder), "%s/figures", options->directory);
	if (mkdir(folder, 0777) && errno != EEXIST)
		return fault_set(fault, -errno, "%s: cannot be made: %s", folder, strerror(errno));
	error = results_summarise(results, &cells);
	if (error)
		fault_set(fault, error, "no memory for the figures of %s", options->directory);
	for (size_t i = 0; !error && i < plot_figures_count; i++) {
		if (!(chosen->figures >> i & 1))
			continue;
		base.figure = &plot_figures[i];
		error = draw_kind(&base, &cells, chosen->formats, drawn, fault);
	}
	summary_list_free(&cells);
	return error;
}

int plot_directory(const struct plot_options *options, unsigned *drawn, struct fault *fault)
{
	struct chosen chosen;
	struct results results;
	unsigned files = 0;
	int error = parse_figures(options->figures, &chosen.figures, fault);

	if (!error)
		error = plot_parse_formats(options->formats, &chosen.formats, fault);
	if (!error)
		error = results_load(options->directory, &results, fault);
	if (error)
		return error;
	error = draw_all(options, &chosen, &results, &files, fault);
	if (!error && !files)
		error = fault_set(fault, -ENODATA, "%s: no valid trial to draw", options->directory);
	results_free(&results);
	if (drawn)
		*drawn = files;
	return error;
}
