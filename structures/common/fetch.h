/*
 * Fetch a line ahead: to be read; or to be read and then written, as one's own. Otherwise it comes
 * as a shared copy first, and the store asks for it once more, in its turn behind the stores before
 * it.
 */
#ifndef STRUCTURES_COMMON_FETCH_H
#define STRUCTURES_COMMON_FETCH_H

/* Hints, both; any address will do. */
static inline void fetch_to_read(const volatile void *address)
{
	__builtin_prefetch((const void *)address);
}

static inline void fetch_to_write(const volatile void *address)
{
#if defined(__x86_64__)
	/* The builtin makes this instruction only for a named processor; every x86-64 takes it. */
	__asm__ volatile("prefetchw %0" : : "m"(*(const volatile char *)address));
#else
	__builtin_prefetch((const void *)address, 1);
#endif
}

#endif
