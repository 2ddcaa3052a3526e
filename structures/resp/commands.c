/* Commands as they are drawn, and what their answers amount to. */
#include "structures/resp/redis.h"

static const char list[] = "nm:list", set[] = "nm:set", member[] = "m:", counter[] = "nm:c:",
		  key_prefix[] = "nm:";

size_t resp_command_bytes(size_t value_bytes)
{
	return RESP_MSET_KEYS * (REDIS_COMMAND_BYTES + value_bytes);
}

static char *word(char *at, const char *text)
{
	return resp_word(at, text, strlen(text));
}

static char *value_word(char *at, const struct redis *load, struct worker *w, uint64_t key)
{
	const size_t size = w->context.value_bytes;
	uint64_t *const scratch = load->of[w->context.worker]->scratch;

	at = resp_line(at, '$', size);
	wire_value_write(at, scratch, size, map_value(key, draw_value(&w->draw)));
	at += size;
	*at++ = '\r';
	*at++ = '\n';
	return at;
}

/* NAME list, and a value or nothing. */
static char *list_command(char *at, const char *name, const struct redis *load, struct worker *w,
			  bool has_value)
{
	at = word(word(resp_begin(at, has_value ? 3 : 2), name), list);
	return has_value ? value_word(at, load, w, 0) : at;
}

static char *many_command(char *at, const struct redis *load, struct worker *w, uint64_t first)
{
	at = word(resp_begin(at, 1 + 2 * RESP_MSET_KEYS), "MSET");
	for (uint64_t i = 0; i < RESP_MSET_KEYS; i++) {
		const uint64_t key = (first + i) % load->range;

		at = value_word(resp_key(at, key_prefix, key), load, w, key);
	}
	return at;
}

static char *range_command(char *at, const struct worker *w)
{
	char last[20];
	const size_t length = (size_t)(resp_digits(last, w->scan->length - 1) - last);

	at = word(word(word(resp_begin(at, 4), "LRANGE"), list), "0");
	return resp_word(at, last, length);
}

char *resp_command(char *at, const struct redis *load, struct worker *w, const struct draw *draw)
{
	switch (draw->operation) {
	case RESP_PING: return word(resp_begin(at, 1), "PING");
	case RESP_SET:
		at = resp_key(word(resp_begin(at, 3), "SET"), key_prefix, draw->key);
		return value_word(at, load, w, draw->key);
	case RESP_GET: return resp_key(word(resp_begin(at, 2), "GET"), key_prefix, draw->key);
	case RESP_INCR: return resp_key(word(resp_begin(at, 2), "INCR"), counter, draw->key);
	case RESP_LPUSH: return list_command(at, "LPUSH", load, w, true);
	case RESP_RPUSH: return list_command(at, "RPUSH", load, w, true);
	case RESP_LPOP: return list_command(at, "LPOP", load, w, false);
	case RESP_RPOP: return list_command(at, "RPOP", load, w, false);
	case RESP_LRANGE: return range_command(at, w);
	case RESP_SADD:
		return resp_key(word(word(resp_begin(at, 3), "SADD"), set), member, draw->key);
	case RESP_SPOP: return word(word(resp_begin(at, 2), "SPOP"), set);
	case RESP_SMEMBERS: return word(word(resp_begin(at, 2), "SMEMBERS"), set);
	default: return many_command(at, load, w, draw->key);
	}
}

/* What kind of answer an operation has, beside nil where that is one. */
static const struct {
	enum resp_kind kind;
	bool may_be_nil;
} answers[RESP_OPERATIONS] = {
	[RESP_PING] = { RESP_STATUS, false },   [RESP_SET] = { RESP_STATUS, false },
	[RESP_GET] = { RESP_BULK, true },       [RESP_INCR] = { RESP_INTEGER, false },
	[RESP_LPUSH] = { RESP_INTEGER, false }, [RESP_RPUSH] = { RESP_INTEGER, false },
	[RESP_LPOP] = { RESP_BULK, true },      [RESP_RPOP] = { RESP_BULK, true },
	[RESP_LRANGE] = { RESP_ARRAY, false },  [RESP_SADD] = { RESP_INTEGER, false },
	[RESP_SPOP] = { RESP_BULK, true },      [RESP_SMEMBERS] = { RESP_ARRAY, false },
	[RESP_MSET] = { RESP_STATUS, false },
};

/* A value that was put, of whichever key; its bytes are looked at. */
static void check_value(struct resp_worker *own, struct worker *w, struct tally *tally,
			const struct resp_reply *reply)
{
	tally->sink += wire_value_read(&w->context, own->scratch, reply->text, reply->length);
}

/* Return: what the answer adds to the operation's successes. */
static uint64_t effect_of(struct resp_worker *own, struct worker *w, struct tally *tally,
			  unsigned operation, const struct resp_reply *reply)
{
	const bool is_there = reply->kind != RESP_NIL;

	switch (operation) {
	case RESP_GET:
	case RESP_LPOP:
	case RESP_RPOP:
		if (is_there)
			check_value(own, w, tally, reply);
		own->counts.popped += operation != RESP_GET && is_there;
		return is_there;
	case RESP_LPUSH:
	case RESP_RPUSH: own->counts.pushed++; return 1;
	case RESP_SADD: own->counts.added += reply->integer == 1; return reply->integer == 1;
	case RESP_SPOP: own->counts.taken += is_there; return is_there;
	case RESP_LRANGE:
	case RESP_SMEMBERS: return (uint64_t)reply->integer;
	case RESP_INCR: own->counts.incremented++; return 1;
	case RESP_MSET: own->counts.many++; return 1;
	default: return 1;
	}
}

bool resp_count_answer(struct resp_worker *own, struct worker *w, struct tally *tally,
		       unsigned operation, const struct resp_reply *reply)
{
	tally->attempted[operation]++;
	if (reply->kind != answers[operation].kind &&
	    !(reply->kind == RESP_NIL && answers[operation].may_be_nil))
		return false;
	tally->succeeded[operation] += effect_of(own, w, tally, operation, reply);
	return true;
}
