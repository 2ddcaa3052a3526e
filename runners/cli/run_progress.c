#include "runners/cli/run_progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "runners/plan/units.h"
#include "topology/clock.h"

#define LINE_EVERY_NS UINT64_C(60000000000)
#define BAR_EVERY_NS  UINT64_C(200000000)

enum { BAR_WIDTH = 24, LINE_BYTES = 512, COLUMNS_DEFAULT = 80 };

struct run_progress run_progress_begin(bool is_quiet)
{
	return (struct run_progress){ .is_quiet = is_quiet, .is_terminal = isatty(STDERR_FILENO) };
}

static int terminal_columns(void)
{
	struct winsize size;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) || !size.ws_col)
		return COLUMNS_DEFAULT;
	return size.ws_col;
}

/* "12 of 60 trials, 1 invalid, 45 s left: map/michael+ebr, 2 threads" */
static int describe(const struct campaign_progress *now, char text[LINE_BYTES])
{
	char left[UNITS_TEXT_BYTES], invalid[64] = "";

	units_format_span(now->left_ns, left);
	if (now->invalid)
		snprintf(invalid, sizeof(invalid), ", %zu invalid", now->invalid);
	return snprintf(text, LINE_BYTES, "%zu of %zu trials%s, %s left: %s, %u thread%s",
			now->done, now->total, invalid, left, now->cell->variant->name,
			now->cell->threads, now->cell->threads == 1 ? "" : "s");
}

/* Cut to the terminal's width: a bar on two lines would leave its first behind. */
static void draw_bar(const struct campaign_progress *now)
{
	const int filled = (int)(now->done * BAR_WIDTH / now->total);
	const int room = terminal_columns() - BAR_WIDTH - 4;
	char text[LINE_BYTES];

	describe(now, text);
	fprintf(stderr, "\r[%.*s%*s] %.*s\033[K", filled, "########################",
		BAR_WIDTH - filled, "", room > 0 ? room : 0, text);
	fflush(stderr);
}

void run_progress_tell(struct run_progress *progress, const struct campaign_progress *now)
{
	const uint64_t time_ns = clock_monotonic_ns();
	char text[LINE_BYTES];

	if (progress->is_quiet || !now->cell)
		return;
	if (progress->is_terminal) {
		draw_bar(now);
		progress->has_bar = true;
		return;
	}
	if (progress->told_ns && time_ns - progress->told_ns < LINE_EVERY_NS)
		return;
	progress->told_ns = time_ns;
	describe(now, text);
	fprintf(stderr, "numamark: %s\n", text);
}

void run_progress_import(const char *path, uint64_t done_bytes, uint64_t all_bytes)
{
	static uint64_t told_ns;    /* files are imported one at a time */
	const uint64_t time_ns = clock_monotonic_ns();
	const bool is_terminal = isatty(STDERR_FILENO);
	const int filled = all_bytes ? (int)(done_bytes * BAR_WIDTH / all_bytes) : BAR_WIDTH;

	if (told_ns && time_ns - told_ns < (is_terminal ? BAR_EVERY_NS : LINE_EVERY_NS))
		return;
	told_ns = time_ns;
	if (is_terminal)
		fprintf(stderr, "\r[%.*s%*s] importing %.40s\033[K\r", filled,
			"########################", BAR_WIDTH - filled, "", path);
	else
		fprintf(stderr, "numamark: importing %.200s: %d %% done\n", path,
			filled * 100 / BAR_WIDTH);
}

void run_progress_end(struct run_progress *progress)
{
	if (progress->has_bar)
		fprintf(stderr, "\r\033[K");
	progress->has_bar = false;
}
