#include "structures/probe/probe.h"

const struct family probe_family = {
	.name = "probe",
	.operations = (const char *const[]){ "touch", NULL },
	.effects = (const char *const[]){ "touched", NULL },
	.refusals = (const char *const[]){ NULL, NULL },
	.default_mix = "touch:100",
	.insert = FAMILY_NONE,
	.remove = FAMILY_NONE,
	.scan = FAMILY_NONE,
	.consume = FAMILY_NONE,
	.keeps_keys = false,
};
