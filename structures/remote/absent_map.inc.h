/* The same for a map: expects what absent.inc.h does. */
#include "structures/remote/absent.inc.h"

static inline bool OP(get)(struct STRUCTURE *map, struct context *context, uint64_t key,
			   uint64_t *value)
{
	(void)map, (void)context, (void)key, (void)value;
	return false;
}

static inline bool OP(put)(struct STRUCTURE *map, struct context *context, uint64_t key,
			   uint64_t value)
{
	(void)map, (void)context, (void)key, (void)value;
	return false;
}

static inline bool OP(remove)(struct STRUCTURE *map, struct context *context, uint64_t key)
{
	(void)map, (void)context, (void)key;
	return false;
}
