/*
 * The process between a campaign and its private server.
 *
 * It starts the server, waits for its end or the campaign's, and then leaves nothing behind: no
 * process (those that made themselves independent come back to it as their reaper), no file. The
 * campaign's end, be it a kill -9, is seen by a pipe that closes. Were the keeper itself killed, the
 * kernel would kill the server after it.
 */
#ifndef RUNNERS_SERVER_KEEPER_H
#define RUNNERS_SERVER_KEEPER_H

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { KEEPER_WORDS_BYTES = 240, KEEPER_COMMANDS_MAX = 8 };

enum keeper_event { KEEPER_STARTED, KEEPER_ENDED };

/* What the keeper tells the campaign, each in one piece. */
struct keeper_notice {
	enum keeper_event kind;
	int status;                        /* of waitpid(); KEEPER_ENDED */
	char words[KEEPER_WORDS_BYTES];    /* the last of its log; KEEPER_ENDED */
};

/* Made before the fork, so that the keeper has nothing to work out. */
struct keeper_order {
	char *const *prepare[KEEPER_COMMANDS_MAX];    /* arguments of each, NULL-terminated */
	size_t prepare_count;
	char *const *command;
	char *const *environment;
	const char *folder;      /* goes with the server */
	const cpu_set_t *pus;
	size_t pus_bytes;
	bool drops;              /* root: become the user below */
	uid_t user;
	gid_t group;
	int stop_signal;
	unsigned patience_s;     /* after that signal */
};

/**
 * keeper_main() - in a process of its own: does not return.
 *
 * @life:     end of a pipe to read from, of which the campaign has the only other one.
 * @notices:  end of a pipe to write to.
 */
_Noreturn void keeper_main(const struct keeper_order *order, int life, int notices);

#endif
