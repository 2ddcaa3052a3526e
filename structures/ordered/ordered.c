#include "structures/ordered/ordered.h"

const struct family ordered_family = {
	.name = "ordered",
	.operations = (const char *const[]){ "get", "put", "remove", "scan", NULL },
	.effects = (const char *const[]){ "found", "added", "removed", "scanned", NULL },
	.refusals = (const char *const[]){ NULL, NULL, NULL, NULL, NULL },
	.default_mix = "get:25,put:25,remove:25,scan:25",
	.read = ORDERED_GET,
	.insert = ORDERED_PUT,
	.remove = ORDERED_REMOVE,
	.scan = ORDERED_SCAN,
	.consume = FAMILY_NONE,
	.keeps_keys = true,
};
