#include "structures/resp/resp.h"

const struct family resp_family = {
	.name = "resp",
	.operations = (const char *const[]){ "ping", "set", "get", "incr", "lpush", "rpush", "lpop",
					     "rpop", "lrange", "sadd", "spop", "smembers", "mset",
					     NULL },
	.effects = (const char *const[]){ "pongs", "added", "found", "incremented", "pushed_left",
					  "pushed_right", "popped_left", "popped_right", "listed",
					  "members_added", "members_taken", "members_listed",
					  "many_added", NULL },
	.refusals = (const char *const[RESP_OPERATIONS + 1]){ NULL },
	.default_mix = "set:50,get:50",
	.read = RESP_GET,
	.insert = RESP_SET,
	.remove = FAMILY_NONE,
	.scan = RESP_LRANGE,
	.consume = FAMILY_NONE,
	.keeps_keys = true,
};
