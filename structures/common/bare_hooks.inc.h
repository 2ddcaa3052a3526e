/*
 * What a structure without lock state and without a scheme owes its family besides its operations: nothing per thread,
 * nothing between batches and phases. Expects STRUCTURE; HAS_QUIESCE where there is something to do between batches.
 */
static int OP(attach)(void *instance, struct context *context)
{
	(void)instance, (void)context;
	return 0;
}

static void OP(detach)(void *instance, struct context *context)
{
	(void)instance, (void)context;
}

#if !HAS_QUIESCE
static inline void OP(quiesce)(struct STRUCTURE *structure, struct context *context)
{
	(void)structure, (void)context;
}
#endif
#undef HAS_QUIESCE

static inline void OP(online)(struct STRUCTURE *structure, struct context *context)
{
	(void)structure, (void)context;
}

static inline void OP(offline)(struct STRUCTURE *structure, struct context *context)
{
	(void)structure, (void)context;
}
