/* Built-in presets: where they are, what they are called. */
#ifndef RUNNERS_PLAN_PRESET_FIND_H
#define RUNNERS_PLAN_PRESET_FIND_H

#include "topology/fault.h"

enum {
	PRESET_TITLE_BYTES = 200,
	PRESET_QUESTION_BYTES = 600,
	PRESET_LABEL_BYTES = 64,
	PRESET_PATH_BYTES = 4096
};

/* The preset that is no file: one sweep, all of it from the command line. */
#define PRESET_SWEEP "sweep"

struct preset_entry {
	char name[PRESET_LABEL_BYTES];
	char title[PRESET_TITLE_BYTES];
	char question[PRESET_QUESTION_BYTES];    /* the comment at its beginning */
};

/**
 * preset_find() - the file of a preset.
 *
 * What holds a slash or ends in .ini is a path; else a built-in preset goes before a file of that
 * name.
 *
 * @path:  out, PRESET_PATH_BYTES.
 *
 * Return: 0, or -ENOENT with the nearest name in @fault.
 */
int preset_find(const char *name, char *path, struct fault *fault);

/* The name without folder and .ini: for titles and for output folders. */
void preset_label(const char *name, char label[PRESET_LABEL_BYTES]);

/**
 * preset_list() - the built-in presets in alphabetical order, "sweep" last.
 *
 * @entries:  out; released with free().
 *
 * Return: how many, or -ENOMEM.
 */
int preset_list(struct preset_entry **entries);

#endif
