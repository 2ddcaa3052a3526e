/* The scaling law of one curve. */
#ifndef PLOTS_LAW_H
#define PLOTS_LAW_H

#include "plots/panels.h"
#include "runners/stats/usl.h"

/* Fit the medians of a series of throughput. Return: as usl_fit(), or -ENOMEM. */
int law_fit(const struct series *series, struct usl_fit *fit);

#endif
