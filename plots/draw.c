#include "plots/draw.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plots/text.h"

extern char **environ;

const char *const plot_format_names[PLOT_FORMATS] = { "svg", "pdf", "png", "tikz" };
static const char *const format_endings[PLOT_FORMATS] = { "svg", "pdf", "png", "tex" };

enum { LABELS_MAX = PANEL_SERIES_MAX + 2, TICS_MAX = 32, PATH_BYTES = 4096 };

/* Closer than this share of the axis, two labels or two tics would overlap. */
static const double label_gap = 0.062, tic_gap = 0.045;

/* Everything a figure draws, in its own unit. */
struct frame {
	const struct panel *panel;
	const struct figure *figure;
	double highest, lowest;              /* of all curves, with intervals; the lowest above 0 */
	unsigned most_threads;
	struct series shown[LABELS_MAX];     /* in the figure's unit; points owned */
	size_t curves;                       /* shown[] before this are variants, after it limits */
	size_t count;
	double label_at[LABELS_MAX];         /* height of each label, share of the frame */
};

static const struct point *one_thread(const struct series *series)
{
	return series->count && series->points[0].threads == 1 ? &series->points[0] : NULL;
}

/* What a figure divides the numbers of a series by; 0 where a trial of one thread is needed and lacks. */
static double unit_of(const struct figure *figure, const struct series *series,
		      const struct point *point)
{
	const struct point *const one = one_thread(series);

	if (figure->unit == FIGURE_AS_MEASURED)
		return 1;
	if (!one || one->median <= 0)
		return 0;
	return figure->unit == FIGURE_PER_ONE_THREAD ? one->median : one->median * point->threads;
}

/* Copy a series in the figure's unit. */
static int show_series(struct frame *frame, const struct series *series)
{
	struct series *shown = &frame->shown[frame->count];

	if (!series->count || frame->count == LABELS_MAX ||
	    unit_of(frame->figure, series, &series->points[0]) <= 0)
		return 0;
	*shown = *series;
	shown->points = calloc(series->count, sizeof(*shown->points));
	if (!shown->points)
		return -ENOMEM;
	for (size_t i = 0; i < series->count; i++) {
		const struct point *point = &series->points[i];
		const double unit = unit_of(frame->figure, series, point);

		shown->points[i] = (struct point){ point->threads, point->median / unit,
						   point->low / unit, point->high / unit,
						   point->cell };
	}
	frame->count++;
	return 0;
}

/* A limit is drawn where it ends inside the frame; above the curves it would press them flat, and is said in words. */
static int show_limit(struct frame *frame, const struct series *limit)
{
	if (!frame->figure->has_limits || !limit || !limit->count ||
	    limit->points[limit->count - 1].median > frame->highest)
		return 0;
	return show_series(frame, limit);
}

static void measure_frame(struct frame *frame)
{
	for (size_t s = 0; s < frame->count; s++) {
		for (size_t i = 0; i < frame->shown[s].count; i++) {
			const struct point *point = &frame->shown[s].points[i];

			frame->highest = fmax(frame->highest, point->high);
			if (point->low > 0)
				frame->lowest = fmin(frame->lowest, point->low);
			if (point->threads > frame->most_threads)
				frame->most_threads = point->threads;
		}
	}
}

/* The ends of the axis of numbers: some room above the highest, on a logarithmic one below too. */
static double axis_high(const struct frame *frame)
{
	return frame->figure->is_log ? frame->highest * 2 : frame->highest * 1.08;
}

static double axis_low(const struct frame *frame)
{
	return frame->figure->is_log ? frame->lowest / 2 : 0;
}

static double end_height(const struct frame *frame, size_t series)
{
	const struct series *shown = &frame->shown[series];
	const double end = shown->points[shown->count - 1].median;

	if (!frame->figure->is_log)
		return end / axis_high(frame);
	return log(fmax(end, frame->lowest) / axis_low(frame)) /
	       log(axis_high(frame) / axis_low(frame));
}

/* Series by the height of their ends, highest first. */
static void order_by_height(const struct frame *frame, size_t *order)
{
	for (size_t i = 0; i < frame->count; i++) {
		size_t at = i;

		for (; at && end_height(frame, order[at - 1]) < end_height(frame, i); at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
}

/*
 * Each label as near to its curve's end as the others allow, in the least-squares sense: with the gaps taken out, the
 * heights must not rise from one label to the next, which is isotonic regression by pooling adjacent violators (Ayer
 * and others, 1955). Then the whole column is kept inside the frame.
 */
static void place_labels(struct frame *frame)
{
	size_t order[LABELS_MAX], first[LABELS_MAX + 1], pools = 0;
	double mean[LABELS_MAX], low, shift;

	order_by_height(frame, order);
	for (size_t i = 0; i < frame->count; i++) {
		first[pools] = i;
		mean[pools++] = end_height(frame, order[i]) + label_gap * (double)i;
		while (pools > 1 && mean[pools - 2] < mean[pools - 1]) {
			const double above = (double)(first[pools - 1] - first[pools - 2]);
			const double below = (double)(i + 1 - first[pools - 1]);

			mean[pools - 2] = (mean[pools - 2] * above + mean[pools - 1] * below) /
					  (above + below);
			pools--;
		}
	}
	first[pools] = frame->count;
	for (size_t p = 0; p < pools; p++)
		for (size_t i = first[p]; i < first[p + 1]; i++)
			frame->label_at[order[i]] = mean[p] - label_gap * (double)i;
	low = frame->label_at[order[frame->count - 1]];
	shift = low < 0 ? -low : fmin(0, 1 - frame->label_at[order[0]]);
	for (size_t i = 0; i < frame->count; i++)
		frame->label_at[i] += shift;
}

static void frame_free(struct frame *frame)
{
	for (size_t i = 0; i < frame->count; i++)
		free(frame->shown[i].points);
}

static int frame_make(const struct draw_request *request, struct frame *frame)
{
	const struct panel *panel = request->panel;
	int error = 0;

	*frame = (struct frame){ .panel = panel, .figure = request->figure, .lowest = INFINITY };
	for (size_t i = 0; !error && i < panel->count; i++)
		error = show_series(frame, &panel->series[i]);
	measure_frame(frame);
	frame->curves = frame->count;
	if (!error && request->figure->unit != FIGURE_AS_MEASURED && frame->most_threads < 2)
		error = -ENODATA;    /* nothing speeds up on one thread */
	if (!error && (!frame->count || !(frame->highest > 0)))
		error = -ENODATA;
	if (!error)
		error = show_limit(frame, panel->null);
	if (!error)
		error = show_limit(frame, panel->faa);
	if (!error)
		place_labels(frame);
	else
		frame_free(frame);
	return error;
}

static FILE *open_beside(const struct draw_request *request, const char *ending, char *path,
			 struct fault *fault)
{
	FILE *file;

	if (snprintf(path, PATH_BYTES, "%s/%s-%s.%s", request->folder, request->figure->name,
		     request->panel->slug, ending) >= PATH_BYTES) {
		fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", request->folder);
		return NULL;
	}
	file = fopen(path, "we");
	if (!file)
		fault_set(fault, -errno, "%s: cannot be written: %s", path, strerror(errno));
	return file;
}

static int close_written(FILE *file, const char *path, struct fault *fault)
{
	const int failed = ferror(file);

	if (fclose(file) || failed)
		return fault_set(fault, -EIO, "%s: cannot be written: %s", path, strerror(errno));
	return 0;
}

/* One block a series, two blank lines between: what gnuplot calls an index. */
static int write_data(const struct draw_request *request, const struct frame *frame,
		      struct fault *fault)
{
	char path[PATH_BYTES];
	FILE *file = open_beside(request, "dat", path, fault);

	if (!file)
		return -EIO;
	fprintf(file, "# threads  %s  low  high   (median of valid trials, 95 %% bootstrap interval)\n",
		frame->figure->column);
	for (size_t s = 0; s < frame->count; s++) {
		fprintf(file, "%s# %s\n", s ? "\n\n" : "", frame->shown[s].name);
		for (size_t i = 0; i < frame->shown[s].count; i++) {
			const struct point *point = &frame->shown[s].points[i];

			fprintf(file, "%u %.9g %.9g %.9g\n", point->threads, point->median, point->low,
				point->high);
		}
	}
	return close_written(file, path, fault);
}

/* Numbers of threads that were measured, as far apart as their labels need. */
static void write_tics(FILE *file, const struct frame *frame, int is_log)
{
	unsigned last = 0;

	fputs("set xtics (", file);
	for (unsigned threads = 1; threads <= frame->most_threads; threads++) {
		const double most = frame->most_threads;
		int measured = 0;
		double apart;

		for (size_t s = 0; s < frame->count && !measured; s++)
			for (size_t i = 0; i < frame->shown[s].count; i++)
				measured |= frame->shown[s].points[i].threads == threads;
		apart = !last	 ? 1
			: is_log ? log2((double)threads / last) / log2(most)
				 : (threads - last) / most;
		if (!measured || apart < tic_gap)
			continue;
		fprintf(file, "%s%u", last ? ", " : "", threads);
		last = threads;
	}
	fputs(")\n", file);
}

typedef void put_text(FILE *out, const char *text);

/* What the narrowest figure has room for in its small font; the rest goes on a second line. */
enum { WORKLOAD_LINE_CHARS = 96 };

static void write_workload(FILE *file, const char *workload, put_text *put)
{
	size_t first = strlen(workload);
	char line[WORKLOAD_LINE_CHARS + 1];

	if (first > WORKLOAD_LINE_CHARS) {
		first = WORKLOAD_LINE_CHARS;
		while (first > 0 && workload[first] != ' ')
			first--;
		if (!first)
			first = WORKLOAD_LINE_CHARS;    /* one word: broken anywhere */
	}
	snprintf(line, sizeof(line), "%.*s", (int)first, workload);
	fputs("\nworkload_text = ", file);
	put(file, line);
	fputs("\nworkload_more = ", file);
	put(file, workload + first + (workload[first] == ' '));
	fputc('\n', file);
}

static void write_title(FILE *file, const struct draw_request *request, put_text *put)
{
	const struct panel *panel = request->panel;
	char text[4096];

	snprintf(text, sizeof(text), "%s: %s", request->title, panel->family);
	if (panel->parts > 1)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " (%u of %u)", panel->part,
			 panel->parts);
	fputs("title_text = ", file);
	put(file, text);
	write_workload(file, panel->workload, put);
}

/* Limits above the frame are said in words. */
static void write_limits(FILE *file, const struct frame *frame, put_text *put)
{
	const struct series *const limits[] = { frame->panel->null, frame->panel->faa };
	char text[256] = "", rate[32];

	for (size_t i = 0; frame->figure->has_limits && i < 2; i++) {
		const struct series *limit = limits[i];
		int is_shown = 0;

		for (size_t s = frame->curves; s < frame->count; s++)
			is_shown |= limit && frame->shown[s].name == limit->name;
		if (!limit || !limit->count || is_shown)
			continue;
		text_rate(limit->points[limit->count - 1].median, rate, sizeof(rate));
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			 "%s%s: %s ops/s on %u threads", *text ? "; " : "above the frame, ",
			 limit->name, rate, limit->points[limit->count - 1].threads);
	}
	fputs("limits_text = ", file);
	put(file, text);
	fputc('\n', file);
}

static void write_series(FILE *file, const struct frame *frame, put_text *put)
{
	size_t longest = 0;

	for (size_t s = 0; s < frame->count; s++)
		longest = strlen(frame->shown[s].name) > longest ? strlen(frame->shown[s].name) : longest;
	fprintf(file, "series = %zu\ncurves = %zu\nlongest_name = %zu\n", frame->count, frame->curves,
		longest);
	fprintf(file, "array name[%zu]\narray label_at[%zu]\narray end_x[%zu]\narray end_y[%zu]\n",
		frame->count, frame->count, frame->count, frame->count);
	for (size_t s = 0; s < frame->count; s++) {
		const struct series *shown = &frame->shown[s];

		fprintf(file, "name[%zu] = ", s + 1);
		put(file, shown->name);
		fprintf(file, "\nlabel_at[%zu] = %.4f\nend_x[%zu] = %u\nend_y[%zu] = %.9g\n", s + 1,
			frame->label_at[s], s + 1, shown->points[shown->count - 1].threads, s + 1,
			shown->points[shown->count - 1].median);
	}
}

static void write_marks(FILE *file, const struct panel *panel, put_text *put)
{
	fprintf(file, "marks = %zu\n", panel->mark_count);
	if (panel->mark_count)
		fprintf(file, "array mark_x[%zu]\narray mark_text[%zu]\n", panel->mark_count,
			panel->mark_count);
	for (size_t i = 0; i < panel->mark_count; i++) {
		fprintf(file, "mark_x[%zu] = %.1f\nmark_text[%zu] = ", i + 1, panel->marks[i].threads,
			i + 1);
		put(file, panel->marks[i].text);
		fputc('\n', file);
	}
}

static int write_words(const struct draw_request *request, const struct frame *frame,
		       enum plot_format format, struct fault *fault)
{
	put_text *const put = format == PLOT_TIKZ ? text_put_gnuplot_tex : text_put_gnuplot;
	const int is_log = frame->most_threads > 8;
	char path[PATH_BYTES], output[PATH_BYTES];
	FILE *file;

	file = open_beside(request, format_endings[format], output, fault);    /* can it be written? */
	if (!file)
		return -EIO;
	fclose(file);
	file = open_beside(request, "def", path, fault);
	if (!file)
		return -EIO;
	fprintf(file, "# Drawn by: gnuplot %s-%s.def\n", request->figure->name,
		request->panel->slug);
	fprintf(file, "format = '%s'\nscripts = ", plot_format_names[format]);
	text_put_gnuplot(file, request->scripts);
	fputs("\noutput_file = ", file);
	text_put_gnuplot(file, output);
	fprintf(file, "\ndata_file = ");
	memcpy(strrchr(output, '.'), ".dat", 5);
	text_put_gnuplot(file, output);
	fprintf(file, "\nhighest = %.9g\ny_low = %.9g\ny_high = %.9g\ny_is_log = %d\n", frame->highest,
		axis_low(frame), axis_high(frame), frame->figure->is_log);
	fprintf(file, "most_threads = %u\nis_log = %d\n", frame->most_threads, is_log);
	write_title(file, request, put);
	write_limits(file, frame, put);
	write_series(file, frame, put);
	write_marks(file, request->panel, put);
	write_tics(file, frame, is_log);
	fprintf(file, "load scripts.'/%s.gp'\n", request->figure->name);
	return close_written(file, path, fault);
}

/* Run gnuplot on one file, its complaints into @complaints. Return: its exit status, or a negative errno. */
static int run_gnuplot(char *path, int complaints)
{
	char *const arguments[] = { "gnuplot", path, NULL };
	posix_spawn_file_actions_t actions;
	int status, error;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, complaints, 1);
	posix_spawn_file_actions_adddup2(&actions, complaints, 2);
	error = posix_spawnp(&child, "gnuplot", &actions, NULL, arguments, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (error)
		return error == ENOENT ? -ENOPKG : -error;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EIO;
}

/* The line of gnuplot's output that says what is wrong. */
static void read_complaint(int complaints, char *text, size_t room)
{
	const ssize_t length = pread(complaints, text, room - 1, 0);

	text[length > 0 ? length : 0] = 0;
	for (char *at = text; *at; at++)
		if (*at == '\n')
			*at = ' ';
}

static int draw(const struct draw_request *request, struct fault *fault)
{
	char path[PATH_BYTES], complaint[300];
	FILE *complaints = tmpfile();
	int status;

	if (!complaints)
		return fault_set(fault, -errno, "no temporary file for gnuplot's output");
	snprintf(path, sizeof(path), "%s/%s-%s.def", request->folder, request->figure->name,
		 request->panel->slug);
	status = run_gnuplot(path, fileno(complaints));
	read_complaint(fileno(complaints), complaint, sizeof(complaint));
	fclose(complaints);
	if (status == -ENOPKG)
		return fault_set(fault, status, "gnuplot is not installed: apt-get install gnuplot-nox");
	if (status)
		return fault_set(fault, -EIO, "%s: gnuplot failed: %s", path, complaint);
	return 0;
}

int draw_figure(const struct draw_request *request, enum plot_format format, struct fault *fault)
{
	struct frame frame;
	int error = frame_make(request, &frame);

	if (error)
		return error;
	error = write_data(request, &frame, fault);
	if (!error)
		error = write_words(request, &frame, format, fault);
	frame_free(&frame);
	return error ? error : draw(request, fault);
}
