/* Where a server is reached, and whether it is ours to empty. Made by the runners, read by structures. */
#ifndef STRUCTURES_REMOTE_ENDPOINT_H
#define STRUCTURES_REMOTE_ENDPOINT_H

#include <stdbool.h>

enum { ENDPOINT_PATH_BYTES = 108, ENDPOINT_HOST_BYTES = 256, ENDPOINT_NAME_BYTES = 64 };

struct endpoint {
	char path[ENDPOINT_PATH_BYTES];    /* of a Unix socket, or of the folder that has it; "": TCP */
	char host[ENDPOINT_HOST_BYTES];
	unsigned port;
	char name[ENDPOINT_NAME_BYTES];    /* of a database or virtual host; "": the server's default */
	bool is_private;                   /* started for this campaign: what it holds may be thrown away */
};

#endif
