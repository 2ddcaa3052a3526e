/* A private server as its room holds it. Internal to runners/server. */
#ifndef RUNNERS_SERVER_SERVER_PRIVATE_H
#define RUNNERS_SERVER_SERVER_PRIVATE_H

#include "runners/server/keeper.h"
#include "runners/server/server.h"
#include "runners/server/words.h"

enum { SERVER_PORTS = 3, SERVER_FOLDER_BYTES = 104, SERVER_VERSION_BYTES = 128, SERVER_USER_BYTES = 64 };

struct server {
	struct server_kind kind;
	bool persists;

	/* What it is given. */
	char folder[SERVER_FOLDER_BYTES];
	unsigned ports[SERVER_PORTS];
	char user[SERVER_USER_BYTES];
	char version[SERVER_VERSION_BYTES];
	unsigned *pus;            /* OS indexes */
	unsigned pu_count;

	/* What its keeper is told; the arrays that it points to. */
	struct keeper_order order;
	char **prepare[KEEPER_COMMANDS_MAX], **command, **environment;
	cpu_set_t *pu_set;

	/* Its life. */
	pid_t keeper;
	int life, notices;        /* -1: closed */
	bool has_ended, is_held;
	struct keeper_notice end;
};

/* server_plan.c: folder, ports, user, PUs and words. Return: as server_start(). */
int server_plan(struct server *server, const struct topology *topology, struct fault *fault);

/* What the plan took, but the folder of a server that was started: its keeper removes that. */
void server_plan_free(struct server *server);

struct words_values server_values(const struct server *server);

#endif
