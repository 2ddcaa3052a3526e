/* Keys and their texts, from wherever they come. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runners/plan/asked.h"
#include "runners/plan/axes.h"
#include "runners/plan/units.h"
#include "topology/nearest.h"

enum { KEY_BYTES = 64, TITLE_BYTES_MAX = 180 };

static int set_title(struct asked *asked, const char *text, struct fault *fault)
{
	json_t *const proof = json_string(text);    /* NULL if it is not UTF-8 */
	char *title;

	json_decref(proof);
	/* A blank and a semicolon begin a comment, and control characters break the line, when
	 * campaign.ini is read again. */
	for (const char *at = text; proof && *at; at++)
		if ((unsigned char)*at < ' ' || *at == '\x7f' ||
		    (*at == ';' && (at == text || at[-1] == ' ')))
			return fault_set(fault, -EINVAL,
					 "title: allowed is one line without a semicolon behind a "
					 "blank");
	if (!proof || strlen(text) > TITLE_BYTES_MAX)
		return fault_set(fault, -EINVAL, "title: allowed are at most %d bytes of UTF-8",
				 TITLE_BYTES_MAX);
	title = strdup(text);
	if (!title)
		return fault_set(fault, -ENOMEM, "out of memory");
	free(asked->title);
	asked->title = title;
	return 0;
}

static int set_trials(struct asked *asked, const char *text, struct fault *fault)
{
	uint64_t trials;

	if (units_parse_count(text, 1000, &trials) || trials == 0 || trials > PLAN_TRIALS_MAX)
		return fault_set(fault, -EINVAL, "trials=%.60s: allowed is 1 to %d", text,
				 PLAN_TRIALS_MAX);
	asked->trials = (unsigned)trials;
	return 0;
}

static int set_host(struct asked *asked, const char *text, struct fault *fault)
{
	for (int host = PLAN_HOST_CHECK; host <= PLAN_HOST_OFF; host++) {
		if (!strcmp(text, plan_host_name((enum plan_host)host))) {
			asked->host = (enum plan_host)host;
			return 0;
		}
	}
	return fault_set(fault, -EINVAL, "host=%.60s: allowed is check, strict, off", text);
}

static const struct {
	const char *name;
	int (*set)(struct asked *asked, const char *text, struct fault *fault);
} campaign_keys[] = {
	{ "title", set_title },
	{ "trials", set_trials },
	{ "host", set_host },
};

enum { CAMPAIGN_KEYS = sizeof(campaign_keys) / sizeof(*campaign_keys) };

static int find_campaign_key(const char *key)
{
	for (int i = 0; i < CAMPAIGN_KEYS; i++)
		if (!strcmp(key, campaign_keys[i].name))
			return i;
	return -ENOENT;
}

static int refuse_key(const char *key, struct fault *fault)
{
	const char *others[CAMPAIGN_KEYS + 1] = { NULL };
	const char *nearest;

	for (int i = 0; i < CAMPAIGN_KEYS; i++)
		others[i] = campaign_keys[i].name;
	nearest = axis_nearest(key, others);
	return fault_set(
		fault, -EINVAL, "unknown key \"%.60s\"%s%s%s; `numamark help run` names all", key,
		nearest ? "; did you mean " : "", nearest ? nearest : "", nearest ? "?" : "");
}

int asked_set_campaign(struct asked *asked, const char *key, const char *text, struct fault *fault)
{
	const int known = find_campaign_key(key);

	if (known >= 0)
		return campaign_keys[known].set(asked, text, fault);
	if (axis_find(key) < 0)
		return refuse_key(key, fault);
	return fault_set(fault, -EINVAL,
			 "%s is an axis: it belongs in a section of its own, "
			 "not in [campaign]",
			 key);
}

int asked_set_axis(struct sweep *sweep, const char *key, const char *text, unsigned line,
		   struct fault *fault)
{
	const int known = axis_find(key);

	if (known >= 0)
		return sweep_add(sweep, (enum axis_key)known, text, line, fault);
	if (find_campaign_key(key) < 0)
		return refuse_key(key, fault);
	return fault_set(fault, -EINVAL, "%s is of the whole campaign: it belongs in [campaign]",
			 key);
}

int asked_set_word(struct asked *asked, const char *word, struct fault *fault)
{
	const size_t length = strcspn(word, "=");
	char key[KEY_BYTES];

	if (!word[length] || length == 0)
		return fault_set(fault, -EINVAL, "\"%.100s\": allowed are words key=value", word);
	snprintf(key, sizeof(key), "%.*s", length < KEY_BYTES ? (int)length : KEY_BYTES, word);
	if (find_campaign_key(key) >= 0)
		return asked_set_campaign(asked, key, word + length + 1, fault);
	return asked_set_axis(&asked->overrides, key, word + length + 1, 0, fault);
}

void asked_free(struct asked *asked)
{
	for (size_t i = 0; i < asked->sweep_count; i++)
		sweep_free(&asked->sweeps[i]);
	free(asked->sweeps);
	sweep_free(&asked->overrides);
	free(asked->source);
	free(asked->title);
}
