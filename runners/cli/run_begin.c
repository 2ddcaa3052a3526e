/* What the user is told as a campaign begins. */
#include <stdio.h>

#include "runners/cli/run_parts.h"

void run_tell_left_out(const struct plan *plan)
{
	if (plan->left_out)
		fprintf(stderr, "numamark: %zu combinations are left out, such as: %s\n",
			plan->left_out, plan->left_out_reason ? plan->left_out_reason : "unknown");
}

bool run_tell_unfit(const struct preflight *preflight, bool is_refused)
{
	const char *separator = "";

	if (preflight->grade != PREFLIGHT_UNFIT)
		return false;
	fprintf(stderr, "numamark: this host is unfit to measure on (");
	for (size_t i = 0; i < preflight->count; i++) {
		const struct preflight_item *const item = &preflight->items[i];

		if (item->grade != PREFLIGHT_UNFIT)
			continue;
		fprintf(stderr, "%s%s: %s", separator, item->name, item->found);
		separator = "; ";
	}
	if (is_refused)
		fprintf(stderr, "), and host=strict refuses it; `numamark host check` tells how to "
				"mend it\n");
	else
		fprintf(stderr, "): trials are flagged unfit-host; `numamark host check` tells "
				"more\n");
	return true;
}
