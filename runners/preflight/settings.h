/*
 * Settings of the host that numamark may change, to measure on it: applied, read back, and put back.
 *
 * What was there before is in a file before the first change is made, so that it can be put back
 * also after a crash. The file of an application that was never restored is kept: what it says of
 * before is what was before.
 */
#ifndef RUNNERS_PREFLIGHT_SETTINGS_H
#define RUNNERS_PREFLIGHT_SETTINGS_H

#include <jansson.h>
#include <stddef.h>

#include "topology/fault.h"

/**
 * settings_state_path() - where the state before is kept.
 *
 * /var/lib/numamark for root, else XDG_STATE_HOME/numamark or ~/.local/state/numamark.
 *
 * Return: 0, -ENAMETOOLONG, or -ENOENT without a home, with the sentence in @fault.
 */
int settings_state_path(char *path, size_t room, struct fault *fault);

/**
 * settings_apply() - set what preflight_check() does not find fit and can be set while the host runs.
 *
 * Governor, turbo, transparent huge pages, NUMA balancing, NMI watchdog, perf permissions. A setting
 * that the host refuses stays as it was and says so in its row.
 *
 * @root:  as preflight_check().
 * @state:  path of the file; its folder is made. Not written where nothing is to be changed.
 * @rows:  out, appended: {item, path, before, wanted, after, applied, reason}, one a file.
 *
 * Return: 0, -EPERM if a setting did not become what it should, or the errno of writing the state,
 * before any change, with the sentence in @fault.
 */
int settings_apply(const char *root, const char *state, json_t *rows, struct fault *fault);

/**
 * settings_restore() - put back what the state file says was there, read it back, remove the file.
 *
 * Settings that cannot be put back stay in the file.
 *
 * @rows:  out, appended as settings_apply() does.
 *
 * Return: 0, -ENOENT if there is no such file: nothing was applied, -EINVAL if it is not ours, -EPERM
 * if a setting could not be put back, with the sentence in @fault.
 */
int settings_restore(const char *state, json_t *rows, struct fault *fault);

/* What the state file says was before, path -> value, or null where nothing is applied. New. */
json_t *settings_before(const char *state);

#endif
