/*
 * The parent's watch over a running child: read its record and its last words until it ends.
 * Internal to runners/trial.
 */
#ifndef RUNNERS_TRIAL_WATCH_H
#define RUNNERS_TRIAL_WATCH_H

#include <signal.h>
#include <stddef.h>
#include <stdint.h>

#include "runners/trial/spawn.h"

enum { WATCH_LINE_BYTES = 256 };

enum watch_end {
	WATCH_CLOSED,        /* the child has closed its end: it is done, or dead */
	WATCH_TIMEOUT,
	WATCH_TOO_MUCH,      /* a record beyond any bound */
	WATCH_INTERRUPTED    /* a signal that ends programs waits for the parent */
};

struct watch_result {
	enum watch_end end;
	char *record;                         /* owned; not terminated */
	size_t length, room;
	char last_words[WATCH_LINE_BYTES];    /* last line not empty of its standard error */
	char line[WATCH_LINE_BYTES];          /* the one being read */
	size_t line_length;
};

/* Signals held back, and a descriptor that is readable once one has come. */
struct watch_signals {
	sigset_t before;
	int fd;
};

/**
 * watch_hold_signals() - hold back the signals that end a program while a child runs.
 *
 * So the child is killed and reaped before the caller's handler, or the default action, has its
 * turn. Signals that the caller ignores stay ignored.
 *
 * Return: 0 or -errno. Undone by watch_release_signals(), which lets through what was held back.
 */
int watch_hold_signals(struct watch_signals *signals);
void watch_release_signals(struct watch_signals *signals);

/**
 * watch_child() - read until the child closes its record, or until something ends the wait.
 *
 * @result:  out, zeroed by the caller; released with watch_free().
 *
 * Return: 0, -ENOMEM, or the errno with which the system refused to wait.
 */
int watch_child(const struct child *child, const struct watch_signals *signals, uint64_t until_ns,
		struct watch_result *result);

/* After the child's end: what it had still said. */
void watch_last_words(const struct child *child, struct watch_result *result);

void watch_free(struct watch_result *result);

#endif
