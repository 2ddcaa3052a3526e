/*
 * The one hash of every hashed structure: mixes, so that no key pattern fails a table, or suits it
 * by the identity.
 */
#ifndef STRUCTURES_COMMON_HASH_H
#define STRUCTURES_COMMON_HASH_H

#include <stdint.h>

/**
 * hash_key() - spread a key over all 64 bits; a bijection.
 *
 * Multiplication by an odd constant carries low bits up, the shifts bring high bits down: both ends
 * of the result may index a table. The constant is chosen by measurement: keys in strides of powers
 * of two share buckets no more than random ones do. With the golden ratio, those 8 or 2^32 apart
 * chained three to five times as many lines.
 */
static inline uint64_t hash_key(uint64_t key)
{
	key = (key ^ (key >> 32)) * 0xd6e8feb86659fd93u;
	return key ^ (key >> 32);
}

#endif
