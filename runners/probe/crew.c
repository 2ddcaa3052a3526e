#include "runners/probe/crew.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "structures/common/atomics.h"
#include "structures/common/backoff.h"
#include "topology/binding.h"

enum crew_word { CREW_WAIT, CREW_GO, CREW_GO_HOME };

struct crew {
	const struct topology *topology;
	crew_body *body;
	void *context;
	_Atomic unsigned ready;
	_Atomic unsigned word; /* enum crew_word */
};

struct hand {
	pthread_t thread;
	struct crew *crew;
	unsigned pu, rank;
	int error;
	struct fault fault;
};

static void *hand_main(void *argument)
{
	struct hand *const hand = argument;
	struct crew *const crew = hand->crew;
	struct backoff wait = { 0 };
	unsigned word;

	hand->error = binding_set(crew->topology, hand->pu, &hand->fault);
	/* release: publishes the error; pairs with the acquire load in crew_gather(). */
	fetch_add_release(&crew->ready, 1);
	/* acquire: pairs with the release store of word in crew_run(). */
	while ((word = load_acquire(&crew->word)) == CREW_WAIT)
		backoff_pause(&wait, 1);
	if (word == CREW_GO)
		crew->body(crew->context, hand->rank);
	return NULL;
}

/* Wait until all are bound, or know why not. Return: 0, or the first one's error. */
static int crew_gather(struct crew *crew, const struct hand *hands, unsigned count,
		       struct fault *fault)
{
	struct backoff wait = { 0 };

	/* acquire: pairs with the release half of each hand's arrival in hand_main(). */
	while (load_acquire(&crew->ready) < count)
		backoff_pause(&wait, 1);
	for (unsigned i = 0; i < count; i++)
		if (hands[i].error)
			return fault_set(fault, hands[i].error, "%s", hands[i].fault.text);
	return 0;
}

int crew_run(const struct topology *topology, const unsigned *pus, unsigned count, crew_body *body,
	     void *context, struct fault *fault)
{
	struct crew crew = { .topology = topology, .body = body, .context = context };
	struct hand *const hands = calloc(count, sizeof(*hands));
	unsigned made = 0;
	int error = 0, refused;

	if (!hands)
		return fault_set(fault, -ENOMEM, "no memory for %u threads", count);
	for (; made < count && !error; made += !error) {
		hands[made] = (struct hand){ .crew = &crew, .pu = pus[made], .rank = made };
		error = -pthread_create(&hands[made].thread, NULL, hand_main, &hands[made]);
	}
	if (error)
		fault_set(fault, error, "cannot start a thread: %s", strerror(-error));
	refused = crew_gather(&crew, hands, made, error ? NULL : fault);
	error = error ? error : refused;
	/* release: pairs with the acquire load of word in hand_main(). */
	store_release(&crew.word, error ? CREW_GO_HOME : CREW_GO);
	for (unsigned i = 0; i < made; i++)
		pthread_join(hands[i].thread, NULL);
	free(hands);
	return error;
}
