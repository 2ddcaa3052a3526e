/*
 * The slow path of wcq_ring.h: requests, and how several threads perform one.
 *
 * All who work on a request draw positions for it together (wcq_draw()), in two phases: one of
 * them writes the position that comes next into the request, with WCQ_DRAWING; then the counter
 * is advanced over it by a compare-and-swap that also leaves word of the step beside the counter;
 * then the flag is taken off. Whoever meets a step beside the counter first does what must follow
 * from it, so that nobody can come back to a position, or go on from it before it is drawn. What
 * becomes of a position is settled by the entry alone: by its cycle, or by its note, after which
 * it takes no index in that cycle from anybody who still works on the request.
 *
 * Orders: sequentially consistent throughout, as the paper's proof assumes; nothing here is hot.
 * What is said to pair with wcq_draw() is also a matter of all who work on the same request.
 */
#ifndef STRUCTURES_QUEUE_WCQ_SLOW_H
#define STRUCTURES_QUEUE_WCQ_SLOW_H

#include "structures/queue/wcq_ring.h"

/* One request, as somebody who works on it sees it. */
struct wcq_request {
	struct wcq_record *record;
	uint64_t number; /* it is this one as long as record->current says so */
	uint64_t began_at;
	uint64_t index;
};

static inline bool wcq_is_open(const struct wcq_request *request)
{
	/* seq_cst: after what was read of the record before; pairs with the store in
	 * wcq_request_close(). */
	return load_seq_cst(&request->record->current) == request->number;
}

/*
 * @step was met beside @counter: do what follows from it. It is of the counter's present value
 * only if it still stands there after it was read: its owner writes it anew only after having
 * seen it gone.
 */
static void wcq_follow(struct atomic_pair *counter, struct wcq_step *step)
{
	/* seq_cst, here and below: as a seqlock's reader; pairs with the stores in
	 * wcq_write_step(). */
	const uint64_t number = load_seq_cst(&step->written);
	const uint64_t from = load_seq_cst(&step->from);
	_Atomic uint64_t *const local = (_Atomic uint64_t *)load_seq_cst(&step->local);
	uint64_t expected = from | WCQ_DRAWING;

	/* seq_cst, both: as above, and with the CAS on the counter in wcq_draw(). */
	if (load_seq_cst(&step->begun) != number || load_seq_cst(&counter->high) != (uintptr_t)step)
		return;
	cas_seq_cst(local, &expected, from); /* seq_cst: pairs with the loads in wcq_draw() */
}

/* The counter, nothing left to follow from its last step. WCQ_DONE if the request is done. */
static uint64_t wcq_load_counter(struct atomic_pair *counter, const _Atomic uint64_t *local)
{
	for (;;) {
		struct pair seen;

		/* seq_cst: pairs with the CAS that set the flag. */
		if (load_seq_cst(local) & WCQ_DONE)
			return WCQ_DONE;
		/* seq_cst, both: the count first, so that what led to it has been followed where no
		 * step is met; pairs with the CAS in wcq_draw(). */
		seen.low = load_seq_cst(&counter->low);
		seen.high = load_seq_cst(&counter->high);
		if (!seen.high)
			return seen.low;
		wcq_follow(counter, (struct wcq_step *)(uintptr_t)seen.high);
		/* acq_rel: after what followed; pairs with the loads above. */
		if (cas_acq_rel_pair(counter, seen, (struct pair){ seen.low, 0 }))
			return seen.low;
	}
}

/* The step from @from on, for whoever meets it. It stands beside no counter now. */
static void wcq_write_step(struct wcq_step *step, _Atomic uint64_t *local, uint64_t from)
{
	/* relaxed: only this thread writes it. */
	const uint64_t number = load_relaxed(&step->begun) + 1;

	/* seq_cst, all: as a seqlock's writer; pairs with the loads in wcq_follow(). */
	store_seq_cst(&step->begun, number);
	store_seq_cst(&step->local, (uintptr_t)local);
	store_seq_cst(&step->from, from);
	store_seq_cst(&step->written, number); /* seq_cst: as above */
}

/**
 * wcq_draw() - the next position for a request, or the one that others have drawn for it.
 *
 * @local:      where the request keeps it.
 * @position:   in: the last one that this thread knows of; out: the next one.
 * @threshold:  counted down for each position that is drawn; NULL: not.
 * @mine:       this thread's step.
 *
 * Return: false if the request is done.
 */
static bool wcq_draw(struct atomic_pair *counter, _Atomic uint64_t *local, uint64_t *position,
		     _Atomic int64_t *threshold, struct wcq_step *mine)
{
	struct pair before = { 0, 0 }, after = { 0, (uintptr_t)mine };
	uint64_t drawing;

	do {
		before.low = wcq_load_counter(counter, local);
		if (before.low == WCQ_DONE)
			return false;
		/* seq_cst: one position for all who work on this; pairs with the loads here, in
		 * wcq_load_counter() and in wcq_finish_request(). */
		if (cas_seq_cst(local, position, before.low | WCQ_DRAWING))
			*position = before.low | WCQ_DRAWING;
		else if (*position & WCQ_DONE)
			return false;
		else if (!(*position & WCQ_DRAWING))
			return true;
		before.low = *position & ~WCQ_DRAWING;
		after.low = before.low + 1;
		wcq_write_step(mine, local, before.low);
		/* acq_rel: the step is written; pairs with the loads in wcq_load_counter(). */
	} while (!cas_acq_rel_pair(counter, before, after));
	if (threshold)
		fetch_add_seq_cst(threshold, -1); /* seq_cst: as in wcq_ring_dequeue() */
	drawing = before.low | WCQ_DRAWING;
	cas_seq_cst(local, &drawing, before.low); /* seq_cst: as in wcq_follow() */
	/* acq_rel: after what followed; pairs with the loads in wcq_load_counter(). */
	cas_acq_rel_pair(counter, after, (struct pair){ after.low, 0 });
	*position = before.low;
	return true;
}

/*
 * An entry. The note comes first: one that gives the position up was there before a word
 * without the index, and then the index does not come.
 */
static inline struct pair wcq_look(const struct atomic_pair *entry)
{
	/* seq_cst, both: pairs with the CAS that changed them, on either path. */
	const uint64_t note = load_seq_cst(&entry->high);

	return (struct pair){ load_seq_cst(&entry->low), note };
}

/* The request's index is at @position, in @word: see that nobody puts it anywhere else. */
static void wcq_finish(struct wcq_ring *ring, const struct wcq_request *request, uint64_t position,
		       uint64_t word)
{
	uint64_t tail = position;

	/* seq_cst: pairs with the loads in wcq_draw() and wcq_finish_request(). */
	if (cas_seq_cst(&request->record->tail, &tail, position | WCQ_DONE))
		/* seq_cst: a dequeuer need not look for the request; pairs with the load in
		 * wcq_try(). */
		cas_seq_cst(&wcq_entry(ring, position)->low, &word, word | wcq_finished(ring));
	wcq_reset_threshold(ring);
}

/* Return: whether the request's index is at @position, or was; else it never will be. */
static bool wcq_place_slowly(struct wcq_ring *ring, const struct wcq_request *request,
			     uint64_t position)
{
	struct atomic_pair *const entry = wcq_entry(ring, position);
	const uint64_t cycle = wcq_cycle(ring, position);

	for (;;) {
		const struct pair seen = wcq_look(entry);
		struct pair made = seen;

		if (wcq_cycle_of_word(ring, seen.low) >= cycle || seen.high >= cycle)
			return wcq_cycle_of_word(ring, seen.low) == cycle &&
			       wcq_index_of_word(ring, seen.low) != wcq_none(ring);
		if (!wcq_is_usable(ring, seen.low, position)) {
			made.high = cycle;
			/* acq_rel: nobody puts the index here after that; pairs with
			 * wcq_look(). */
			if (cas_acq_rel_pair(entry, seen, made))
				return false;
			continue;
		}
		made.low = wcq_word(ring, cycle, wcq_safe(ring), request->index);
		/* acq_rel: publishes what the index stands for; pairs with wcq_look(), and the load
		 * in wcq_try(). */
		if (!cas_acq_rel_pair(entry, seen, made))
			continue;
		wcq_finish(ring, request, position, made.low);
		return true;
	}
}

static void wcq_enqueue_slowly(struct wcq_ring *ring, const struct wcq_request *request,
			       struct wcq_record *mine)
{
	uint64_t position = request->began_at;

	while (wcq_draw(&ring->tail, &request->record->tail, &position, NULL, &mine->at_tail) &&
	       wcq_is_open(request))
		if (wcq_place_slowly(ring, request, position))
			return;
}

/* Is an index at @position? If not, none will come. */
static bool wcq_try_slowly(struct wcq_ring *ring, uint64_t position)
{
	struct atomic_pair *const entry = wcq_entry(ring, position);
	const uint64_t cycle = wcq_cycle(ring, position);

	for (;;) {
		const struct pair seen = wcq_look(entry);
		struct pair made = seen;

		if (wcq_cycle_of_word(ring, seen.low) >= cycle)
			return wcq_cycle_of_word(ring, seen.low) == cycle &&
			       wcq_index_of_word(ring, seen.low) != wcq_none(ring);
		if (!wcq_is_vacant(ring, seen.low) && seen.high < cycle) {
			/* An enqueuer that still takes the entry for usable must not use it when it
			 * becomes vacant. */
			made.high = cycle;
			cas_acq_rel_pair(entry, seen, made); /* acq_rel: pairs with wcq_look() */
			continue;
		}
		made.low = wcq_passed(ring, seen.low, position);
		/* acq_rel: keeps this position's enqueuer out; pairs with the loads in wcq_place()
		 * and wcq_place_slowly(). Also of the same word, as in wcq_try(). */
		if (cas_acq_rel_pair(entry, seen, made))
			return false;
	}
}

static void wcq_dequeue_slowly(struct wcq_ring *ring, const struct wcq_request *request,
			       struct wcq_record *mine)
{
	_Atomic uint64_t *const head = &request->record->head;
	uint64_t position = request->began_at, tail;

	while (wcq_draw(&ring->head, head, &position, &ring->threshold, &mine->at_head) &&
	       wcq_is_open(request)) {
		uint64_t expected = position;
		bool is_done = wcq_try_slowly(ring, position);

		if (!is_done) {
			/* seq_cst: after the position was drawn; pairs with the fetch-and-add of
			 * tail. */
			tail = load_seq_cst(&ring->tail.low);
			if (tail <= position + 1)
				wcq_catch_up(ring, tail, position + 1);
			/* seq_cst: pairs with the store in wcq_reset_threshold(). */
			is_done = load_seq_cst(&ring->threshold) < 0;
		}
		if (is_done)
			/* seq_cst: this position is the answer; pairs with the loads in
			 * wcq_draw(). */
			cas_seq_cst(head, &expected, position | WCQ_DONE);
	}
}

/* Work on the request of another worker, if it has one. */
static void wcq_help_one(struct wcq_ring *ring, struct wcq_record *record, struct wcq_record *mine)
{
	struct wcq_request request = { .record = record };

	/* seq_cst, all: as a seqlock's reader; pairs with the stores in wcq_ask(). */
	request.number = load_seq_cst(&record->asked);
	request.began_at = load_seq_cst(&record->began_at);
	request.index = load_seq_cst(&record->index);
	if (!wcq_is_open(&request))
		return;
	if (request.index == WCQ_EMPTY)
		wcq_dequeue_slowly(ring, &request, mine);
	else
		wcq_enqueue_slowly(ring, &request, mine);
}

/* Now and then: does the next worker in turn ask for help? */
static __attribute__((noinline)) void wcq_help(struct wcq_ring *ring, struct wcq_record *mine)
{
	struct wcq_record *record;

	mine->until_help = WCQ_HELP_EVERY;
	mine->helped = (mine->helped + 1) % ring->workers;
	record = ring->records[mine->helped];
	if (record != mine)
		wcq_help_one(ring, record, mine);
}

/* Open a request of this worker. @index is WCQ_EMPTY for a dequeue. */
static struct wcq_request wcq_ask(struct wcq_record *mine, _Atomic uint64_t *local,
				  uint64_t position, uint64_t index)
{
	const struct wcq_request request = {
		.record = mine,
		.number = load_relaxed(&mine->current), /* relaxed: only this thread writes it */
		.began_at = position,
		.index = index,
	};

	/* seq_cst, all: as a seqlock's writer, who wrote `current` when the last request was closed;
	 * pairs with the loads in wcq_help_one(), and of @local in wcq_draw(). */
	store_seq_cst(local, position);
	store_seq_cst(&mine->began_at, position);
	store_seq_cst(&mine->index, index);
	store_seq_cst(&mine->asked, request.number); /* seq_cst: as above */
	return request;
}

static void wcq_request_close(const struct wcq_request *request)
{
	/* seq_cst: before anything of the next request; pairs with the load in wcq_is_open(). */
	store_seq_cst(&request->record->current, request->number + 1);
}

static __attribute__((noinline)) void wcq_ask_to_enqueue(struct wcq_ring *ring,
							 struct wcq_record *mine, uint64_t position,
							 uint64_t index)
{
	const struct wcq_request request = wcq_ask(mine, &mine->tail, position, index);

	wcq_enqueue_slowly(ring, &request, mine);
	wcq_request_close(&request);
}

static __attribute__((noinline)) uint64_t
wcq_ask_to_dequeue(struct wcq_ring *ring, struct wcq_record *mine, uint64_t position)
{
	const struct wcq_request request = wcq_ask(mine, &mine->head, position, WCQ_EMPTY);
	uint64_t word;

	wcq_dequeue_slowly(ring, &request, mine);
	wcq_request_close(&request);
	/* seq_cst, both: pairs with the CAS that set WCQ_DONE, and with that in wcq_place() and
	 * wcq_place_slowly(). */
	position = load_seq_cst(&mine->head) & ~WCQ_DONE;
	word = load_seq_cst(&wcq_entry(ring, position)->low);
	if (wcq_cycle_of_word(ring, word) != wcq_cycle(ring, position) || wcq_is_vacant(ring, word))
		return WCQ_EMPTY;
	return wcq_consume(ring, position, word);
}

/* Append an index: one of the n, and in neither ring. So there is always room. */
static inline void wcq_ring_enqueue(struct wcq_ring *ring, unsigned worker, uint64_t index)
{
	struct wcq_record *const mine = ring->records[worker];
	uint64_t position = 0;

	if (--mine->until_help == 0)
		wcq_help(ring, mine);
	for (unsigned i = 0; i < WCQ_ENQUEUE_PATIENCE; i++) {
		/* seq_cst: before the load of threshold below, and in one order with head; pairs
		 * with the load of tail in wcq_ring_dequeue(). */
		position = fetch_add_seq_cst(&ring->tail.low, 1);
		fetch_to_write(wcq_entry(ring, position + WCQ_AHEAD));
		if (wcq_place(ring, position, index)) {
			wcq_reset_threshold(ring);
			return;
		}
	}
	wcq_ask_to_enqueue(ring, mine, position, index);
}

/* Return: the oldest index, or WCQ_EMPTY if there is none. */
static inline uint64_t wcq_ring_dequeue(struct wcq_ring *ring, unsigned worker)
{
	struct wcq_record *const mine = ring->records[worker];
	uint64_t position = 0;

	/* seq_cst: pairs with the store in wcq_reset_threshold(). */
	if (load_seq_cst(&ring->threshold) < 0)
		return WCQ_EMPTY;
	if (--mine->until_help == 0)
		wcq_help(ring, mine);
	for (unsigned i = 0; i < WCQ_DEQUEUE_PATIENCE; i++) {
		uint64_t index, tail;

		/* seq_cst: in one order with the load of head in wcq_is_usable(), and before the
		 * load of tail below. */
		position = fetch_add_seq_cst(&ring->head.low, 1);
		fetch_to_write(wcq_entry(ring, position + WCQ_AHEAD));
		index = wcq_try(ring, position);
		if (index != WCQ_EMPTY)
			return index;
		/* seq_cst: after the fetch-and-add above; pairs with that of tail. */
		tail = load_seq_cst(&ring->tail.low);
		if (tail <= position + 1)
			wcq_catch_up(ring, tail, position + 1);
		/* seq_cst: one failure; pairs with the store in wcq_reset_threshold(). */
		if (fetch_add_seq_cst(&ring->threshold, -1) <= 0 || tail <= position + 1)
			return WCQ_EMPTY;
	}
	return wcq_ask_to_dequeue(ring, mine, position);
}

#endif
