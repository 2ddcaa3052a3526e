/*
 * The life of a private server, with one that fails on demand: argument 1 is its program.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "runners/server/pool.h"
#include "runners/server/tree.h"
#include "structures/remote/redis_link.h"
#include "topology/kernel_file.h"

enum { PATH_BYTES = 256, BUFFER_BYTES = 4096, ATTEMPTS = 1000, ATTEMPT_NS = 10000000 };

static char scratch[] = "/tmp/numamark-test-XXXXXX";
static struct topology *topology;

static void pause_shortly(void)
{
	const struct timespec pause_time = { .tv_nsec = ATTEMPT_NS };

	nanosleep(&pause_time, NULL);
}

static void write_kind(const char *name, const char *mode, const char *more)
{
	char path[PATH_BYTES];
	FILE *file;

	snprintf(path, sizeof(path), "servers/%s.txt", name);
	file = fopen(path, "w");
	assert_non_null(file);
	fprintf(file,
		"# for tests\nspeaks = redis\nprogram = %s/fake\nget = apt-get install fake\n"
		"start = %s/fake %s {port}\nstart = {folder}/socket %s\nunix = {folder}/socket\n"
		"patience = 20\nversion = echo 1.2.3\n",
		scratch, scratch, mode, more);
	assert_int_equal(fclose(file), 0);
}

static int start(const char *name, struct server **server, struct fault *fault)
{
	struct server_kind kind;
	const int error = server_kind_load(name, &kind, fault);

	return error ? error : server_start(&kind, false, topology, server, fault);
}

static struct server *started(const char *name)
{
	struct server *server;
	struct fault fault;

	if (start(name, &server, &fault))
		fail_msg("%s", fault.text);
	return server;
}

/* The folder that is its own, from where its socket is. */
static void folder_of(const struct server *server, char folder[PATH_BYTES])
{
	struct endpoint endpoint;

	server_endpoint(server, false, &endpoint);
	snprintf(folder, PATH_BYTES, "%s", endpoint.path);
	*strrchr(folder, '/') = '\0';
}

static bool is_there(const char *path)
{
	struct stat status;

	return !stat(path, &status);
}

static void say(const struct server *server, bool over_tcp, const char *command, char *answer)
{
	static char out[BUFFER_BYTES], in[BUFFER_BYTES];
	struct link link = { .out = out, .in = in, .room = BUFFER_BYTES };
	struct endpoint endpoint;
	struct resp_reply reply;
	struct fault fault;

	server_endpoint(server, over_tcp, &endpoint);
	if (redis_link_open(&endpoint, &link, &fault))
		fail_msg("%s", fault.text);
	redis_link_ask(&link, 1, &command);
	*answer = '\0';
	if (redis_link_call(&link, &reply))
		snprintf(answer, PATH_BYTES, "%.*s", (int)reply.length, reply.text);
	link_close(&link);
}

static void server_started_serves_on_both_ways(void **state)
{
	struct server *const server = started("serve");
	char answer[PATH_BYTES];

	(void)state;
	say(server, false, "PING", answer);
	assert_string_equal(answer, "PONG");
	say(server, true, "PING", answer);
	assert_string_equal(answer, "PONG");
	server_stop(server);
}

static void server_stopped_leaves_nothing(void **state)
{
	struct server *const server = started("serve");
	const pid_t root = server_root(server);
	char folder[PATH_BYTES];

	(void)state;
	folder_of(server, folder);
	assert_true(is_there(folder));
	assert_int_equal(tree_signal(root, 0), 1);
	server_stop(server);
	assert_false(is_there(folder));
	assert_int_equal(kill(root, 0), -1);
}

/* By number of processes below the keeper; its one process is found by its parent. */
static void read_status(const struct server *server, char text[BUFFER_BYTES])
{
	char children[PATH_BYTES];
	const pid_t root = server_root(server);

	if (kernel_file_read(children, sizeof(children), "/proc/%d/task/%d/children", (int)root,
			     (int)root) <= 0) {
		print_message("this kernel does not list children\n");
		skip();
	}
	assert_true(kernel_file_read(text, BUFFER_BYTES, "/proc/%d/status", atoi(children)) > 0);
}

static void server_of_root_is_not_root(void **state)
{
	struct server *const server = started("serve");
	char text[BUFFER_BYTES];
	uint64_t user = 0;

	(void)state;
	read_status(server, text);
	assert_int_equal(kernel_text_number(text, "Uid:", &user), 0);
	server_stop(server);
	assert_int_not_equal(user, 0);
}

static void server_sits_on_its_own_pus(void **state)
{
	struct server *const server = started("serve");
	json_t *const described = server_describe(server);
	char text[BUFFER_BYTES], wanted[PATH_BYTES];
	bool is_pinned;

	(void)state;
	read_status(server, text);
	snprintf(wanted, sizeof(wanted), "Cpus_allowed_list:\t%s\n",
		 json_string_value(json_object_get(described, "pus")));
	is_pinned = strstr(text, wanted) != NULL;
	assert_string_equal(json_string_value(json_object_get(described, "version")), "1.2.3");
	json_decref(described);
	server_stop(server);
	assert_true(is_pinned);
}

static void server_that_is_not_installed_names_what_installs_it(void **state)
{
	struct server *server;
	struct fault fault;

	(void)state;
	assert_int_equal(start("missing", &server, &fault), -ENOENT);
	assert_non_null(strstr(fault.text, "apt-get install fake"));
}

static void server_that_refuses_to_start_is_quoted(void **state)
{
	struct server *server;
	struct fault fault;

	(void)state;
	assert_int_equal(start("refuses", &server, &fault), -ECHILD);
	assert_non_null(strstr(fault.text, "no, thank you"));
	assert_non_null(strstr(fault.text, "exit status 1"));
}

static void server_that_never_serves_is_given_up(void **state)
{
	struct server_kind kind;
	struct server *server;
	struct fault fault;

	(void)state;
	assert_int_equal(server_kind_load("deaf", &kind, &fault), 0);
	kind.patience_s = 1;
	assert_int_equal(server_start(&kind, false, topology, &server, &fault), -ETIMEDOUT);
}

static void wait_for_death(struct server *server, struct fault *fault)
{
	for (unsigned i = 0; i < ATTEMPTS && !server_has_died(server, fault); i++)
		pause_shortly();
	assert_true(server_has_died(server, fault));
}

static void server_that_dies_is_noticed_with_its_last_words(void **state)
{
	struct server *const server = started("serve");
	char answer[PATH_BYTES];
	struct fault fault;

	(void)state;
	assert_false(server_has_died(server, &fault));
	say(server, false, "DIE", answer);
	wait_for_death(server, &fault);
	assert_non_null(strstr(fault.text, "told to"));
	server_stop(server);
}

static void server_held_does_not_answer_until_released(void **state)
{
	struct server *const server = started("serve");
	char text[BUFFER_BYTES], answer[PATH_BYTES];
	bool is_stopped = false;

	(void)state;
	server_hold(server);
	for (unsigned i = 0; i < ATTEMPTS && !is_stopped; i++) {
		read_status(server, text);
		is_stopped = strstr(text, "State:\tT") != NULL;
		pause_shortly();
	}
	server_release(server);
	say(server, false, "PING", answer);
	server_stop(server);
	assert_true(is_stopped);
	assert_string_equal(answer, "PONG");
}

/* What a campaign does that is killed in the middle of a trial. */
static _Noreturn void be_a_campaign(int tell)
{
	struct server *server;
	char folder[PATH_BYTES] = "";
	struct fault fault;

	if (!start("serve", &server, &fault))
		folder_of(server, folder);
	if (write(tell, folder, sizeof(folder)) < 0)
		_exit(1);
	for (;;)
		pause();
}

static void server_goes_with_a_campaign_that_is_killed(void **state)
{
	char folder[PATH_BYTES];
	int told[2];
	pid_t campaign;

	(void)state;
	assert_int_equal(pipe(told), 0);
	campaign = fork();
	if (!campaign)
		be_a_campaign(told[1]);
	assert_int_equal(read(told[0], folder, sizeof(folder)), sizeof(folder));
	assert_true(is_there(folder));
	kill(campaign, SIGKILL);
	waitpid(campaign, NULL, 0);
	for (unsigned i = 0; i < ATTEMPTS && is_there(folder); i++)
		pause_shortly();
	assert_false(is_there(folder));
	close(told[0]);
	close(told[1]);
}

static void pool_restarts_a_server_that_died(void **state)
{
	struct server_pool pool = { .topology = topology };
	struct server *first, *second;
	char answer[PATH_BYTES];
	struct fault fault;

	(void)state;
	assert_int_equal(server_pool_get(&pool, "serve", false, &first, &fault), 0);
	assert_int_equal(server_pool_get(&pool, "serve", false, &second, &fault), 0);
	assert_ptr_equal(first, second);
	say(first, false, "DIE", answer);
	wait_for_death(first, &fault);
	assert_int_equal(server_pool_get(&pool, "serve", false, &second, &fault), 0);
	say(second, false, "PING", answer);
	server_pool_stop(&pool);
	assert_string_equal(answer, "PONG");
}

static void pool_gives_up_a_server_that_never_starts(void **state)
{
	struct server_pool pool = { .topology = topology };
	struct server *server;
	struct fault fault;

	(void)state;
	for (unsigned i = 0; i < 4; i++)
		assert_int_equal(server_pool_get(&pool, "refuses", false, &server, &fault),
				 -ECHILD);
	assert_int_equal(pool.places[0].failures, 2);
	server_pool_stop(&pool);
}

static void kind_with_an_unknown_key_is_refused_with_its_line(void **state)
{
	struct server_kind kind;
	struct fault fault;
	FILE *const file = fopen("servers/wrong.txt", "w");

	(void)state;
	assert_non_null(file);
	fputs("program = x\nprogramme = y\n", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(server_kind_load("wrong", &kind, &fault), -EINVAL);
	assert_non_null(strstr(fault.text, "servers/wrong.txt:2"));
}

static int set_up(void **state)
{
	struct fault fault;

	(void)state;
	write_kind("serve", "serve", "");
	write_kind("refuses", "refuses", "");
	write_kind("deaf", "deaf", "");
	write_kind("missing", "serve", "");
	if (system("sed -i 's|^program = .*|program = numamark-no-such-program|' "
		   "servers/missing.txt"))
		return -1;
	return topology_load(NULL, &topology, &fault);
}

static int tear_down(void **state)
{
	char command[PATH_BYTES];

	(void)state;
	topology_free(topology);
	snprintf(command, sizeof(command), "rm -rf %s", scratch);
	return system(command);
}

int main(int count, char **words)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(server_started_serves_on_both_ways),
		cmocka_unit_test(server_stopped_leaves_nothing),
		cmocka_unit_test(server_of_root_is_not_root),
		cmocka_unit_test(server_sits_on_its_own_pus),
		cmocka_unit_test(server_that_is_not_installed_names_what_installs_it),
		cmocka_unit_test(server_that_refuses_to_start_is_quoted),
		cmocka_unit_test(server_that_never_serves_is_given_up),
		cmocka_unit_test(server_that_dies_is_noticed_with_its_last_words),
		cmocka_unit_test(server_held_does_not_answer_until_released),
		cmocka_unit_test(server_goes_with_a_campaign_that_is_killed),
		cmocka_unit_test(pool_restarts_a_server_that_died),
		cmocka_unit_test(pool_gives_up_a_server_that_never_starts),
		cmocka_unit_test(kind_with_an_unknown_key_is_refused_with_its_line),
	};
	char command[2 * PATH_BYTES];

	if (count != 2 || !mkdtemp(scratch))
		return 2;
	/* Where a server that is nobody can read it. */
	snprintf(command, sizeof(command), "chmod 755 %s && cp %s %s/fake && mkdir %s/servers",
		 scratch, words[1], scratch, scratch);
	if (system(command) || chdir(scratch))
		return 2;
	/* It names a file that nobody may be unable to read, and is there for a library that servers lack. */
	unsetenv("TSAN_OPTIONS");
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
