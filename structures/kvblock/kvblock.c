#include "structures/kvblock/kvblock.h"

const struct family kvblock_family = {
	.name = "kvblock",
	.operations = (const char *const[]){ "lookup", "request", NULL },
	.effects = (const char *const[]){ "lookups_with_hits", "requests_with_hits", NULL },
	.refusals = (const char *const[]){ NULL, NULL, NULL },
	.counts = (const char *const[]){ "added", "evicted", "blocks", "hit_blocks", "refused",
					 NULL },
	.parts = (const char *const[]){ "acquire", "commit", NULL },
	.default_mix = "request:100",
	.default_dist = "prefix:4:24:0.99:50",
	.insert = KVBLOCK_REQUEST,
	.remove = FAMILY_NONE,
	.scan = FAMILY_NONE,
	.consume = KVBLOCK_LOOKUP,
	.is_cache = true,
};
