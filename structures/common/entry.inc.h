/*
 * A structure's entry in the catalogue, of its VARIANT_* facts. Expects STRUCTURE and all that struct variant points to,
 * OP(run) included; undefines the facts.
 */
#ifndef VARIANT_PREFETCHES
#	define VARIANT_PREFETCHES 0
#endif
#ifndef VARIANT_SCAN
#	define VARIANT_SCAN SCAN_NONE
#endif
#ifndef VARIANT_FLAW
#	define VARIANT_FLAW FLAW_NONE
#endif
#ifndef VARIANT_SHARDED
#	define VARIANT_SHARDED false
#endif
#ifndef VARIANT_TELLS_HELD
#	define VARIANT_TELLS_HELD false
#endif
#ifndef VARIANT_READ_AT_HOME
#	define VARIANT_READ_AT_HOME false
#endif
#ifndef VARIANT_BOUNDED
#	define VARIANT_BOUNDED false
#endif
#ifndef VARIANT_GARBAGE
#	define VARIANT_GARBAGE NULL
#endif
#ifndef VARIANT_REUSES_NODES
#	define VARIANT_REUSES_NODES false
#endif
#ifndef VARIANT_NEEDS_ARENA
#	define VARIANT_NEEDS_ARENA false
#endif
#ifndef VARIANT_HELPERS
#	define VARIANT_HELPERS NULL
#endif
#ifndef VARIANT_CONVERGENCE
#	define VARIANT_CONVERGENCE NULL
#endif
#ifndef VARIANT_SERVER
#	define VARIANT_SERVER NULL
#endif
#ifndef VARIANT_BLIND
#	define VARIANT_BLIND false
#endif
#ifndef VARIANT_PIPELINES
#	define VARIANT_PIPELINES 0
#endif
#ifndef VARIANT_CONNECTIONS
#	define VARIANT_CONNECTIONS false
#endif
#ifndef VARIANT_DRIVEN
#	define VARIANT_DRIVEN false
#endif
#ifndef VARIANT_PRODUCERS_MAX
#	define VARIANT_PRODUCERS_MAX 0
#endif
#ifndef VARIANT_CONSUMERS_MAX
#	define VARIANT_CONSUMERS_MAX 0
#endif

extern const struct variant VARIANT_SYMBOL;
const struct variant VARIANT_SYMBOL = {
	.name = VARIANT_NAME,
	.family = &VARIANT_FAMILY,
	.structure = VARIANT_STRUCTURE,
	.reclaim = VARIANT_RECLAIM,
	.lock = VARIANT_LOCK,
	.paper = VARIANT_PAPER,
	.reuses_nodes = VARIANT_REUSES_NODES,
	.needs_arena = VARIANT_NEEDS_ARENA,
	.progress = VARIANT_PROGRESS,
	.update = VARIANT_UPDATE,
	.is_linearizable = VARIANT_LINEARIZABLE,
	.scan = VARIANT_SCAN,
	.flaw = VARIANT_FLAW,
	.is_bounded = VARIANT_BOUNDED,
	.is_sharded = VARIANT_SHARDED,
	.tells_held = VARIANT_TELLS_HELD,
	.is_read_at_home = VARIANT_READ_AT_HOME,
	.has_prefetch = VARIANT_PREFETCHES,
	.server = VARIANT_SERVER,
	.is_blind = VARIANT_BLIND,
	.has_pipeline = VARIANT_PIPELINES,
	.has_connections = VARIANT_CONNECTIONS,
	.is_driven = VARIANT_DRIVEN,
	.producers_max = VARIANT_PRODUCERS_MAX,
	.consumers_max = VARIANT_CONSUMERS_MAX,
	.create = OP(create),
	.destroy = OP(destroy),
	.attach = OP(attach),
	.detach = OP(detach),
	.run = OP(run),
	.inspect = OP(inspect),
	.garbage = VARIANT_GARBAGE,
	.helpers = VARIANT_HELPERS,
	.convergence = VARIANT_CONVERGENCE,
};

#undef VARIANT_PAPER
#undef VARIANT_PROGRESS
#undef VARIANT_UPDATE
#undef VARIANT_LINEARIZABLE
#undef VARIANT_SCAN
#undef VARIANT_FLAW
#undef VARIANT_SHARDED
#undef VARIANT_TELLS_HELD
#undef VARIANT_READ_AT_HOME
#undef VARIANT_PREFETCHES
#undef VARIANT_DRAW
#undef VARIANT_BOUNDED
#undef VARIANT_GARBAGE
#undef VARIANT_REUSES_NODES
#undef VARIANT_NEEDS_ARENA
#undef VARIANT_HELPERS
#undef VARIANT_CONVERGENCE
#undef VARIANT_SERVER
#undef VARIANT_BLIND
#undef VARIANT_PIPELINES
#undef VARIANT_CONNECTIONS
#undef VARIANT_DRIVEN
#undef VARIANT_PRODUCERS_MAX
#undef VARIANT_CONSUMERS_MAX
