/*
 * What numamark knows of a kind of server: one text file, runners/server/kinds/NAME.txt, or
 * ./servers/NAME.txt for one's own. Lines of `key = value`; a key that is repeated goes on; # begins
 * a comment line. Words are separated by blanks; '' is an empty word.
 *
 *   speaks      the protocol: the name of the kind that variants ask for (default: its own name)
 *   program     what must be installed
 *   get         the command that installs it
 *   folders     where to look beside PATH; a pattern of the shell's, the last match is taken
 *   config      a line of {folder}/config, which is written before anything is started
 *   prepare     a command before the start; each line is one
 *   start       the server's command, which stays in the foreground
 *   persist     words added where persistence=on;   volatile    where persistence=off
 *   environment NAME=VALUE, one a line
 *   unix        what clients connect to with transport=unix; left out: TCP alone
 *   ready       a command that succeeds once it serves (default: it takes a connection)
 *   version     a command that prints it
 *   stop        KILL, or TERM or INT where it must end in order (default KILL)
 *   patience    seconds until it must be ready (default 30)
 *   threads     how many PUs it can keep busy (default: any number)
 *
 * In values {folder} is a folder of its own, {port}, {port2} and {port3} are free ports of 127.0.0.1,
 * {user} is who it runs as, and {pus} on how many PUs.
 */
#ifndef RUNNERS_SERVER_KIND_H
#define RUNNERS_SERVER_KIND_H

#include "topology/fault.h"

enum { SERVER_NAME_BYTES = 32, SERVER_TEXT_BYTES = 2048 };

struct server_kind {
	char name[SERVER_NAME_BYTES], speaks[SERVER_NAME_BYTES];
	char config[SERVER_TEXT_BYTES];
	char program[SERVER_TEXT_BYTES], get[SERVER_TEXT_BYTES], folders[SERVER_TEXT_BYTES];
	char prepare[SERVER_TEXT_BYTES], start[SERVER_TEXT_BYTES];
	char persist[SERVER_TEXT_BYTES], leaves_nothing[SERVER_TEXT_BYTES];
	char environment[SERVER_TEXT_BYTES], unix_path[SERVER_TEXT_BYTES];
	char ready[SERVER_TEXT_BYTES], version[SERVER_TEXT_BYTES];
	int stop_signal;
	unsigned patience_s;
	unsigned threads;    /* 0: any number */
};

/**
 * server_kind_load() - the kind of this name.
 *
 * Return: 0, -ENOENT (no such kind), -EINVAL (a line is wrong), -ENOMEM, or the errno of reading,
 * with the sentence in @fault.
 */
int server_kind_load(const char *name, struct server_kind *kind, struct fault *fault);

#endif
