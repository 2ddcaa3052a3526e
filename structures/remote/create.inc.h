/*
 * How a structure on a server is made: connected once for each worker. Expects STRUCTURE, whose struct has `workers` and
 * `of`, an array of pointers to what each worker has; CONNECTIONS_BESIDE where there are more; and
 *
 *   int NAME_open(const struct setup *, struct NAME *, unsigned index)    connects, and sets of[index] before it may fail
 *   int NAME_begin(const struct setup *, struct NAME *)                   when all are connected
 *   void NAME_close(struct NAME *)                                        all that are connected
 */
#include <errno.h>

#ifndef CONNECTIONS_BESIDE
#	define CONNECTIONS_BESIDE 0
#endif

static int OP(create)(const struct setup *setup, void **instance)
{
	const unsigned connections = setup->workers + CONNECTIONS_BESIDE;
	struct STRUCTURE *const structure = memory_shared(setup->memory, sizeof(*structure));
	int error = 0;

	if (!structure)
		return -ENOMEM;
	if (!setup->endpoint)
		return fault_set(setup->fault, -ENOTSUP, "it needs a server");
	structure->workers = setup->workers;
	structure->of = memory_shared(setup->memory, connections * sizeof(*structure->of));
	if (!structure->of)
		return -ENOMEM;
	for (unsigned i = 0; i < connections && !error; i++)
		error = OP(open)(setup, structure, i);
	if (!error)
		error = OP(begin)(setup, structure);
	if (error)
		OP(close)(structure);
	else
		*instance = structure;
	return error;
}

#undef CONNECTIONS_BESIDE
