/* The one hash of every hashed structure: mixes, so that no key pattern suits a table by luck. */
#ifndef STRUCTURES_COMMON_HASH_H
#define STRUCTURES_COMMON_HASH_H

#include <stdint.h>

/**
 * hash_key() - spread a key over all 64 bits; a bijection.
 *
 * Multiplication by an odd constant carries low bits up, the shifts bring high bits down: both ends of the result may
 * index a table.
 */
static inline uint64_t hash_key(uint64_t key)
{
	key = (key ^ (key >> 32)) * 0x9e3779b97f4a7c15u;
	return key ^ (key >> 29);
}

#endif
