/*
 * Nodes of the B+tree (structures/ordered/btree.h): layout, version lock, search, and moving
 * entries within a node. Its invariants 1 to 4 are kept here.
 *
 * Why the orders suffice, on any machine that C11 describes. A reader takes the version, reads
 * words of the node, and looks at the version again. Each of its reads is an acquire, each write of
 * the holder of the lock a release. If a read meets what a holder wrote, the taking of that lock
 * happens before the second look, which then cannot answer with the version from before it. If no
 * read meets such a write, what was read is the node as the first version left it, whose releasing
 * store the first look acquired. (H. Boehm, "Can seqlocks get along with programming language
 * memory models?", MSPC 2012, has the same with a fence instead, which ThreadSanitizer would not
 * see.)
 */
#ifndef STRUCTURES_ORDERED_BTREE_NODE_H
#define STRUCTURES_ORDERED_BTREE_NODE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "structures/common/atomics.h"
#include "structures/common/backoff.h"
#include "structures/common/cacheline.h"

#ifndef BTREE_SNAPSHOTS
#	define BTREE_SNAPSHOTS 0 /* set by the registration line of btree_snapshot */
#endif

#ifndef BTREE_BLOCKS
#	define BTREE_BLOCKS 4 /* lines of keys in a node */
#endif

enum {
	BTREE_BLOCK = 8, /* words of a line */
	BTREE_KEYS = BTREE_BLOCKS * BTREE_BLOCK - 1,
	BTREE_LEAF_KEYS = BTREE_KEYS - (BTREE_SNAPSHOTS ? 2 : 0),
	/* In `words` of a leaf; the first two of btree_snapshot alone. */
	BTREE_STAMP = BTREE_KEYS - 2,
	BTREE_PAST = BTREE_KEYS - 1,
	BTREE_NEXT = BTREE_KEYS,
	BTREE_SPARSE = BTREE_KEYS / 4,   /* a node with so few keys is offered for merging */
	BTREE_ROOMY = BTREE_KEYS / 4 * 3 /* keys of a merged node, at most */
};

/* Behind the last key: above all keys, which are below the range of the map. */
#define BTREE_NO_KEY UINT64_MAX

/*
 * The version: three flags, a count of overwritten values, and above it a count of changes to keys
 * or children. A carry from the lower count into the higher one costs a reader a retry, no more.
 */
#define BTREE_LOCKED      UINT64_C(1)
#define BTREE_CHANGING    UINT64_C(2) /* beside LOCKED: keys or children are being moved */
#define BTREE_OBSOLETE    UINT64_C(4) /* merged into its left neighbour, and retired */
#define BTREE_OVERWRITTEN UINT64_C(8)
#define BTREE_CHANGED     (UINT64_C(1) << 32)
#define BTREE_ALL         UINT64_MAX
#define BTREE_TO_CHANGE   (BTREE_LOCKED | BTREE_CHANGING)
/* A reader must not begin after a snapshot that has an overwrite, and before the overwrite. */
#define BTREE_TO_OVERWRITE (BTREE_SNAPSHOTS ? BTREE_TO_CHANGE : BTREE_LOCKED)
/* What concerns a reader of one word: not the lock of an overwrite, nor the count of those. */
#define BTREE_SHAPE (~(BTREE_CHANGED - 1) | BTREE_OBSOLETE | BTREE_CHANGING)

/*
 * Inner node: child i holds the keys from keys[i - 1] on and below keys[i]. Leaf: words[i] is the
 * value of keys[i], and the last word the leaf to the right; btree_snapshot takes the two before
 * it, whose keys are never set. The version fills up the first line, so that block i of the keys,
 * and before it the last key of block i - 1, lie in line i.
 */
struct btree_node {
	CACHELINE_ALIGNED _Atomic uint64_t version;
	_Atomic uint64_t keys[BTREE_KEYS];
	_Atomic uint64_t words[BTREE_KEYS + 1];
};

static_assert(sizeof(struct btree_node) == BTREE_BLOCKS * 2 * CACHELINE_BYTES, "no gaps");
static_assert(BTREE_BLOCK * sizeof(uint64_t) == CACHELINE_BYTES, "a block is a line");

/* A node and the version at which it was met. */
struct btree_at {
	struct btree_node *node;
	uint64_t version;
};

/* Ask for all lines of keys at once: the search reads one after the other. */
static inline void btree_prefetch(const struct btree_node *node)
{
	for (unsigned i = 0; i < BTREE_BLOCKS; i++)
		__builtin_prefetch((const char *)node + i * CACHELINE_BYTES);
}

/*
 * acquire: the words as this version left them; pairs with the release in btree_unlock().
 * seq_cst: a snapshot's look at a leaf comes after its step of the time, the taking of a lock
 * before the look at the time; pairs with btree_lock(), btree_keep() and btree_step_time().
 */
static inline uint64_t btree_version(const struct btree_node *node)
{
	return BTREE_SNAPSHOTS ? load_seq_cst(&node->version) : load_acquire(&node->version);
}

/* Wait while a node is locked in a way that concerns the reader. Return: the version then. */
static __attribute__((noinline, unused)) uint64_t btree_wait(const struct btree_node *node,
							     uint64_t flags)
{
	struct backoff backoff = { 0 };
	uint64_t version;

	do {
		backoff_grow(&backoff);
		version = btree_version(node);
	} while (version & flags);
	return version;
}

/**
 * btree_begin() - the version of a node, before its words are read.
 *
 * @concern:  BTREE_SHAPE, or BTREE_ALL if the values must be those of one moment.
 */
static inline uint64_t btree_begin(const struct btree_node *node, uint64_t concern)
{
	const uint64_t flags = (BTREE_LOCKED | BTREE_CHANGING) & concern;
	const uint64_t version = btree_version(node);

	if (__builtin_expect((version & flags) != 0, 0))
		return btree_wait(node, flags);
	return version;
}

/* Return: whether all that was read since btree_begin() was there at one moment. */
static inline bool btree_is_same(struct btree_at at, uint64_t concern)
{
	/* relaxed: stays behind the reads, which are acquires; pairs with btree_lock(). */
	return __builtin_expect(((load_relaxed(&at.node->version) ^ at.version) & concern) == 0, 1);
}

/**
 * btree_lock() - take the lock of a node if nothing has happened to it since it was met.
 *
 * @flags:  BTREE_LOCKED to overwrite a value, and BTREE_CHANGING for all else.
 */
static inline bool btree_lock(struct btree_at at, uint64_t flags)
{
	uint64_t expected = at.version & ~(BTREE_LOCKED | BTREE_CHANGING);

	if (at.version & BTREE_OBSOLETE)
		return false;
	/* seq_cst: as in btree_version(). */
	if (BTREE_SNAPSHOTS)
		return cas_seq_cst(&at.node->version, &expected, expected | flags);
	/* acquire: the words as the last holder left them, and all that is written to them comes
	 * after; pairs with the release in btree_unlock(), and with btree_is_same(). */
	return cas_acquire(&at.node->version, &expected, expected | flags);
}

/* @change: BTREE_OVERWRITTEN, BTREE_CHANGED, and BTREE_OBSOLETE; 0 if nothing was written. */
static inline void btree_unlock(struct btree_at at, uint64_t change)
{
	const uint64_t version = at.version & ~(BTREE_LOCKED | BTREE_CHANGING);

	/* release: publishes what the holder wrote; pairs with the acquires in btree_version() and
	 * btree_lock(). */
	store_release(&at.node->version, version + change);
}

static inline uint64_t btree_key(const struct btree_node *node, unsigned i)
{
	/* acquire: the second look at the version comes after it; pairs with btree_set(). */
	return load_acquire(&node->keys[i]);
}

static inline uint64_t btree_word(const struct btree_node *node, unsigned i)
{
	/* acquire: as for keys, and the child, leaf or payload as it was published; pairs with
	 * btree_set() and btree_set_word(). */
	return load_acquire(&node->words[i]);
}

static inline void btree_set_word(struct btree_node *node, unsigned i, uint64_t word)
{
	/* release: the lock was taken before; publishes a child, leaf or payload; pairs with
	 * btree_word(). */
	store_release(&node->words[i], word);
}

/* @of_word: 0 in a leaf; 1 in an inner node, where a child goes with the key to its left. */
static inline void btree_set(struct btree_node *node, unsigned i, unsigned of_word, uint64_t key,
			     uint64_t word)
{
	/* release: the lock was taken before; pairs with btree_key(). */
	store_release(&node->keys[i], key);
	btree_set_word(node, i + of_word, word);
}

static inline struct btree_node *btree_child(const struct btree_node *node, unsigned i)
{
	return (struct btree_node *)(uintptr_t)btree_word(node, i);
}

static inline uint64_t btree_as_word(const struct btree_node *node)
{
	return (uint64_t)(uintptr_t)node;
}

/*
 * How many keys are below @key. Two rounds of loads that do not wait for each other, the second in
 * one line, instead of a chain of five; sums instead of branches, which would be coin tosses.
 */
static inline unsigned btree_rank(const struct btree_node *node, uint64_t key)
{
	unsigned block = 0;

	for (unsigned i = 1; i < BTREE_BLOCKS; i++)
		block += btree_key(node, i * BTREE_BLOCK - 1) < key;
	block *= BTREE_BLOCK;
	unsigned rank = block;

	for (unsigned i = 0; i < BTREE_BLOCK - 1; i++)
		rank += btree_key(node, block + i) < key;
	return rank;
}

static inline unsigned btree_count(const struct btree_node *node)
{
	return btree_rank(node, BTREE_NO_KEY);
}

static inline unsigned btree_keys_at(unsigned height)
{
	return height ? BTREE_KEYS : BTREE_LEAF_KEYS;
}

static inline bool btree_is_full(const struct btree_node *node, unsigned height)
{
	return btree_key(node, btree_keys_at(height) - 1) != BTREE_NO_KEY;
}

/* The child of an inner node that holds @key. */
static inline unsigned btree_child_of(const struct btree_node *node, uint64_t key)
{
	return btree_rank(node, key + 1);
}

/* Whether the leaf has @key at @rank, which is that of @key. */
static inline bool btree_has(const struct btree_node *leaf, unsigned rank, uint64_t key)
{
	return rank < BTREE_KEYS && btree_key(leaf, rank) == key;
}

/* Under the lock, in a node that is not full: make room at @i and put an entry there. */
static inline void btree_insert(struct btree_node *node, unsigned i, unsigned of_word, uint64_t key,
				uint64_t word)
{
	while (key != BTREE_NO_KEY) {
		const uint64_t next_key = btree_key(node, i);
		const uint64_t next_word = btree_word(node, i + of_word);

		btree_set(node, i, of_word, key, word);
		key = next_key;
		word = next_word;
		i++;
	}
}

/* Under the lock: close the gap of entry @i. Return: how many keys are left. */
static inline unsigned btree_delete(struct btree_node *node, unsigned i, unsigned of_word)
{
	for (; i + 1 < BTREE_KEYS && btree_key(node, i + 1) != BTREE_NO_KEY; i++)
		btree_set(node, i, of_word, btree_key(node, i + 1),
			  btree_word(node, i + 1 + of_word));
	/* release: as in btree_set(); the word stays, nobody looks at it. */
	store_release(&node->keys[i], BTREE_NO_KEY);
	return i;
}

/* A node that nobody else knows: no keys, no words. */
static inline void btree_clear(struct btree_node *node)
{
	atomic_init(&node->version, 0); /* plain: what links the node publishes it */
	for (unsigned i = 0; i < BTREE_KEYS; i++)
		atomic_init(&node->keys[i], BTREE_NO_KEY); /* plain: likewise */
	for (unsigned i = 0; i <= BTREE_KEYS; i++)
		atomic_init(&node->words[i], 0); /* plain: likewise */
}

#endif
