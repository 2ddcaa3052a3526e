#include "runners/trial/campaign.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "runners/plan/digest.h"
#include "runners/preflight/settings.h"
#include "runners/results/provenance.h"
#include "runners/results/store.h"
#include "runners/server/pool.h"
#include "topology/clock.h"

enum { TIME_TEXT_BYTES = 32 };

/* One session of a campaign. */
struct session {
	const struct campaign_request *request;
	struct campaign_outcome *outcome;
	struct fault *fault;
	struct store *store;
	struct trial_harness harness;
	struct server_pool servers;
	size_t *order;    /* of the lap */
	char id[DIGEST_TEXT_BYTES];
	uint64_t spent_ns, spent_expected_ns;    /* by the trials of this session */
	uint64_t left_expected_ns;               /* of the trials still to come */
};

static void time_text(char text[TIME_TEXT_BYTES])
{
	const time_t now = time(NULL);
	struct tm utc;

	strftime(text, TIME_TEXT_BYTES, "%Y-%m-%dT%H:%M:%SZ", gmtime_r(&now, &utc));
}

/* Numbers that differ from one session to the next; JSON has them as signed. */
static uint64_t draw_number(void)
{
	uint64_t number;

	if (getrandom(&number, sizeof(number), GRND_NONBLOCK) != (ssize_t)sizeof(number))
		number = random_mix(clock_monotonic_ns() ^ (uint64_t)time(NULL) << 32);
	return number >> 1;
}

uint64_t campaign_trial_seed(uint64_t seed, const struct cell *cell, unsigned lap)
{
	return random_mix(seed ^ random_mix(strtoull(cell->id, NULL, 16) + lap)) >> 1;
}

static json_t *text_or_null(const char *text)
{
	return text ? json_string(text) : json_null();
}

/* What every line says of itself. */
static json_t *new_record(const struct session *session, const char *kind)
{
	char now[TIME_TEXT_BYTES];

	time_text(now);
	return json_pack("{s:i, s:s, s:s, s:s, s:o, s:s}", "schema", STORE_SCHEMA, "kind", kind,
			 "session", session->id, "campaign", session->request->plan->id, "label",
			 text_or_null(session->request->label), "time_utc", now);
}

static int append(struct session *session, json_t *record)
{
	const int error = record ? store_append(session->store, record, session->fault)
				 : fault_set(session->fault, -ENOMEM, "no memory for a record");

	json_decref(record);
	return error;
}

static json_t *preflight_json(const struct preflight *preflight)
{
	return preflight ? preflight_to_json(preflight) : json_null();
}

/* What `host apply` has replaced and `host restore` not yet put back, path -> value; else null. */
static json_t *replaced_settings(void)
{
	char state[PATH_MAX];

	if (settings_state_path(state, sizeof(state), NULL))
		return json_null();
	return settings_before(state);
}

static int append_begin(struct session *session)
{
	const struct campaign_request *const request = session->request;
	json_t *const record = new_record(session, "session");
	json_t *const provenance = provenance_collect(request->topology);

	if (record && provenance) {
		json_object_set_new(record, "event", json_string("begin"));
		json_object_set_new(record, "title", json_string(request->plan->title));
		json_object_set_new(record, "preset",
				    request->preset ? json_string(request->preset) : json_null());
		json_object_set_new(record, "trials", json_integer(request->plan->trials));
		json_object_set_new(record, "cells",
				    json_integer((json_int_t)request->plan->count));
		json_object_set_new(record, "campaign_seed",
				    json_integer((json_int_t)session->outcome->seed));
		json_object_set_new(record, "preflight", preflight_json(request->preflight));
		json_object_set_new(record, "replaced_settings", replaced_settings());
		json_object_update(record, provenance);
	}
	json_decref(provenance);
	return append(session, record);
}

/* The host as the session leaves it: settings that changed meanwhile are seen. */
static int append_end(struct session *session)
{
	struct preflight after;
	json_t *const record = new_record(session, "session");

	if (session->request->preflight)
		preflight_check("", &after);
	json_object_set_new(record, "event", json_string("end"));
	json_object_set_new(record, "was_interrupted",
			    json_boolean(session->outcome->was_interrupted));
	json_object_set_new(record, "preflight",
			    preflight_json(session->request->preflight ? &after : NULL));
	return append(session, record);
}

static void add_flag(json_t *record, const char *flag)
{
	if (!json_is_array(json_object_get(record, "flags")))
		json_object_set_new(record, "flags", json_array());
	json_array_append_new(json_object_get(record, "flags"), json_string(flag));
}

static void count_outcome(struct campaign_outcome *outcome, const char *status)
{
	outcome->done++;
	outcome->invalid += status && !strcmp(status, "invalid");
	outcome->skipped += status && !strcmp(status, "skipped");
}

static int append_trial(struct session *session, const struct trial_request *trial, unsigned lap,
			json_t *measured)
{
	const struct preflight *const preflight = session->request->preflight;
	json_t *const record = new_record(session, "trial");
	int error;

	json_object_set_new(record, "cell", json_string(trial->cell->id));
	json_object_set_new(record, "trial", json_integer(lap));
	json_object_set_new(record, "seed", json_integer((json_int_t)trial->seed));
	json_object_update(record, measured);
	if (preflight && preflight->grade == PREFLIGHT_UNFIT)
		add_flag(record, "unfit-host");
	error = append(session, record);
	if (!error)
		count_outcome(session->outcome,
			      json_string_value(json_object_get(measured, "status")));
	return error;
}

static bool is_interrupted(const struct session *session)
{
	const struct campaign_hands *const hands = session->request->hands;

	return hands->is_interrupted && hands->is_interrupted(hands->context);
}

static void tell_progress(struct session *session, const struct cell *cell)
{
	const struct campaign_hands *const hands = session->request->hands;
	const struct campaign_outcome *const outcome = session->outcome;
	struct campaign_progress progress = {
		.done = outcome->before + outcome->done,
		.total = outcome->total,
		.invalid = outcome->invalid,
		.skipped = outcome->skipped,
		.cell = cell,
		.left_ns = session->left_expected_ns,
	};

	/* What trials took so far, against what was expected of them, corrects the expectation. */
	if (session->spent_expected_ns)
		progress.left_ns = (uint64_t)((double)progress.left_ns * (double)session->spent_ns /
					      (double)session->spent_expected_ns);
	if (hands->progress)
		hands->progress(hands->context, &progress);
}

/* The cost of the harness under a cell's load, as JSON; null where it is not known. */
static int find_harness_ns(struct session *session, const struct cell *cell, json_t **cost)
{
	double ns_per_op = NAN;
	int error = 0;

	if (session->request->hands->harness_ns)
		error = session->request->hands->harness_ns(&session->harness, cell, &ns_per_op,
							    session->fault);
	if (!error)
		*cost = isfinite(ns_per_op) ? json_real(ns_per_op) : json_null();
	return error;
}

static void tell_of_server(const struct server *server, bool over_tcp,
			   struct trial_server *given)
{
	*given = (struct trial_server){ .root = server_root(server) };
	server_endpoint(server, over_tcp, &given->endpoint);
	server_pus(server, &given->pus, &given->threads);
}

/* What the record says of a server, and whether it lived through the trial. */
static int note_server(struct server *server, json_t *measured)
{
	json_t *const description = server_describe(server);
	json_t *const own = json_object_get(measured, "server");
	struct fault fault;
	int error = description ? 0 : -ENOMEM;

	if (!error && json_is_object(own))
		error = json_object_update(description, own);
	if (!error)
		error = json_object_set(measured, "server", description);
	json_decref(description);
	if (!error && server_has_died(server, &fault))
		error = trial_blame_server(measured, fault.text);
	return error ? -ENOMEM : 0;
}

/* Run a trial with its server, which is started if need be. */
static int run_with_server(struct session *session, struct trial_request *trial, json_t **measured)
{
	const struct cell *const cell = trial->cell;
	struct trial_server given;
	struct server *server;
	struct fault fault;
	int error = server_pool_get(&session->servers, cell->server_kind, cell->persists, &server,
				    &fault);

	if (error == -EINTR || error == -ENOMEM)
		return fault_set(session->fault, error, "%s", fault.text);
	if (error)
		return trial_not_run(cell, error == -ENOENT, fault.text, measured);
	tell_of_server(server, cell->uses_tcp, &given);
	trial->server = &given;
	error = session->request->hands->run(trial, measured, session->fault);
	if (!error && note_server(server, *measured)) {
		json_decref(*measured);
		error = fault_set(session->fault, -ENOMEM, "no memory for the record of a trial");
	}
	return error;
}

static int run_without_server(struct session *session, const struct trial_request *trial,
			      json_t **measured)
{
	server_pool_hold(&session->servers);
	return session->request->hands->run(trial, measured, session->fault);
}

static int run_trial(struct session *session, const struct cell *cell, unsigned lap)
{
	struct trial_request trial = {
		.cell = cell,
		.seed = campaign_trial_seed(session->outcome->seed, cell, lap),
		.pass = lap,
	};
	json_t *measured, *cost;
	int error = find_harness_ns(session, cell, &cost);

	if (error)
		return error;
	error = cell->server_kind[0] ? run_with_server(session, &trial, &measured)
				     : run_without_server(session, &trial, &measured);
	if (error) {
		json_decref(cost);
		return error;
	}
	json_object_set_new(measured, "harness_ns_per_op", cost);
	error = append_trial(session, &trial, lap, measured);
	json_decref(measured);
	return error;
}

static int visit_cell(struct session *session, const struct cell *cell, unsigned lap)
{
	const uint64_t expected_ns = plan_trial_ns(cell), start_ns = clock_monotonic_ns();
	int error;

	if (store_done(session->store, cell->id) > lap)
		return 0;    /* in an earlier session */
	if (is_interrupted(session))
		return -EINTR;
	tell_progress(session, cell);
	error = run_trial(session, cell, lap);
	if (error)
		return error;
	session->spent_ns += clock_monotonic_ns() - start_ns;
	session->spent_expected_ns += expected_ns;
	session->left_expected_ns -= expected_ns;
	return 0;
}

static int run_laps(struct session *session)
{
	const struct plan *const plan = session->request->plan;

	for (unsigned lap = 0; lap < plan->trials; lap++) {
		plan_shuffle(plan, session->outcome->seed, lap, session->order);
		for (size_t i = 0; i < plan->count; i++) {
			const int error = visit_cell(session, &plan->cells[session->order[i]], lap);

			if (error)
				return error;
		}
	}
	return 0;
}

/* The seed that the campaign began with goes before all; a new one only for a new campaign. */
static int choose_seed(const struct session *session)
{
	const struct campaign_request *const request = session->request;
	uint64_t *const seed = &session->outcome->seed;

	if (store_seed(session->store, seed)) {
		*seed = request->has_seed ? request->seed : draw_number();
		return 0;
	}
	if (!request->has_seed || request->seed == *seed)
		return 0;
	return fault_set(
		session->fault, -EINVAL,
		"--seed %llu: this campaign began with seed %llu; leave --seed out, or name "
		"another folder with -o",
		(unsigned long long)request->seed, (unsigned long long)*seed);
}

static void count_done(struct session *session)
{
	const struct plan *const plan = session->request->plan;
	struct campaign_outcome *const outcome = session->outcome;

	outcome->total = plan->count * plan->trials;
	for (size_t i = 0; i < plan->count; i++) {
		const unsigned stored = store_done(session->store, plan->cells[i].id);
		const unsigned done = stored < plan->trials ? stored : plan->trials;

		outcome->before += done;
		session->left_expected_ns += plan_trial_ns(&plan->cells[i]) * (plan->trials - done);
	}
}

static int open_store(struct session *session)
{
	const struct campaign_request *const request = session->request;
	struct store_request store = { .directory = request->directory,
				       .campaign_id = request->plan->id,
				       .resume = request->resume };
	char *ini = NULL;
	size_t length;
	FILE *const text = open_memstream(&ini, &length);
	int error = text ? plan_write_ini(request->plan, text) : -ENOMEM;

	if (text && fclose(text) && !error)
		error = -ENOMEM;
	store.campaign_ini = ini;
	if (error)
		fault_set(session->fault, error, "no memory for the text of the campaign");
	else
		error = store_open(&store, &session->store, session->fault);
	free(ini);
	return error;
}

/* A session that finds nothing to do leaves no line. */
static int run_session(struct session *session)
{
	int error;

	if (session->outcome->before == session->outcome->total)
		return 0;
	error = append_begin(session);
	if (error)
		return error;
	error = run_laps(session);
	session->outcome->was_interrupted = error == -EINTR;
	if (error && error != -EINTR)
		return error;
	tell_progress(session, NULL);
	return append_end(session);
}

int campaign_run(const struct campaign_request *request, struct campaign_outcome *outcome,
		 struct fault *fault)
{
	struct session session = { .request = request, .outcome = outcome, .fault = fault };
	struct digest digest = { .state = draw_number() };
	int error;

	memset(outcome, 0, sizeof(*outcome));
	digest_end(&digest, session.id);
	error = open_store(&session);
	if (error)
		return error;
	error = choose_seed(&session);
	if (error)
		goto fail;
	session.harness =
		(struct trial_harness){ .topology = request->topology, .seed = outcome->seed };
	session.servers.topology = request->topology;
	session.order = calloc(request->plan->count, sizeof(*session.order));
	if (!session.order) {
		error = fault_set(fault, -ENOMEM, "no memory for the order of a lap");
		goto fail;
	}
	count_done(&session);
	error = run_session(&session);
fail:
	server_pool_stop(&session.servers);
	trial_harness_free(&session.harness);
	free(session.order);
	store_close(session.store);
	return error;
}
