#include "workloads/hotspot.h"

#include <math.h>

struct hotspot hotspot_init(uint64_t range, double hot_keys, double hot_draws)
{
	uint64_t hot = (uint64_t)round(hot_keys * (double)range);

	if (hot < 1)
		hot = 1;
	if (hot > range)
		hot = range;
	return (struct hotspot){
		.hot = hot,
		.cold = range - hot,
		.bound = (uint64_t)((hot < range ? hot_draws : 1) * 0x1p63),
	};
}
