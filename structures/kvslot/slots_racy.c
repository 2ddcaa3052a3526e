#include "structures/kvslot/slots_racy.h"

static int slots_racy_create(const struct setup *setup, void **instance)
{
	struct slots_racy *const cache = memory_shared(setup->memory, sizeof(*cache));
	const int error = cache ? slots_init(&cache->slots, setup, NULL) : -ENOMEM;

	if (!error)
		*instance = cache;
	return error;
}

/* All of it belongs to the memory object. */
static void slots_racy_destroy(void *instance)
{
	(void)instance;
}

/* Only what one put left whole is an entry. */
static struct slot_entry slots_racy_read(struct slot *slot)
{
	struct slot_entry entry;
	struct kvslot_name name;
	const bool is_used = slots_racy_load(slot, &name, &entry.value);

	entry.key = kvslot_pack(name);
	entry.is_there = is_used && kvslot_value_fits(entry.key, entry.value);
	return entry;
}

static void slots_racy_inspect(void *instance, struct inspection *inspection)
{
	const struct slots_racy *const cache = instance;

	slots_inspect(&cache->slots, slots_racy_read, inspection);
}

#define STRUCTURE slots_racy
#include "structures/common/bare_hooks.inc.h"

#define VARIANT_PAPER                                                                             \
	"A. J. Smith, Cache memories, ACM Computing Surveys 14(3), 1982 (direct mapping), as in the " \
	"44s benchmark"
#define VARIANT_PROGRESS     PROGRESS_WAIT_FREE
#define VARIANT_UPDATE       UPDATE_IN_PLACE
#define VARIANT_LINEARIZABLE false
#define VARIANT_BOUNDED      true
#include "structures/kvslot/kvslot_loop.inc.h"
