#include "plots/law.h"

#include <errno.h>
#include <stdlib.h>

int law_fit(const struct series *series, struct usl_fit *fit)
{
	struct usl_point *const points = calloc(series->count + 1, sizeof(*points));
	int error;

	if (!points)
		return -ENOMEM;
	for (size_t i = 0; i < series->count; i++)
		points[i] =
			(struct usl_point){ series->points[i].threads, series->points[i].median };
	error = usl_fit(points, series->count, fit);
	free(points);
	return error;
}
