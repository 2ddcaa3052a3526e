/*
 * Values: 8 bytes stored in place, or a payload of any size in the node-local memory of the worker
 * that made it.
 *
 * A structure keeps one 64-bit word per value, `stored`: the value, or the address of its payload.
 * A payload is never changed once it is published: a put makes a new one and retires the old. All
 * of it is filled and all of it is read, since a value of which one line is touched costs one line.
 *
 * Its first word is the value and every other word, the last bytes included, follows from the value
 * and its position. So a reader that meets memory half written, freed or reused sees it.
 *
 * Ordering: plain reads and writes. The structure publishes `stored` with a release operation and
 * reads it with an acquire operation, under the protection of its lock or reclamation scheme.
 */
#ifndef STRUCTURES_COMMON_PAYLOAD_H
#define STRUCTURES_COMMON_PAYLOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "structures/common/context.h"
#include "structures/common/hash.h"
#include "topology/arena.h"

enum { PAYLOAD_INLINE_BYTES = 8, PAYLOAD_MAX_BYTES = 64 * 1024 };

/* Values of this context lie apart from the word that stores them. */
static inline bool payload_is_apart(const struct context *context)
{
	return context->value_bytes > PAYLOAD_INLINE_BYTES;
}

static inline uint64_t *payload_words(uint64_t stored)
{
	return (uint64_t *)(uintptr_t)stored;
}

/* What word @index of the payload of @value holds: @value itself at 0, different at each index. */
static inline uint64_t payload_word(uint64_t value, size_t index)
{
	return value + index * 0x9e3779b97f4a7c15u;
}

/* The bytes behind the last whole word: hashed, so that even one depends on all of @value. */
static inline uint64_t payload_tail(uint64_t value, size_t index)
{
	return hash_key(payload_word(value, index));
}

static inline void payload_fill(uint64_t *words, size_t size_bytes, uint64_t value)
{
	const size_t whole = size_bytes / sizeof(*words);
	const uint64_t tail = payload_tail(value, whole);

	for (size_t i = 0; i < whole; i++)
		words[i] = payload_word(value, i);
	memcpy(words + whole, &tail, size_bytes % sizeof(*words));
}

/* Return: whether each byte is what payload_fill() wrote for the value in the first word. */
static inline bool payload_is_whole(const uint64_t *words, size_t size_bytes)
{
	const size_t whole = size_bytes / sizeof(*words);
	const uint64_t value = words[0];
	const uint64_t tail = payload_tail(value, whole);
	uint64_t differing = 0;

	/* Differences are gathered, not tested one by one: the last line is always read. */
	for (size_t i = 1; i < whole; i++)
		differing |= words[i] ^ payload_word(value, i);
	return !differing && !memcmp(words + whole, &tail, size_bytes % sizeof(*words));
}

/* The payloads of payload_make() and payload_read(). Out of line: an operation on 8-byte values keeps
 * its few instructions together, and its registers. */
static __attribute__((noinline, unused)) bool payload_make_apart(struct context *context,
								 uint64_t value, uint64_t *stored)
{
	uint64_t *const words =
		arena_alloc(context->arena, MEMORY_PAYLOADS, context->value_bytes);

	if (!words) {
		context->exhausted++;
		return false;
	}
	payload_fill(words, context->value_bytes, value);
	*stored = (uint64_t)(uintptr_t)words;
	return true;
}

static __attribute__((noinline, unused)) uint64_t payload_read_apart(struct context *context,
								     uint64_t stored)
{
	const uint64_t *const words = payload_words(stored);

	context->torn += !payload_is_whole(words, context->value_bytes);
	return words[0];
}

/**
 * payload_make() - the word to store for a value.
 *
 * @stored:  out; untouched on failure.
 *
 * Return: true, or false when there is no memory (counted in @context->exhausted).
 * Ownership: the caller; of the structure from the moment it publishes @stored.
 * Threads: the owner of @context.
 */
static inline bool payload_make(struct context *context, uint64_t value, uint64_t *stored)
{
	if (__builtin_expect(payload_is_apart(context), 0))
		return payload_make_apart(context, value, stored);
	*stored = value;
	return true;
}

/**
 * payload_read() - the value that a stored word stands for.
 *
 * Reads every byte of a payload; one that is not whole counts in @context->torn.
 *
 * Threads: the owner of @context, while the structure's protection keeps the payload alive.
 */
static inline uint64_t payload_read(struct context *context, uint64_t stored)
{
	if (__builtin_expect(payload_is_apart(context), 0))
		return payload_read_apart(context, stored);
	return stored;
}

/**
 * payload_free() - give back a payload that no reader can reach any more.
 *
 * For payloads that were never published, or that the structure's scheme has found unreachable;
 * others are retired.
 *
 * Threads: any; @context is the caller's own.
 */
static inline void payload_free(struct context *context, uint64_t stored)
{
	if (payload_is_apart(context))
		arena_free(context->arena, payload_words(stored), MEMORY_PAYLOADS,
			   context->value_bytes);
}

#endif
