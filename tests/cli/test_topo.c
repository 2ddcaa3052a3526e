#include <ctype.h>
#include <errno.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "runners/cli/topo.h"
#include "plots/topo_layout.h"
#include "runners/cli/topo_tree.h"
#include "tests/topology/machines.h"

enum { DEPTH_MAX = 16, NAME_BYTES = 32, PATH_BYTES = 64 };

/* What numamark topo prints; released with free(). */
static char *run_topo(const struct topo_options *options)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);
	struct fault fault;

	assert_non_null(out);
	if (topo_run(options, out, &fault))
		fail_msg("%s", fault.text);
	fclose(out);
	return text;
}

static char *run_svg(const char *input)
{
	char path[PATH_BYTES] = P_tmpdir "/numamark-svg-XXXXXX";
	const int file = mkstemp(path);
	char *drawing = NULL;
	size_t room = 0;

	assert_true(file >= 0);
	free(run_topo(&(struct topo_options){ .input = input, .svg_path = path }));

	FILE *written = fdopen(file, "r");

	assert_true(getdelim(&drawing, &room, '\0', written) > 0);
	fclose(written);
	unlink(path);
	return drawing;
}

static void topo_text_of_a_machine_says_all_that_matters(void **state)
{
	static const char expected[] =
		"CPU    unknown\n"
		"shape  2 packages, 2 NUMA nodes, 4 cores, 8 PUs; hash HASH\n"
		"\n"
		"package 0\n"
		"  NUMA node 0, 4 GiB\n"
		"    L3 0, 8 MiB\n"
		"      cores 0-1: PUs 0-1 SMT 4-5\n"
		"package 1\n"
		"  NUMA node 1, 4 GiB\n"
		"    L3 1, 8 MiB\n"
		"      cores 2-3: PUs 2-3 SMT 6-7\n"
		"\n"
		"caches\n"
		"  L3      8 MiB  x 2   4 PUs each, lines of 64 bytes\n"
		"\n"
		"distances from node to node (assumed: firmware tells none)\n"
		"    node   0   1\n"
		"       0  10  20\n"
		"       1  20  10\n"
		"\n"
		"placement: the order of PUs under place=, and the stops of threads=auto\n"
		"  compact     PUs     0,4,1,5,2,6,3,7\n"
		"              threads 1, 2, 4, 5, 8\n"
		"  scatter     PUs     0,2,1,3-4,6,5,7\n"
		"              threads 1, 2, 4, 8\n"
		"  cores-first PUs     0-7\n"
		"              threads 1, 2, 3, 4, 8\n"
		"  node:0      PUs     0-1,4-5\n"
		"              threads 1, 2, 4\n"
		"  node:1      PUs     2-3,6-7\n"
		"              threads 1, 2, 4\n"
		"\n"
		"memory=remote, node of the worker -> node of its memory\n"
		"  0->1 1->0\n";
	char *text = run_topo(&(struct topo_options){
		.input = "package:2 numa:1(memory=4GiB) l3:1(size=8MiB) core:2 "
			 "pu:2(indexes=2*4:1*2)" });
	char *hash = strstr(text, "hash ") + strlen("hash ");

	(void)state;
	memmove(hash + 4, hash + 16, strlen(hash + 16) + 1);
	memcpy(hash, "HASH", 4);
	assert_string_equal(text, expected);
	free(text);
}

static void assert_text_has(const char *input, const char *part)
{
	char *text = run_topo(&(struct topo_options){ .input = input });

	if (!strstr(text, part))
		fail_msg("'%s' is not in:\n%s", part, text);
	free(text);
}

static void topo_text_shows_the_distances_of_firmware(void **state)
{
	(void)state;
	assert_text_has(MACHINES_OURS "emulated-4n24p-restricted.xml",
			"(SLIT: 10 is local)\n"
			"    node   0   1   2   3\n"
			"       0  10  21  21  28\n");
}

static void topo_text_shows_hmat_where_it_is(void **state)
{
	(void)state;
	assert_text_has(MACHINES_OURS "emulated-4n16p-hmat.xml", "latency in ns (HMAT)\n"
								 "    node   0   1   2   3\n"
								 "       0  80   -   -   -\n");
	assert_text_has(MACHINES_OURS "emulated-4n16p-hmat.xml", "bandwidth in MiB/s (HMAT)\n");
}

static void topo_text_without_hmat_does_not_mention_it(void **state)
{
	char *text = run_topo(&(struct topo_options){ .input = "numa:2 pu:2" });

	(void)state;
	assert_null(strstr(text, "HMAT"));
	free(text);
}

static void topo_text_names_what_is_forbidden_or_elsewhere(void **state)
{
	static const char file[] = MACHINES_OURS "emulated-4n24p-restricted.xml";

	(void)state;
	assert_text_has(file, "and 14 PUs more, offline or forbidden here\n");
	assert_text_has(file, "memory elsewhere, nearest: NUMA node 1\n");
	assert_text_has(file, "NUMA node 0, 330.7 MiB, forbidden\n");
	assert_text_has(file, "NUMA node 3, 124.5 MiB, no usable PUs\n");
}

static void topo_text_of_uneven_cores_lists_pus_by_core(void **state)
{
	(void)state;
	assert_text_has(MACHINES_OURS "emulated-4n24p-restricted.xml",
			"cores 0-2: PUs of each 2-3 4 6\n");
}

static void topo_text_shortens_a_long_order(void **state)
{
	(void)state;
	assert_text_has(MACHINE_2X32X2, "0,64,1,65,2,66,3,67,4,68,5,69,6,70,7,...,127\n");
}

static void check_line_widths(const char *input, const struct topology *topology)
{
	char *text, *line, *rest;

	(void)topology;
	text = run_topo(
		&(struct topo_options){ .input = strcmp(input, "this host") ? input : NULL });
	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		assert_in_range(strlen(line), 1, 120);
	free(text);
}

static void topo_text_of_every_machine_fits_a_terminal(void **state)
{
	(void)state;
	machines_each(check_line_widths);
}

static void topo_text_of_real_hosts_fits_a_terminal(void **state)
{
	(void)state;
	machines_each_real(check_line_widths);
}

/* The keys that the header promises for each kind; NULL-terminated rows. */
static const char *const promised[][13] = {
	{ "machine", "cpu_model", "hash", "live", "packages", "nodes", "l3_groups", "cores", "pus",
	  "forbidden_pus", "distances_known" },
	{ "node", "index", "os_index", "package", "pus", "memory_bytes", "allowed" },
	{ "cache", "level", "size_bytes", "line_bytes", "count", "sharing_pus" },
	{ "l3", "index", "level", "size_bytes", "pus" },
	{ "pu", "index", "os_index", "core", "package", "smt", "node", "l3" },
	{ "distance", "from", "to", "distance", "latency_ns", "bandwidth_mib_per_s" },
	{ "placement", "place", "pus", "auto_threads" },
};

static json_t *run_json(const char *input)
{
	char *text = run_topo(&(struct topo_options){ .input = input, .json = true });
	json_error_t error;
	json_t *array = json_loads(text, JSON_REJECT_DUPLICATES, &error);

	if (!array)
		fail_msg("%s: %s", input ? input : "this host", error.text);
	free(text);
	return array;
}

static void assert_keys(json_t *object)
{
	const char *kind = json_string_value(json_object_get(object, "kind"));
	size_t row = 0, keys = 1;

	assert_non_null(kind);
	while (strcmp(promised[row][0], kind) != 0)
		assert_true(++row < sizeof(promised) / sizeof(*promised));
	for (; promised[row][keys]; keys++)
		if (!json_object_get(object, promised[row][keys]))
			fail_msg("%s has no %s", kind, promised[row][keys]);
	assert_int_equal(json_object_size(object), keys);
}

static size_t count_kind(const json_t *array, const char *kind)
{
	size_t count = 0, i;
	json_t *object;

	json_array_foreach(array, i, object) count +=
		!strcmp(json_string_value(json_object_get(object, "kind")), kind);
	return count;
}

static void check_json(const char *input, const struct topology *topology)
{
	json_t *array = run_json(strcmp(input, "this host") ? input : NULL), *object;
	const unsigned nodes = topology_node_count(topology);
	size_t i;

	assert_true(json_is_array(array));
	json_array_foreach(array, i, object) assert_keys(object);
	assert_int_equal(count_kind(array, "machine"), 1);
	assert_int_equal(count_kind(array, "node"), nodes);
	assert_int_equal(count_kind(array, "cache"), topology_cache_count(topology));
	assert_int_equal(count_kind(array, "l3"), topology_l3_count(topology));
	assert_int_equal(count_kind(array, "pu"), topology_pu_count(topology));
	assert_int_equal(count_kind(array, "distance"), nodes * nodes);
	json_decref(array);
}

static void topo_json_of_every_machine_has_the_promised_keys(void **state)
{
	(void)state;
	machines_each(check_json);
}

static void topo_json_of_real_hosts_has_the_promised_keys(void **state)
{
	(void)state;
	machines_each_real(check_json);
}

/* The object of @kind whose @key is the text or number @value. */
static json_t *find_object(const json_t *array, const char *kind, const char *key, int value)
{
	json_t *object;
	size_t i;

	json_array_foreach(
		array, i,
		object) if (!strcmp(json_string_value(json_object_get(object, "kind")), kind) &&
			    json_integer_value(json_object_get(object, key)) ==
				    value) return object;
	fail_msg("no %s with %s %d", kind, key, value);
	return NULL;
}

static void topo_json_speaks_in_os_numbers(void **state)
{
	json_t *array = run_json(MACHINES_OURS "emulated-4n24p-restricted.xml");
	json_t *node = find_object(array, "node", "os_index", 1);
	json_t *pu = find_object(array, "pu", "os_index", 2);

	(void)state;
	assert_int_equal(json_array_size(json_object_get(node, "pus")), 10);
	assert_int_equal(json_integer_value(json_array_get(json_object_get(node, "pus"), 0)), 2);
	assert_int_equal(json_integer_value(json_object_get(pu, "node")), 1);
	assert_int_equal(json_integer_value(json_object_get(pu, "package")), 0);
	json_decref(array);
}

static void topo_json_of_what_is_absent_is_null(void **state)
{
	json_t *array = run_json("numa:2 package:2 core:2 pu:1");

	(void)state;
	assert_true(
		json_is_null(json_object_get(find_object(array, "node", "index", 0), "package")));
	assert_true(json_is_null(json_object_get(find_object(array, "pu", "index", 0), "l3")));
	assert_true(json_is_null(
		json_object_get(find_object(array, "distance", "to", 1), "latency_ns")));
	json_decref(array);
}

/* Reads a name into @name. Return: what follows it. */
static const char *name_read(const char *at, char *name)
{
	size_t length = 0;

	while (isalnum((unsigned char)*at) || *at == '-') {
		assert_true(length + 1 < NAME_BYTES);
		name[length++] = *at++;
	}
	assert_true(length > 0);
	name[length] = '\0';
	return at;
}

/* One of the five entities that XML has of itself. */
static const char *entity_read(const char *at)
{
	static const char *const entities[] = { "&amp;", "&lt;", "&gt;", "&quot;", "&apos;" };

	for (size_t i = 0; i < sizeof(entities) / sizeof(*entities); i++)
		if (!strncmp(at, entities[i], strlen(entities[i])))
			return at + strlen(entities[i]);
	fail_msg("'%.10s' is no entity", at);
	return at;
}

/* What follows the attributes: ">" or "/>". */
static const char *attributes_read(const char *at)
{
	char name[NAME_BYTES];

	while (*at == ' ') {
		at = name_read(at + 1, name);
		assert_int_equal(strncmp(at, "=\"", 2), 0);
		for (at += 2; *at != '"'; at = *at == '&' ? entity_read(at) : at + 1)
			assert_true(*at && *at != '<');
		at++;
	}
	return at;
}

/* The XML that a drawing is made of: elements, attributes in double quotes, text, entities. */
static void assert_well_formed(const char *at)
{
	char open[DEPTH_MAX][NAME_BYTES], name[NAME_BYTES];
	size_t depth = 0;

	do {
		if (*at == '&') {
			at = entity_read(at);
		} else if (*at != '<') {
			assert_true(depth > 0);
			at++;
		} else if (at[1] == '/') {
			at = name_read(at + 2, name);
			assert_true(depth > 0);
			assert_string_equal(name, open[--depth]);
			assert_int_equal(*at++, '>');
		} else {
			assert_true(depth < DEPTH_MAX);
			at = attributes_read(name_read(at + 1, open[depth++]));
			depth -= *at == '/';
			at += *at == '/';
			assert_int_equal(*at++, '>');
		}
	} while (depth);
	assert_string_equal(at, "\n");
}

static size_t count_parts(const char *text, const char *part)
{
	size_t count = 0;

	for (; (text = strstr(text, part)); text++)
		count++;
	return count;
}

static void check_svg(const char *input, const struct topology *topology)
{
	char *drawing = run_svg(strcmp(input, "this host") ? input : NULL);
	unsigned siblings = 0;

	for (unsigned i = 0; i < topology_pu_count(topology); i++)
		siblings += topology_pu(topology, i)->smt > 0;
	assert_well_formed(drawing);
	/* One more of each kind stands in the legend. */
	assert_int_equal(count_parts(drawing, "<rect class=\"first\""),
			 topology_core_count(topology) + 1);
	assert_int_equal(count_parts(drawing, "<rect class=\"sibling\""),
			 siblings ? siblings + 1 : 0);
	free(drawing);
}

static void topo_svg_of_every_machine_is_well_formed_and_has_each_pu(void **state)
{
	(void)state;
	machines_each(check_svg);
}

static void topo_svg_of_real_hosts_is_well_formed_and_has_each_pu(void **state)
{
	(void)state;
	machines_each_real(check_svg);
}

static bool is_inside(const struct topo_box *inner, const struct topo_box *outer)
{
	static const double slack = 0.01;

	return inner->x >= outer->x && inner->y >= outer->y &&
	       inner->x + inner->width <= outer->x + outer->width + slack &&
	       inner->y + inner->height <= outer->y + outer->height + slack;
}

static bool are_apart(const struct topo_box *a, const struct topo_box *b)
{
	return a->x + a->width <= b->x || b->x + b->width <= a->x || a->y + a->height <= b->y ||
	       b->y + b->height <= a->y;
}

static void assert_nested(const struct topo_box *box)
{
	for (unsigned i = 0; i < box->box_count; i++) {
		assert_true(box->boxes[i].width > 0 && box->boxes[i].height > 0);
		assert_true(is_inside(&box->boxes[i], box));
		for (unsigned j = 0; j < i; j++)
			assert_true(are_apart(&box->boxes[i], &box->boxes[j]));
		assert_nested(&box->boxes[i]);
	}
}

static void check_layout(const char *input, const struct topology *topology)
{
	struct topo_box machine;

	(void)input;
	assert_int_equal(topo_tree_make(topology, &machine), 0);
	topo_layout(&machine);
	assert_nested(&machine);
	topo_tree_free(&machine);
}

static void topo_layout_of_every_machine_keeps_boxes_inside_and_apart(void **state)
{
	(void)state;
	machines_each(check_layout);
}

static void topo_layout_of_real_hosts_keeps_boxes_inside_and_apart(void **state)
{
	(void)state;
	machines_each_real(check_layout);
}

static void assert_size(uint64_t size_bytes, const char *expected)
{
	char text[32];

	topo_size_format(size_bytes, text, sizeof(text));
	assert_string_equal(text, expected);
}

static void topo_size_is_in_the_largest_unit_with_one_decimal_at_most(void **state)
{
	(void)state;
	assert_size(512, "512 B");
	assert_size(48 << 10, "48 KiB");
	assert_size(1310720, "1.2 MiB");
	assert_size(54u << 20, "54 MiB");
	assert_size(5240832, "5 MiB");
	assert_size(134894530560, "125.6 GiB");
	assert_size(2ull << 40, "2 TiB");
}

/* A file that says what a hostile one might. */
static void topo_svg_escapes_the_name_of_the_cpu(void **state)
{
	static const char machine[] =
		"<topology version=\"2.0\"><object type=\"Machine\" os_index=\"0\" cpuset=\"0x1\" "
		"complete_cpuset=\"0x1\" allowed_cpuset=\"0x1\" nodeset=\"0x1\" "
		"complete_nodeset=\"0x1\" allowed_nodeset=\"0x1\" gp_index=\"1\">"
		"<info name=\"CPUModel\" value=\"&lt;/text&gt;&lt;script&gt;&amp;&quot;'\"/>"
		"<object type=\"NUMANode\" os_index=\"0\" cpuset=\"0x1\" complete_cpuset=\"0x1\" "
		"nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"2\" local_memory=\"1\"/>"
		"<object type=\"PU\" os_index=\"0\" cpuset=\"0x1\" complete_cpuset=\"0x1\" "
		"nodeset=\"0x1\" complete_nodeset=\"0x1\" gp_index=\"3\"/></object></topology>\n";
	char path[PATH_BYTES] = P_tmpdir "/numamark-xml-XXXXXX";
	const int file = mkstemp(path);
	char *drawing;

	(void)state;
	assert_true(file >= 0);
	assert_int_equal(write(file, machine, sizeof(machine) - 1), sizeof(machine) - 1);
	close(file);
	drawing = run_svg(path);
	unlink(path);
	assert_well_formed(drawing);
	assert_non_null(strstr(drawing, "&lt;/text&gt;&lt;script&gt;&amp;&quot;&apos;"));
	free(drawing);
}

static void assert_run_fails(const struct topo_options *options, FILE *out, int error,
			     const char *part)
{
	struct fault fault = { "" };

	assert_int_equal(topo_run(options, out, &fault), error);
	if (!strstr(fault.text, part))
		fail_msg("'%s' does not say '%s'", fault.text, part);
}

static void topo_run_of_a_bad_input_says_so(void **state)
{
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(out);
	assert_run_fails(&(struct topo_options){ .input = "no-such.xml" }, out, -ENOENT,
			 "no-such.xml: cannot be opened");
	assert_run_fails(&(struct topo_options){ .input = "nonsense" }, out, -EINVAL,
			 "neither a file nor an hwloc synthetic string");
	fclose(out);
}

static void topo_run_where_the_drawing_cannot_be_written_says_so(void **state)
{
	FILE *out = fopen("/dev/null", "w");

	(void)state;
	assert_non_null(out);
	assert_run_fails(&(struct topo_options){ .svg_path = "no/such/folder.svg" }, out, -EIO,
			 "no/such/folder.svg: cannot be written: No such file");
	assert_run_fails(&(struct topo_options){ .svg_path = "/dev/full" }, out, -EIO,
			 "/dev/full: cannot be written: No space left");
	fclose(out);
}

static void topo_run_where_the_output_is_full_says_so(void **state)
{
	FILE *out = fopen("/dev/full", "w");

	(void)state;
	assert_non_null(out);
	assert_run_fails(&(struct topo_options){ .json = true }, out, -EIO,
			 "the output cannot be written: No space left");
	fclose(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topo_text_of_a_machine_says_all_that_matters),
		cmocka_unit_test(topo_text_shows_the_distances_of_firmware),
		cmocka_unit_test(topo_text_shows_hmat_where_it_is),
		cmocka_unit_test(topo_text_without_hmat_does_not_mention_it),
		cmocka_unit_test(topo_text_names_what_is_forbidden_or_elsewhere),
		cmocka_unit_test(topo_text_of_uneven_cores_lists_pus_by_core),
		cmocka_unit_test(topo_text_shortens_a_long_order),
		cmocka_unit_test(topo_text_of_every_machine_fits_a_terminal),
		cmocka_unit_test(topo_text_of_real_hosts_fits_a_terminal),
		cmocka_unit_test(topo_json_of_every_machine_has_the_promised_keys),
		cmocka_unit_test(topo_json_of_real_hosts_has_the_promised_keys),
		cmocka_unit_test(topo_json_speaks_in_os_numbers),
		cmocka_unit_test(topo_json_of_what_is_absent_is_null),
		cmocka_unit_test(topo_svg_of_every_machine_is_well_formed_and_has_each_pu),
		cmocka_unit_test(topo_svg_of_real_hosts_is_well_formed_and_has_each_pu),
		cmocka_unit_test(topo_layout_of_every_machine_keeps_boxes_inside_and_apart),
		cmocka_unit_test(topo_layout_of_real_hosts_keeps_boxes_inside_and_apart),
		cmocka_unit_test(topo_size_is_in_the_largest_unit_with_one_decimal_at_most),
		cmocka_unit_test(topo_svg_escapes_the_name_of_the_cpu),
		cmocka_unit_test(topo_run_of_a_bad_input_says_so),
		cmocka_unit_test(topo_run_where_the_drawing_cannot_be_written_says_so),
		cmocka_unit_test(topo_run_where_the_output_is_full_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
