/*
 * A private server: started for a campaign, on loopback and PUs of its own, by nobody in particular,
 * and gone with the campaign whatever happens to it.
 */
#ifndef RUNNERS_SERVER_SERVER_H
#define RUNNERS_SERVER_SERVER_H

#include <jansson.h>
#include <stdbool.h>
#include <sys/types.h>

#include "runners/server/kind.h"
#include "structures/remote/endpoint.h"
#include "topology/topology.h"

struct server;

/**
 * server_start() - start a server of this kind, and wait until it serves.
 *
 * Its PUs are those of placement_server_pus(). Where this process is root, the server is not.
 *
 * Return: 0, -ENOENT (its program is not installed: the sentence names the command that installs
 * it), -ECHILD (it ended at once: the sentence has its last words), -ETIMEDOUT, -EINTR (a signal came
 * meanwhile), -ENOMEM, or the errno of what the system refused, with the sentence in @fault.
 */
int server_start(const struct server_kind *kind, bool persists, const struct topology *topology,
		 struct server **server, struct fault *fault);

/* End it, and wait until all of it is gone. NULL is allowed. */
void server_stop(struct server *server);

/**
 * server_has_died() - did it end by itself since it was started?
 *
 * @fault:  out, how, and its last words.
 */
bool server_has_died(struct server *server, struct fault *fault);

/* Hold all of its processes, so that it takes nothing from others; and let them go on. */
void server_hold(struct server *server);
void server_release(struct server *server);

/* How to reach it; over TCP also where there is a socket. */
void server_endpoint(const struct server *server, bool over_tcp, struct endpoint *endpoint);

/* The process that all of its own descend from: tree_cpu_ns(). */
pid_t server_root(const struct server *server);

/* How many PUs it has, and how many of them it can keep busy (0: all). */
void server_pus(const struct server *server, unsigned *pus, unsigned *threads);

/* Kind, version, command, user, PUs, port, persistence: for records. New reference. */
json_t *server_describe(const struct server *server);

#endif
