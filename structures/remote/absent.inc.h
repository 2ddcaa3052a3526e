/*
 * In place of a structure whose library this build lacks: it stands in the catalogue, so that plans
 * that name it are plans everywhere, and cannot be made. Expects STRUCTURE, and ABSENT_PACKAGE, the
 * package that has the library.
 */
#include <errno.h>

struct STRUCTURE {
	char nothing;
};

static int OP(create)(const struct setup *setup, void **instance)
{
	(void)instance;
	return fault_set(setup->fault, -ENOTSUP,
			 "this build has no library for it; get one with: apt-get install "
			 ABSENT_PACKAGE ", then build again");
}

static void OP(destroy)(void *instance)
{
	(void)instance;
}

static void OP(inspect)(void *instance, struct inspection *inspection)
{
	(void)instance;
	*inspection = (struct inspection){ 0 };
}

static inline void OP(stall)(struct STRUCTURE *structure, struct worker *worker)
{
	(void)structure, (void)worker;
}
