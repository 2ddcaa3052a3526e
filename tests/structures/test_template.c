/* The skeletons of structures/template conform, as they are: who copies them starts from green. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/structures/conformance.h"

extern const struct variant template_map, template_ordered, template_queue,
	template_kvblock, template_kvslot;

static void template_as_it_stands_conforms(void **state)
{
	struct conformance conformance = { .variant = *state,
					   .seed = 1,
					   .divisor = 4 * conformance_divisor() };
	struct topology *topology;
	struct fault fault = { "" };

	if (topology_load(NULL, &topology, &fault))
		fail_msg("%s", fault.text);
	conformance.topology = topology;
	if (conformance_check(&conformance, &fault))
		fail_msg("%s", fault.text);
	topology_free(topology);
}

static void template_is_not_in_the_catalogue(void **state)
{
	const struct variant *const variant = *state;

	assert_null(catalogue_find(variant->name));
}

#define TEST(family, function)                                                                     \
	{ #family "_" #function, function, NULL, NULL, (void *)(uintptr_t)&template_##family }

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(map, template_as_it_stands_conforms),
		TEST(ordered, template_as_it_stands_conforms),
		TEST(queue, template_as_it_stands_conforms),
		TEST(kvblock, template_as_it_stands_conforms),
		TEST(kvslot, template_as_it_stands_conforms),
		TEST(map, template_is_not_in_the_catalogue),
		TEST(ordered, template_is_not_in_the_catalogue),
		TEST(queue, template_is_not_in_the_catalogue),
		TEST(kvblock, template_is_not_in_the_catalogue),
		TEST(kvslot, template_is_not_in_the_catalogue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
