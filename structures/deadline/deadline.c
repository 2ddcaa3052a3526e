#include "structures/deadline/deadline.h"

const struct family deadline_family = {
	.name = "deadline",
	.operations = (const char *const[]){ "piece", NULL },
	.effects = (const char *const[]){ "in_time", NULL },
	.refusals = (const char *const[]){ NULL, NULL },
	.counts = (const char *const[]){ "missed", NULL },
	.default_mix = "piece:100",
	.insert = FAMILY_NONE,
	.remove = FAMILY_NONE,
	.scan = FAMILY_NONE,
	.consume = FAMILY_NONE,
	.keeps_keys = false,
};
