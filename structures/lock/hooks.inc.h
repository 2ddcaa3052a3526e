/*
 * What a structure under locks owes its family besides its operations: each thread gets its lock
 * state when it attaches, and there is nothing to do between batches and phases.
 * Expects STRUCTURE, whose instance has a member `struct lock_threads threads`.
 */
static int OP(attach)(void *instance, struct context *context)
{
	const struct STRUCTURE *const structure = instance;

	context->lock = lock_threads_get(&structure->threads, context->worker);
	return 0;
}

static void OP(detach)(void *instance, struct context *context)
{
	(void)instance;
	context->lock = NULL;
}

static inline void OP(quiesce)(struct STRUCTURE *structure, struct context *context)
{
	(void)structure, (void)context;
}

static inline void OP(online)(struct STRUCTURE *structure, struct context *context)
{
	(void)structure, (void)context;
}

static inline void OP(offline)(struct STRUCTURE *structure, struct context *context)
{
	(void)structure, (void)context;
}
