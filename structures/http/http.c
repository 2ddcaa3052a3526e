#include "structures/http/http.h"

const struct family http_family = {
	.name = "http",
	.operations = (const char *const[]){ "ping", NULL },
	.effects = (const char *const[]){ "answered", NULL },
	.refusals = (const char *const[]){ NULL, NULL },
	.counts = (const char *const[]){ "errors_connect", "errors_read", "errors_write", "errors_status",
					 "errors_timeout", NULL },
	.default_mix = "ping:100",
	.insert = FAMILY_NONE,
	.remove = FAMILY_NONE,
	.scan = FAMILY_NONE,
	.consume = FAMILY_NONE,
	.keeps_keys = false,
};
