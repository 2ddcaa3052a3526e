/* What a private server is given before it starts: a folder, ports, a user, PUs, and its command. */
#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <libgen.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runners/server/leftovers.h"
#include "runners/server/server_private.h"
#include "topology/placement.h"

enum { PARENT_BYTES = 80, ENVIRONMENT_MAX = 512, UNKNOWN_USER = 65534, STOP_PATIENCE_S = 10 };

extern char **environ;

struct words_values server_values(const struct server *server)
{
	return (struct words_values){ .folder = server->folder,
				      .user = server->user,
				      .ports = server->ports,
				      .pus = server->pu_count };
}

/* Root becomes nobody; anybody else stays who they are. */
static void choose_user(struct server *server)
{
	const bool is_root = geteuid() == 0;
	const struct passwd *const entry = is_root ? getpwnam("nobody") : getpwuid(geteuid());

	server->order.drops = is_root;
	server->order.user = entry ? entry->pw_uid : is_root ? UNKNOWN_USER : geteuid();
	server->order.group = entry ? entry->pw_gid : is_root ? UNKNOWN_USER : getegid();
	snprintf(server->user, sizeof(server->user), "%s", entry ? entry->pw_name : "unknown");
}

/* Readable for whom it runs as; nobody else can have put anything into the folder yet. */
static int write_config(const struct server *server, struct fault *fault)
{
	const struct words_values values = server_values(server);
	char *const text = words_fill(server->kind.config, &values);
	char path[SERVER_FOLDER_BYTES + sizeof("/config")];
	FILE *file;
	int failed;

	if (!text)
		return fault_set(fault, -ENOMEM, "no memory for the settings of %s",
				 server->kind.name);
	snprintf(path, sizeof(path), "%s/config", server->folder);
	file = fopen(path, "wxe");
	failed = !file || fprintf(file, "%s\n", text) < 0 || fchmod(fileno(file), 0644);
	failed |= file && fclose(file);
	free(text);
	return failed ? fault_set(fault, -EIO, "%s: cannot be written", path) : 0;
}

/* Short: a socket's path in it has to fit in ENDPOINT_PATH_BYTES. */
static int make_folder(struct server *server, struct fault *fault)
{
	const char *const given = getenv("TMPDIR");
	const char *const parent = given && *given && strlen(given) < PARENT_BYTES ? given : "/tmp";

	leftovers_sweep(parent, server->order.user);
	snprintf(server->folder, sizeof(server->folder), "%s/numamark-XXXXXX", parent);
	if (!mkdtemp(server->folder)) {
		server->folder[0] = '\0';
		return fault_set(fault, -errno, "no folder for a server in %s: %s", parent,
				 strerror(errno));
	}
	server->order.folder = server->folder;
	if (server->kind.config[0] && write_config(server, fault))
		return -EIO;
	if (server->order.drops &&
	    chown(server->folder, server->order.user, server->order.group))
		return fault_set(fault, -errno, "cannot give %s to %s: %s", server->folder,
				 server->user, strerror(errno));
	return 0;
}

/* Free now; all are held until all are known, so that they differ. */
static int find_ports(struct server *server, struct fault *fault)
{
	struct sockaddr_in address;
	socklen_t length = sizeof(address);
	int sockets[SERVER_PORTS] = { -1, -1, -1 }, error = 0;

	for (int i = 0; i < SERVER_PORTS && !error; i++) {
		address = (struct sockaddr_in){ .sin_family = AF_INET,
						.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
		sockets[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (sockets[i] < 0 || bind(sockets[i], (struct sockaddr *)&address, length) ||
		    getsockname(sockets[i], (struct sockaddr *)&address, &length))
			error = -errno;
		server->ports[i] = ntohs(address.sin_port);
	}
	for (int i = 0; i < SERVER_PORTS; i++)
		if (sockets[i] >= 0)
			close(sockets[i]);
	return error ? fault_set(fault, error, "no free port of 127.0.0.1: %s", strerror(-error)) : 0;
}

static int choose_pus(struct server *server, const struct topology *topology, struct fault *fault)
{
	unsigned first, last = 0;
	const unsigned count = placement_server_pus(topology, &first);

	server->pus = calloc(count, sizeof(*server->pus));
	for (unsigned i = 0; server->pus && i < count; i++) {
		server->pus[i] = topology_pu(topology, first + i)->os_index;
		last = server->pus[i] > last ? server->pus[i] : last;
	}
	server->pu_set = CPU_ALLOC(last + 1);
	if (!server->pus || !server->pu_set)
		return fault_set(fault, -ENOMEM, "no memory for a server's PUs");
	server->pu_count = count;
	server->order.pus_bytes = CPU_ALLOC_SIZE(last + 1);
	CPU_ZERO_S(server->order.pus_bytes, server->pu_set);
	for (unsigned i = 0; i < count; i++)
		CPU_SET_S(server->pus[i], server->order.pus_bytes, server->pu_set);
	server->order.pus = server->pu_set;
	return 0;
}

/* The words of one command, its program by its path. Return: as server_start(). */
static int make_command(const struct server *server, const char *text, char ***command,
			struct fault *fault)
{
	const struct words_values values = server_values(server);
	char **const words = words_make(text, &values);
	char *program;

	if (!words || !words[0]) {
		words_free(words);
		return fault_set(fault, -ENOMEM, "no memory for the command of %s",
				 server->kind.name);
	}
	program = words_find_program(words[0], server->kind.folders);
	if (!program) {
		fault_set(fault, -ENOENT, "%s is not installed here; get it with: %s", words[0],
			  server->kind.get);
		words_free(words);
		return -ENOENT;
	}
	free(words[0]);
	words[0] = program;
	*command = words;
	return 0;
}

static int make_commands(struct server *server, struct fault *fault)
{
	char start[2 * SERVER_TEXT_BYTES + 2], prepare[SERVER_TEXT_BYTES];
	char *rest = prepare, *line;
	int error;

	snprintf(prepare, sizeof(prepare), "%s", server->kind.prepare);
	snprintf(start, sizeof(start), "%s %s", server->kind.start,
		 server->persists ? server->kind.persist : server->kind.leaves_nothing);
	error = make_command(server, start, &server->command, fault);
	server->order.command = server->command;
	while (!error && *server->kind.prepare && (line = strsep(&rest, "\n")) &&
	       server->order.prepare_count < KEEPER_COMMANDS_MAX) {
		char ***const words = &server->prepare[server->order.prepare_count];

		error = make_command(server, line, words, fault);
		server->order.prepare[server->order.prepare_count++] = *words;
	}
	return error;
}

/* Whether @assignment's name is among the first @count of the environment. */
static bool is_set(char *const *environment, size_t count, const char *assignment)
{
	const size_t length = strcspn(assignment, "=") + 1;

	for (size_t i = 0; i < count; i++)
		if (!strncmp(environment[i], assignment, length))
			return true;
	return false;
}

/* Ours first: of a name that comes twice the first one counts. */
static int make_environment(struct server *server, struct fault *fault)
{
	const struct words_values values = server_values(server);
	char own[SERVER_TEXT_BYTES + 64];
	char **const environment = calloc(ENVIRONMENT_MAX + 1, sizeof(*environment));
	char *rest = own, *line;
	size_t count = 0;
	bool is_whole = environment != NULL;

	snprintf(own, sizeof(own), "HOME={folder}\n%s", server->kind.environment);
	while (is_whole && (line = strsep(&rest, "\n")))
		if (*line)
			is_whole = (environment[count++] = words_fill(line, &values)) != NULL;
	for (char **at = environ; is_whole && *at && count < ENVIRONMENT_MAX; at++)
		if (!is_set(environment, count, *at))
			is_whole = (environment[count++] = strdup(*at)) != NULL;
	server->environment = environment;
	server->order.environment = environment;
	return is_whole ? 0 : fault_set(fault, -ENOMEM, "no memory for a server's environment");
}

/* The first line of what its version command prints; "" where there is none. */
static void find_version(struct server *server)
{
	const struct words_values values = server_values(server);
	char *const words = words_fill(server->kind.version, &values);
	char command[SERVER_TEXT_BYTES + 128], folder[4096];
	FILE *output;

	snprintf(folder, sizeof(folder), "%s", server->command[0]);
	snprintf(command, sizeof(command), "PATH=\"$PATH:%s\"; %s 2>/dev/null", dirname(folder),
		 words ? words : "");
	output = words && *words ? popen(command, "re") : NULL;
	if (output && fgets(server->version, sizeof(server->version), output))
		server->version[strcspn(server->version, "\n")] = '\0';
	if (output)
		pclose(output);
	free(words);
}

int server_plan(struct server *server, const struct topology *topology, struct fault *fault)
{
	char *const program = words_find_program(server->kind.program, server->kind.folders);
	int error;

	if (!program)
		return fault_set(fault, -ENOENT, "%s is not installed here; get it with: %s",
				 server->kind.program, server->kind.get);
	free(program);
	server->order.stop_signal = server->kind.stop_signal;
	server->order.patience_s = STOP_PATIENCE_S;
	choose_user(server);
	error = find_ports(server, fault);
	if (!error)
		error = choose_pus(server, topology, fault);
	if (!error)
		error = make_folder(server, fault);
	if (!error)
		error = make_commands(server, fault);
	if (!error)
		error = make_environment(server, fault);
	if (!error)
		find_version(server);
	return error;
}

void server_plan_free(struct server *server)
{
	for (size_t i = 0; i < KEEPER_COMMANDS_MAX; i++)
		words_free(server->prepare[i]);
	words_free(server->command);
	words_free(server->environment);
	CPU_FREE(server->pu_set);
	free(server->pus);
}
