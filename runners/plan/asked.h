/* What was asked for: the sections of a preset, and the key=value words that replace its values. */
#ifndef RUNNERS_PLAN_ASKED_H
#define RUNNERS_PLAN_ASKED_H

#include <stddef.h>

#include "runners/plan/plan.h"
#include "runners/plan/sweep.h"

enum {
	PRESET_LINE_MAX = 199,    /* libinih as packaged cuts longer lines in two */
	PRESET_BYTES_MAX = 16 << 20
};

struct asked {
	char *source;       /* path of the preset, for sentences; NULL for "sweep" */
	char *title;        /* NULL: none given */
	unsigned trials;    /* 0: none given */
	enum plan_host host;
	struct sweep *sweeps;
	size_t sweep_count;
	struct sweep overrides;    /* of the command line */
};

/**
 * asked_read_preset() - take the sections of a preset.
 *
 * @name:  of a built-in preset, or the path of an INI file; "sweep" is one section without a value.
 *
 * Return: 0, -ENOENT (no such preset or file), -EINVAL (not an INI file of ours), -EFBIG, -ENOMEM,
 * or the errno with which the file could not be read, with file and line in @fault.
 */
int asked_read_preset(struct asked *asked, const char *name, struct fault *fault);

/**
 * asked_set_word() - take one key=value of the command line.
 *
 * Return: 0, -EINVAL, -ENOENT or -ENOMEM, with the sentence in @fault.
 */
int asked_set_word(struct asked *asked, const char *word, struct fault *fault);

void asked_free(struct asked *asked);

/* Below: for the two above. Keys of [campaign], and keys of every other section. */
int asked_set_campaign(struct asked *asked, const char *key, const char *text, struct fault *fault);
int asked_set_axis(struct sweep *sweep, const char *key, const char *text, unsigned line,
		   struct fault *fault);

#endif
