/* A connection whose other end does as it likes. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "structures/remote/link.h"

/* More than sockets of any kind hold. */
enum { BYTES = 1 << 24, PIECE = 1 << 16 };

/* Answers all before it reads anything. */
static void *answer_first(void *argument)
{
	const int fd = *(const int *)argument;
	static char piece[PIECE];
	size_t moved = 0;
	ssize_t got;

	while (moved < BYTES && (got = send(fd, piece, PIECE, MSG_NOSIGNAL)) > 0)
		moved += (size_t)got;
	for (moved = 0; moved < BYTES && (got = recv(fd, piece, PIECE, 0)) > 0;)
		moved += (size_t)got;
	return moved == BYTES ? argument : NULL;
}

static void link_takes_answers_while_the_server_takes_no_more(void **state)
{
	struct link link = { .room = BYTES, .out_length = BYTES };
	int ends[2];
	pthread_t server;
	void *has_all = NULL;

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	link.fd = ends[0];
	link.out = calloc(2, BYTES);
	assert_non_null(link.out);
	link.in = link.out + BYTES;
	assert_int_equal(pthread_create(&server, NULL, answer_first, &ends[1]), 0);
	assert_true(link_send(&link));
	while (link.in_to < BYTES && link_receive(&link))
		;
	pthread_join(server, &has_all);
	assert_int_equal(link.in_to, BYTES);
	assert_non_null(has_all);
	link_close(&link);
	close(ends[1]);
	free(link.out);
}

static void link_to_a_server_that_leaves_fails_with_the_reason(void **state)
{
	static char byte[1];
	struct link link = { .room = 1, .out = byte, .out_length = 1 };
	int ends[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	link.fd = ends[0];
	close(ends[1]);
	assert_false(link_send(&link));
	assert_string_equal(link.failure, "the server takes no more: Broken pipe");
	assert_int_equal(link.fd, -1);
	assert_false(link_send(&link));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(link_takes_answers_while_the_server_takes_no_more),
		cmocka_unit_test(link_to_a_server_that_leaves_fails_with_the_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
