#include "structures/map/map.h"

const struct family map_family = {
	.name = "map",
	.operations = (const char *const[]){ "get", "put", "remove", NULL },
	.effects = (const char *const[]){ "found", "added", "removed", NULL },
	.refusals = (const char *const[]){ NULL, NULL, NULL, NULL },
	.default_mix = "get:90,put:5,remove:5",
	.read = MAP_GET,
	.insert = MAP_PUT,
	.remove = MAP_REMOVE,
	.scan = FAMILY_NONE,
	.consume = FAMILY_NONE,
	.keeps_keys = true,
};
