#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "structures/common/payload.h"

/* 8: in place. 9 to 15: one whole word, whose change shows in the bytes behind it, if at all. */
static const size_t sizes[] = { 8, 9, 12, 15, 16, 17, 24, 63, 64, 100, 1000, 4096, 65536 };

enum { SIZES = sizeof(sizes) / sizeof(*sizes) };

static struct topology *machine;
static struct memory *memory;

/* A machine of text: nothing is placed, which is all that values need. */
static int create_memory(void **state)
{
	const unsigned pu = 0;
	const struct memory_options options = { .worker_pus = &pu,
						.workers = 1,
						.limit_bytes = 1 << 20 };
	struct memory_options with_machine = options;

	(void)state;
	if (topology_load("node:1 pu:2", &machine, NULL))
		return -1;
	with_machine.topology = machine;
	return memory_create(&with_machine, &memory, NULL);
}

static int destroy_memory(void **state)
{
	(void)state;
	memory_destroy(memory);
	topology_free(machine);
	return 0;
}

static struct context context(size_t value_bytes)
{
	return (struct context){ .arena = memory_arena(memory, 0), .value_bytes = value_bytes };
}

static uint64_t made(struct context *own, uint64_t value)
{
	uint64_t stored = 0;

	assert_true(payload_make(own, value, &stored));
	return stored;
}

static void payload_gives_back_the_value_that_was_made(void **state)
{
	(void)state;
	for (unsigned i = 0; i < SIZES; i++) {
		const uint64_t values[] = { 0, 1, 0x0123456789abcdef, UINT64_MAX };
		struct context own = context(sizes[i]);

		for (unsigned v = 0; v < 4; v++) {
			const uint64_t stored = made(&own, values[v]);

			assert_true(payload_read(&own, stored) == values[v]);
			assert_int_equal(own.torn, 0);
			payload_free(&own, stored);
		}
	}
}

static void payload_of_8_bytes_is_the_value_itself(void **state)
{
	struct context own = { .value_bytes = 8 };    /* and needs no arena */
	const uint64_t stored = made(&own, 77);

	(void)state;
	assert_int_equal(stored, 77);
	payload_free(&own, stored);
}

static void payload_is_filled_and_read_to_its_last_byte(void **state)
{
	(void)state;
	for (unsigned i = 1; i < SIZES; i++) {
		const size_t value_bytes = sizes[i], from = value_bytes < 16 ? 8 : 0;
		const size_t stride = value_bytes > 1000 ? 63 : 1;
		struct context own = context(value_bytes);
		const uint64_t stored = made(&own, 0x0123456789abcdef);
		unsigned char *const bytes = (unsigned char *)payload_words(stored);

		for (size_t at = from; at < value_bytes; at += stride) {
			bytes[at] ^= 0x10;
			own.torn = 0;
			payload_read(&own, stored);
			assert_int_equal(own.torn, 1);
			bytes[at] ^= 0x10;
		}
		bytes[value_bytes - 1] ^= 1;
		own.torn = 0;
		payload_read(&own, stored);
		assert_int_equal(own.torn, 1);
		payload_free(&own, stored);
	}
}

/* Half of another value: what a reader sees whose payload is freed and made anew under it. */
static void payload_half_overwritten_is_torn(void **state)
{
	struct context own = context(256);
	const uint64_t stored = made(&own, 1), other = made(&own, 2);

	(void)state;
	for (size_t word = 0; word < 128 / sizeof(uint64_t); word++)
		payload_words(stored)[word] = payload_words(other)[word];
	payload_read(&own, stored);
	assert_int_equal(own.torn, 1);
	payload_free(&own, other);
	payload_free(&own, stored);
}

static void payload_lies_in_the_payload_memory_of_its_maker(void **state)
{
	struct context own = context(1000);
	const uint64_t before = memory_in_use_bytes(memory, MEMORY_PAYLOADS);
	const uint64_t stored = made(&own, 1);

	(void)state;
	assert_true(memory_in_use_bytes(memory, MEMORY_PAYLOADS) >= before + 1000);
	payload_free(&own, stored);
	assert_int_equal(memory_in_use_bytes(memory, MEMORY_PAYLOADS), before);
}

static void payload_without_memory_is_counted_as_exhausted(void **state)
{
	enum { LIMIT = 1000 };
	struct context own = context(65536);
	uint64_t stored[LIMIT] = { 0 }, untouched = 77;
	unsigned made = 0;

	(void)state;
	while (made < LIMIT && payload_make(&own, made, &stored[made]))
		made++;
	assert_in_range(made, 1, LIMIT - 1);
	assert_int_equal(own.exhausted, 1);
	assert_false(payload_make(&own, 1, &untouched));
	assert_int_equal(untouched, 77);
	assert_int_equal(own.exhausted, 2);
	while (made)
		payload_free(&own, stored[--made]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(payload_gives_back_the_value_that_was_made),
		cmocka_unit_test(payload_of_8_bytes_is_the_value_itself),
		cmocka_unit_test(payload_is_filled_and_read_to_its_last_byte),
		cmocka_unit_test(payload_half_overwritten_is_torn),
		cmocka_unit_test(payload_lies_in_the_payload_memory_of_its_maker),
		cmocka_unit_test(payload_without_memory_is_counted_as_exhausted),
	};

	return cmocka_run_group_tests(tests, create_memory, destroy_memory);
}
