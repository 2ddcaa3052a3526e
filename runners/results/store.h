/*
 * The result folder: results.jsonl (append only, one synced line per trial), campaign.ini, figures/, report.html.
 *
 * A line is written with one write() and synced before store_append() returns, so a crash, a kill or a full disk loses
 * at most the line being written. A torn last line is cut off when a campaign is resumed; nothing else is ever
 * rewritten. One process at a time holds the folder (an advisory lock).
 */
#ifndef RUNNERS_RESULTS_STORE_H
#define RUNNERS_RESULTS_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "topology/fault.h"

enum { STORE_SCHEMA = 1 };

struct store;

struct store_request {
	const char *directory;       /* made if missing, parents too */
	const char *campaign_id;
	const char *campaign_ini;    /* text of campaign.ini, which it replaces */
	bool resume;                 /* go on with a campaign that is there */
};

/**
 * store_open() - open a folder for appending.
 *
 * Return: 0; -EEXIST if it holds results and @resume is false, -EINVAL if they are of another campaign or a newer
 * schema or not ours, -EACCES, -ENOSPC, -EBUSY (another process writes there), with the sentence in @fault.
 */
int store_open(const struct store_request *request, struct store **store, struct fault *fault);

/**
 * store_done() - how many trials of this cell are already there, of any status but `skipped`.
 */
unsigned store_done(const struct store *store, const char *cell_id);

/* Seed that the campaign began with, if it is resumed. Return: 0, or -ENOENT. */
int store_seed(const struct store *store, uint64_t *seed);

/**
 * store_append() - write one record as one line, and sync it.
 *
 * Return: 0, or -ENOSPC, -EIO, -EFBIG (nothing half-written: a part line is cut off again), sentence in @fault.
 */
int store_append(struct store *store, const json_t *record, struct fault *fault);

void store_close(struct store *store);

#endif
