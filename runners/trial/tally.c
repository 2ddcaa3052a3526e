/* Sums of what the workers counted. */
#include "runners/trial/state.h"

static void tally_add(struct tally *sum, const struct tally *part)
{
	for (unsigned i = 0; i < WORKER_OPERATIONS_MAX; i++) {
		sum->attempted[i] += part->attempted[i];
		sum->succeeded[i] += part->succeeded[i];
	}
	sum->lost += part->lost;
	sum->torn_reads += part->torn_reads;
	for (unsigned i = 0; i < TALLY_COUNTS_MAX; i++)
		sum->counts[i] += part->counts[i];
	sum->sum_in += part->sum_in;
	sum->sum_out += part->sum_out;
	sum->mismatched += part->mismatched;
}

struct tally tally_of_member(const struct trial *trial, unsigned index)
{
	const struct tally *const before = &trial->members[index].before;
	const struct tally *const after = &trial->members[index].worker->tally;
	struct tally measured = { 0 };

	for (unsigned i = 0; i < WORKER_OPERATIONS_MAX; i++) {
		measured.attempted[i] = after->attempted[i] - before->attempted[i];
		measured.succeeded[i] = after->succeeded[i] - before->succeeded[i];
	}
	measured.lost = after->lost - before->lost;
	measured.torn_reads = after->torn_reads - before->torn_reads;
	for (unsigned i = 0; i < TALLY_COUNTS_MAX; i++)
		measured.counts[i] = after->counts[i] - before->counts[i];
	return measured;
}

struct tally tally_measured(const struct trial *trial)
{
	struct tally sum = { 0 };

	for (unsigned i = 0; i < trial->cell.threads; i++) {
		const struct tally measured = tally_of_member(trial, i);

		tally_add(&sum, &measured);
	}
	return sum;
}

struct tally tally_all(const struct trial *trial)
{
	struct tally sum = { 0 };

	for (unsigned i = 0; i < trial->cell.threads; i++)
		tally_add(&sum, &trial->members[i].worker->tally);
	return sum;
}

uint64_t tally_operations(const struct family *family, const struct tally *tally)
{
	uint64_t operations = 0;

	for (unsigned i = 0; family->operations[i]; i++)
		operations += family->refusals[i] ? tally->succeeded[i] : tally->attempted[i];
	return operations;
}

double tally_rate_of_member(const struct trial *trial, unsigned index)
{
	const struct tally tally = tally_of_member(trial, index);

	return span_rate(tally_operations(trial->cell.variant->family, &tally),
			 &trial->spans[index]);
}
