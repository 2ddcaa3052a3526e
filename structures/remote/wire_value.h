/*
 * Values on their way to a server and back: the bytes of structures/common/payload.h, at any
 * address. Each byte that comes back is looked at, as in structures of this process.
 */
#ifndef STRUCTURES_REMOTE_WIRE_VALUE_H
#define STRUCTURES_REMOTE_WIRE_VALUE_H

#include "structures/common/payload.h"

/* @scratch: room for a payload, aligned for its words. */
static inline void wire_value_write(char *to, uint64_t *scratch, size_t value_bytes, uint64_t value)
{
	payload_fill(scratch, value_bytes, value);
	memcpy(to, scratch, value_bytes);
}

/* A value of another length, or one that is not whole, counts in @context->torn. */
static inline uint64_t wire_value_read(struct context *context, uint64_t *scratch,
				       const char *from, size_t length)
{
	const size_t size = length < context->value_bytes ? length : context->value_bytes;

	scratch[0] = 0;
	memcpy(scratch, from, size);
	context->torn += length != context->value_bytes ||
			 !payload_is_whole(scratch, context->value_bytes);
	return scratch[0];
}

#endif
