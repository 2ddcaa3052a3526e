#include "structures/remote/resp.h"

#include <errno.h>
#include <stdbool.h>

enum { DEPTH_MAX = 4 };

/* The number of a line's first @length bytes. Return: 0, or -EPROTO. */
static int read_number(const char *text, size_t length, int64_t *number)
{
	const bool is_negative = length && *text == '-';
	int64_t value = 0;

	if (length == is_negative || length > 19)
		return -EPROTO;
	for (size_t i = is_negative; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -EPROTO;
		value = value * 10 + (text[i] - '0');
	}
	*number = is_negative ? -value : value;
	return 0;
}

static long read_bulk(const char *bytes, size_t length, size_t head, struct resp_reply *reply)
{
	const size_t size = (size_t)reply->integer;

	if (reply->integer < 0) {
		reply->kind = RESP_NIL;
		return reply->integer == -1 ? (long)head : -EPROTO;
	}
	if (length < head + 2 || length - head - 2 < size)
		return 0;
	if (bytes[head + size] != '\r' || bytes[head + size + 1] != '\n')
		return -EPROTO;
	reply->kind = RESP_BULK;
	reply->text = bytes + head;
	reply->length = size;
	return (long)(head + size + 2);
}

static long read_at(const char *bytes, size_t length, struct resp_reply *reply, unsigned depth);

static long read_array(const char *bytes, size_t length, size_t head, struct resp_reply *reply,
		       unsigned depth)
{
	size_t used = head;

	if (reply->integer < 0) {
		reply->kind = RESP_NIL;
		return reply->integer == -1 ? (long)head : -EPROTO;
	}
	if (depth == DEPTH_MAX)
		return -EPROTO;
	for (int64_t i = 0; i < reply->integer; i++) {
		struct resp_reply element;
		const long taken = read_at(bytes + used, length - used, &element, depth + 1);

		if (taken <= 0)
			return taken;
		used += (size_t)taken;
	}
	reply->kind = RESP_ARRAY;
	reply->text = bytes + head;
	reply->length = used - head;
	return (long)used;
}

static long read_at(const char *bytes, size_t length, struct resp_reply *reply, unsigned depth)
{
	const char *const end = memchr(bytes, '\n', length);
	const size_t head = end ? (size_t)(end - bytes) + 1 : 0;

	if (!end)
		return length && !memchr("+-:$*", *bytes, 5) ? -EPROTO : 0;
	if (head < 3 || end[-1] != '\r')
		return -EPROTO;
	reply->text = bytes + 1;
	reply->length = head - 3;
	reply->kind = *bytes == '+' ? RESP_STATUS : RESP_ERROR;
	if (*bytes == '+' || *bytes == '-')
		return (long)head;
	if (read_number(reply->text, reply->length, &reply->integer))
		return -EPROTO;
	reply->kind = RESP_INTEGER;
	if (*bytes == ':')
		return (long)head;
	if (*bytes == '$')
		return read_bulk(bytes, length, head, reply);
	return *bytes == '*' ? read_array(bytes, length, head, reply, depth) : -EPROTO;
}

long resp_read(const char *bytes, size_t length, struct resp_reply *reply)
{
	return length ? read_at(bytes, length, reply, 0) : 0;
}
