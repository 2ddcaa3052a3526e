/*
 * RESP2, the protocol of Redis and its relatives: commands written, replies read.
 *
 * Source: "RESP protocol spec", redis.io. A command is an array of bulk strings, "*2\r\n$3\r\nGET\r\n
 * $1\r\nk\r\n"; a reply is a status (+), an error (-), an integer (:), a bulk string ($, length -1:
 * nil) or an array (*) of replies. The reader keeps no state between calls: bytes of a reply that is
 * not yet whole are looked at again when more have come, of which a large bulk string costs its
 * first line only.
 */
#ifndef STRUCTURES_REMOTE_RESP_H
#define STRUCTURES_REMOTE_RESP_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum resp_kind { RESP_STATUS, RESP_ERROR, RESP_INTEGER, RESP_BULK, RESP_NIL, RESP_ARRAY };

struct resp_reply {
	enum resp_kind kind;
	int64_t integer;     /* RESP_INTEGER; RESP_ARRAY: how many elements */
	const char *text;    /* within the bytes that were read; RESP_ARRAY: its elements, to be read in turn */
	size_t length;
};

enum {
	RESP_HEAD_BYTES = 24,       /* "*", "$" or ":", a number, and the end of line: no more */
	RESP_KEY_BYTES = 12 + 20    /* the longest prefix of a key, and its number */
};

/**
 * resp_read() - one reply from the front of @bytes.
 *
 * Return: the bytes that it takes; 0: it is not yet whole; -EPROTO: this is no reply.
 */
long resp_read(const char *bytes, size_t length, struct resp_reply *reply);

/* Write a number's digits. Return: behind them. */
static inline char *resp_digits(char *at, uint64_t number)
{
	char digits[20];
	unsigned count = 0;

	do
		digits[count++] = (char)('0' + number % 10);
	while (number /= 10);
	while (count)
		*at++ = digits[--count];
	return at;
}

static inline char *resp_line(char *at, char kind, uint64_t number)
{
	*at++ = kind;
	at = resp_digits(at, number);
	*at++ = '\r';
	*at++ = '\n';
	return at;
}

/* The three below write at @at, and return what is behind it. */

static inline char *resp_begin(char *at, unsigned words)
{
	return resp_line(at, '*', words);
}

static inline char *resp_word(char *at, const char *bytes, size_t length)
{
	at = resp_line(at, '$', length);
	memcpy(at, bytes, length);
	at += length;
	*at++ = '\r';
	*at++ = '\n';
	return at;
}

/* A word of @prefix and a number: a key, or an element. */
static inline char *resp_key(char *at, const char *prefix, uint64_t number)
{
	char word[RESP_KEY_BYTES];
	const size_t length = strlen(prefix);

	memcpy(word, prefix, length);
	return resp_word(at, word, (size_t)(resp_digits(word + length, number) - word));
}

#endif
