#include "plots/sheet.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plots/text.h"

extern char **environ;

const char *const plot_format_names[PLOT_FORMATS] = { "svg", "pdf", "png", "tikz", "dumb" };
static const char *const format_endings[PLOT_FORMATS] = { "svg", "pdf", "png", "tex", "txt" };

enum { PATH_BYTES = 4096, COMPLAINT_BYTES = 300, ORDER_BYTES = 32 };

/* What a line of the small font has room for beside the edges; the smallest of TeX's fonts are wide. */
enum { LINE_CHARS_ONE = 88, LINE_CHARS_ONE_TEX = 58, LINE_CHARS_TWO = 116, LINES_MAX = 6 };

static int path_of(const struct sheet *sheet, const char *ending, char path[PATH_BYTES],
		   struct fault *fault)
{
	if (snprintf(path, PATH_BYTES, "%s/%s.%s", sheet->folder, sheet->name, ending) < PATH_BYTES)
		return 0;
	return fault_set(fault, -ENAMETOOLONG, "%s: the path is too long", sheet->folder);
}

static bool has_format(const struct sheet *sheet, enum plot_format format)
{
	return sheet->formats >> format & 1;
}

FILE *sheet_open(const struct sheet *sheet, const char *ending, struct fault *fault)
{
	char path[PATH_BYTES];
	FILE *file;

	if (path_of(sheet, ending, path, fault))
		return NULL;
	file = fopen(path, "we");
	if (!file)
		fault_set(fault, -errno, "%s: cannot be written: %s", path, strerror(errno));
	return file;
}

int sheet_close(const struct sheet *sheet, const char *ending, FILE *file, struct fault *fault)
{
	const int failed = ferror(file);

	if (fclose(file) || failed)
		return fault_set(fault, -EIO, "%s/%s.%s: cannot be written: %s", sheet->folder,
				 sheet->name, ending, strerror(errno));
	return 0;
}

void sheet_put_text(const struct sheet *sheet, FILE *file, const char *key, const char *text)
{
	fprintf(file, "%s = ", key);
	if (has_format(sheet, PLOT_TIKZ)) {
		fputs("format eq 'tikz' ? ", file);
		text_put_gnuplot_tex(file, text);
		fputs(" : ", file);
	}
	text_put_gnuplot(file, text);
	fputc('\n', file);
}

/* How much of a text goes into a line: up to the last space that fits, one long word broken anywhere. */
static size_t line_length(const char *text, size_t room)
{
	size_t length = strlen(text);

	if (length <= room)
		return length;
	length = room;
	while (length && text[length] != ' ')
		length--;
	return length ? length : room;
}

static size_t line_room(const struct sheet *sheet)
{
	if (sheet->columns != 1)
		return LINE_CHARS_TWO;
	return has_format(sheet, PLOT_TIKZ) ? LINE_CHARS_ONE_TEX : LINE_CHARS_ONE;
}

/* The last line there is takes all that is left. */
static void write_lines(const struct sheet *sheet, FILE *file)
{
	const size_t room = line_room(sheet);
	const char *text = sheet->subtitle;
	char key[32], line[LINE_CHARS_TWO + 1];
	unsigned lines = 0;

	fprintf(file, "array subtitle[%d]\n", LINES_MAX);
	while (*text && lines < LINES_MAX) {
		const size_t length = line_length(text, room);

		snprintf(key, sizeof(key), "subtitle[%u]", ++lines);
		snprintf(line, sizeof(line), "%.*s", (int)length, text);
		text += length + (text[length] == ' ');
		if (*text && lines == LINES_MAX)
			memcpy(line + (length < 3 ? 0 : length - 3), "...", 4);
		sheet_put_text(sheet, file, key, line);
	}
	fprintf(file, "subtitles = %u\n", lines);
}

/* Can each figure be written? gnuplot would say it in words of its own. */
static bool try_figures(const struct sheet *sheet, struct fault *fault)
{
	for (unsigned format = 0; format < PLOT_FORMATS; format++) {
		FILE *file;

		if (!has_format(sheet, format))
			continue;
		file = sheet_open(sheet, format_endings[format], fault);
		if (!file)
			return false;
		fclose(file);
	}
	return true;
}

FILE *sheet_open_words(const struct sheet *sheet, struct fault *fault)
{
	char stem[PATH_BYTES];
	FILE *const file = try_figures(sheet, fault) ? sheet_open(sheet, "def", fault) : NULL;

	if (!file)
		return NULL;
	fprintf(file, "# Drawn by: gnuplot -e \"format = 'svg'\" %s.def\n", sheet->name);
	fprintf(file, "columns = %u\nscripts = ", sheet->columns);
	text_put_gnuplot(file, sheet->scripts);
	snprintf(stem, sizeof(stem), "%s/%s", sheet->folder, sheet->name);
	fputs("\nstem = ", file);
	text_put_gnuplot(file, stem);
	fputs("\ndata_file = stem.'.dat'\n", file);
	sheet_put_text(sheet, file, "title_text", sheet->title);
	write_lines(sheet, file);
	return file;
}

/* gnuplot -e "format = 'svg'" PATH -e "reset; format = 'pdf'" PATH ..., with room for the words of @orders. */
static void spell_arguments(unsigned formats, char *path, char orders[PLOT_FORMATS][ORDER_BYTES],
			    char *arguments[2 + 3 * PLOT_FORMATS])
{
	size_t count = 0;

	arguments[count++] = "gnuplot";
	for (unsigned format = 0; format < PLOT_FORMATS; format++) {
		if (!(formats >> format & 1))
			continue;
		snprintf(orders[format], ORDER_BYTES, "reset; format = '%s'",
			 plot_format_names[format]);
		arguments[count++] = "-e";
		arguments[count++] = orders[format];
		arguments[count++] = path;
	}
	arguments[count] = NULL;
}

/* Run gnuplot on one file, its complaints into @complaints. Return: its exit status, or a negative errno. */
static int run_gnuplot(unsigned formats, char *path, int complaints)
{
	char orders[PLOT_FORMATS][ORDER_BYTES], *arguments[2 + 3 * PLOT_FORMATS];
	posix_spawn_file_actions_t actions;
	int status, error;
	pid_t child;

	spell_arguments(formats, path, orders, arguments);
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

static int run_words(const struct sheet *sheet, struct fault *fault)
{
	char path[PATH_BYTES], complaint[COMPLAINT_BYTES];
	FILE *complaints;
	int status;

	if (path_of(sheet, "def", path, fault))
		return -ENAMETOOLONG;
	complaints = tmpfile();
	if (!complaints)
		return fault_set(fault, -errno, "no temporary file for gnuplot's output");
	status = run_gnuplot(sheet->formats, path, fileno(complaints));
	read_complaint(fileno(complaints), complaint, sizeof(complaint));
	fclose(complaints);
	if (status == -ENOPKG)
		return fault_set(fault, status, "gnuplot is not installed: apt-get install gnuplot-nox");
	if (status)
		return fault_set(fault, -EIO, "%s: gnuplot failed: %s", path, complaint);
	return 0;
}

/* Show what was drawn in characters. */
static int print(const struct sheet *sheet, struct fault *fault)
{
	char path[PATH_BYTES], block[4096];
	size_t length;
	FILE *file;

	if (path_of(sheet, format_endings[PLOT_DUMB], path, fault))
		return -ENAMETOOLONG;
	file = fopen(path, "re");
	if (!file)
		return fault_set(fault, -errno, "%s: cannot be read: %s", path, strerror(errno));
	while ((length = fread(block, 1, sizeof(block), file)) > 0)
		fwrite(block, 1, length, stdout);
	fclose(file);
	unlink(path);
	return 0;
}

int sheet_finish(const struct sheet *sheet, struct fault *fault)
{
	const int error = run_words(sheet, fault);

	return !error && has_format(sheet, PLOT_DUMB) ? print(sheet, fault) : error;
}
