/*
 * The liburcu flavour that a source is compiled for, under its unprefixed names: rcu_read_lock,
 * call_rcu, cds_lfht_new and so on (liburcu's own mapping, URCU_API_MAP).
 */
#ifndef STRUCTURES_RECLAIM_FLAVOUR_H
#define STRUCTURES_RECLAIM_FLAVOUR_H

#include "structures/reclaim/liburcu.h"

#if NUMAMARK_RECLAIM_URCU_MEMB
#	include <urcu/urcu-memb.h>
#	define FLAVOUR memb
#elif NUMAMARK_RECLAIM_URCU_MB
#	include <urcu/urcu-mb.h>
#	define FLAVOUR mb
#elif NUMAMARK_RECLAIM_URCU_QSBR
#	include <urcu/urcu-qsbr.h>
#	define FLAVOUR qsbr
#elif NUMAMARK_RECLAIM_URCU_BP
#	include <urcu/urcu-bp.h>
#	define FLAVOUR bp
#else
#	error "no flavour chosen: register the structure with RECLAIM in structures/CMakeLists.txt"
#endif

#endif
