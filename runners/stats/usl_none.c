/* In place of usl.c where cminpack is not there. */
#include "runners/stats/usl.h"

#include <errno.h>
#include <math.h>

int usl_fit(const struct usl_point *points, size_t count, struct usl_fit *fit)
{
	(void)points;
	(void)count;
	(void)fit;
	return -ENOTSUP;
}

double usl_rate(const struct usl_fit *fit, double threads)
{
	(void)fit;
	(void)threads;
	return NAN;
}

int usl_is_here(void)
{
	return 0;
}
