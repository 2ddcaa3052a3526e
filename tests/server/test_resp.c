/* The reader of RESP on replies that come in pieces, and the writer. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "structures/remote/resp.h"

static const struct {
	const char *bytes;
	enum resp_kind kind;
	int64_t integer;     /* of integers and arrays */
	const char *text;    /* of all others but nil */
} replies[] = {
	{ "+PONG\r\n", RESP_STATUS, 0, "PONG" },
	{ "-ERR no\r\n", RESP_ERROR, 0, "ERR no" },
	{ ":1000\r\n", RESP_INTEGER, 1000, NULL },
	{ ":-3\r\n", RESP_INTEGER, -3, NULL },
	{ "$5\r\nhello\r\n", RESP_BULK, 0, "hello" },
	{ "$0\r\n\r\n", RESP_BULK, 0, "" },
	{ "$4\r\na\r\nb\r\n", RESP_BULK, 0, "a\r\nb" },
	{ "$-1\r\n", RESP_NIL, 0, NULL },
	{ "*-1\r\n", RESP_NIL, 0, NULL },
	{ "*0\r\n", RESP_ARRAY, 0, NULL },
	{ "*2\r\n$1\r\n0\r\n*2\r\n$2\r\nk1\r\n:7\r\n", RESP_ARRAY, 2, NULL },
};

enum { REPLIES = sizeof(replies) / sizeof(*replies) };

static void reply_is_read_as_a_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < REPLIES; i++) {
		const size_t length = strlen(replies[i].bytes);
		struct resp_reply reply;

		assert_int_equal(resp_read(replies[i].bytes, length, &reply), length);
		assert_int_equal(reply.kind, replies[i].kind);
		if (replies[i].text) {
			assert_int_equal(reply.length, strlen(replies[i].text));
			assert_memory_equal(reply.text, replies[i].text, reply.length);
		} else if (reply.kind != RESP_NIL) {
			assert_int_equal(reply.integer, replies[i].integer);
		}
	}
}

static void reply_cut_anywhere_is_waited_for(void **state)
{
	(void)state;
	for (size_t i = 0; i < REPLIES; i++)
		for (size_t length = 0; length < strlen(replies[i].bytes); length++) {
			struct resp_reply reply;

			if (resp_read(replies[i].bytes, length, &reply))
				fail_msg("%zu bytes of reply %zu are taken for a whole", length, i);
		}
}

static void replies_behind_one_another_are_read_in_turn(void **state)
{
	static const char bytes[] = "+OK\r\n$1\r\nx\r\n:2\r\n";
	const size_t length = sizeof(bytes) - 1;
	struct resp_reply reply;
	size_t from = 0;

	(void)state;
	from += (size_t)resp_read(bytes, length, &reply);
	assert_int_equal(reply.kind, RESP_STATUS);
	from += (size_t)resp_read(bytes + from, length - from, &reply);
	assert_int_equal(reply.kind, RESP_BULK);
	from += (size_t)resp_read(bytes + from, length - from, &reply);
	assert_int_equal(reply.integer, 2);
	assert_int_equal(from, length);
}

static void bytes_that_are_no_reply_are_refused(void **state)
{
	static const char *const wrong[] = { "hello\r\n", "x",          ":12a\r\n", "$x\r\n",
					     "$-2\r\n",   "*-2\r\n",    "+OK\n",    "$1\r\nxyz",
					     "\r\n",      "$\r\n\r\n",  ":-\r\n",
					     ":99999999999999999999\r\n" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct resp_reply reply;

		if (resp_read(wrong[i], strlen(wrong[i]), &reply) != -EPROTO)
			fail_msg("taken for a reply: %s", wrong[i]);
	}
}

static void command_is_written_as_an_array_of_bulks(void **state)
{
	char bytes[128];
	char *at = resp_begin(bytes, 3);

	(void)state;
	at = resp_word(resp_key(resp_word(at, "SET", 3), "k:", 120), "", 0);
	*at = '\0';
	assert_string_equal(bytes, "*3\r\n$3\r\nSET\r\n$5\r\nk:120\r\n$0\r\n\r\n");
}

static void digits_of_the_largest_number_are_written(void **state)
{
	char bytes[32];

	(void)state;
	*resp_digits(bytes, UINT64_MAX) = '\0';
	assert_string_equal(bytes, "18446744073709551615");
	*resp_digits(bytes, 0) = '\0';
	assert_string_equal(bytes, "0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reply_is_read_as_a_whole),
		cmocka_unit_test(reply_cut_anywhere_is_waited_for),
		cmocka_unit_test(replies_behind_one_another_are_read_in_turn),
		cmocka_unit_test(bytes_that_are_no_reply_are_refused),
		cmocka_unit_test(command_is_written_as_an_array_of_bulks),
		cmocka_unit_test(digits_of_the_largest_number_are_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
