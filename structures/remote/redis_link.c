#include "structures/remote/redis_link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { CURSOR_BYTES = 24, SCAN_COUNT = 500 };

bool redis_link_answer(struct link *link, struct resp_reply *reply)
{
	for (;;) {
		const long taken = resp_read(link->in + link->in_from, link->in_to - link->in_from,
					     reply);

		if (taken < 0)
			return link_fail(link, "what the server answers is not RESP");
		if (taken) {
			link->in_from += (size_t)taken;
			break;
		}
		if (!link_receive(link))
			return false;
	}
	if (reply->kind == RESP_ERROR)
		return link_fail(link, "the server says: %.*s", (int)reply->length, reply->text);
	return true;
}

bool redis_link_call(struct link *link, struct resp_reply *reply)
{
	return link_send(link) && redis_link_answer(link, reply);
}

void redis_link_ask(struct link *link, unsigned count, const char *const *words)
{
	char *at = resp_begin(link->out + link->out_length, count);

	for (unsigned i = 0; i < count; i++)
		at = resp_word(at, words[i], strlen(words[i]));
	link->out_length = (size_t)(at - link->out);
}

int redis_link_open(const struct endpoint *endpoint, struct link *link, struct fault *fault)
{
	const char *const select[] = { "SELECT", endpoint->name };
	struct resp_reply reply;
	const int error = link_open(endpoint, link, fault);

	if (error || !endpoint->name[0])
		return error;
	redis_link_ask(link, 2, select);
	if (redis_link_call(link, &reply))
		return 0;
	return fault_set(fault, -EPROTO, "server=%s:%u/%s: %s", endpoint->host, endpoint->port,
			 endpoint->name, link->failure);
}

bool redis_link_size(struct link *link, uint64_t *size)
{
	static const char *const words[] = { "DBSIZE" };
	struct resp_reply reply;

	redis_link_ask(link, 1, words);
	if (!redis_link_call(link, &reply))
		return false;
	if (reply.kind != RESP_INTEGER)
		return link_fail(link, "the server does not say how many keys it has");
	*size = (uint64_t)reply.integer;
	return true;
}

int redis_link_claim(const struct endpoint *endpoint, struct link *link, struct fault *fault)
{
	static const char *const flush[] = { "FLUSHDB" };
	struct resp_reply reply;
	uint64_t size = 0; /* set if so said; a compiler does not see it */

	if (!redis_link_size(link, &size))
		return fault_set(fault, -EPROTO, "%s", link->failure);
	if (!size)
		return 0;
	if (!endpoint->is_private)
		return fault_set(fault, -ENOTEMPTY,
				 "server=%s:%u: its database has %llu keys, and numamark writes into "
				 "an empty one only; another is named by server=%s:%u/NUMBER",
				 endpoint->host, endpoint->port, (unsigned long long)size,
				 endpoint->host, endpoint->port);
	redis_link_ask(link, 1, flush);
	if (redis_link_call(link, &reply))
		return 0;
	return fault_set(fault, -EPROTO, "%s", link->failure);
}

/*
 * What SCAN answered, a cursor and an array of keys, as one DEL in `out`.
 *
 * Return: whether there is any key to delete.
 */
static bool ask_to_delete(struct link *link, const struct resp_reply *scanned,
			  char cursor[CURSOR_BYTES])
{
	const char *const end = scanned->text + scanned->length;
	const char *at = scanned->text;
	struct resp_reply word, keys;
	char *out = link->out;

	at += resp_read(at, (size_t)(end - at), &word);
	snprintf(cursor, CURSOR_BYTES, "%.*s", (int)word.length, word.text);
	resp_read(at, (size_t)(end - at), &keys);
	if (!keys.integer)
		return false;
	out = resp_word(resp_begin(out, (unsigned)keys.integer + 1), "DEL", 3);
	at = keys.text;
	for (int64_t i = 0; i < keys.integer; i++) {
		at += resp_read(at, (size_t)(end - at), &word);
		out = resp_word(out, word.text, word.length);
	}
	link->out_length = (size_t)(out - link->out);
	return true;
}

/* SCAN gives as many keys as it is asked for, and now and then a few more. */
void redis_link_leave(const struct endpoint *endpoint, struct link *link)
{
	const size_t fitting = link->room / (4 * (RESP_KEY_BYTES + RESP_HEAD_BYTES));
	char cursor[CURSOR_BYTES] = "0", most[16];
	const char *const words[] = { "SCAN", cursor, "MATCH", "nm:*", "COUNT", most };
	struct resp_reply reply;

	if (endpoint->is_private)
		return;
	snprintf(most, sizeof(most), "%zu", fitting < SCAN_COUNT ? fitting : SCAN_COUNT);
	do {
		redis_link_ask(link, 6, words);
		if (!redis_link_call(link, &reply) || reply.kind != RESP_ARRAY)
			return;
		if (ask_to_delete(link, &reply, cursor) && !redis_link_call(link, &reply))
			return;
	} while (strcmp(cursor, "0"));
}
